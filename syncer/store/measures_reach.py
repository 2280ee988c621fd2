"""Cohorts over all time from one scan: how many cycles of each segment and outcome reached which milestones.

A whole catalogue asks a dozen such questions of the same cycles; the ledger is read once for all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, false, select

from syncer.funnel.facts import Outcome
from syncer.kpis.ports import ID, Cohort, Cut, CycleCount, Milestone, Segment
from syncer.store.measures_populations import ENDINGS, MILESTONES, cycle_excluded, cycles_as_of
from syncer.store.measures_queries import grouped
from syncer.store.measures_segments import TIMES, cycle_segment, reader
from syncer.store.measures_time import number

#: Dimensions that one scan serves together: a catalogue asks for the whole, by source, and by both.
SHARED = ("source", "campaign")

_MILESTONES: list[Milestone] = [one for one in Milestone if one not in ENDINGS]


class Reach(NamedTuple):
    """Cycles of one segment and fate; bit n of `mask` tells that the n-th milestone was reached."""

    segment: Segment
    excluded: str | None
    outcome: Outcome
    mask: int
    units: int


def serves(cut: Cut, cohort: Cohort) -> bool:
    """Return whether a cohort can be counted from reach: no date matters, and the rows are few."""
    dated = cohort.window.bounded or cohort.within is not None or not set(TIMES).isdisjoint(cut.by)
    return not dated and ID not in cut.by


def reach(connection: Connection, cut: Cut) -> Sequence[Reach]:
    """Count every cycle by what it reached."""
    rows, read = cycles_as_of(cut), reader(cut)
    mask = sum(
        (
            case((rows.c[MILESTONES[one]].is_not(None), number(1 << place)), else_=number(0))
            for place, one in enumerate(_MILESTONES)
        ),
        number(0),
    )
    keys = [*cycle_segment(rows, cut, rows.c.started_at), cycle_excluded(rows, cut, false()), rows.c.outcome, mask]
    return [
        Reach(read(segment), excluded, Outcome(outcome), bits, units)
        for *segment, excluded, outcome, bits, units in grouped(connection, keys, select(rows))
    ]


def projected(found: Iterable[Reach], kept: Sequence[int]) -> Sequence[Reach]:
    """Return the same cycles by fewer dimensions: those in these places of the segment."""
    counts = Counter[tuple[Segment, str | None, Outcome, int]]()
    for segment, excluded, outcome, mask, units in found:
        counts[tuple(segment[place] for place in kept), excluded, outcome, mask] += units
    return [Reach(*key, units) for key, units in counts.items()]


def counted(found: Iterable[Reach], cohort: Cohort) -> Iterator[CycleCount]:
    """Count a cohort out of what was reached."""
    ladder: list[Milestone] = [one for one in Milestone if one is not Milestone.ENDED]
    entries = ladder[ladder.index(cohort.entry) :] if cohort.or_later else [cohort.entry]
    counts = Counter[tuple[Segment, str | None, Outcome, bool]]()
    for row in found:
        if _has_any(row, entries):
            counts[row.segment, row.excluded, row.outcome, _has_any(row, cohort.reached)] += row.units
    for (segment, excluded, outcome, reached), units in counts.items():
        yield CycleCount(segment, excluded, outcome, reached, units)


def _has_any(row: Reach, milestones: Sequence[Milestone]) -> bool:
    return any(
        row.outcome.value in ENDINGS[one] if one in ENDINGS else row.mask >> _MILESTONES.index(one) & 1
        for one in milestones
    )
