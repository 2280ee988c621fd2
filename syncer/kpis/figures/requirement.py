"""How many leads the target needs, stage by stage, backward from the orders (K38)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import ID, Cohort, Milestone, Unit
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
            for row_id in ("K38", "K38.cautious", "K38.missing", "K38.days"):
                yield ask.row(row_id, segment, measured, step=milestone.value)


def _before(need: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return None if need is None or rate is None else need / rate


def _rows(ask: Ask, step: Step, needs: Sequence[Decimal | None], notes: Mapping[str, object]) -> Iterable[Kpi]:
    stage, n = step.milestone.value, step.tally.n
    own = {**notes, "rate": step.rate, "k": step.tally.k, "open": step.tally.open}
    for row_id, need in zip(("K38", "K38.cautious", "K38.missing"), needs, strict=True):
        yield ask.row(row_id, (), _measured(need, n, own), step=stage)
    yield ask.row("K38.standing", (), Measured(value=step.standing, n=step.standing), step=stage)
    lacks, status = ({"lacks": "orders"}, Status.UNDEFINED) if step.days is None else ({}, size_status(n))
    days = Measured(value=step.days, n=n, status=status, notes=lacks)
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
    lengths: Counter[int] = Counter()
    year = ask.question.calendar.trailing(ask.question.as_of, _YEAR_DAYS).window
    for row in ask.measures.cycle_days(cut, Cohort(entry=Milestone.WON, window=year), milestone):
        if row.excluded is None and row.outcome is Outcome.WON and row.days is not None and row.days >= 0:
            lengths[row.days] += row.units
    here = sum(standing[stage] for stage in _STANDING[milestone])
    return Step(milestone=milestone, tally=tally, standing=here, days=percentile(counted(lengths), Decimal("0.5")))


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
