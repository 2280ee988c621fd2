"""Whether the open pipeline of a quarter is enough for what is still to be won (K22)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import ID, DealDate, DealSum, Segment
from syncer.kpis.money import Purse, fill
from syncer.kpis.question import Ask, Measured
from syncer.kpis.remembered import days_of, earlier_quarters, remembered, worth
from syncer.kpis.result import FEW, Kpi, Status, size_status

#: The goal that coverage is measured against.
METRIC = "won_amount"

_QUARTERS = 4


@dataclass(kw_only=True, slots=True)
class Past:
    """What became of pipelines of the same age, by value."""

    won: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)
    deals: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Share of the decided value that was won; None below five deals, or where none was won."""
        return self.won / self.closed if self.deals >= FEW and self.won else None


@dataclass(kw_only=True, slots=True)
class Cover:
    """Open pipeline and what was won, of the period."""

    open: Purse = field(default_factory=Purse)
    won: Purse = field(default_factory=Purse)
    #: Reason → open deals that do not count.
    excluded: Counter[str] = field(default_factory=Counter)

    def lacking(self, target: Decimal | None) -> Decimal | None:
        """Return what is still to be won; None without a target, or where no deal won has a usable amount."""
        won = self.won.known
        return None if target is None or won is None else target - won


def coverage(ask: Ask) -> Iterable[Kpi]:
    """Yield K22: pipeline by what the target still lacks, the multiple that is needed, and how far it falls short."""
    if ID in ask.question.by:
        yield from _each(ask)
        return
    cover, past = _cover(ask), _past(ask)
    asked = ask.question.target
    target = None
    if asked is not None and asked.metric == METRIC:
        target = asked.within(ask.window, ask.question.calendar)
    lacking, standing = cover.lacking(target), cover.open.known
    value = None if lacking is None or lacking <= 0 or standing is None else standing / lacking
    required = None if past.rate is None else 1 / past.rate
    few = {} if past.rate is not None else {"lacks": "past_quarters"}
    reached = lacking is not None and lacking <= 0
    lacks = {} if target is not None else {"lacks": "sales_goal"}
    sums = {"target": ask.coins(target), "won": ask.coins(cover.won.known)}
    notes = {**sums, "reached": reached, **lacks, **cover.open.notes}
    standing_out = {**cover.excluded, **cover.open.excluded}
    excluded = {**standing_out, **{f"won_{name}": n for name, n in cover.won.excluded.items()}}
    yield ask.row("K22", (), _ratio(value, cover.open.units, excluded, notes))
    yield ask.row("K22.required", (), _ratio(required, past.deals, {}, {"win_rate": past.rate, **few}))
    gap = None if value is None or required is None else required - value
    yield ask.row("K22.gap", (), _ratio(gap, cover.open.units, standing_out, lacks or few))
    pipeline = replace(_money(standing, cover.open.units, cover.open.notes), excluded=standing_out)
    yield ask.row("K22.pipeline", (), pipeline)
    yield ask.row("K22.target", (), _money(target, None, lacks))
    yield ask.row("K22.lacking", (), _money(None if lacking is None else max(lacking, Decimal(0)), None, lacks))


def _each(ask: Ask) -> Iterable[Kpi]:
    """Yield the open deals behind the figure, one by one; deals won that lack an amount; those of past pipelines."""
    for row in ask.measures.deal_rows(ask.every, Outcome.OPEN, ask.window):
        purse = Purse()
        if row.excluded is None:
            fill(purse, ask, row.span)
        excluded = purse.excluded if row.excluded is None else {row.excluded: 1}
        for row_id in ("K22", "K22.gap", "K22.pipeline"):
            yield ask.row(row_id, row.segment, Measured(value=None, n=purse.units, excluded=excluded))
    for group in _won(ask):
        purse = Purse()
        _fill_won(ask, purse, group)
        lacking = {f"won_{name}": n for name, n in purse.excluded.items()}
        yield ask.row("K22", group.segment, Measured(value=None, n=0, excluded=lacking))
    for segment, _, _ in _decided(ask):
        yield ask.row("K22.required", segment, Measured(value=None, n=1))


def _cover(ask: Ask) -> Cover:
    cover = Cover()
    for row in ask.measures.deal_rows(ask.every, Outcome.OPEN, ask.window):
        if row.excluded is None:
            fill(cover.open, ask, row.span)
        else:
            cover.excluded[row.excluded] += 1
    for group in _won(ask):
        _fill_won(ask, cover.won, group)
    return cover


def _won(ask: Ask) -> Iterator[DealSum]:
    for group in ask.measures.deals(ask.every, DealDate.CLOSE, ask.window):
        if group.excluded is None and group.outcome is Outcome.WON:
            yield group


def _fill_won(ask: Ask, purse: Purse, group: DealSum) -> None:
    purse.lack(group.units - group.with_amount)
    if group.with_amount:
        purse.put(ask, group.amount, (group.currency, group.day), group.with_amount)


def _past(ask: Ask) -> Past:
    past = Past()
    for _, amount, outcome in _decided(ask):
        past.deals += 1
        past.closed += amount
        past.won += amount if outcome is Outcome.WON else 0
    return past


def _decided(ask: Ask) -> Iterator[tuple[Segment, Decimal, Outcome]]:
    """Yield what became of the pipelines of the last four quarters at the same distance from their beginning."""
    calendar, window = ask.question.calendar, ask.window
    if window.start is None:
        return
    age = ask.today - calendar.day_number(window.start)
    for quarter in earlier_quarters(ask, window.start, _QUARTERS):
        day = days_of(ask, quarter)[0] + age
        for move in remembered(ask, ask.every, day, quarter).moves:
            after = move.after
            if move.excluded is not None or after is None:
                continue
            amount = worth(ask, move.before, day)
            if amount is not None and after.outcome in {Outcome.WON, Outcome.LOST, Outcome.OTHER}:
                yield move.segment, amount, after.outcome


def _ratio(value: Decimal | None, n: int, excluded: dict[str, int], notes: Mapping[str, object]) -> Measured:
    status = Status.UNDEFINED if value is None else size_status(n or 1)
    shown = None if value is None else float(value)
    return Measured(value=shown, n=n, status=status, excluded=excluded, notes=notes)


def _money(value: Decimal | None, n: int | None, notes: Mapping[str, object]) -> Measured:
    return Measured(value=value, n=n, status=Status.UNDEFINED if value is None else Status.MATURE, notes=notes)
