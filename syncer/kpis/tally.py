"""Counting rows of a population into rates: k of n, what is still open, what does not count and why."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import EXPIRED, CycleCount, Segment
from syncer.kpis.question import Measured
from syncer.kpis.result import FEW, Status, cohort_status, size_status
from syncer.kpis.statistics.stats import wilson


@dataclass(kw_only=True, slots=True)
class Tally:
    """One segment's running counts."""

    n: int = 0
    k: int = 0
    #: Of n, those that may still join k.
    open: int = 0
    excluded: Counter[str] = field(default_factory=Counter)

    def add(self, units: int, *, hit: bool, may_hit: bool) -> None:
        """Count units that belong to the population."""
        self.n += units
        self.k += units if hit else 0
        self.open += units if may_hit and not hit else 0


def with_whole(segments: Iterable[Segment], by: Sequence[str]) -> Sequence[Segment]:
    """Return segments in a stable order, unknown last; undivided there is always the one whole."""
    found = set(segments)
    if not by:
        found.add(())
    return sorted(found, key=lambda segment: [(value is None, value or "") for value in segment])


def tally_entries(rows: Iterable[CycleCount], hit: Callable[[CycleCount], bool]) -> dict[Segment, Tally]:
    """Return counts of cycles by what became of their entry: one that silence ended did enter, and gets no further."""
    return tally_cycles((row._replace(excluded=None) if row.excluded == EXPIRED else row for row in rows), hit)


def tally_cycles(rows: Iterable[CycleCount], hit: Callable[[CycleCount], bool]) -> dict[Segment, Tally]:
    """Return counts by segment; a cycle that is open at as_of may still become a hit."""
    tallies: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in rows:
        tally = tallies[row.segment]
        if row.excluded is not None:
            tally.excluded[row.excluded] += row.units
            continue
        tally.add(row.units, hit=hit(row), may_hit=row.outcome is Outcome.OPEN)
    return dict(tallies)


def cohort_rate(tally: Tally, *, aged: bool) -> Measured:
    """Return k/n of a cohort with its Wilson interval, and the bounds that its open units leave (domain E0)."""
    status = cohort_status(tally.n, tally.open, aged=aged)
    notes: dict[str, object] = {"open": tally.open}
    if tally.n >= FEW:
        notes |= {"lower": tally.k / tally.n, "upper": (tally.k + tally.open) / tally.n}
        decided = tally.n - tally.open
        notes["resolved_only"] = tally.k / decided if decided >= FEW else None
    return _rate(tally, status, notes)


def period_rate(tally: Tally) -> Measured:
    """Return k/n of a period with its Wilson interval."""
    return _rate(tally, size_status(tally.n), {})


def _rate(tally: Tally, status: Status, notes: dict[str, object]) -> Measured:
    shown = tally.n >= FEW
    lo, hi = wilson(tally.k, tally.n) if shown else (None, None)
    return Measured(
        value=tally.k / tally.n if shown else None,
        n=tally.n,
        k=tally.k,
        lo=lo,
        hi=hi,
        status=status,
        excluded=tally.excluded,
        notes=notes,
    )
