"""The state table of the funnel (domain B2): which stage may follow which, and which step hands a lead to sales."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from syncer.funnel.facts import FunnelStage as S
from syncer.funnel.facts import StageEvent

#: The stages that a contact climbs, in order; FORECAST lies over OPPORTUNITY and is not climbed through.
LADDER = (
    S.TAM,
    S.SUSPECT,
    S.INQUIRY,
    S.LEAD_MQL,
    S.LEAD_SQL,
    S.LEAD_SAL,
    S.LEAD_DEAL,
    S.OPPORTUNITY,
    S.FORECAST,
)

#: Coming back from here is no hand-over, since sales had the lead already; by these rules it is one all the same.
WITH_SALES = frozenset({S.LEAD_SAL, S.LEAD_DEAL, S.OPPORTUNITY, S.FORECAST})
HANDING = frozenset({"explicit_request", "score_sales_ready"})

#: The rule by which a person's stage stands.
OVERRIDE = "override"

CLOSED = frozenset({S.CLOSED_WON, S.CLOSED_LOST, S.CLOSED_OTHER})

_BACKWARD: Mapping[S, AbstractSet[S]] = {
    S.SUSPECT: {S.TAM},
    S.INQUIRY: {S.SUSPECT, S.TAM},
    S.LEAD_MQL: {S.INQUIRY, S.TAM},
    S.LEAD_SQL: {S.INQUIRY, S.TAM},
    S.LEAD_SAL: {S.INQUIRY, S.TAM},
    S.LEAD_DEAL: {S.LEAD_SAL, S.LEAD_SQL, S.LEAD_MQL, S.INQUIRY, S.SUSPECT, S.TAM},
    S.OPPORTUNITY: {S.LEAD_DEAL, S.LEAD_SAL, S.LEAD_SQL, S.LEAD_MQL, S.INQUIRY, S.SUSPECT, S.TAM},
    S.FORECAST: {S.OPPORTUNITY, S.LEAD_DEAL, S.LEAD_SAL, S.LEAD_SQL, S.LEAD_MQL, S.INQUIRY, S.SUSPECT, S.TAM},
    S.CLOSED_LOST: {S.TAM},
    S.CLOSED_OTHER: {S.TAM},
}


def is_allowed(before: S | None, after: S, actor: str = "machine") -> bool:
    """Say whether a stage may follow another: forward always, backward by the table, anywhere by a person or to OUT."""
    if after is S.OUT or actor == "user" or before is None or before in {S.OUT, S.TAM}:
        return True
    if after in CLOSED:
        return before not in CLOSED or after is not before
    if before is S.CLOSED_WON or before is S.CLOSED_LOST:
        # A reopened deal resumes its stage; new evidence begins a new cycle.
        return True
    if before is S.CLOSED_OTHER:
        return after is S.TAM
    return LADDER.index(after) > LADDER.index(before) or after in _BACKWARD[before]


def is_handover(event: StageEvent) -> bool:
    """Return whether a contact began to wait for sales; passing through on the way further is no hand-over."""
    begins = event.from_stage not in WITH_SALES or event.rule in HANDING
    return event.to_stage is S.LEAD_SQL and not event.virtual and begins
