"""One walk over the believed events in the order of the ledger, beside the cycles they belong to.

A database looks the next event and the cycle up for each event by itself, and sorts millions of rows to count them: a
walk reads both tables once, in the order in which they lie, and serves entries and stays together.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, false, select

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.periods import Calendar, Window
from syncer.kpis.ports import HOUR, Cut, Segment
from syncer.kpis.work import UNDER_WAY, Move, Pass
from syncer.moments import DAY
from syncer.moments import HOUR as AN_HOUR
from syncer.store import tables
from syncer.store.dialect import Query, Row, streamed
from syncer.store.measures_populations import cycle_excluded, cycles_as_of, known, tested
from syncer.store.measures_segments import TIMES, cycle_segment, reader

_MARKET = FunnelStage.TAM.value
_UNDER_WAY = frozenset(stage.value for stage in UNDER_WAY)

#: Returns the values of the dimensions of time at a moment.
_TimesOf = Callable[[int], Sequence[object]]


@dataclass(kw_only=True, slots=True)
class Walked:
    """What a walk counted."""

    entries: Counter[tuple[Segment, str | None, str, str]] = field(default_factory=Counter)
    stays: Counter[tuple[Segment, str | None, str, str, bool, int]] = field(default_factory=Counter)

    def moves(self) -> Iterator[Move]:
        """Yield entries into stages."""
        for (segment, excluded, origin, target), units in self.entries.items():
            yield Move(segment, excluded, FunnelStage(origin), FunnelStage(target), units)

    def passes(self) -> Iterator[Pass]:
        """Yield stays in the stages under way."""
        for (segment, excluded, stage, outcome, left, days), units in self.stays.items():
            yield Pass(segment, excluded, FunnelStage(stage), Outcome(outcome), left, days, units)


class _Cycle(NamedTuple):
    """A cycle as of the cut; one that the ledger does not know has neither outcome nor values."""

    values: Sequence[object]
    excluded: str | None = None
    outcome: str | None = None
    ended_at: int | None = None


def walk(connection: Connection, cut: Cut, window: Window) -> Walked:
    """Count the entries inside a window and the real stays that began inside it."""
    return _Walk(connection, cut, window).run()


class _Walk:
    """The state of one walk."""

    def __init__(self, connection: Connection, cut: Cut, window: Window) -> None:
        self._connection = connection
        self._cut = cut
        self._inside = _insider(window)
        self._day = day_reader(cut.calendar)
        self._today = cut.calendar.day_number(cut.as_of)
        self._own = [dim for dim in cut.by if dim not in TIMES]
        self._segment = _segments(cut, self._own)
        self._found = Walked()

    def run(self) -> Walked:
        """Walk, a passage at a time."""
        with (
            closing(streamed(self._connection, _cycles(self._cut, self._own))) as cycles,
            closing(streamed(self._connection, _events(self._cut))) as events,
        ):
            self._pass(_Cycles(cycles, len(self._own)), events)
        return self._found

    def _pass(self, cycles: "_Cycles", rows: Iterator[Row]) -> None:
        tests = {row[0] for row in streamed(self._connection, tested(self._cut))}
        who, stood = "", _MARKET
        for key, group in groupby(rows, itemgetter(0, 1)):
            contact_id, events, cycle = key[0], list(group), cycles.of(key)
            stood = stood if contact_id == who else _MARKET
            who = contact_id
            if cycle.outcome is not None:
                self._stay(events, cycle)
            stood = self._enter(events, cycle, stood, "test" if contact_id in tests else None)

    def _enter(self, events: Sequence[Row], cycle: _Cycle, stood: str, tested: str | None) -> str:
        """Count entries with the stage where the contact really stood before, and return where it stands after.

        Where that is the very stage entered, it comes back from one that it was only taken to be in: that one is named.
        """
        entries, inside, segment = self._found.entries, self._inside, self._segment
        for _, _, stage, at, virtual, origin, _ in events:
            if virtual:
                if inside(at):
                    entries[segment(cycle.values, at), tested or "virtual", origin or _MARKET, stage] += 1
                continue
            if inside(at):
                left = stood if stood != stage else origin or stood
                entries[segment(cycle.values, at), tested, left, stage] += 1
            stood = stage
        return stood

    def _stay(self, events: Sequence[Row], cycle: _Cycle) -> None:
        """Count stays: each ends with the next event of its cycle, real or not, else with the cycle."""
        day, inside, segment, stays = self._day, self._inside, self._segment, self._found.stays
        ended = None if cycle.ended_at is None else day(cycle.ended_at)
        days = [day(event[3]) for event in events]
        places = [event[6] for event in events]
        for place, (_, _, stage, at, virtual, _, seq) in enumerate(events, start=1):
            if virtual or stage not in _UNDER_WAY or not inside(at):
                continue
            follows = place < len(places) and places[place] == seq + 1
            until = days[place] if follows else ended
            last = self._today if until is None else until
            key = (cycle.excluded, stage, cycle.outcome or "", until is not None, last - days[place - 1])
            stays[segment(cycle.values, at), *key] += 1


def _insider(window: Window) -> Callable[[int], bool]:
    """Return what tells whether a moment falls into a window."""
    start, end = window.start, window.end
    if not window.bounded:
        return lambda _: True
    return lambda at: (start is None or at >= start) and (end is None or at < end)


class _Cycles:
    """Cycles in their order, found for events that come in the same order."""

    def __init__(self, rows: Iterator[Row], width: int) -> None:
        self._rows = rows
        self._width = width
        self._unknown = _Cycle((None,) * width)
        self._key: tuple[str, int] | None = None
        self._cycle = self._unknown
        self._next()

    def _next(self) -> None:
        row = next(self._rows, None)
        if row is None:
            self._key = None
            return
        self._key = (row[0], row[1])
        self._cycle = _Cycle(row[5:], row[2], row[3], row[4])

    def of(self, wanted: tuple[str, int]) -> _Cycle:
        """Return the cycle of a contact and a number."""
        while self._key is not None and self._key < wanted:
            self._next()
        return self._cycle if self._key == wanted else self._unknown


def _events(cut: Cut) -> Query:
    event = tables.stage_events.c
    columns = (event.contact_id, event.cycle_no, event.to_stage, event.occurred_at, event.virtual, event.from_stage)
    return (
        select(*columns, event.seq)
        .where(known(tables.stage_events, cut), event.occurred_at <= cut.as_of)
        .order_by(event.contact_id, event.cycle_no, event.seq)
    )


def _cycles(cut: Cut, dims: Sequence[str]) -> Query:
    rows = cycles_as_of(cut)
    segment = cycle_segment(rows, replace(cut, by=dims), rows.c.started_at)
    told = (cycle_excluded(rows, cut, false()), rows.c.outcome, rows.c.ended_at)
    return select(rows.c.contact_id, rows.c.cycle_no, *told, *segment).order_by(rows.c.contact_id, rows.c.cycle_no)


def _segments(cut: Cut, own: Sequence[str]) -> Callable[[Sequence[object], int], Segment]:
    """Return what makes the segment of a unit from its own values and its moment."""
    if not cut.by:
        return lambda _values, _at: ()
    read, day = reader(cut), day_reader(cut.calendar)
    hour = hour_reader(cut.calendar)

    def segment(values: Sequence[object], at: int) -> Segment:
        told = dict(zip(own, values, strict=True))
        return read([told[dim] if dim in told else hour(at) if dim == HOUR else day(at) for dim in cut.by])

    return segment


def day_reader(calendar: Calendar) -> Callable[[int], int]:
    """Return what gives the local day of a moment as `local_day` does in SQL."""
    starts, offsets = _offsets(calendar)
    return lambda at: (at + offsets[bisect_right(starts, at)]) // DAY


def hour_reader(calendar: Calendar) -> Callable[[int], int]:
    """Return what gives the hour of the local day of a moment, 0..23."""
    starts, offsets = _offsets(calendar)
    return lambda at: (at + offsets[bisect_right(starts, at)]) // AN_HOUR % (DAY // AN_HOUR)


def _offsets(calendar: Calendar) -> tuple[Sequence[int], Sequence[int]]:
    """Return the moments from which an offset holds, and the offsets: the first of them serves everything before."""
    first, *later = calendar.offsets()
    starts = [start for start, _ in later]
    offsets = [first[1], *(offset for _, offset in later)]
    return starts, offsets
