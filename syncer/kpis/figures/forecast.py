"""The forecast of a quarter (K20): sum, weighted, by category, risk-adjusted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from msgspec import structs

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.ports import DealDate, Segment
from syncer.kpis.figures.recalibration import Calibration, calibration
from syncer.kpis.money import Purse, fill, merged
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status
from syncer.kpis.statistics.resampling import sum_interval
from syncer.kpis.tally import with_whole
from syncer.moments import Millis

_CATEGORIES = {"COMMIT": "commit", "BEST_CASE": "best_case", "PIPELINE": "pipeline", "OMIT": "omitted"}

#: Categories in which the rep promises the deal to the quarter; without an offer it is still no forecast (domain B4).
_PROMISED = frozenset({"commit", "best_case"})
_UNCATEGORISED = "uncategorised"


@dataclass(kw_only=True, slots=True)
class Weighted:
    """Amounts with their probabilities."""

    purse: Purse = field(default_factory=Purse)
    stakes: list[tuple[Decimal, float]] = field(default_factory=list)

    def add(self, ask: Ask, span: DealSpan) -> None:
        """Count a deal, or why it cannot be weighted: no amount, no probability, no rate."""
        if span.amount is None:
            self.purse.lack()
        elif span.probability is None:
            self.purse.excluded["no_probability"] += 1
        else:
            self.purse.put(ask, span.amount * Decimal(str(span.probability)), (span.currency, ask.today))
            amount = ask.convert(span.amount, span.currency, ask.today)
            self.stakes += [] if amount is None else [(amount, span.probability)]

    def measured(self) -> Measured:
        """Return the expected sum and the range in which 95 % of the simulated quarters end."""
        low, high = sum_interval(self.stakes)
        known = None if self.purse.excluded and not self.stakes else self.purse.amount
        return Measured(
            value=known,
            n=len(self.stakes),
            lo=low,
            hi=high,
            status=Status.UNDEFINED if known is None else Status.MATURE,
            excluded=self.purse.excluded,
            notes=self.purse.notes,
        )


@dataclass(kw_only=True, slots=True)
class Quarter:
    """One segment's open deals of the quarter."""

    total: Purse = field(default_factory=Purse)
    weighted: Weighted = field(default_factory=Weighted)
    weighted_open: Weighted = field(default_factory=Weighted)
    risk_adjusted: Weighted = field(default_factory=Weighted)
    categories: defaultdict[str, Purse] = field(default_factory=lambda: defaultdict(Purse))
    won: Purse = field(default_factory=Purse)
    overdue: int = 0
    excluded: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def forecast(ask: Ask) -> Iterable[Kpi]:
    """Yield K20 and its companions."""
    quarters: defaultdict[Segment, Quarter] = defaultdict(Quarter)
    past = calibration(ask)
    for row in ask.measures.deal_rows(ask.every, Outcome.OPEN, ask.window):
        if row.excluded is not None:
            quarters[row.segment].excluded[row.excluded] += 1
        else:
            _open_deal(ask, quarters[row.segment], row.span, past)
    for group in ask.measures.deals(ask.every, DealDate.CLOSE, ask.window):
        if group.excluded is None and group.outcome is Outcome.WON:
            won = quarters[group.segment].won
            won.lack(group.units - group.with_amount)
            if group.with_amount:
                won.put(ask, group.amount, (group.currency, group.day), group.with_amount)
    for segment in with_whole(quarters, ask.question.by):
        yield from _rows(ask, segment, quarters.get(segment, Quarter()), past)


def moment_of(ask: Ask) -> Millis:
    """Return the moment whose quarter is asked for: as_of inside it, else its first."""
    start, end, as_of = ask.window.start, ask.window.end, ask.question.as_of
    inside = (start is None or start <= as_of) and (end is None or as_of < end)
    return as_of if inside or start is None else start


def _open_deal(ask: Ask, quarter: Quarter, span: DealSpan, past: Calibration) -> None:
    category = _CATEGORIES.get((span.forecast_category or "").upper(), _UNCATEGORISED)
    fill(quarter.categories[category], ask, span)
    if category != _CATEGORIES["OMIT"]:
        quarter.weighted_open.add(ask, span)
    if not ask.question.in_forecast(span, moment_of(ask)):
        if category in _PROMISED and span.offer_at is None:
            quarter.excluded["no_offer"] += 1
        return
    overdue = span.close_date is not None and span.close_date < _today(ask)
    if overdue and _is_over(ask):
        return
    quarter.overdue += int(overdue)
    fill(quarter.total, ask, span)
    quarter.weighted.add(ask, span)
    if not overdue and span.proposal is None:
        chance = None if span.probability is None else past.applied(span.probability)
        quarter.risk_adjusted.add(ask, structs.replace(span, probability=chance))


def _is_over(ask: Ask) -> bool:
    """Return whether the quarter has ended: what is overdue stays in the forecast of the current one alone (B4)."""
    end = ask.window.end
    return end is not None and end <= ask.question.as_of


def _today(ask: Ask) -> Millis:
    calendar = ask.question.calendar
    return calendar.midnight(calendar.day(ask.question.as_of))


def _rows(ask: Ask, segment: Segment, quarter: Quarter, past: Calibration) -> Iterable[Kpi]:
    lacking = quarter.total.excluded["no_amount"]
    headline = _sum(quarter.total, quarter.excluded, {"without_amount": lacking})
    yield ask.row("K20", segment, headline)
    yield ask.row("K20.weighted", segment, quarter.weighted.measured())
    yield ask.row("K20.weighted_pipeline", segment, quarter.weighted_open.measured())
    adjusted = quarter.risk_adjusted.measured()
    told = {**adjusted.notes, "calibration": past.factor, "calibrated_on": past.deals}
    yield ask.row("K20.risk_adjusted", segment, replace(adjusted, notes=told))
    for category in (*_CATEGORIES.values(), _UNCATEGORISED):
        yield ask.row(f"K20.{category}", segment, _sum(quarter.categories[category], {}, {}))
    yield ask.row("K20.won", segment, _sum(quarter.won, {}, {}))
    yield from _cumulative(ask, segment, quarter)
    yield ask.row("K20.overdue", segment, Measured(value=quarter.overdue, n=quarter.overdue))
    yield ask.row("K20.without_amount", segment, Measured(value=lacking, n=lacking))


def _cumulative(ask: Ask, segment: Segment, quarter: Quarter) -> Iterable[Kpi]:
    commit, best = quarter.categories["commit"], quarter.categories["best_case"]
    every = [purse for name, purse in quarter.categories.items() if name != _CATEGORIES["OMIT"]]
    yield ask.row("K20.commit_cumulative", segment, _sum(merged([quarter.won, commit]), {}, {}))
    yield ask.row("K20.best_case_cumulative", segment, _sum(merged([quarter.won, commit, best]), {}, {}))
    yield ask.row("K20.pipeline_cumulative", segment, _sum(merged([quarter.won, *every]), {}, {}))


def _sum(purse: Purse, excluded: Mapping[str, int], notes: Mapping[str, object]) -> Measured:
    status = Status.UNDEFINED if purse.known is None else Status.MATURE
    return Measured(
        value=purse.known,
        n=purse.units,
        status=status,
        excluded={**excluded, **+purse.excluded},
        notes={**notes, **purse.notes},
    )
