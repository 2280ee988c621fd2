"""How first cycles went on."""

from collections.abc import Iterator

from sqlalchemy import Connection, Subquery, and_, case, false, or_, select

from syncer.funnel.facts import CycleType, Outcome
from syncer.kpis.asked.ports import Cut, Milestone
from syncer.kpis.asked.work import Newcomers
from syncer.kpis.periods import Window
from syncer.store.measures.populations import MILESTONES, cycle_excluded, cycles_as_of
from syncer.store.measures.queries import grouped
from syncer.store.measures.segments import cycle_segment, reader
from syncer.store.measures.time import Expression, inside, number

#: What a lead advances through, in the funnel's order.
_LADDER = [
    MILESTONES[one]
    for one in Milestone
    if one not in {Milestone.FIRST_CONTACT, Milestone.SUSPECT, Milestone.WON, Milestone.ENDED}
]


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
