"""Entries into stages and stays in them, from the ledger's events; and how first cycles went on."""

from collections.abc import Iterator

from sqlalchemy import Connection, Subquery, and_, case, false, func, literal, null, or_, select

from syncer.funnel.facts import CycleType, FunnelStage, Outcome
from syncer.kpis.periods import Window
from syncer.kpis.ports import Cut, Milestone
from syncer.kpis.work import UNDER_WAY, Move, Newcomers, Pass
from syncer.store import tables
from syncer.store.dialect import Query
from syncer.store.measures_populations import MILESTONES, cycle_excluded, cycles_as_of, is_test, known
from syncer.store.measures_queries import grouped
from syncer.store.measures_segments import cycle_segment, reader
from syncer.store.measures_time import Expression, inside, local_day, number

#: What a lead advances through, in the funnel's order.
_LADDER = [
    MILESTONES[one]
    for one in Milestone
    if one not in {Milestone.FIRST_CONTACT, Milestone.SUSPECT, Milestone.WON, Milestone.ENDED}
]


def moves(connection: Connection, cut: Cut, window: Window) -> Iterator[Move]:
    """Count real entries into stages inside the window; those merely passed through are excluded as `virtual`."""
    rows, read = cycles_as_of(cut), reader(cut)
    for entries in (_real_entries(cut), _virtual_entries(cut)):
        mine = and_(rows.c.contact_id == entries.c.contact_id, rows.c.cycle_no == entries.c.cycle_no)
        # The whole needs no cycle: a join for nothing would cost as much again.
        source = entries.outerjoin(rows, mine) if cut.by else entries
        tested = case((is_test(entries.c.contact_id, cut), literal("test")), else_=entries.c.excluded)
        keys = [*cycle_segment(rows, cut, entries.c.occurred_at), tested, entries.c.from_stage, entries.c.to_stage]
        chosen = select(entries.c.contact_id).select_from(source).where(inside(entries.c.occurred_at, window))
        for *segment, excluded, origin, target, units in grouped(connection, keys, chosen):
            yield Move(read(segment), excluded, FunnelStage(origin), FunnelStage(target), units)


def _real_entries(cut: Cut) -> Subquery:
    """Return entries with the stage where the contact really stood before: its last one, the market at first.

    Where that is the very stage entered, it comes back from one that it was only taken to be in: that one is named.
    """
    event = tables.stage_events
    before = func.lag(event.c.to_stage).over(partition_by=event.c.contact_id, order_by=(event.c.cycle_no, event.c.seq))
    # Named once: the database would work it out as often as it is written.
    real = (
        _entries(cut, event.c.from_stage, null(), event.c.virtual.is_(False))
        .add_columns(before.label("before"))
        .subquery("real")
    )
    stood = func.coalesce(real.c.before, literal(FunnelStage.TAM.value))
    origin = case((stood == real.c.to_stage, func.coalesce(real.c.from_stage, stood)), else_=stood)
    kept = (real.c.contact_id, real.c.cycle_no, real.c.occurred_at, real.c.to_stage, real.c.excluded)
    return select(*kept, origin.label("from_stage")).subquery("entries")


def _virtual_entries(cut: Cut) -> Subquery:
    event = tables.stage_events
    origin = func.coalesce(event.c.from_stage, literal(FunnelStage.TAM.value))
    return _entries(cut, origin, literal("virtual"), event.c.virtual.is_(True)).subquery("entries")


def _entries(cut: Cut, origin: Expression, excluded: Expression, which: Expression) -> Query:
    event = tables.stage_events
    return select(
        event.c.contact_id,
        event.c.cycle_no,
        event.c.occurred_at,
        event.c.to_stage,
        origin.label("from_stage"),
        excluded.label("excluded"),
    ).where(known(event, cut), event.c.occurred_at <= cut.as_of, which)


def passes(connection: Connection, cut: Cut, window: Window) -> Iterator[Pass]:
    """Count real stays in the stages under way that began inside the window."""
    rows, stays, read = cycles_as_of(cut), _stays(cut), reader(cut)
    mine = and_(rows.c.contact_id == stays.c.contact_id, rows.c.cycle_no == stays.c.cycle_no)
    until = func.coalesce(stays.c.left_at, rows.c.ended_at)
    today = number(cut.calendar.day_number(cut.as_of))
    days = func.coalesce(local_day(until, cut.calendar), today) - local_day(stays.c.entered_at, cut.calendar)
    keys = [
        *cycle_segment(rows, cut, stays.c.entered_at),
        cycle_excluded(rows, cut, false()),
        stays.c.stage,
        rows.c.outcome,
        case((until.is_not(None), 1), else_=0),
        days,
    ]
    chosen = select(stays.c.contact_id).select_from(stays.join(rows, mine)).where(inside(stays.c.entered_at, window))
    for *segment, excluded, stage, outcome, left, length, units in grouped(connection, keys, chosen):
        yield Pass(read(segment), excluded, FunnelStage(stage), Outcome(outcome), bool(left), length, units)


def _stays(cut: Cut) -> Subquery:
    """Return every real entry with the moment of the next entry, real or not, in its cycle.

    The ledger is clustered by cycle and place: looking the next one up costs a third of what a window function does.
    """
    event, after = tables.stage_events, tables.stage_events.alias("after")
    follows = and_(
        known(after, cut),
        after.c.contact_id == event.c.contact_id,
        after.c.cycle_no == event.c.cycle_no,
        after.c.seq == event.c.seq + 1,
        after.c.occurred_at <= cut.as_of,
    )
    return (
        select(
            event.c.contact_id,
            event.c.cycle_no,
            event.c.to_stage.label("stage"),
            event.c.occurred_at.label("entered_at"),
            after.c.occurred_at.label("left_at"),
        )
        .select_from(event.outerjoin(after, follows))
        .where(
            known(event, cut),
            event.c.occurred_at <= cut.as_of,
            event.c.virtual.is_(False),
            event.c.to_stage.in_([stage.value for stage in UNDER_WAY]),
        )
        .subquery("stays")
    )


def newcomers(connection: Connection, cut: Cut, window: Window, within: int) -> Iterator[Newcomers]:
    """Count first cycles begun inside the window by whether they advanced within so many milliseconds."""
    rows, read = cycles_as_of(cut), reader(cut)
    since, until = rows.c.started_at, rows.c.started_at + number(within)
    still = and_(rows.c.outcome == Outcome.OPEN.value, until > cut.as_of)
    keys = [
        *cycle_segment(rows, cut, since),
        cycle_excluded(rows, cut, false()),
        case((_advanced(rows, until), 1), else_=0),
        case((still, 1), else_=0),
    ]
    chosen = select(rows).where(rows.c.cycle_no == 1, rows.c.type == CycleType.ACQUISITION.value, inside(since, window))
    for *segment, excluded, advanced, pending, units in grouped(connection, keys, chosen):
        yield Newcomers(read(segment), excluded, bool(advanced), bool(pending), units)


def _advanced(cycles: Subquery, until: Expression) -> Expression:
    """Return whether a milestone beyond those of the beginning was reached by a moment."""
    since = cycles.c.started_at
    steps = []
    for place, column in enumerate(_LADDER):
        at = cycles.c[column]
        beyond = [or_(cycles.c[later].is_(None), cycles.c[later] > since) for later in _LADDER[place:]]
        steps.append(and_(at <= until, *beyond))
    won = and_(cycles.c.outcome == Outcome.WON.value, cycles.c.ended_at > since, cycles.c.ended_at <= until)
    return or_(*steps, won)
