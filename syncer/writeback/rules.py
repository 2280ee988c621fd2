"""The agreement's write-back sections, made ready: property names by role, stage map, allowed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncer.agreement.base import Section
from syncer.agreement.stage_map import PipelineMap
from syncer.agreement.writing import LifecycleMap, WriteBack
from syncer.funnel.facts import FunnelStage
from syncer.records import Kind

#: Roles of the CRM's own properties; all other roles are properties of ours.
LIFECYCLE, LEAD_STATUS = "lifecycle", "lead_status"
FORECAST_CATEGORY, DEAL_STAGE = "forecast_category", "deal_stage"
OWNER = "owner"
OF_THE_CRM = frozenset({LIFECYCLE, LEAD_STATUS, FORECAST_CATEGORY, DEAL_STAGE, OWNER})

#: Roles whose values follow every decision.
_FIGURES = frozenset({"fit", "engagement", "priority", "score_reasons"})
_DRIFTING = _FIGURES | {"cell"}

#: Where the CRM has not said in which order its lifecycle values stand.
DEFAULT_ORDER: Sequence[str] = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteRules:
    """What is written where."""

    #: Property names by role (`stage`, `fit`, `lifecycle`, ...) for each kind; a role that is off is absent.
    names: Mapping[Kind, Mapping[str, str]]
    stages: LifecycleMap
    #: Points by which the CRM's engagement may lag behind fading.
    score_step: float
    #: Values that the CRM allows, in its display order, by kind and property; one that is absent is not checked.
    options: Mapping[Kind, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    #: What the CRM's deal stages mean, and where postponed deals go.
    pipelines: PipelineMap = field(default_factory=lambda: PipelineMap(stages={}))

    @property
    def lifecycle_order(self) -> Sequence[str]:
        """The lifecycle's values in the order in which the CRM lets them move."""
        known = self.options.get(Kind.CONTACT, {})
        return known.get(self.names[Kind.CONTACT].get(LIFECYCLE, ""), DEFAULT_ORDER)

    @property
    def customer_value(self) -> str | None:
        """The lifecycle value of a customer."""
        return self.stages.of(FunnelStage.CLOSED_WON).lifecyclestage

    @property
    def dispensable(self) -> frozenset[str]:
        """Properties of the CRM that not every account has: without one, what it would show is left out."""
        name = self.names[Kind.DEAL].get(FORECAST_CATEGORY)
        return frozenset() if name is None else frozenset({name})

    def of_the_crm(self, kind: Kind) -> frozenset[str]:
        """Return the CRM's own properties of a kind that are written: nobody can create one that is missing."""
        return frozenset(name for role, name in self.names[kind].items() if role in OF_THE_CRM)

    @property
    def drifting(self) -> frozenset[str]:
        """Properties of ours whose values follow every decision."""
        return self._of_contacts(_DRIFTING)

    @property
    def figures(self) -> frozenset[str]:
        """Properties of ours that move with time alone, without anything having been decided."""
        return self._of_contacts(_FIGURES)

    def _of_contacts(self, roles: frozenset[str]) -> frozenset[str]:
        contacts = self.names[Kind.CONTACT]
        return frozenset(contacts[role] for role in roles if role in contacts)


def write_rules(
    write_back: WriteBack,
    stages: LifecycleMap,
    options: Mapping[Kind, Mapping[str, Sequence[str]]] | None = None,
    pipelines: PipelineMap | None = None,
) -> WriteRules:
    """Return the write-back rules of an agreement. `options` are the CRM's allowed values by kind and property."""
    return WriteRules(
        names={
            Kind.CONTACT: _names(write_back.contacts),
            Kind.COMPANY: _names(write_back.companies),
            Kind.DEAL: _names(write_back.deals),
        },
        stages=stages,
        score_step=write_back.score_step,
        options=options or {},
        pipelines=pipelines or PipelineMap(stages={}),
    )


def _names(section: Section) -> Mapping[str, str]:
    return {role: name for role, name in section if name is not None}
