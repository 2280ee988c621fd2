"""How long it takes: sales cycle (K13), deal cycle and offer to closing (K14). Days are differences of local dates."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import Cohort, DayCount, DealDate, Milestone, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Basis, Figure, Kpi, size_status, too_many_open
from syncer.kpis.statistics.resampling import mean_interval
from syncer.kpis.statistics.stats import (
    aalen_johansen,
    counted,
    kaplan_meier,
    mean,
    median_interval,
    percentile,
    quantile,
    rank_interval,
    restricted_mean,
)
from syncer.kpis.tally import with_whole

#: Days at which notes state the cumulative incidence of won.
_MARKS = (30, 60, 90, 180, 365)


@dataclass(kw_only=True, slots=True)
class Spell:
    """One segment's days by outcome; None is censored."""

    days: defaultdict[int, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        """Units observed."""
        return sum(counts.total() for counts in self.days.values())

    @property
    def won(self) -> int:
        """Units that were won."""
        return sum(counts[Outcome.WON.value] for counts in self.days.values())

    @property
    def closed(self) -> int:
        """Units that closed with any outcome."""
        return self.n - sum(counts[None] for counts in self.days.values())

    def add(self, row: DayCount) -> None:
        """Count a row, or why it has no duration."""
        if row.excluded is not None:
            self.excluded[row.excluded] += row.units
        elif row.days is None:
            self.excluded["no_date"] += row.units
        elif row.days < 0:
            self.excluded["negative"] += row.units
        else:
            self.days[row.days][None if row.outcome is Outcome.OPEN else row.outcome.value] += row.units

    def days_won(self) -> Mapping[Decimal, int]:
        """Return the days of the won alone."""
        found = {Decimal(day): counts[Outcome.WON.value] for day, counts in self.days.items()}
        return {day: units for day, units in found.items() if units}


def spells(rows: Iterable[DayCount]) -> dict[Segment, Spell]:
    """Return durations by segment."""
    found: defaultdict[Segment, Spell] = defaultdict(Spell)
    for row in rows:
        found[row.segment].add(row)
    return dict(found)


def sales_cycle(ask: Ask) -> Iterable[Kpi]:
    """Yield K13 and its companions."""
    every = from_first_contact(ask, ask.question.by)
    won = every
    if ask.basis is Basis.PERIOD:
        dated = Cohort(entry=Milestone.WON, window=ask.window)
        won = spells(ask.measures.cycle_days(ask.cut, dated, Milestone.FIRST_CONTACT))
    for segment in with_whole([*every, *won], ask.question.by):
        spell = every.get(segment, Spell())
        yield ask.row("K13", segment, _survival_median(spell))
        yield ask.row("K13.restricted_mean", segment, _restricted(spell))
        yield ask.row("K13.won_share", segment, _won_share(spell))
        ended = won.get(segment, Spell())
        yield ask.row("K13.mean_won", segment, _mean(ended))
        yield ask.row("K13.median_won", segment, _median(ended))
        for share in (25, 75, 90):
            yield ask.row(f"K13.p{share}", segment, _percentile(ended, share))


def from_first_contact(ask: Ask, by: Sequence[str]) -> Mapping[Segment, Spell]:
    """Return how long cycles of the period lasted from their first contact on."""
    entered = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window)
    cut = ask.cut_by(by)
    return ask.once(
        "from_first_contact", by, lambda: spells(ask.measures.cycle_days(cut, entered, Milestone.FIRST_CONTACT))
    )


def deal_cycle(ask: Ask) -> Iterable[Kpi]:
    """Yield K14 and its companions."""
    dated = DealDate.CREATED if ask.basis is Basis.COHORT else DealDate.CLOSE
    won = spells(
        row
        for row in ask.measures.deal_days(ask.cut, dated, ask.window, DealDate.CREATED)
        if row.outcome is Outcome.WON or row.excluded is not None
    )
    offered = spells(ask.measures.deal_days(ask.cut, DealDate.OFFER, ask.window, DealDate.OFFER))
    for segment in with_whole([*won, *offered], ask.question.by):
        spell = won.get(segment, Spell())
        yield ask.row("K14", segment, _median(spell))
        yield ask.row("K14.median", segment, _median(spell))
        yield ask.row("K14.mean", segment, _mean(spell))
        for share in (75, 90):
            yield ask.row(f"K14.p{share}", segment, _percentile(spell, share))
        offers = offered.get(segment, Spell())
        yield ask.row("K14.offer_median", segment, _survival_median(offers))
        yield ask.row("K14.offer_won_share", segment, _won_share(offers))


def _survival_median(spell: Spell) -> Measured:
    curve = kaplan_meier(spell.days)
    low, high = median_interval(curve)
    value, survival = quantile(curve), [[point.day, point.survival] for point in curve]
    notes = {"censored": spell.n - spell.closed, "survival": survival, **too_many_open(value, spell.n)}
    return _measured(spell, value, spell.closed, (low, high), notes)


def _restricted(spell: Spell) -> Measured:
    horizon = max(spell.days, default=None)
    value = None if horizon is None else restricted_mean(kaplan_meier(spell.days), horizon)
    return _measured(spell, value, spell.closed, (None, None), {"horizon_days": horizon})


def _won_share(spell: Spell) -> Measured:
    """Return the share won by the longest observation; of too few there is no share, not by any day either."""
    status = size_status(spell.n)
    steps = aalen_johansen(spell.days, Outcome.WON.value)
    last = steps[-1].share if steps else 0.0
    notes: dict[str, object] = {"horizon_days": max(spell.days, default=None)}
    notes |= {f"day_{mark}": _by_day(spell, mark) if status.is_shown else None for mark in _MARKS}
    return Measured(
        value=last if status.is_shown else None,
        n=spell.n,
        k=spell.won,
        status=status,
        excluded=spell.excluded,
        notes=notes,
    )


def _by_day(spell: Spell, mark: int) -> float | None:
    """Return the incidence of won by a day, None where nobody was observed that long."""
    if max(spell.days, default=-1) < mark:
        return None
    reached = [step.share for step in aalen_johansen(spell.days, Outcome.WON.value) if step.day <= mark]
    return reached[-1] if reached else 0.0


def _mean(spell: Spell) -> Measured:
    days = spell.days_won()
    low, high = mean_interval(days)
    return _measured(spell, mean(days), spell.won, (low, high), {})


def _median(spell: Spell) -> Measured:
    ranked = counted(spell.days_won())
    return _measured(spell, percentile(ranked, Decimal("0.5")), spell.won, rank_interval(ranked), {})


def _percentile(spell: Spell, share: int) -> Measured:
    value = percentile(counted(spell.days_won()), Decimal(share) / 100)
    return _measured(spell, value, spell.won, (None, None), {})


def _measured(
    spell: Spell,
    value: Figure,
    k: int,
    bounds: tuple[Figure, Figure],
    notes: Mapping[str, object],
) -> Measured:
    status = size_status(spell.n if value is not None else 0)
    low, high = bounds
    return Measured(value=value, n=spell.n, k=k, lo=low, hi=high, status=status, excluded=spell.excluded, notes=notes)
