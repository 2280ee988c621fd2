"""What the funnel decides on and what it decides: values between store, decisions and KPIs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum

import msgspec

from syncer.funnel.kept import Kept, PrimaryBy
from syncer.moments import Millis
from syncer.records import Answer, Change, Company, Contact, Deal, Evidence, Link


class FunnelStage(StrEnum):
    """Canonical stages (domain B2)."""

    OUT = "OUT"
    TAM = "TAM"
    SUSPECT = "SUSPECT"
    INQUIRY = "INQUIRY"
    LEAD_MQL = "LEAD_MQL"
    LEAD_SQL = "LEAD_SQL"
    LEAD_SAL = "LEAD_SAL"
    LEAD_DEAL = "LEAD_DEAL"
    OPPORTUNITY = "OPPORTUNITY"
    FORECAST = "FORECAST"
    CLOSED_WON = "CLOSED_WON"
    CLOSED_LOST = "CLOSED_LOST"
    CLOSED_OTHER = "CLOSED_OTHER"


class Rank(IntEnum):
    """Order of the stages (domain B2); the three outcomes share the last rank."""

    OUT = -1
    TAM = 0
    SUSPECT = 1
    INQUIRY = 2
    LEAD_MQL = 3
    LEAD_SQL = 4
    LEAD_SAL = 5
    LEAD_DEAL = 6
    OPPORTUNITY = 7
    FORECAST = 8
    CLOSED_WON = 9
    CLOSED_LOST = 9
    CLOSED_OTHER = 9


class Outcome(StrEnum):
    """How a cycle or a deal stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    OTHER = "other"
    VOID = "void"
    #: The deal stands in a stage that nobody mapped: excluded and reported (domain R12).
    UNMAPPED = "unmapped"


class CycleType(StrEnum):
    """Why a passage through the funnel began."""

    ACQUISITION = "acquisition"
    EXPANSION = "expansion"
    WINBACK = "winback"


class Origin(StrEnum):
    """Who began a passage."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    REFERRAL = "referral"
    REOPENED = "reopened"
    IMPORT = "import"


class Relationship(StrEnum):
    """Independent of the stage: a customer may have an open expansion (domain B1)."""

    PROSPECT = "prospect"
    CUSTOMER = "customer"
    FORMER_CUSTOMER = "former_customer"


class DealSpan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stretch of business time over which everything that matters about a deal stayed the same.

    A deal's spans follow each other without gap or overlap; the last has `valid_to` None. So the deal as of T is
    the one span with `valid_from` ≤ T < `valid_to`.
    """

    deal_id: str
    valid_from: Millis
    valid_to: Millis | None
    pipeline_id: str | None
    #: new_business, expansion, renewal, partner, ignore; None when nobody mapped the pipeline.
    pipeline_kind: str | None
    stage_id: str | None
    outcome: Outcome
    #: The rule that decided the outcome (`CO3`, `won_stage`, `lost_stage`, ...).
    rule: str
    #: Normalised reason (domain C3) of a closed deal.
    reason: str | None
    amount: Decimal | None
    currency: str | None
    close_date: Millis | None
    forecast_category: str | None
    probability: float | None
    #: First moment at which offer evidence existed, as known in this span.
    offer_at: Millis | None
    #: Counts to date (domain C4).
    month_pushes: int = 0
    quarter_pushes: int = 0
    slip_days: int | None = None
    #: Rule id of a Closed-Other proposal that waits for the owner, or None.
    proposal: str | None = None
    resume_at: Millis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DealFacts:
    """Everything known about one deal."""

    deal: Deal
    #: Changes of stage, pipeline, amount, close_date, forecast_category, outcome, lost_reason, by time.
    changes: Sequence[Change] = ()
    contact_ids: Sequence[str] = ()
    #: Labelled links deal→contact, for the choice of the primary contact (domain R9).
    links: Sequence[Link] = ()
    company_id: str | None = None
    #: Moments of two-way activity with the deal's contacts, ascending.
    two_way: Sequence[Millis] = ()
    #: The next planned meeting, as known now.
    next_meeting_at: Millis | None = None
    #: The linked contacts by id, and the deal's company, for conditions that speak of them.
    people: Mapping[str, Contact] = field(default_factory=dict)
    company: Company | None = None
    #: When linked contacts last became sales-ready before the deal was opened, for a choice still to be made.
    sales_ready: Mapping[str, Millis] = field(default_factory=dict)
    #: When a second full compare in a row had not found the deal.
    gone_at: Millis | None = None
    kept: Kept | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DealDecision:
    """One deal's history as decided."""

    deal_id: str
    created_at: Millis
    primary_contact_id: str | None
    contact_ids: Sequence[str]
    company_id: str | None
    owner_id: str | None
    deal_type: str | None
    source: str | None
    spans: Sequence[DealSpan]
    primary_by: PrimaryBy | None = None
    #: Data-quality findings: `backdated`, `unspecified_reason`, `reason_conflict`, `unmapped_stage`, ...
    flags: tuple[str, ...] = ()
    #: When time alone can change the decision next.
    due_at: Millis | None = None


class ContactFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything known about one contact, up to what the caller asked for."""

    contact: Contact
    company: Company | None = None
    #: Ascending by (occurred_at, priority, id).
    evidence: Sequence[Evidence] = ()
    #: Decisions on the deals linked to the contact, ascending by deal id.
    deals: Sequence[DealDecision] = ()
    #: Answers to surveys of any kind, ascending by moment.
    answers: Sequence[Answer] = ()


class StageEvent(msgspec.Struct, frozen=True, gc=False):
    """One entry into a stage: the ledger's row. Leaving is the next entry."""

    cycle_no: int
    #: 0-based within the cycle.
    seq: int
    from_stage: FunnelStage | None
    to_stage: FunnelStage
    occurred_at: Millis
    #: `score_inquiry`, `hard_conversion`, `explicit_request`, `accepted`, `deal_created`, `offer`, `expired`, ...
    rule: str
    evidence: tuple[str, ...] = ()
    #: machine, user or crm.
    actor: str = "machine"
    #: Passed through without evidence of its own: counted as reached, left out of durations (domain B2).
    virtual: bool = False


class Cycle(msgspec.Struct, frozen=True, gc=False):
    """One passage through the funnel. Milestones are first entries by real evidence; None is not reached."""

    cycle_no: int
    type: CycleType
    origin: Origin
    started_at: Millis
    ended_at: Millis | None = None
    outcome: Outcome = Outcome.OPEN
    #: Normalised reason of lost and other.
    reason: str | None = None
    first_contact_at: Millis | None = None
    suspect_at: Millis | None = None
    inquiry_at: Millis | None = None
    mql_at: Millis | None = None
    sales_ready_at: Millis | None = None
    accepted_at: Millis | None = None
    rejected_at: Millis | None = None
    reject_reason: str | None = None
    deal_at: Millis | None = None
    offer_at: Millis | None = None
    #: The deal whose outcome is the cycle's, else the primary open deal.
    deal_id: str | None = None
    #: Segment values frozen at entry.
    source: str | None = None
    campaign: str | None = None
    owner_id: str | None = None
    country: str | None = None
    industry: str | None = None
    grade: str | None = None
    #: Score cell at hand-over (`A2`).
    cell: str | None = None
    recycled_from: int | None = None
    #: An earlier outcome that a reopening within 30 days took back: valid from .. to in business time.
    reopened_outcome: Outcome | None = None
    reopened_from: Millis | None = None
    reopened_to: Millis | None = None
    #: When to come back to a lead that was postponed before there was any deal; a delayed deal has a date of its own.
    resume_at: Millis | None = None


class Score(msgspec.Struct, frozen=True, gc=False):
    """Fit, engagement and what they mean (domain D). Rounded half-up to two decimals."""

    fit: float
    engagement: float
    grade: str
    level: int
    #: Grade and level, `A2`.
    cell: str
    #: sales_ready, mql, inquiry, suspect, out.
    action: str
    priority: int
    #: Share of filled fit-relevant properties, 0..1.
    completeness: float
    #: `full`, `fit_only` (no consent), or `none` (objected).
    basis: str = "full"


class ContactDecision(msgspec.Struct, frozen=True, gc=False):
    """Where a contact stands and why."""

    contact_id: str
    stage: FunnelStage
    since: Millis | None
    cycle_no: int
    relationship: Relationship
    #: Outcome of the latest cycle that ended, else `open`.
    outcome: Outcome
    score: Score
    events: Sequence[StageEvent]
    cycles: Sequence[Cycle]
    sla_due_at: Millis | None = None
    overridden_until: Millis | None = None
    flags: tuple[str, ...] = ()
    #: When time alone can change the decision next; None when never.
    due_at: Millis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyDecision:
    """A company's place: the furthest of its contacts and deals (domain R8)."""

    company_id: str
    stage: FunnelStage
    in_tam: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """One line of a score's explanation. `after_cap` over all lines sums to the score."""

    rule_id: str
    label: str
    #: fit, engagement, or negative; caps and clamps are lines of their own.
    part: str
    raw: float
    decayed: float
    after_cap: float
    evidence_ids: tuple[str, ...] = ()
    occurred_at: Millis | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
