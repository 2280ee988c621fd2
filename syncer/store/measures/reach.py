"""Cohorts over all time from one scan: how many cycles of each segment and outcome reached which milestones.

A whole catalogue asks a dozen such questions of the same cycles; the ledger is read once for all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, case, false, select

from syncer.funnel.facts import CycleType, Outcome
from syncer.kpis.asked.ports import ID, Cohort, Cut, CycleCount, Milestone, Scope, Segment
from syncer.store.measures.populations import ENDINGS, MILESTONES, cycle_excluded, cycles_as_of
from syncer.store.measures.queries import grouped
from syncer.store.measures.segments import TIMES, cycle_segment, reader
from syncer.store.measures.time import number

#: Dimensions that one scan serves together: a catalogue asks for the whole, by source, by both, and by type.
SHARED = ("source", "campaign", "cycle_type")
_TYPE = SHARED.index("cycle_type")

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
    return not dated and ID not in cut.by and not cohort.new_customer and not cohort.needs_evidence


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


def shared(cut: Cut) -> Cut:
    """Return the view whose one scan serves a cut by these dimensions, whoever's business it asks about."""
    return replace(cut, by=SHARED, scope=Scope.EVERY)


def projected(found: Iterable[Reach], cut: Cut) -> Sequence[Reach]:
    """Return the cycles of the shared view as a cut asks for them: by fewer dimensions, new business alone."""
    kept = [SHARED.index(dim) for dim in cut.by]
    counts = Counter[tuple[Segment, str | None, Outcome, int]]()
    for row in found:
        segment = tuple(row.segment[place] for place in kept)
        counts[segment, _excluded(row, cut), row.outcome, row.mask] += row.units
    return [Reach(*key, units) for key, units in counts.items()]


def _excluded(row: Reach, cut: Cut) -> str | None:
    """Return why cycles do not count, the reasons in the order of `cycle_excluded`."""
    is_expansion = row.segment[_TYPE] == CycleType.EXPANSION.value
    if cut.scope is not Scope.NEW_BUSINESS or not is_expansion or row.excluded == "void":
        return row.excluded
    return "expansion"


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
