"""Short ways to write counted rows in tests of KPIs."""

from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import (
    CycleCount,
    DayCount,
    DealRow,
    DealSum,
)
from syncer.kpis.measure import measure
from tests.unit.kpis.ledger import at, question, span

WON, LOST, OTHER, OPEN, VOID = Outcome.WON, Outcome.LOST, Outcome.OTHER, Outcome.OPEN, Outcome.VOID


def rows(given, *ids, **changes):
    return {row.id: row for row in measure(given, question(**changes), ids)}


def sums(*groups, currency="EUR", excluded=None):
    return [DealSum((), excluded, outcome, currency, None, n, n, Decimal(amount)) for outcome, n, amount in groups]


def cycle(outcome, n, *, reached=False, excluded=None, segment=()):
    return CycleCount(segment, excluded, outcome, reached, n)


def days(*lengths):
    return [DayCount((), None, outcome, length, 1) for length, outcome in lengths]


def percent(row):
    return tuple(round(100 * float(figure), 1) for figure in (row.value, row.lo, row.hi))


def deal(deal_id, amount, category, chance, *, closes="2026-12-15", **values):
    money = None if amount is None else Decimal(amount)
    one = span(
        deal_id,
        "2026-10-01",
        amount=money,
        forecast_category=category,
        probability=chance,
        close_date=at(closes, 0),
        **values,
    )
    return DealRow((), None, one)
