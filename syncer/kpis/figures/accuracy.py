"""How good forecasts were (K21): what reps forecast at several ages of a quarter, against what was won in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.memory import Move
from syncer.kpis.asked.ports import Cut, DealDate, DealSum, Segment
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.remembered import (
    WEEKS,
    Memory,
    closes_inside,
    days_of,
    eve_of,
    quarters,
    remembered,
    was_promised,
    worth,
)
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.tally import Tally, period_rate, with_whole

#: Name of an age → week of the quarter on whose eve the forecast is looked at.
_SINCE_START: Mapping[str, int] = {"quarter_start": 1, **WEEKS}
#: Name of an age → days before the quarter's last day.
_BEFORE_END: Mapping[str, int] = {"60_days": 60, "30_days": 30, "7_days": 7}

_COMMIT = "COMMIT"


@dataclass(kw_only=True, slots=True)
class Score:
    """One segment's forecasts of one age, by rep and quarter."""

    forecast: defaultdict[tuple[str | None, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    weighted: defaultdict[tuple[str | None, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    actual: defaultdict[tuple[str | None, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    commits: Tally = field(default_factory=Tally)
    #: Of them, those whose amount at the snapshot is known.
    valued: Tally = field(default_factory=Tally)
    committed: Decimal = Decimal(0)
    kept: Decimal = Decimal(0)
    #: Expected and observed wins by deal stage.
    stages: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    with_chance: int = 0
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def pairs(self) -> Iterable[tuple[str | None, int]]:
        """Reps and quarters of which anything is known."""
        return self.forecast.keys() | self.actual.keys()


def accuracy(ask: Ask) -> Iterable[Kpi]:
    """Yield K21 and its companions, one row an age that has come."""
    asked = quarters(ask)
    closed = [list(ask.measures.deals(_cut(ask), DealDate.CLOSE, quarter)) for quarter in asked]
    for age in (*_SINCE_START, *_BEFORE_END):
        scores: defaultdict[Segment, Score] = defaultdict(Score)
        snapshots: list[Mapping[str, object]] = []
        for number, quarter in enumerate(asked):
            memory = _at_age(ask, quarter, age)
            if memory is not None:
                snapshots.append(memory.notes)
                _count(ask, scores, (number, quarter), memory)
                _close(ask, scores, number, closed[number])
        if snapshots:
            for segment in with_whole(scores, ask.question.by):
                score = scores.get(segment, Score())
                yield from _rows(ask, (segment, age), score, {"snapshots": snapshots})


def _cut(ask: Ask) -> Cut:
    """Return the view by rep besides what was asked for: errors of reps must not cancel out."""
    return replace(ask.every, by=(*ask.question.by, "owner"))


def _at_age(ask: Ask, quarter: Window, age: str) -> Memory | None:
    first, last = days_of(ask, quarter)
    day = eve_of(first, _SINCE_START[age]) if age in _SINCE_START else last - _BEFORE_END[age]
    return remembered(ask, _cut(ask), day, quarter) if day <= ask.today else None


def _count(ask: Ask, scores: defaultdict[Segment, Score], numbered: tuple[int, Window], memory: Memory) -> None:
    number, quarter = numbered
    for move in memory.moves:
        *segment, rep = move.segment
        _forecast(ask, scores[tuple(segment)], (rep, number), (move, quarter, memory.day))
    won_then = replace(_cut(ask), as_of=memory.as_of)
    for (*segment, rep), amount in _won(ask, ask.measures.deals(won_then, DealDate.CLOSE, quarter)):
        scores[tuple(segment)].forecast[rep, number] += amount
        scores[tuple(segment)].weighted[rep, number] += amount


def _close(ask: Ask, scores: defaultdict[Segment, Score], number: int, closed: Sequence[DealSum]) -> None:
    """Add what was won in a quarter; what has no amount or no rate is counted, once."""
    for (*segment, rep), amount in _won(ask, closed):
        scores[tuple(segment)].actual[rep, number] += amount
    for row in _decided(closed):
        excluded = scores[row.segment[:-1]].excluded
        excluded["won_no_amount"] += row.units - row.with_amount
        if ask.convert(row.amount, row.currency, row.day) is None:
            excluded["won_no_fx"] += row.with_amount


def _decided(rows: Iterable[DealSum]) -> Iterator[DealSum]:
    """Yield the deals won, those that count."""
    return (row for row in rows if row.outcome is Outcome.WON and row.excluded is None)


def _won(ask: Ask, rows: Iterable[DealSum]) -> Iterator[tuple[Segment, Decimal]]:
    """Yield what was won, with segment and rep; of what has no amount, or no rate, nothing is known."""
    for row in _decided(rows):
        amount = ask.convert(row.amount, row.currency, row.day)
        if amount is not None and row.with_amount:
            yield row.segment, amount


def _forecast(ask: Ask, score: Score, place: tuple[str | None, int], told: tuple[Move, Window, int]) -> None:
    move, quarter, day = told
    before, after = move.before, move.after
    if move.excluded is not None or before is None:
        score.excluded[move.excluded or ""] += 1
        return
    amount = worth(ask, before, day)
    won = after is not None and after.outcome is Outcome.WON and closes_inside(after, quarter)
    if was_promised(ask, move):
        _promise(score, place, before, amount)
    if (before.forecast_category or "").upper() == _COMMIT:
        score.commits.add(1, hit=won, may_hit=False)
        _commit(score, amount, (worth(ask, after, day) or Decimal(0)) if won else None)
    if before.probability is not None:
        score.with_chance += 1
        score.stages[before.stage_id or ""][0] += before.probability
        score.stages[before.stage_id or ""][1] += won


def _commit(score: Score, amount: Decimal | None, won: Decimal | None) -> None:
    """Add the value of a deal in COMMIT, and what of it was won; one without a value then adds nothing."""
    if amount is not None:
        score.valued.add(1, hit=won is not None, may_hit=False)
        score.committed += amount
        score.kept += won or 0


def _promise(score: Score, place: tuple[str | None, int], before: DealSpan, amount: Decimal | None) -> None:
    if amount is None:
        score.excluded["no_amount" if before.amount is None else "no_fx"] += 1
        return
    score.forecast[place] += amount
    if before.probability is None:
        score.excluded["no_probability"] += 1
    else:
        score.weighted[place] += amount * Decimal(str(before.probability))


def _rows(ask: Ask, place: tuple[Segment, str], score: Score, notes: Mapping[str, object]) -> Iterable[Kpi]:
    segment, age = place
    over = ask.window.end is None or ask.window.end <= ask.question.as_of
    for row_id, forecast in (("K21", score.forecast), ("K21.weighted", score.weighted)):
        sums = _sums(ask, forecast, score)
        yield ask.row(row_id, segment, _error(score, forecast, over=over, notes={**notes, **sums}), age=age)
    sums = _sums(ask, score.forecast, score)
    yield ask.row("K21.bias", segment, _bias(score, over=over, notes={**notes, **sums}), age=age)
    yield ask.row("K21.mape", segment, _mape(score, over=over, notes=notes), age=age)
    yield ask.row("K21.commit_hits", segment, replace(period_rate(score.commits), notes=notes), age=age)
    yield ask.row("K21.commit_value", segment, _kept(score, notes), age=age)
    yield ask.row("K21.calibration", segment, _calibration(score, notes), age=age)


def _sums(ask: Ask, forecast: Mapping[tuple[str | None, int], Decimal], score: Score) -> Mapping[str, object]:
    """Return what was forecast and what was won, as amounts are shown."""
    told = {"forecast": forecast, "won": score.actual}
    return {name: ask.coins(sum(amounts.values(), Decimal(0))) for name, amounts in told.items()}


def _error(
    score: Score, forecast: Mapping[tuple[str | None, int], Decimal], *, over: bool, notes: Mapping[str, object]
) -> Measured:
    """Return the weighted absolute percentage error: what missed, over reps and quarters, by what was won."""
    zero = Decimal(0)
    missed = sum((abs(forecast.get(one, zero) - score.actual.get(one, zero)) for one in score.pairs), zero)
    return _share(score, missed, over=over, notes=notes)


def _bias(score: Score, *, over: bool, notes: Mapping[str, object]) -> Measured:
    zero = Decimal(0)
    return _share(score, sum(score.forecast.values(), zero) - sum(score.actual.values(), zero), over=over, notes=notes)


def _share(score: Score, part: Decimal, *, over: bool, notes: Mapping[str, object]) -> Measured:
    whole = sum((abs(amount) for amount in score.actual.values()), Decimal(0))
    value = float(part / whole) if whole else None
    lacks = {} if whole else {"lacks": "orders"}
    return Measured(
        value=value,
        n=len(set(score.pairs)),
        status=_status(value, over=over),
        excluded=+score.excluded,
        notes={**notes, **lacks},
    )


def _mape(score: Score, *, over: bool, notes: Mapping[str, object]) -> Measured:
    """Return the mean of percentage errors: for information, since whoever won nothing has none."""
    parts = [
        abs(score.forecast.get(one, Decimal(0)) - actual) / actual for one, actual in score.actual.items() if actual
    ]
    value = float(sum(parts) / len(parts)) if parts else None
    return Measured(value=value, n=len(parts), status=_status(value, over=over), notes=notes)


def _status(value: float | None, *, over: bool) -> Status:
    if value is None:
        return Status.UNDEFINED
    return Status.MATURE if over else Status.IMMATURE


def _kept(score: Score, notes: Mapping[str, object]) -> Measured:
    n, lacking = score.valued.n, score.commits.n - score.valued.n
    status = size_status(n) if score.committed else Status.UNDEFINED
    value = float(score.kept / score.committed) if status.is_shown else None
    excluded = {"no_amount": lacking} if lacking else {}
    return Measured(value=value, n=n, k=score.valued.k, status=status, excluded=excluded, notes=notes)


def _calibration(score: Score, notes: Mapping[str, object]) -> Measured:
    """Return won deals by the number that their probabilities promised."""
    expected, observed = (sum(pair[side] for pair in score.stages.values()) for side in (0, 1))
    value = observed / expected if expected else None
    status = Status.UNDEFINED if value is None else size_status(score.with_chance)
    stages = {stage: {"expected": pair[0], "won": int(pair[1])} for stage, pair in sorted(score.stages.items())}
    return Measured(value=value, n=score.with_chance, k=int(observed), status=status, notes={**notes, "stages": stages})
