"""Decisions as rows of the ledger and back."""

import orjson

from syncer.funnel.facts import (
    ContactDecision,
    Cycle,
    CycleType,
    DealDecision,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
    Score,
    StageEvent,
)
from syncer.store.engines.dialect import Row
from syncer.store.ledger.spans import span_of
from syncer.store.rows.decode import texts_of
from syncer.store.values import ContactState, DealState

_NONE = "[]"


def texts(values: tuple[str, ...]) -> str:
    """Return texts as a JSON list."""
    return orjson.dumps(values).decode() if values else _NONE


def event_row(account: str, contact_id: str, event: StageEvent, now: int, agreement: str) -> Row:
    """Return a row of `stage_events`."""
    before = event.from_stage
    return (
        account,
        contact_id,
        event.cycle_no,
        event.seq,
        now,
        None if before is None else str(before),
        str(event.to_stage),
        event.occurred_at,
        event.rule,
        texts(event.evidence),
        event.actor,
        1 if event.virtual else 0,
        agreement,
        None,
    )


def event_of(row: Row) -> StageEvent:
    """Return the event in a row of `stage_events`."""
    return StageEvent(
        row[2],
        row[3],
        None if row[5] is None else FunnelStage(row[5]),
        FunnelStage(row[6]),
        row[7],
        row[8],
        texts_of(row[9]),
        row[10],
        bool(row[11]),
    )


def cycle_row(account: str, contact_id: str, cycle: Cycle, now: int, agreement: str) -> Row:
    """Return a row of `cycles`."""
    return (
        account,
        contact_id,
        cycle.cycle_no,
        now,
        str(cycle.type),
        str(cycle.origin),
        cycle.started_at,
        cycle.ended_at,
        str(cycle.outcome),
        cycle.reason,
        cycle.first_contact_at,
        cycle.suspect_at,
        cycle.inquiry_at,
        cycle.mql_at,
        cycle.sales_ready_at,
        cycle.accepted_at,
        cycle.rejected_at,
        cycle.reject_reason,
        cycle.deal_at,
        cycle.offer_at,
        cycle.deal_id,
        cycle.source,
        cycle.campaign,
        cycle.owner_id,
        cycle.country,
        cycle.industry,
        cycle.grade,
        cycle.cell,
        cycle.recycled_from,
        None if cycle.reopened_outcome is None else str(cycle.reopened_outcome),
        cycle.reopened_from,
        cycle.reopened_to,
        cycle.resume_at,
        agreement,
        None,
    )


def cycle_of(row: Row) -> Cycle:
    """Return the cycle in a row of `cycles`."""
    return Cycle(
        cycle_no=row[2],
        type=CycleType(row[4]),
        origin=Origin(row[5]),
        started_at=row[6],
        ended_at=row[7],
        outcome=Outcome(row[8]),
        reason=row[9],
        first_contact_at=row[10],
        suspect_at=row[11],
        inquiry_at=row[12],
        mql_at=row[13],
        sales_ready_at=row[14],
        accepted_at=row[15],
        rejected_at=row[16],
        reject_reason=row[17],
        deal_at=row[18],
        offer_at=row[19],
        deal_id=row[20],
        source=row[21],
        campaign=row[22],
        owner_id=row[23],
        country=row[24],
        industry=row[25],
        grade=row[26],
        cell=row[27],
        recycled_from=row[28],
        reopened_outcome=None if row[29] is None else Outcome(row[29]),
        reopened_from=row[30],
        reopened_to=row[31],
        resume_at=row[32],
    )


def state_values(decision: ContactDecision) -> Row:
    """Return where a contact stands, in the order of its table from `stage` to `flags`."""
    score = decision.score
    return (
        str(decision.stage),
        decision.since,
        decision.cycle_no,
        str(decision.relationship),
        str(decision.outcome),
        score.fit,
        score.engagement,
        score.grade,
        score.level,
        score.cell,
        score.action,
        score.priority,
        score.completeness,
        score.basis,
        decision.sla_due_at,
        decision.overridden_until,
        texts(decision.flags),
    )


def state_of(row: Row) -> ContactState:
    """Return the state in a row of `contact_states` without its account."""
    return ContactState(
        contact_id=row[0],
        stage=FunnelStage(row[1]),
        since=row[2],
        cycle_no=row[3],
        relationship=Relationship(row[4]),
        outcome=Outcome(row[5]),
        score=Score(
            fit=row[6],
            engagement=row[7],
            grade=row[8],
            level=row[9],
            cell=row[10],
            action=row[11],
            priority=row[12],
            completeness=row[13],
            basis=row[14],
        ),
        sla_due_at=row[15],
        overridden_until=row[16],
        flags=texts_of(row[17]),
        due_at=row[18],
        agreement=row[19],
        changed_at=row[20],
    )


def deal_values(decision: DealDecision) -> Row:
    """Return what stands over all spans of a deal, in the order of its table from `created_at` to `primary_by`."""
    return (
        decision.created_at,
        decision.primary_contact_id,
        texts(tuple(decision.contact_ids)),
        decision.company_id,
        decision.owner_id,
        decision.deal_type,
        decision.source,
        texts(decision.flags),
        None if decision.primary_by is None else str(decision.primary_by),
    )


def deal_state_of(state: Row, span: Row) -> DealState:
    """Return a deal's state from a row of `deal_states` without its account, and its latest span."""
    return DealState(
        deal_id=state[0],
        span=span_of(span),
        created_at=state[1],
        primary_contact_id=state[2],
        contact_ids=texts_of(state[3]),
        company_id=state[4],
        owner_id=state[5],
        deal_type=state[6],
        source=state[7],
        flags=texts_of(state[8]),
        due_at=state[10],
        agreement=state[11],
        changed_at=state[12],
    )
