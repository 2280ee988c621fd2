"""What an order takes of sales (K32): activities on won, lost and other cycles alike, for each one won."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import ID, Cohort, Milestone, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.tally import Tally, tally_cycles, with_whole


@dataclass(kw_only=True, slots=True)
class _Done:
    """One segment's activities and what they take."""

    activities: int = 0
    minutes: int = 0
    kinds: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


def effort(ask: Ask) -> Iterable[Kpi]:
    """Yield K32 and its companions."""
    ended = ask.measures.cycles(ask.cut, Cohort(entry=Milestone.ENDED, window=ask.window, needs_evidence=True))
    cycles = tally_cycles(ended, lambda row: row.outcome is Outcome.WON)
    found: defaultdict[Segment, _Done] = defaultdict(_Done)
    for row in ask.measures.work.efforts(ask.cut, ask.window):
        done = found[row.segment]
        done.activities += row.units
        done.minutes += row.units * ask.question.terms.minutes.get(row.kind, 0)
        done.kinds[row.kind] += row.units
    told = _one_by_one if ID in ask.question.by else _rows
    for segment in with_whole([*cycles, *found], ask.question.by):
        yield from told(ask, segment, cycles.get(segment, Tally()), found[segment])


def _one_by_one(ask: Ask, segment: Segment, cycles: Tally, done: _Done) -> Iterable[Kpi]:
    """Yield what one cycle or one activity counts for."""
    for row_id in ("K32", "K32.minutes"):
        counted = Measured(value=None, n=cycles.k, k=done.activities, excluded=cycles.excluded)
        yield ask.row(row_id, segment, counted)
    yield ask.row("K32.activities", segment, Measured(value=done.activities, n=done.activities))


def _rows(ask: Ask, segment: Segment, cycles: Tally, done: _Done) -> Iterable[Kpi]:
    notes = {"kinds": dict(sorted(done.kinds.items())), "cycles": cycles.n}
    for row_id, total in (("K32", done.activities), ("K32.minutes", done.minutes)):
        measured = Measured(
            value=total / cycles.k if cycles.k else None,
            n=cycles.k,
            k=total,
            status=size_status(cycles.k) if cycles.k else Status.UNDEFINED,
            excluded=cycles.excluded,
            notes=notes,
        )
        yield ask.row(row_id, segment, measured)
    yield ask.row("K32.activities", segment, Measured(value=done.activities, n=done.activities))
