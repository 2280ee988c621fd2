"""Sections on where a contact stands: `tam`, `icp`, `stages`, `offer_evidence`, `forecast`, `overrides`, `fields`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from syncer.agreement.base import Days, Grade, Ident, Rule, Section
from syncer.tellings import LeadState

Number = Annotated[float, Field(ge=0)]


class Tam(Section):
    """Who belongs to the market."""

    #: Condition on contact and company; None is everybody whom no gate keeps out.
    rule: Rule | None = None


class Icp(Section):
    """Who is a wanted customer."""

    #: Lowest fit grade from which a contact can be a lead.
    min_grade: Grade = "C"


class RepeatedVisits(Section):
    """Who has raised the hand by coming back."""

    #: Events that are visits.
    events: Annotated[tuple[Ident, ...], Field(min_length=1)] = ("page_view", "pricing_view")
    #: Local days with a visit.
    days: Annotated[int, Field(ge=2, le=365)] = 3
    #: Days, the last visit's own among them, within which they lie.
    within_days: Annotated[int, Field(ge=2, le=3650)] = 30


class Stages(Section):
    """When contacts move between stages (domain B2, B6)."""

    #: Engagement from which a suspect has raised its hand.
    inquiry_enter: Number = 20
    #: Events that raise the hand whatever the score.
    hard_conversions: tuple[Ident, ...] = ()
    #: Visits that raise it together; None raises nobody's.
    repeated_visits: RepeatedVisits | None = None
    #: A suspect without activity returns to the market.
    suspect_expiry_days: Days = 90
    #: A lost contact returns to the market.
    lost_to_tam_days: Days = 180
    #: A deal reopened within so many days resumes its cycle.
    reopen_days: Days = 30
    #: After a loss, soft events open no new cycle for so long; a raised hand does at once.
    winback_soft_days: Days = 90
    #: Lead statuses by which sales accepts.
    accepted_lead_statuses: tuple[str, ...] = ("OPEN", "IN_PROGRESS", "CONNECTED", "OPEN_DEAL")
    #: Lead statuses by which sales rejects, and the reject reason each stands for.
    rejected_lead_statuses: Mapping[str, Ident] = Field(
        default_factory=lambda: {"BAD_TIMING": "bad_timing", "UNQUALIFIED": "no_fit"}
    )
    #: Values of the portal's own property by which sales accepts, and by which it rejects with the reason of each.
    accepted_answers: tuple[str, ...] = ("accepted", "angenommen", "yes", "ja", "true")
    rejected_answers: Mapping[str, Ident] = Field(default_factory=dict)
    #: Stage ids of the Leads object to what they mean; those not named are read by the CRM's state and their label.
    lead_stages: Mapping[str, LeadState] = Field(default_factory=dict)
    #: Association labels that make a contact the primary one of a deal, first hit wins.
    primary_labels: tuple[str, ...] = ("Hauptansprechpartner", "Entscheider", "Decision maker", "Champion")
    #: Days after creation from which a deal's close date counts as promised.
    baseline_days: Days = 7
    #: Difference between close date and closing from which a deal is flagged as backdated.
    backdated_days: Days = 7


class OfferSign(StrEnum):
    """What proves an offer."""

    QUOTE = "quote"
    STAGE = "stage"
    PROPERTY = "property"


class OfferEvidence(Section):
    """When a deal has an offer (domain B3)."""

    #: A quote, a deal stage marked as offer stage, or the property `fn_offer_at`.
    any_of: Annotated[tuple[OfferSign, ...], Field(min_length=1)] = tuple(OfferSign)
    quote_statuses: tuple[str, ...] = ("APPROVAL_NOT_NEEDED", "APPROVED", "published")


class Forecast(Section):
    """Which deals are forecast (domain B4)."""

    #: The rep's category where there is one, else offer, close date and probability.
    mode: Literal["auto"] = "auto"
    #: Lowest probability without a category.
    p_min: Annotated[float, Field(ge=0, le=1)] = 0.0


class Overrides(Section):
    """How long a person's edit in the CRM stands."""

    expire_days: Days = 30


class FieldType(StrEnum):
    """What a custom field holds."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    MOMENT = "moment"


class Fields(Section):
    """Custom fields that rules may read, beyond those known by default; `syncer.yaml` says where they come from."""

    contact: Mapping[Ident, FieldType] = Field(default_factory=dict)
    company: Mapping[Ident, FieldType] = Field(default_factory=dict)
    deal: Mapping[Ident, FieldType] = Field(default_factory=dict)
