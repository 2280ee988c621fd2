"""How much the open pipeline earns a day (K16)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import DealDate, DealRow, Segment
from syncer.kpis.money import Purse, fill
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.statistics.stats import counted, percentile
from syncer.kpis.tally import Tally, period_rate, with_whole

#: Candidates for Closed-Other because nothing happens any more (domain C2): they would inflate the number.
STALE = frozenset({"CO7", "CO8"})

#: Four quarters.
_TRAILING_DAYS = 365


@dataclass(kw_only=True, slots=True)
class Pace:
    """One segment's open offers, and how its deals closed over four quarters."""

    purse: Purse = field(default_factory=Purse)
    open: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    closed: Tally = field(default_factory=Tally)
    days: Counter[int] = field(default_factory=Counter)

    @property
    def mean_amount(self) -> Decimal | None:
        """Mean amount of the open offers that have one."""
        return self.purse.amount / self.purse.units if self.purse.units else None

    @property
    def win_rate(self) -> Decimal | None:
        """Won of won, lost and other."""
        return Decimal(self.closed.k) / self.closed.n if self.closed.n else None

    @property
    def cycle(self) -> Decimal | None:
        """Median days from a deal's creation to winning, None where none was won."""
        return percentile(counted(self.days), Decimal("0.5"))


def velocity(ask: Ask) -> Iterable[Kpi]:
    """Yield K16 and the four figures that it is made of. Win rate and cycle both begin at the deal's creation."""
    paces: defaultdict[Segment, Pace] = defaultdict(Pace)
    for row in ask.measures.deal_rows(ask.cut, Outcome.OPEN, Window()):
        _open(ask, paces[row.segment], row)
    year = ask.question.calendar.trailing(ask.question.as_of, _TRAILING_DAYS).window
    for group in ask.measures.deals(ask.cut, DealDate.CLOSE, year):
        if group.excluded is None:
            counts = group.outcome in {Outcome.WON, Outcome.LOST, Outcome.OTHER}
            paces[group.segment].closed.add(
                group.units if counts else 0, hit=group.outcome is Outcome.WON, may_hit=False
            )
    for length in ask.measures.deal_days(ask.cut, DealDate.CLOSE, year, DealDate.CREATED):
        if length.excluded is None and length.outcome is Outcome.WON and length.days is not None and length.days >= 0:
            paces[length.segment].days[length.days] += length.units
    for segment in with_whole(paces, ask.question.by):
        yield from _rows(ask, segment, paces.get(segment, Pace()))


def _open(ask: Ask, pace: Pace, row: DealRow) -> None:
    if row.excluded is not None:
        pace.excluded[row.excluded] += 1
    elif row.span.offer_at is None:
        pace.excluded["no_offer"] += 1
    elif row.span.proposal in STALE:
        pace.excluded["stale"] += 1
    else:
        pace.open += 1
        fill(pace.purse, ask, row.span)


def _rows(ask: Ask, segment: Segment, pace: Pace) -> Iterable[Kpi]:
    rate, cycle = pace.win_rate, pace.cycle
    value = None
    if pace.mean_amount is not None and rate is not None and cycle:
        value = pace.open * pace.mean_amount * rate / cycle
    status = Status.UNDEFINED if value is None else size_status(min(pace.open, pace.closed.n))
    excluded = {**pace.excluded, **+pace.purse.excluded}
    lacks = {} if rate is not None and cycle else {"lacks": "pace"}
    parts = {"open": pace.open, "mean_amount": ask.coins(pace.mean_amount), "win_rate": rate, "days": cycle}
    notes = {**parts, **lacks, **pace.purse.notes}
    yield ask.row("K16", segment, Measured(value=value, n=pace.open, status=status, excluded=excluded, notes=notes))
    yield ask.row("K16.deals", segment, Measured(value=pace.open, n=pace.open, excluded=excluded))
    for row_id, part, n in (
        ("K16.mean_amount", pace.mean_amount, pace.purse.units),
        ("K16.days", cycle, pace.days.total()),
    ):
        yield ask.row(row_id, segment, Measured(value=part, n=n, status=size_status(n if part is not None else 0)))
    yield ask.row("K16.win_rate", segment, period_rate(pace.closed))
