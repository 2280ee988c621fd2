"""What an amount in another currency is worth: the rate of its own day, or none."""

from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from syncer.kpis.asked.ports import AmountCount, DealDate, DealRow, DealSum, Labels, Milestone
from syncer.kpis.periods import parse_period
from syncer.money import RateOrigin
from tests.unit.kpis.counts import OPEN, OTHER, WON, cycle, deal, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, cost
from tests.unit.kpis.money_rows import day, rate, rates


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("2026-01-01", "0.90"), ("2026-01-31", "0.90"), ("2026-02-01", "0.95"), ("2025-12-31", None)],
)
def test_a_rate_holds_until_the_next_one_and_not_before_the_first(asked, expected):
    known = rates(rate("USD", "0.90", "2026-01-01"), rate("USD", "0.95", "2026-02-01"))
    found = known.rate("USD", "EUR", day(asked))
    assert found == (None if expected is None else Decimal(expected))


def test_a_rate_with_a_last_day_ends_there():
    known = rates(rate("USD", "0.90", "2026-01-01", "2026-01-31"))
    assert known.rate("USD", "EUR", day("2026-01-31")) == Decimal("0.90")
    assert known.rate("USD", "EUR", day("2026-02-01")) is None


def test_a_rate_is_turned_round_and_led_through_a_third_currency():
    known = rates(rate("EUR", "1.25", into="USD"), rate("CHF", "1.05", into="EUR"))
    assert known.rate("USD", "EUR", 0 + day("2026-01-01")) == Decimal("0.8")
    assert known.rate("CHF", "USD", day("2026-01-01")) == Decimal("1.3125")
    assert known.rate("GBP", "EUR", day("2026-01-01")) is None


def test_what_a_person_imported_goes_before_what_the_crm_says():
    known = rates(rate("USD", "0.80", origin=RateOrigin.CRM), rate("USD", "0.90", "2026-01-01", "2026-01-31"))
    assert known.rate("USD", "EUR", day("2026-01-15")) == Decimal("0.90")
    assert known.rate("USD", "EUR", day("2026-02-15")) == Decimal("0.80")


def test_a_closed_deal_takes_the_rate_of_its_closing_and_an_open_one_that_of_as_of():
    known = rates(rate("USD", "0.50", "2026-01-01"), rate("USD", "0.80", "2026-11-21"))
    won = [AmountCount((), None, "USD", day("2026-03-10"), Decimal(100), 1)]
    assert rows(Given(amounts=won), "K31.sum", rates=known)["K31.sum"].value == 50
    still_open = [deal("A", 100, "COMMIT", 0.5, currency="USD")]
    found = rows(Given(rows={OPEN: still_open}), "K20", rates=known)
    assert (found["K20"].value, found["K20.weighted"].value) == (80, 40)


def test_a_closing_date_after_as_of_takes_no_rate_of_the_future():
    known = rates(rate("USD", "0.50", "2026-01-01"), rate("USD", "0.80", "2026-12-01"))
    won = [AmountCount((), None, "USD", day("2026-12-24"), Decimal(100), 1)]
    assert rows(Given(amounts=won), "K31.sum", rates=known)["K31.sum"].value == 50


def test_in_constant_currency_every_event_takes_the_rate_of_one_day():
    known = rates(rate("USD", "0.50", "2026-01-01"), rate("USD", "0.80", "2026-06-01"))
    won = [AmountCount((), None, "USD", day("2026-03-10"), Decimal(100), 1)]
    constant = rows(Given(amounts=won), "K31.sum", rates=known, constant_day=day("2026-06-30"))
    assert constant["K31.sum"].value == 80


def test_days_without_a_rate_are_named_by_currency_and_drawn_together():
    won = [
        AmountCount((), None, "USD", day(text), Decimal(1), 1)
        for text in ("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-09")
    ]
    won += [AmountCount((), None, "CHF", None, Decimal(1), 1), AmountCount((), None, "EUR", None, Decimal(5), 1)]
    row = rows(Given(amounts=won), "K31.sum")["K31.sum"]
    assert (row.value, row.excluded) == (5, {"no_fx": 5})
    assert row.notes["no_rate"] == {"USD": ["2026-03-01..2026-03-03", "2026-03-09"]}


def test_a_closed_deal_without_a_closing_date_has_no_rate():
    parked = DealRow((), None, deal("A", 1, None, None, currency="USD", resume_at=at("2027-01-10")).span)
    undated = parked._replace(span=structs.replace(parked.span, outcome=OTHER, close_date=None))
    row = rows(Given(rows={OTHER: [undated]}), "K27.value_parked", rates=rates(rate("USD", "1")))["K27.value_parked"]
    assert (row.value, row.excluded) == (None, {"no_fx": 1})


def test_the_weighted_forecast_counts_deals_without_a_rate():
    found = rows(Given(rows={OPEN: [deal("A", 100, "COMMIT", 0.5, currency="USD")]}), "K20")
    assert (found["K20.weighted"].value, found["K20.weighted"].excluded) == (None, {"no_fx": 1})
    assert found["K20.weighted"].notes["no_rate"] == {"USD": ["2026-11-21"]}


def test_a_cost_in_another_currency_takes_the_rate_of_each_of_its_days():
    known = rates(rate("USD", "0.50", "2026-04-01"), rate("USD", "1.00", "2026-06-01"))
    line = replace(cost("google", 91), currency="USD")
    given = Given(lines=[line], by_entry={Milestone.MQL: [cycle(OPEN, 1)]})
    assert rows(given, "K17", rates=known)["K17"].value == Decimal("60.50")
    late = rows(given, "K17", rates=rates(rate("USD", "1", "2026-06-29")))["K17"]
    assert (late.value, late.excluded) == (None, {"cost_no_fx": 1})
    assert late.notes["no_rate"] == {"USD": ["2026-04-01..2026-06-28"]}


def test_a_cost_without_a_date_takes_the_rate_of_as_of():
    undated = replace(cost("google", 100), starts_at=None, ends_at=None, currency="USD")
    given = Given(lines=[undated], by_entry={Milestone.MQL: [cycle(OPEN, 1)]})
    assert rows(given, "K17", rates=rates(rate("USD", "0.9", "2026-11-21")))["K17"].value == 90
    assert rows(given, "K17", rates=rates(rate("USD", "0.9", "2026-11-22")))["K17"].value is None


def test_sums_of_one_currency_are_converted_day_by_day():
    closed = [DealSum((), None, WON, "USD", day(text), 1, 1, Decimal(100)) for text in ("2026-10-05", "2026-11-05")]
    known = rates(rate("USD", "0.50", "2026-10-01"), rate("USD", "0.70", "2026-11-01"))
    given = Given(by_date={"close": closed})
    assert rows(given, "K20.won", rates=known, period=parse_period("2026Q4", BERLIN))["K20.won"].value == 120


def test_a_cost_that_names_no_currency_stands_in_the_accounts_own():
    line = replace(cost("google", 91), currency=None)
    known = rates(rate("EUR", "1.25", into="USD"))
    found = rows(Given(lines=[line]), "K17.cost", rates=known, currency="USD", own_currency="EUR")["K17.cost"]
    assert found.value == Decimal("113.75")
    lacking = rows(Given(lines=[line]), "K17.cost", currency="USD", own_currency="EUR")["K17.cost"]
    assert (lacking.value, lacking.excluded) == (None, {"cost_no_fx": 1})
    assert list(lacking.notes["no_rate"]) == ["EUR"]


def test_without_any_reporting_currency_foreign_amounts_cannot_be_converted():
    given = Given(
        amounts=[AmountCount((), None, "USD", day("2026-03-01"), Decimal(1), 1)],
        names=Labels(owners={}, pipelines={}, currency=None),
    )
    row = rows(given, "K31.sum", currency=None, rates=rates(rate("USD", "1")))["K31.sum"]
    assert (row.value, row.excluded) == (None, {"no_fx": 1})


def test_a_sum_of_converted_amounts_is_to_the_cent_the_same_in_whatever_order_they_come():
    amounts = ["4737.77", "5488.34", "22886.46", "25050.9391"]
    won = [AmountCount((), None, "EUR", day("2026-03-10"), Decimal(amount), 1) for amount in amounts]
    known = rates(rate("CHF", "1.06", into="EUR"))
    for ordered in (won, won[::-1]):
        found = rows(Given(amounts=ordered), "K31.sum", rates=known, currency="CHF")
        assert found["K31.sum"].value == Decimal("54871.24")


def test_sums_of_money_in_notes_have_the_coins_of_the_reporting_currency():
    known = rates(rate("CHF", "1.06", into="EUR"))
    closed = [DealSum((), None, WON, "EUR", day("2026-03-10"), 5, 5, Decimal(1000))]
    found = rows(Given(by_date={DealDate.CLOSE: closed}), "K10.value_narrow", rates=known, currency="CHF")
    assert str(found["K10.value_narrow"].notes["won_amount"]) == "943.40"
    spent = rows(Given(lines=[cost("google", 1000)]), "K18", rates=known, currency="CHF")
    assert str(spent["K18"].notes["cost"]) == "943.40"
