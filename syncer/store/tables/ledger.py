"""Tables of the ledger: what was decided, from when to when it was believed, and the current projection."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, Ref, table
from syncer.store.tables.indexes import partial


class StageEventRow(SQLModel, table=True):
    """One entry into a stage, believed from `recorded_at` until `superseded_at` (NULL: still)."""

    __tablename__ = "stage_events"
    __table_args__ = CLUSTERED
    account: Key
    contact_id: Key
    cycle_no: NumberKey
    seq: NumberKey
    recorded_at: NumberKey
    from_stage: str | None
    to_stage: str
    occurred_at: Number
    rule: str
    #: JSON list of evidence ids.
    evidence: str
    actor: str
    virtual: bool
    #: The agreement version under which the row was decided.
    agreement: str
    superseded_at: MaybeNumber


class CycleRow(SQLModel, table=True):
    """One passage through the funnel, believed from `recorded_at` until `superseded_at` (NULL: still)."""

    __tablename__ = "cycles"
    __table_args__ = CLUSTERED
    account: Key
    contact_id: Key
    cycle_no: NumberKey
    recorded_at: NumberKey
    type: str
    origin: str
    started_at: Number
    ended_at: MaybeNumber
    outcome: str
    reason: str | None
    first_contact_at: MaybeNumber
    suspect_at: MaybeNumber
    inquiry_at: MaybeNumber
    mql_at: MaybeNumber
    sales_ready_at: MaybeNumber
    accepted_at: MaybeNumber
    rejected_at: MaybeNumber
    reject_reason: str | None
    deal_at: MaybeNumber
    offer_at: MaybeNumber
    deal_id: Ref
    source: str | None
    campaign: str | None
    owner_id: Ref
    country: str | None
    industry: str | None
    grade: str | None
    cell: str | None
    recycled_from: MaybeNumber
    reopened_outcome: str | None
    reopened_from: MaybeNumber
    reopened_to: MaybeNumber
    #: When to come back to a lead that was postponed before there was any deal.
    resume_at: MaybeNumber
    agreement: str
    superseded_at: MaybeNumber


class ContactStateRow(SQLModel, table=True):
    """Where a contact stands now, with its score."""

    __tablename__ = "contact_states"
    __table_args__ = CLUSTERED
    account: Key
    contact_id: Key
    stage: str
    since: MaybeNumber
    cycle_no: Number
    relationship: str
    outcome: str
    fit: float
    engagement: float
    grade: str
    level: Number
    cell: str
    action: str
    priority: Number
    completeness: float
    basis: str
    sla_due_at: MaybeNumber
    overridden_until: MaybeNumber
    #: JSON list.
    flags: str
    due_at: MaybeNumber
    agreement: str
    #: When anything but `due_at` last changed.
    changed_at: Number


class DealSpanRow(SQLModel, table=True):
    """One stretch of a deal's business time, believed from `recorded_at` until `superseded_at` (NULL: still)."""

    __tablename__ = "deal_spans"
    __table_args__ = CLUSTERED
    account: Key
    deal_id: Key
    valid_from: NumberKey
    recorded_at: NumberKey
    valid_to: MaybeNumber
    pipeline_id: Ref
    pipeline_kind: str | None
    stage_id: Ref
    outcome: str
    rule: str
    reason: str | None
    #: Micro-units.
    amount: MaybeNumber
    currency: str | None
    close_date: MaybeNumber
    forecast_category: str | None
    probability: float | None
    offer_at: MaybeNumber
    month_pushes: Number
    quarter_pushes: Number
    slip_days: MaybeNumber
    proposal: str | None
    resume_at: MaybeNumber
    agreement: str
    superseded_at: MaybeNumber


class DealStateRow(SQLModel, table=True):
    """What stands over all spans of a deal."""

    __tablename__ = "deal_states"
    __table_args__ = CLUSTERED
    account: Key
    deal_id: Key
    created_at: Number
    primary_contact_id: Ref
    #: JSON list.
    contact_ids: str
    company_id: Ref
    owner_id: Ref
    deal_type: str | None
    source: str | None
    #: JSON list.
    flags: str
    #: Why the primary contact is it.
    primary_by: str | None
    due_at: MaybeNumber
    agreement: str
    changed_at: Number


class CompanyStateRow(SQLModel, table=True):
    """A company's place now."""

    __tablename__ = "company_states"
    __table_args__ = CLUSTERED
    account: Key
    company_id: Key
    stage: str
    in_tam: bool
    changed_at: Number


stage_events = table(StageEventRow)
cycles = table(CycleRow)
contact_states = table(ContactStateRow)
deal_spans = table(DealSpanRow)
deal_states = table(DealStateRow)
company_states = table(CompanyStateRow)

partial("ix_contact_states_due", "due_at IS NOT NULL", contact_states.c.account, contact_states.c.due_at)
Index("ix_contact_states_changed", contact_states.c.account, contact_states.c.changed_at)
partial("ix_deal_states_due", "due_at IS NOT NULL", deal_states.c.account, deal_states.c.due_at)

#: The condition of a contact that is a test record; the partial index serves only these very words.
IS_TEST = "flags LIKE '%\"is_test\"%'"
#: The condition of a span that stands.
STANDS = "superseded_at IS NULL AND valid_to IS NULL"


_PRIORITY = contact_states.c.priority.desc()
_OUTCOME = (deal_spans.c.account, deal_spans.c.outcome)
Index("ix_contact_states_priority", contact_states.c.account, _PRIORITY, contact_states.c.contact_id)
Index(
    "ix_contact_states_stage",
    contact_states.c.account,
    contact_states.c.stage,
    _PRIORITY,
    contact_states.c.contact_id,
)
partial(
    "ix_contact_states_clock",
    "sla_due_at IS NOT NULL",
    contact_states.c.account,
    contact_states.c.stage,
    contact_states.c.sla_due_at,
    _PRIORITY,
    contact_states.c.contact_id,
)
partial(
    "ix_cycles_resume",
    "superseded_at IS NULL AND resume_at IS NOT NULL",
    cycles.c.account,
    cycles.c.resume_at,
    cycles.c.contact_id,
)
partial("ix_contact_states_test", IS_TEST, contact_states.c.account, contact_states.c.flags)
partial(
    "ix_stage_events_out",
    "to_stage = 'OUT'",
    stage_events.c.account,
    stage_events.c.to_stage,
    stage_events.c.contact_id,
)
partial("ix_deal_spans_close", STANDS, *_OUTCOME, deal_spans.c.close_date, deal_spans.c.deal_id)
partial("ix_deal_spans_turned", STANDS, *_OUTCOME, deal_spans.c.valid_from.desc(), deal_spans.c.deal_id)
partial(
    "ix_deal_spans_resume",
    f"{STANDS} AND outcome = 'other'",
    *_OUTCOME,
    deal_spans.c.resume_at,
    deal_spans.c.deal_id,
)
partial(
    "ix_deal_spans_proposed",
    f"{STANDS} AND proposal IS NOT NULL",
    *_OUTCOME,
    deal_spans.c.close_date,
    deal_spans.c.deal_id,
)
