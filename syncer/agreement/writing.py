"""The sections on what goes back to the CRM: `lifecycle_map`, `custom_lifecycle`, `write_back` (domain B7, B8)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from syncer.agreement.base import Section
from syncer.agreement.forms import PROPERTY
from syncer.funnel.facts import FunnelStage

#: A property's internal name in the CRM.
PropertyName = Annotated[str, StringConstraints(pattern=PROPERTY)]


class WriteWhen(StrEnum):
    """Under which circumstance a mapped value is written."""

    ALWAYS = "always"
    #: Only into an empty property.
    IF_BLANK = "if_blank"
    #: Unless a person chose the present value.
    UNLESS_PERSON = "unless_person"
    #: Only over a value that we wrote ourselves.
    IF_OURS = "if_ours"


class CrmStage(Section):
    """What one canonical stage is in the CRM. None is not written."""

    lifecyclestage: str | None = None
    lifecycle_when: WriteWhen = WriteWhen.ALWAYS
    hs_lead_status: str | None = None
    lead_status_when: WriteWhen = WriteWhen.ALWAYS


def _stage(
    lifecycle: str | None,
    lead_status: str | None = None,
    *,
    lifecycle_when: WriteWhen = WriteWhen.ALWAYS,
    lead_status_when: WriteWhen = WriteWhen.ALWAYS,
) -> CrmStage:
    return CrmStage(
        lifecyclestage=lifecycle,
        hs_lead_status=lead_status,
        lifecycle_when=lifecycle_when,
        lead_status_when=lead_status_when,
    )


class LifecycleMap(Section):
    """Canonical stage to the CRM's own lifecycle and lead status."""

    out: CrmStage = Field(
        default=_stage("other", "UNQUALIFIED", lifecycle_when=WriteWhen.IF_OURS),
        validation_alias="OUT",
        serialization_alias="OUT",
    )
    #: Never active: the CRM's values stay as they are.
    tam: CrmStage = Field(default=CrmStage(), validation_alias="TAM", serialization_alias="TAM")
    #: Back in the market after Closed-Other.
    tam_recycled: CrmStage = Field(
        default=_stage("subscriber", "BAD_TIMING"), validation_alias="TAM_RECYCLED", serialization_alias="TAM_RECYCLED"
    )
    suspect: CrmStage = Field(default=_stage("subscriber"), validation_alias="SUSPECT", serialization_alias="SUSPECT")
    inquiry: CrmStage = Field(default=_stage("lead", "NEW"), validation_alias="INQUIRY", serialization_alias="INQUIRY")
    lead_mql: CrmStage = Field(
        default=_stage("marketingqualifiedlead", "NEW", lead_status_when=WriteWhen.IF_BLANK), alias="LEAD_MQL"
    )
    lead_sql: CrmStage = Field(
        default=_stage("salesqualifiedlead", "NEW"), validation_alias="LEAD_SQL", serialization_alias="LEAD_SQL"
    )
    lead_sal: CrmStage = Field(
        default=_stage("salesqualifiedlead", "IN_PROGRESS", lead_status_when=WriteWhen.UNLESS_PERSON), alias="LEAD_SAL"
    )
    lead_deal: CrmStage = Field(
        default=_stage("opportunity", "OPEN_DEAL"), validation_alias="LEAD_DEAL", serialization_alias="LEAD_DEAL"
    )
    opportunity: CrmStage = Field(
        default=_stage("opportunity", "OPEN_DEAL"), validation_alias="OPPORTUNITY", serialization_alias="OPPORTUNITY"
    )
    forecast: CrmStage = Field(
        default=_stage("opportunity", "OPEN_DEAL"), validation_alias="FORECAST", serialization_alias="FORECAST"
    )
    closed_won: CrmStage = Field(
        default=_stage("customer"), validation_alias="CLOSED_WON", serialization_alias="CLOSED_WON"
    )
    closed_lost: CrmStage = Field(
        default=_stage("lead", "UNQUALIFIED"), validation_alias="CLOSED_LOST", serialization_alias="CLOSED_LOST"
    )
    #: Satisfied customers who recommend; not written unless a value is given.
    promoter: CrmStage = Field(default=CrmStage(), validation_alias="PROMOTER", serialization_alias="PROMOTER")

    def of(self, stage: FunnelStage, *, recycled: bool = False) -> CrmStage:
        """Return what a stage is in the CRM; `recycled` tells TAM after Closed-Other from TAM never active."""
        if stage is FunnelStage.CLOSED_OTHER or (stage is FunnelStage.TAM and recycled):
            return self.tam_recycled
        found: CrmStage = getattr(self, stage.value.lower())
        return found


class ContactProperties(Section):
    """Properties of contacts by what they hold; None is not written."""

    stage: PropertyName | None = "fn_stage"
    stage_since: PropertyName | None = "fn_stage_since"
    fit: PropertyName | None = "fn_fit"
    engagement: PropertyName | None = "fn_engagement"
    cell: PropertyName | None = "fn_cell"
    priority: PropertyName | None = "fn_priority"
    score_reasons: PropertyName | None = "fn_score_reasons"
    outcome: PropertyName | None = "fn_outcome"
    sales_ready_at: PropertyName | None = "fn_sales_ready_at"
    accepted_at: PropertyName | None = "fn_accepted_at"
    sla_due_at: PropertyName | None = "fn_sla_due_at"
    lifecycle: PropertyName | None = "lifecyclestage"
    lead_status: PropertyName | None = "hs_lead_status"
    #: The CRM's own: whom routing leads to, where a lead has no owner. None assigns nobody.
    owner: PropertyName | None = None
    #: Why a delayed contact is nurtured on. None is not written.
    nurture_track: PropertyName | None = None


class CompanyProperties(Section):
    """Properties of companies by what they hold; None is not written."""

    stage: PropertyName | None = "fn_stage"
    in_tam: PropertyName | None = "fn_in_tam"


class DealProperties(Section):
    """Properties of deals by what they hold; None is not written."""

    outcome: PropertyName | None = "fn_outcome"
    other_reason: PropertyName | None = "fn_other_reason"
    resume_at: PropertyName | None = "fn_resume_at"
    offer_at: PropertyName | None = "fn_offer_at"
    #: The CRM's own: a postponed deal leaves the rep's forecast there as well.
    forecast_category: PropertyName | None = "hs_manual_forecast_category"
    #: The CRM's own: a postponed deal goes where its pipeline's `closed_other_stage` says.
    deal_stage: PropertyName | None = "dealstage"


class WriteBack(Section):
    """What is written, under which names, and how much at once."""

    group: PropertyName = "funnel_worker"
    group_label: str = "Funnel Worker"
    #: In which language sales reads reasons, hand-over cards and proposals.
    language: Literal["en", "de"] = "en"
    contacts: ContactProperties = Field(default_factory=ContactProperties)
    companies: CompanyProperties = Field(default_factory=CompanyProperties)
    deals: DealProperties = Field(default_factory=DealProperties)
    #: Share of the records above which a plan that changes them is refused.
    max_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    #: Number of records under which the share does not matter.
    min_records: Annotated[int, Field(ge=0)] = 10
    #: Points by which the CRM's engagement may lag behind fading.
    score_step: Annotated[float, Field(gt=0, le=100)] = 5
