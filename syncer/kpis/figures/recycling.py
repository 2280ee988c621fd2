"""What comes back (K27): share closed other, re-entry, and the value parked until a resume date."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.ports import Cohort, DayCount, Milestone, Reentry, Segment
from syncer.kpis.figures.durations import Spell
from syncer.kpis.money import Purse, fill
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status, too_many_open
from syncer.kpis.statistics.stats import kaplan_meier, median_interval, quantile
from syncer.kpis.tally import Tally, cohort_rate, period_rate, tally_cycles, with_whole

#: A new cycle counts as a re-entry within this many days.
_REENTRY_DAYS = 180


def recycling(ask: Ask) -> Iterable[Kpi]:
    """Yield K27 and its companions."""
    closed = ask.measures.cycles(ask.cut, Cohort(entry=Milestone.ENDED, window=ask.window))
    tallies = tally_cycles(closed, lambda row: row.outcome is Outcome.OTHER)
    for segment in with_whole(tallies, ask.question.by):
        yield ask.row("K27", segment, period_rate(tallies.get(segment, Tally())))
    yield from _reentries(ask)
    yield from _parked(ask)


@dataclass(kw_only=True, slots=True)
class _Back:
    """One segment's recycled cycles."""

    reentry: Tally = field(default_factory=Tally)
    won: Tally = field(default_factory=Tally)
    spell: Spell = field(default_factory=Spell)


def _reentries(ask: Ask) -> Iterable[Kpi]:
    groups: defaultdict[Segment, _Back] = defaultdict(_Back)
    for row in ask.measures.reentries(ask.cut, ask.window):
        _count(groups[row.segment], row)
    for segment in with_whole(groups, ask.question.by):
        back = groups.get(segment, _Back())
        yield ask.row("K27.reentry", segment, cohort_rate(back.reentry, aged=False))
        yield ask.row("K27.reentry_won", segment, cohort_rate(back.won, aged=False))
        yield ask.row("K27.reentry_days", segment, _days(back.spell))


def _count(back: _Back, row: Reentry) -> None:
    early = row.days <= _REENTRY_DAYS
    back.reentry.add(row.units, hit=early and row.outcome is not None, may_hit=early and row.outcome is None)
    ending = Outcome.OPEN if row.outcome is None else Outcome.OTHER
    back.spell.add(DayCount(row.segment, None, ending, row.days, row.units))
    if row.outcome not in {None, Outcome.VOID}:
        back.won.add(row.units, hit=row.outcome is Outcome.WON, may_hit=row.outcome is Outcome.OPEN)


def _days(spell: Spell) -> Measured:
    curve = kaplan_meier(spell.days)
    value = quantile(curve)
    low, high = median_interval(curve)
    status = size_status(spell.n if value is not None else 0)
    return Measured(
        value=value,
        n=spell.n,
        k=spell.closed,
        lo=low,
        hi=high,
        status=status,
        excluded=spell.excluded,
        notes=too_many_open(value, spell.n),
    )


@dataclass(kw_only=True, slots=True)
class _Parked:
    """One segment's parked deals, whole and by the quarter in which they are to be taken up again."""

    whole: Purse = field(default_factory=Purse)
    quarters: defaultdict[str, Purse] = field(default_factory=lambda: defaultdict(Purse))
    excluded: Counter[str] = field(default_factory=Counter)


def _parked(ask: Ask) -> Iterable[Kpi]:
    groups: defaultdict[Segment, _Parked] = defaultdict(_Parked)
    for row in ask.measures.deal_rows(ask.every, Outcome.OTHER, Window()):
        if row.excluded is None:
            _park(ask, groups[row.segment], row.span)
        else:
            groups[row.segment].excluded[row.excluded] += 1
    for segment in with_whole(groups, ask.question.by):
        parked = groups.get(segment, _Parked())
        yield ask.row("K27.value_parked", segment, _sum(parked.whole, parked.excluded))
        for quarter, purse in sorted(parked.quarters.items()):
            yield ask.row("K27.value_parked", segment, _sum(purse, Counter()), resume_quarter=quarter)


def _park(ask: Ask, parked: _Parked, span: DealSpan) -> None:
    if span.resume_at is None:
        parked.excluded["no_resume_date"] += 1
        return
    calendar = ask.question.calendar
    fill(parked.whole, ask, span)
    fill(parked.quarters[calendar.quarter_label(calendar.day(span.resume_at))], ask, span)


def _sum(purse: Purse, excluded: Counter[str]) -> Measured:
    status = Status.UNDEFINED if purse.known is None else Status.MATURE
    counts = excluded + purse.excluded
    return Measured(value=purse.known, n=purse.units, status=status, excluded=counts, notes=purse.notes)
