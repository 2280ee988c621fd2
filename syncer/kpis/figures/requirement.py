"""How many leads the target needs, stage by stage, backward from the orders (K38)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import ID, Cohort, Cut, DayCount, Milestone, Unit
from syncer.kpis.money import Purse
from syncer.kpis.periods import Window, day_of
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.statistics.stats import counted, percentile, wilson
from syncer.kpis.tally import Tally, tally_entries

#: The stages that are asked for, from the order backward, each with what comes after it.
STEPS: Sequence[tuple[Milestone, Sequence[Milestone]]] = (
    (Milestone.OFFER, (Milestone.WON,)),
    (Milestone.MQL, (Milestone.OFFER, Milestone.WON)),
    (
        Milestone.INQUIRY,
        (Milestone.MQL, Milestone.SALES_READY, Milestone.ACCEPTED, Milestone.DEAL, Milestone.OFFER, Milestone.WON),
    ),
)

#: Who stands between a step and the next one.
_STANDING: Mapping[Milestone, Sequence[FunnelStage]] = {
    Milestone.OFFER: (FunnelStage.OPPORTUNITY, FunnelStage.FORECAST),
    Milestone.MQL: (FunnelStage.LEAD_MQL, FunnelStage.LEAD_SQL, FunnelStage.LEAD_SAL, FunnelStage.LEAD_DEAL),
    Milestone.INQUIRY: (FunnelStage.INQUIRY,),
}

#: Rows that rest on how many of those who entered a stage went on.
_NEEDS = ("K38", "K38.cautious", "K38.missing")

_YEAR_DAYS = 365
#: Cycles get so long to show what becomes of them, where the question names no horizon.
_HORIZON_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One stage: how many of those who entered it went on, how many stand there, and how long they take to win."""

    milestone: Milestone
    tally: Tally
    standing: int
    days: Decimal | None
    #: Of how many cycles the days are the median, and how many do not count, by reason.
    won: int
    without_days: Mapping[str, int]

    @property
    def rate(self) -> Decimal | None:
        """Share that went on, None where nobody did."""
        return Decimal(self.tally.k) / self.tally.n if self.tally.k else None

    @property
    def cautious(self) -> Decimal | None:
        """Lower bound of that share."""
        low = wilson(self.tally.k, self.tally.n).lo
        return Decimal(str(low)) if low else None


def reverse_funnel(ask: Ask) -> Iterable[Kpi]:
    """Yield K38: entries needed by stage, with cautious rates, and less what the inventory will bring."""
    if ID in ask.question.by:
        yield from _each(ask)
        return
    orders = _orders(ask)
    standing = Counter[FunnelStage]()
    for row in ask.measures.stages(ask.cut_by(()), Unit.CONTACTS):
        standing[row.stage] += row.units
    steps = [_step(ask, milestone, later, standing) for milestone, later in STEPS]
    coming = _coming(steps)
    rest = None if orders is None or coming is None else max(Decimal(0), orders - coming)
    lacks = {} if orders is not None else {"lacks": "sales_goal"}
    notes = {"orders": orders, "coming": coming, **lacks}
    yield ask.row("K38.orders", (), _measured(orders, None, lacks))
    needs = [orders, orders, rest]
    for step in steps:
        needs = [_before(need, rate) for need, rate in zip(needs, (step.rate, step.cautious, step.rate), strict=True)]
        yield from _rows(ask, step, needs, notes)


def _each(ask: Ask) -> Iterable[Kpi]:
    """Yield the cycles behind the rates, one by one."""
    for milestone, later in STEPS:
        entered = Cohort(entry=milestone, window=_mature(ask), reached=later)
        for segment, tally in tally_entries(ask.measures.cycles(ask.cut, entered), lambda row: row.reached).items():
            measured = Measured(value=None, n=tally.n, k=tally.k, excluded=tally.excluded)
            for row_id in _NEEDS:
                yield ask.row(row_id, segment, measured, step=milestone.value)
        for row in _lengths(ask, ask.cut, milestone):
            counts = 1 if _is_length(row) else 0
            excluded = {} if row.excluded is None else {row.excluded: 1}
            days = Measured(value=None, n=counts, excluded=excluded)
            yield ask.row("K38.days", row.segment, days, step=milestone.value)
    stages = {stage: milestone for milestone, found in _STANDING.items() for stage in found}
    for standing in ask.measures.stages(ask.cut, Unit.CONTACTS):
        if standing.stage in stages:
            here = Measured(value=None, n=standing.units)
            yield ask.row("K38.standing", standing.segment, here, step=stages[standing.stage].value)


def _lengths(ask: Ask, cut: Cut, milestone: Milestone) -> Iterable[DayCount]:
    """Return how long cycles won in a year took from a stage on."""
    year = ask.question.calendar.trailing(ask.question.as_of, _YEAR_DAYS).window
    return ask.measures.cycle_days(cut, Cohort(entry=Milestone.WON, window=year), milestone)


def _is_length(row: DayCount) -> bool:
    return row.excluded is None and row.outcome is Outcome.WON and row.days is not None and row.days >= 0


def _before(need: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return None if need is None or rate is None else need / rate


def _rows(ask: Ask, step: Step, needs: Sequence[Decimal | None], notes: Mapping[str, object]) -> Iterable[Kpi]:
    stage, n = step.milestone.value, step.tally.n
    own = {**notes, "rate": step.rate, "k": step.tally.k, "open": step.tally.open}
    for row_id, need in zip(_NEEDS, needs, strict=True):
        needed = replace(_measured(need, n, own), k=step.tally.k, excluded=step.tally.excluded)
        yield ask.row(row_id, (), needed, step=stage)
    yield ask.row("K38.standing", (), Measured(value=step.standing, n=step.standing), step=stage)
    lacks, status = ({"lacks": "orders"}, Status.UNDEFINED) if step.days is None else ({}, size_status(step.won))
    days = Measured(value=step.days, n=step.won, status=status, excluded=step.without_days, notes=lacks)
    yield ask.row("K38.days", (), days, step=stage)


def _measured(value: Decimal | None, n: int | None, notes: Mapping[str, object]) -> Measured:
    shown = None if value is None else float(value)
    status = Status.UNDEFINED if value is None else Status.MATURE if n is None else size_status(n)
    return Measured(value=shown, n=n, status=status, notes=notes)


def _orders(ask: Ask) -> Decimal | None:
    """Return the orders that the goal asks for; one of money is divided by the mean order of a year."""
    target = ask.question.target
    value = None if target is None else target.within(ask.window, ask.question.calendar)
    if target is None or value is None or target.metric == "won_deals":
        return value
    if target.metric != "won_amount":
        return None
    purse = Purse()
    year = ask.question.calendar.trailing(ask.question.as_of, _YEAR_DAYS).window
    for row in ask.measures.won_amounts(replace(ask.cut, by=()), year):
        if row.excluded is None and row.amount is not None:
            purse.put(ask, row.amount * row.units, (row.currency, row.day), row.units)
    return value * purse.units / purse.amount if purse.amount else None


def _step(ask: Ask, milestone: Milestone, later: Sequence[Milestone], standing: Counter[FunnelStage]) -> Step:
    cut = ask.cut_by(())
    entered = Cohort(entry=milestone, window=_mature(ask), reached=later)
    tally = tally_entries(ask.measures.cycles(cut, entered), lambda row: row.reached).get((), Tally())
    lengths, without = Counter[int](), Counter[str]()
    for row in _lengths(ask, cut, milestone):
        if _is_length(row):
            lengths[row.days or 0] += row.units
        elif row.excluded is not None:
            without[row.excluded] += row.units
    return Step(
        milestone=milestone,
        tally=tally,
        standing=sum(standing[stage] for stage in _STANDING[milestone]),
        days=percentile(counted(lengths), Decimal("0.5")),
        won=lengths.total(),
        without_days=without,
    )


def _mature(ask: Ask) -> Window:
    """Return the year that ended one horizon ago: later cycles have not shown yet what becomes of them."""
    last = ask.today - (ask.question.horizon_days or _HORIZON_DAYS)
    return ask.question.calendar.between(day_of(last - _YEAR_DAYS + 1), day_of(last)).window


def _coming(steps: Sequence[Step]) -> Decimal | None:
    """Return the orders that those who stand in the stages will still bring, None where a rate is unknown."""
    coming, forward = Decimal(0), Decimal(1)
    for step in steps:
        if step.rate is None:
            return None
        forward *= step.rate
        coming += step.standing * forward
    return coming
