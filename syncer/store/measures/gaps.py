"""What is missing or wrong in the data: open deals, losses, leads, overrides, activities."""

from collections.abc import Iterator

from sqlalchemy import Connection, String, Subquery, and_, case, cast, exists, false, literal, null, or_, select

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import Cut, DealDate
from syncer.kpis.asked.work import DealGaps, Share
from syncer.kpis.periods import Window
from syncer.records import ActivityKind
from syncer.store import tables
from syncer.store.engines.dialect import Query
from syncer.store.measures.populations import deal_excluded, deals_as_of, is_test
from syncer.store.measures.queries import Keys, deal_keys, grouped
from syncer.store.measures.segments import contact_segment, deal_segment, reader
from syncer.store.measures.time import Expression, inside_or_unknown

#: What lies ahead by its nature.
_PLANNED = (ActivityKind.MEETING.value, ActivityKind.TASK.value)

#: Outcomes of a meeting or task that will not take place any more.
_DONE = ("CANCELED", "CANCELLED", "COMPLETED", "NO_SHOW", "RESCHEDULED")


def deal_gaps(connection: Connection, cut: Cut) -> Iterator[DealGaps]:
    """Count open deals by their gaps."""
    rows, read = deals_as_of(cut), reader(cut)
    today = cut.calendar.midnight(cut.calendar.day(cut.as_of))
    gaps = [
        rows.c.amount.is_(None),
        rows.c.close_date.is_(None),
        rows.c.primary_contact_id.is_(None),
        ~_has_next_step(rows, cut),
        and_(rows.c.close_date.is_not(None), rows.c.close_date < today),
    ]
    keys = [
        *deal_segment(rows, cut, rows.c.close_date),
        deal_excluded(rows, cut, false()),
        *(case((gap, 1), else_=0) for gap in gaps),
    ]
    chosen = select(rows).where(rows.c.outcome == Outcome.OPEN.value)
    for *segment, excluded, amount, close_date, contact, step, overdue, units in grouped(connection, keys, chosen):
        yield DealGaps(
            segment=read(segment),
            excluded=excluded,
            no_amount=bool(amount),
            no_close_date=bool(close_date),
            no_contact=bool(contact),
            no_next_step=bool(step),
            overdue=bool(overdue),
            units=units,
        )


def _has_next_step(deals: Subquery, cut: Cut) -> Expression:
    """Return whether a meeting or task with the deal's contact lies ahead."""
    fact = tables.evidence.alias("ahead")
    mine = and_(fact.c.account == cut.account, fact.c.contact_id == deals.c.primary_contact_id)
    believed = and_(
        fact.c.recorded_at <= cut.known_at, or_(fact.c.voided_at.is_(None), fact.c.voided_at > cut.known_at)
    )
    waits = or_(fact.c.outcome.is_(None), fact.c.outcome.not_in(_DONE))
    ahead = and_(fact.c.occurred_at > cut.as_of, fact.c.kind.in_(_PLANNED), waits)
    return exists(select(fact.c.id).where(mine, ahead, believed))


def lost_without_reason(connection: Connection, cut: Cut, window: Window) -> Iterator[Share]:
    """Count deals lost inside the window; faulty are those without a reason."""
    rows = deals_as_of(cut)
    silent = or_(rows.c.reason.is_(None), rows.c.reason == "unspecified")
    keys = deal_keys(rows, cut, DealDate.CLOSE, window)[:-1]
    lost = select(rows).where(rows.c.outcome == Outcome.LOST.value, inside_or_unknown(rows.c.close_date, window))
    return _shares(connection, cut, (keys, lost), silent)


def overridden(connection: Connection, cut: Cut) -> Iterator[Share]:
    """Count contacts with a decision; faulty are those whose stage a person holds against it."""
    contact, state = tables.contacts, tables.contact_states
    mine = and_(state.c.account == contact.c.account, state.c.contact_id == contact.c.id)
    tested = case((is_test(contact.c.id, cut), literal("test")), else_=null())
    decided = (
        select(contact.c.id)
        .select_from(contact.join(state, mine))
        .where(contact.c.account == cut.account, contact.c.merged_into.is_(None), contact.c.archived_at.is_(None))
    )
    keys = [*contact_segment(contact, cut), tested]
    return _shares(connection, cut, (keys, decided), state.c.overridden_until > cut.as_of)


def _shares(connection: Connection, cut: Cut, rows: tuple[Keys, Query], faulty: Expression) -> Iterator[Share]:
    read = reader(cut)
    keys, chosen = rows
    for *segment, excluded, fault, units in grouped(connection, [*keys, case((faulty, 1), else_=0)], chosen):
        yield Share(read(segment), excluded, units if fault else 0, units)


def future_activities(connection: Connection, cut: Cut) -> Iterator[Share]:
    """Count activities, all together or by their id; faulty are those dated after the moment of knowledge.

    A meeting or a task may be.
    """
    row = tables.activities
    ahead = and_(row.c.occurred_at > cut.known_at, row.c.kind.not_in(_PLANNED))
    name = [(row.c.stream + literal(":", String) + row.c.id).label("name")] if cut.by else []
    chosen = select(row.c.id).where(row.c.account == cut.account, row.c.archived_at.is_(None))
    yield from _shares(connection, cut, ([*name, cast(null(), String)], chosen), ahead)
