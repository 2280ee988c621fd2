"""What was forecast and slipped out of its quarter, and how often deals are pushed before they close (K24)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.memory import Move
from syncer.kpis.asked.ports import Segment
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.remembered import WEEKS, Memory, at_start, days_of, eve_of, quarters, remembered, was_promised, worth
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.statistics.stats import mean
from syncer.kpis.tally import Tally, cohort_rate, with_whole

_ENDINGS = (Outcome.WON, Outcome.LOST, Outcome.OTHER)


@dataclass(kw_only=True, slots=True)
class Slip:
    """One segment's forecast at the start of the period, and what of it left."""

    deals: Tally = field(default_factory=Tally)
    forecast: Decimal = Decimal(0)
    slipped: Decimal = Decimal(0)
    #: Of the deals those with a known amount, and of them those that slipped.
    priced: int = 0
    left: int = 0
    excluded: Counter[str] = field(default_factory=Counter)


def slip_rates(ask: Ask) -> Iterable[Kpi]:
    """Yield K24: deals and value that slipped, and mean month pushes by outcome."""
    memory = at_start(ask, ask.every, ask.window)
    if memory is not None:
        yield from _slipped(ask, memory)
        yield from _within(ask)
    yield from _pushed(ask)


def _slipped(ask: Ask, memory: Memory) -> Iterable[Kpi]:
    slips: defaultdict[Segment, Slip] = defaultdict(Slip)
    for move in memory.moves:
        if was_promised(ask, move):
            _count(ask, slips[move.segment], move, (memory.day, ask.window))
    over = ask.window.end is not None and ask.window.end <= ask.question.as_of
    for segment in with_whole(slips, ask.question.by):
        slip = slips.get(segment, Slip())
        rate = cohort_rate(slip.deals, aged=over)
        yield ask.row("K24", segment, replace(rate, notes={**rate.notes, **memory.notes}))
        yield ask.row("K24.value", segment, _value(slip, memory))


def _within(ask: Ask) -> Iterable[Kpi]:
    """Yield the slip rate of what was forecast as weeks within the quarters of the period began."""
    over = ask.window.end is not None and ask.window.end <= ask.question.as_of
    for age, week in WEEKS.items():
        slips: defaultdict[Segment, Slip] = defaultdict(Slip)
        snapshots: list[Mapping[str, object]] = []
        for quarter in quarters(ask):
            day = eve_of(days_of(ask, quarter)[0], week)
            if day > ask.today:
                continue
            memory = remembered(ask, ask.every, day, quarter)
            snapshots.append(memory.notes)
            for move in memory.moves:
                if was_promised(ask, move):
                    _count(ask, slips[move.segment], move, (day, quarter))
        for segment in with_whole(slips, ask.question.by) if snapshots else ():
            rate = cohort_rate(slips.get(segment, Slip()).deals, aged=over)
            measured = replace(rate, notes={**rate.notes, "snapshots": snapshots})
            yield ask.row("K24.within", segment, measured, age=age)


def _count(ask: Ask, slip: Slip, move: Move, then: tuple[int, Window]) -> None:
    day, quarter = then
    if move.excluded is not None:
        slip.deals.excluded[move.excluded] += 1
        return
    after = move.after
    left = after is not None and after.outcome is not Outcome.VOID and _is_beyond(after, quarter)
    slip.deals.add(1, hit=left, may_hit=after is not None and after.outcome is Outcome.OPEN)
    amount = worth(ask, move.before, day)
    if amount is None:
        slip.excluded["no_fx" if move.before is not None and move.before.amount is not None else "no_amount"] += 1
        return
    slip.priced += 1
    slip.forecast += amount
    slip.left += left
    slip.slipped += amount if left else 0


def _is_beyond(after: DealSpan, window: Window) -> bool:
    """Return whether a deal's close date left the period for a later one, open still or closed there."""
    return after.close_date is None or (window.end is not None and after.close_date >= window.end)


def _value(slip: Slip, memory: Memory) -> Measured:
    status = size_status(slip.priced) if slip.forecast else Status.UNDEFINED
    return Measured(
        value=float(slip.slipped / slip.forecast) if status.is_shown else None,
        n=slip.priced,
        k=slip.left,
        status=status,
        excluded={**slip.deals.excluded, **slip.excluded},
        notes={"slipped": slip.slipped, "forecast": slip.forecast, **memory.notes},
    )


def _pushed(ask: Ask) -> Iterable[Kpi]:
    groups: defaultdict[Segment, dict[Outcome, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    excluded: defaultdict[Segment, Counter[str]] = defaultdict(Counter)
    for row in ask.measures.pushes(ask.cut, ask.window):
        if row.excluded is None:
            groups[row.segment][row.outcome][row.pushes] += row.units
        else:
            excluded[row.segment][row.excluded] += row.units
    for segment in with_whole([*groups, *excluded], ask.question.by):
        for outcome in _ENDINGS:
            counts = groups[segment][outcome] if segment in groups else Counter()
            n = sum(counts.values())
            value = mean(counts)
            measured = Measured(value=value, n=n, status=size_status(n), excluded=excluded[segment])
            yield ask.row(f"K24.pushes_{outcome.value}", segment, measured)
