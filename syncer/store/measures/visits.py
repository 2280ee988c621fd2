"""Keeps and sums what web analytics counted."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple

from sqlalchemy import Connection, case, func, null, select

from syncer.kpis.asked.ports import Cut
from syncer.kpis.asked.visit_lines import VisitLine
from syncer.kpis.asked.work import Visits
from syncer.kpis.periods import Window
from syncer.store import tables
from syncer.store.engines.dialect import dialect_of
from syncer.store.measures.time import Expression

_COUNTS = ("bounced", "timed", "seconds", "impressions", "clicks", "likes")


class VisitBook:
    """Writes visits, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, account: str, lines: Iterable[VisitLine]) -> int:
        """Write lines; one of the same day, source and definition is replaced. Return how many."""
        rows = [(account, *astuple(line)) for line in lines]
        dialect_of(self._connection).upsert(self._connection, tables.visits, rows)
        return len(rows)


def counted(connection: Connection, cut: Cut, window: Window) -> Sequence[Visits]:
    """Return visits on days inside the window and not after as_of, by source and definition."""
    row, calendar = tables.visits, cut.calendar
    days = [row.c.account == cut.account, row.c.day <= calendar.day_number(cut.as_of)]
    if window.start is not None:
        days.append(row.c.day >= calendar.day_number(window.start))
    if window.end is not None:
        days.append(row.c.day <= calendar.day_number(window.end - 1))
    totals = [_whole(row.c[name]) for name in _COUNTS]
    query = (
        select(row.c.source, row.c.definition, func.sum(row.c.sessions), *totals)
        .where(*days)
        .group_by(row.c.source, row.c.definition)
        .order_by(row.c.source, row.c.definition)
    )
    return [
        Visits(source or None, definition, int(sessions), *(None if count is None else int(count) for count in counts))
        for source, definition, sessions, *counts in connection.execute(query)
    ]


def _whole(column: Expression) -> Expression:
    """Return a sum, NULL where any of its days does not tell."""
    return case((func.count(column) == func.count(), func.sum(column)), else_=null())
