"""How much is known about the contacts handed over (K35)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.kpis.asked.ports import Segment
from syncer.kpis.asked.work import ProfileCount
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.statistics.resampling import mean_interval
from syncer.kpis.statistics.stats import mean
from syncer.kpis.tally import Tally, period_rate, with_whole


@dataclass(kw_only=True, slots=True)
class _Known:
    """One segment's hand-overs by the number of facts known, and how many have each."""

    shares: defaultdict[Decimal, int] = field(default_factory=lambda: defaultdict(int))
    each: list[int]
    excluded: Counter[str] = field(default_factory=Counter)


def completeness(ask: Ask) -> Iterable[Kpi]:
    """Yield K35: the mean share of known facts, and the share of contacts of whom each one is known."""
    names = ask.question.terms.profile
    found: defaultdict[Segment, _Known] = defaultdict(lambda: _Known(each=[0] * len(names)))
    for row in ask.measures.work.profiles(ask.cut, ask.window, names) if names else ():
        _add(found[row.segment], row)
    for segment in with_whole(found, ask.question.by):
        known = found[segment]
        yield ask.row("K35", segment, _mean(known) if names else _nothing_asked())
        n = sum(known.shares.values())
        for name, units in zip(names, known.each, strict=True):
            yield ask.row("K35.property", segment, period_rate(Tally(n=n, k=units)), property=name)
        if not names:
            yield ask.row("K35.property", segment, _nothing_asked())


def _add(known: _Known, row: ProfileCount) -> None:
    if row.excluded is not None:
        known.excluded[row.excluded] += row.units
        return
    known.shares[Decimal(row.filled) / len(row.each)] += row.units
    known.each = [before + units for before, units in zip(known.each, row.each, strict=True)]


def _mean(known: _Known) -> Measured:
    n = sum(known.shares.values())
    value = mean(known.shares)
    low, high = mean_interval(known.shares)
    return Measured(
        value=None if value is None else float(value),
        n=n,
        lo=low,
        hi=high,
        status=size_status(n),
        excluded=known.excluded,
    )


def _nothing_asked() -> Measured:
    return Measured(value=None, status=Status.UNDEFINED, notes={"lacks": "fit_rules"})
