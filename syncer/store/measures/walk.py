"""One walk over the believed events in the order of the ledger, beside the cycles they belong to.

A database looks the next event and the cycle up for each event by itself, and sorts millions of rows to count them: a
walk reads both tables once, in the order in which they lie, and serves entries and stays together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection, String, case, cast, false, literal, select

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import ID, Cut, Segment
from syncer.kpis.asked.work import UNDER_WAY, Move, Pass
from syncer.kpis.periods import Window
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, streamed
from syncer.store.measures.populations import cycle_excluded, cycles_as_of, known, tested
from syncer.store.measures.segments import TIMES, cycle_segment, reader, time_part
from syncer.store.measures.time import Expression, inside, local_day, number

_MARKET = FunnelStage.TAM.value
_UNDER_WAY = frozenset(stage.value for stage in UNDER_WAY)

#: Dimensions by which entries of one cycle may differ.
_OF_EVENT = frozenset({*TIMES, ID})

#: Before its segment a cycle's row tells contact, number, why it does not count, outcome and local day of its end.
_OF_CYCLE = 5
#: An event of nobody, which ends the last stay and counts for nothing.
_END = ("", 0, 0, _MARKET, True, None, 0, 0)

#: Pairs of stages: left and entered.
_Entries = defaultdict[tuple[str, str], int]
#: Stages with the days in them.
_Days = defaultdict[tuple[str, int], int]


def _numbers() -> defaultdict[tuple[str, str], int]:
    return defaultdict(int)


def _lengths() -> tuple[_Days, _Days]:
    return defaultdict(int), defaultdict(int)


class Walked:
    """What a walk counted: entries by segment and exclusion, stays by segment, exclusion and outcome of the cycle."""

    def __init__(self) -> None:
        self.entries: defaultdict[tuple[Segment, str | None], _Entries] = defaultdict(_numbers)
        #: Those that ended, and those that last.
        self.stays: defaultdict[tuple[Segment, str | None, str], tuple[_Days, _Days]] = defaultdict(_lengths)

    def moves(self) -> Iterator[Move]:
        """Yield entries into stages."""
        for (segment, excluded), counts in self.entries.items():
            for (origin, target), units in counts.items():
                yield Move(segment, excluded, FunnelStage(origin), FunnelStage(target), units)

    def passes(self) -> Iterator[Pass]:
        """Yield stays in the stages under way."""
        for (segment, excluded, outcome), (ended, lasting) in self.stays.items():
            for left, counts in ((True, ended), (False, lasting)):
                for (stage, days), units in counts.items():
                    yield Pass(segment, excluded, FunnelStage(stage), Outcome(outcome), left, days, units)


def walk(connection: Connection, cut: Cut, window: Window) -> Walked:
    """Count the entries inside a window and the real stays that began inside it."""
    own = [dim for dim in cut.by if dim not in _OF_EVENT]
    with (
        closing(streamed(connection, _cycles(cut, own))) as cycles,
        closing(streamed(connection, _events(cut, window))) as events,
    ):
        tests = {row[0] for row in streamed(connection, tested(cut))}
        return _walked(_Cycles(cycles, len(own)), events, _Cutter(cut, own, tests))


def _walked(cycles: "_Cycles", events: Iterator[Row], cutter: "_Cutter") -> Walked:
    """Return what the events tell, one after the other.

    An entry is counted with the stage where the contact really stood before. Where that is the very stage entered, it
    comes back from one that it was only taken to be in: that one is named. A stay ends with the next event of its
    cycle, real or not, else with the cycle. One loop without calls, since millions of events go through it.
    """
    found, today, is_timed = Walked(), cutter.today, cutter.is_timed
    who, cycle_no, stood, cycle = "", 0, _MARKET, cycles.unknown
    entries, virtual = cutter.entries(found, "", cycle, cutter.no_times)
    stays = waiting = None
    since, entered, place = 0, _MARKET, 0
    end = (*_END, *cutter.no_times)
    for contact_id, number_, seq, stage, is_virtual, origin, counts, day, *times in chain(events, (end,)):
        is_same = contact_id == who and number_ == cycle_no
        if waiting is not None:
            until = day if is_same and seq == place + 1 else cycle[4]
            if until is None:
                waiting[1][entered, today - since] += 1
            else:
                waiting[0][entered, until - since] += 1
            waiting = None
        if not is_same:
            stood = stood if contact_id == who else _MARKET
            who, cycle_no = contact_id, number_
            cycle = cycles.of(who, cycle_no)
        if is_timed or not is_same:
            entries, virtual = cutter.entries(found, who, cycle, times)
            stays = cutter.stays(found, cycle, times)
        if is_virtual:
            if counts:
                virtual[origin or _MARKET, stage] += 1
            continue
        if counts:
            entries[stood if stood != stage else origin or stood, stage] += 1
            if stage in _UNDER_WAY:
                waiting, entered, since, place = stays, stage, day, seq
        stood = stage
    return found


class _Cutter:
    """What tells under which segment and reason events of a cycle count."""

    def __init__(self, cut: Cut, own: Sequence[str], tests: frozenset[str] | set[str]) -> None:
        self.today = cut.calendar.day_number(cut.as_of)
        self.no_times = (None,) * (len(cut.by) - len(own))
        self.is_timed = bool(self.no_times)
        self._tests = tests
        self._read = reader(cut)
        # Dimensions of the cycle come before those of time in what the rows tell.
        told = [*own, *(dim for dim in cut.by if dim in _OF_EVENT)]
        self._places = [told.index(dim) for dim in cut.by]

    def entries(self, found: Walked, contact_id: str, cycle: Row, times: Sequence[object]) -> tuple[_Entries, _Entries]:
        """Return where real entries count, and where those do that were merely passed through."""
        segment = self._segment(cycle, times)
        tested = "test" if contact_id in self._tests else None
        return found.entries[segment, tested], found.entries[segment, tested or "virtual"]

    def stays(self, found: Walked, cycle: Row, times: Sequence[object]) -> tuple[_Days, _Days] | None:
        """Return where stays count: those that ended, and those that last; None of a cycle that is not known."""
        return None if cycle[3] is None else found.stays[self._segment(cycle, times), cycle[2], cycle[3]]

    def _segment(self, cycle: Row, times: Sequence[object]) -> Segment:
        if not self._places:
            return ()
        told = (*cycle[_OF_CYCLE:], *times)
        return self._read([told[place] for place in self._places])


class _Cycles:
    """Cycles in their order, found for events that come in the same order."""

    def __init__(self, rows: Iterator[Row], width: int) -> None:
        self._rows = rows
        self._row = next(rows, None)
        #: Has neither outcome nor values.
        self.unknown: Row = (None,) * (_OF_CYCLE + width)

    def of(self, contact_id: str, cycle_no: int) -> Row:
        """Return the cycle of a contact and a number."""
        row = self._row
        while row is not None and (row[0] < contact_id or (row[0] == contact_id and row[1] < cycle_no)):
            row = next(self._rows, None)
        self._row = row
        return row if row is not None and row[0] == contact_id and row[1] == cycle_no else self.unknown


def _events(cut: Cut, window: Window) -> Query:
    event = tables.stage_events.c
    at = event.occurred_at
    counts = case((inside(at, window), 1), else_=0) if window.bounded else number(1)
    columns = (event.contact_id, event.cycle_no, event.seq, event.to_stage, event.virtual, event.from_stage)
    return (
        select(*columns, counts, local_day(at, cut.calendar), *_parts(cut))
        .where(known(tables.stage_events, cut), at <= cut.as_of)
        .order_by(event.contact_id, event.cycle_no, event.seq)
    )


def _parts(cut: Cut) -> Iterator[Expression]:
    """Yield those of the asked dimensions that come from an entry itself: its dates, and what tells it from others."""
    event = tables.stage_events.c
    number_, seq = cast(event.cycle_no, String), cast(event.seq, String)
    name = event.contact_id + literal("#", String) + number_ + literal("/", String) + seq
    for dim in cut.by:
        if dim in _OF_EVENT:
            yield name if dim == ID else time_part(cut, event.occurred_at, dim)


def _cycles(cut: Cut, dims: Sequence[str]) -> Query:
    rows = cycles_as_of(cut)
    segment = cycle_segment(rows, replace(cut, by=dims), rows.c.started_at)
    told = (cycle_excluded(rows, cut, false()), rows.c.outcome, local_day(rows.c.ended_at, cut.calendar))
    return select(rows.c.contact_id, rows.c.cycle_no, *told, *segment).order_by(rows.c.contact_id, rows.c.cycle_no)
