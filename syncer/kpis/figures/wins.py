"""Won and lost: win rates by count and by value (K10), order value and revenue (K31)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import AmountCount, DealDate, DealSum, Segment
from syncer.kpis.money import Purse, merged
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Basis, Kpi, Status, size_status
from syncer.kpis.statistics.resampling import mean_interval
from syncer.kpis.statistics.stats import counted, mean, percentile, rank_interval
from syncer.kpis.tally import Tally, cohort_rate, period_rate, with_whole

_NARROW = (Outcome.WON, Outcome.LOST)
_BROAD = (*_NARROW, Outcome.OTHER)


@dataclass(kw_only=True, slots=True)
class _Deals:
    """One segment's deals by outcome."""

    counts: dict[Outcome, int] = field(default_factory=lambda: defaultdict(int))
    purses: dict[Outcome, Purse] = field(default_factory=lambda: defaultdict(Purse))
    excluded: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def tally(self, outcomes: Collection[Outcome]) -> Tally:
        """Return won of the deals with one of the outcomes."""
        tally = Tally()
        tally.excluded.update(self.excluded)
        for outcome in outcomes:
            tally.add(self.counts[outcome], hit=outcome is Outcome.WON, may_hit=outcome is Outcome.OPEN)
        return tally


def win_rates(ask: Ask) -> Iterable[Kpi]:
    """Yield K10 and its companions."""
    dated = DealDate.OFFER if ask.basis is Basis.COHORT else DealDate.CLOSE
    groups = _grouped(ask, ask.measures.deals(ask.cut, dated, ask.window))
    created = _grouped(ask, ask.measures.deals(ask.cut, DealDate.CREATED, ask.window))
    for segment in with_whole([*groups, *created], ask.question.by):
        yield from _rates(ask, segment, groups.get(segment, _Deals()))
        yield from _of_created(ask, segment, created.get(segment, _Deals()))


def _grouped(ask: Ask, rows: Iterable[DealSum]) -> Mapping[Segment, _Deals]:
    groups: defaultdict[Segment, _Deals] = defaultdict(_Deals)
    for row in rows:
        group = groups[row.segment]
        if row.excluded is not None:
            group.excluded[row.excluded] += row.units
            continue
        group.counts[row.outcome] += row.units
        purse = group.purses[row.outcome]
        purse.lack(row.units - row.with_amount)
        if row.with_amount:
            purse.put(ask, row.amount, (row.currency, row.day), row.with_amount)
    return groups


def _rates(ask: Ask, segment: Segment, deals: _Deals) -> Iterable[Kpi]:
    if ask.basis is Basis.COHORT:
        every = deals.tally([*_BROAD, Outcome.OPEN])
        yield ask.row("K10", segment, cohort_rate(every, aged=ask.aged))
    else:
        yield ask.row("K10", segment, period_rate(deals.tally(_NARROW)))
    yield ask.row("K10.broad", segment, period_rate(deals.tally(_BROAD)))
    yield ask.row("K10.value_narrow", segment, _by_value(ask, deals, _NARROW))
    yield ask.row("K10.value_broad", segment, _by_value(ask, deals, _BROAD))
    for outcome in _BROAD:
        measured = Measured(value=deals.counts[outcome], n=deals.counts[outcome], excluded=deals.excluded)
        yield ask.row(f"K10.{outcome.value}", segment, measured)


def _of_created(ask: Ask, segment: Segment, deals: _Deals) -> Iterable[Kpi]:
    still_open = deals.counts[Outcome.OPEN]
    yield ask.row("K10.open", segment, Measured(value=still_open, n=still_open, excluded=deals.excluded))
    every = deals.tally([*_BROAD, Outcome.OPEN])
    yield ask.row("K10.created", segment, cohort_rate(every, aged=ask.aged))


def _by_value(ask: Ask, deals: _Deals, outcomes: Sequence[Outcome]) -> Measured:
    whole, won = merged(deals.purses[outcome] for outcome in outcomes), deals.purses[Outcome.WON]
    status = size_status(whole.units if whole.amount else 0)
    amounts = {f"{outcome.value}_amount": ask.coins(deals.purses[outcome].amount) for outcome in outcomes}
    return Measured(
        value=float(won.amount / whole.amount) if status.is_shown else None,
        n=whole.units,
        k=won.units,
        status=status,
        excluded={**deals.excluded, **whole.excluded},
        notes={**amounts, **whole.notes},
    )


@dataclass(kw_only=True, slots=True)
class _Orders:
    """One segment's won deals by amount in the reporting currency."""

    amounts: dict[Decimal, int] = field(default_factory=lambda: defaultdict(int))
    purse: Purse = field(default_factory=Purse)


def order_values(ask: Ask) -> Iterable[Kpi]:
    """Yield K31: mean, median and sum of what was won."""
    orders: defaultdict[Segment, _Orders] = defaultdict(_Orders)
    for row in ask.measures.won_amounts(ask.cut, ask.window):
        _add(ask, orders[row.segment], row)
    for segment in with_whole(orders, ask.question.by):
        yield from _values(ask, segment, orders.get(segment, _Orders()))


def _add(ask: Ask, orders: _Orders, row: AmountCount) -> None:
    if row.excluded is not None:
        orders.purse.excluded[row.excluded] += row.units
        return
    if row.amount is None:
        orders.purse.lack(row.units)
        return
    single = ask.convert(row.amount, row.currency, row.day)
    if single is not None:
        orders.amounts[single] += row.units
    orders.purse.put(ask, row.amount * row.units, (row.currency, row.day), row.units)


def _values(ask: Ask, segment: Segment, orders: _Orders) -> Iterable[Kpi]:
    purse, ranked = orders.purse, counted(orders.amounts)
    low, high = mean_interval(orders.amounts)
    whole = Measured(
        value=mean(orders.amounts),
        n=purse.units,
        lo=low,
        hi=high,
        status=size_status(purse.units),
        excluded=purse.excluded,
        notes=purse.notes,
    )
    first, last = rank_interval(ranked)
    yield ask.row("K31", segment, whole)
    yield ask.row("K31.median", segment, replace(whole, value=percentile(ranked, Decimal("0.5")), lo=first, hi=last))
    revenue = replace(whole, value=purse.known, lo=None, hi=None, status=Status.MATURE)
    yield ask.row("K31.sum", segment, revenue)
