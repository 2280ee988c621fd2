"""Cells of a sheet that may mean two things, or nothing: refused by row and column, or read as they are shown."""

from datetime import date
from decimal import Decimal

import pytest

from mappings.cells import Signed, Unreadable, days
from mappings.cost_sheet import cost_lines
from mappings.rate_sheet import rate_lines
from tests.unit.mappings.sheet_rig import problems, row, sheet


def test_what_stands_under_no_heading_is_refused():
    found = problems(
        cost_lines, sheet("date;amount;", row("2026-07-01;5;"), row("2026-07-01;1;234"), ["2026-07-01", "5", "", "7"])
    )
    assert found == [(3, None, "column 3 stands under no heading"), (4, None, "column 4 stands under no heading")]
    [line] = cost_lines(sheet("date;amount", ["2026-07-01", "5", "", " "]))
    assert line.amount == 5
    found = problems(rate_lines, sheet("date;currency;rate", row("2026-07-01;USD;1;92")), "EUR")
    assert found == [(2, None, "column 4 stands under no heading")]


@pytest.mark.parametrize("nothing", ["N/A", "n/a", "#NV", "k. A.", "-", "–", "Unbekannt", "(not set)"])
def test_a_source_or_campaign_that_names_nothing_is_refused(nothing):
    found = problems(cost_lines, sheet("date;source;campaign;amount", row(f"2026-07-01;{nothing};{nothing};5")))
    assert found == [(2, "source", "names nothing"), (2, "campaign", "names nothing")]


@pytest.mark.parametrize("total", ["Total", "Summe:", " Grand  total", "GESAMT"])
def test_the_last_line_of_a_report_is_no_source(total):
    found = problems(cost_lines, sheet("date;source;amount", row(f"2026-07;{total};5")))
    assert found == [(2, "source", "names a sum of other rows")]


def test_a_cell_that_tells_no_value_says_why():
    bad = Unreadable("is a percentage")
    found = problems(cost_lines, sheet("from;to;source;kind;amount;currency", [bad, bad, bad, bad, bad, bad], [bad]))
    assert [(line, key) for line, key, _ in found] == [
        *((2, key) for key in ("amount", "from", "to", "kind", "currency", "source")),
        *((3, key) for key in ("amount", "from")),
    ]
    assert {message for *_, message in found} == {"is a percentage", "is empty"}
    assert problems(rate_lines, sheet("date;currency;rate", ["2026-07-01", bad, bad]), "EUR") == [
        (2, "rate", "is a percentage"),
        (2, "currency", "is a percentage"),
    ]


def test_a_date_and_a_first_day_in_one_row_may_mean_two_things():
    found = problems(
        cost_lines, sheet("date;from;to;amount", row("2026-07;2026-08;;5"), row("2026-07;;;5"), row(";2026-08;;5"))
    )
    assert found == [(2, "from", "stands beside a date")]


@pytest.mark.parametrize("day", ["01.01.0226", "9999-12-31", "1969-12-31", date(2101, 1, 1)])
def test_a_year_without_costs_is_a_slip(day):
    with pytest.raises(ValueError, match="1970 to 2100"):
        days(day)


@pytest.mark.parametrize(
    ("cell", "told", "own", "shown"),
    [
        ("5 €", "", "CHF", "EUR"),
        ("eur 5", "EUR", "CHF", "EUR"),
        ("$5", "", "CAD", "CAD"),
        ("$5", "USD", "EUR", "USD"),
        ("5 £", "", None, "GBP"),
        ("5", "", "EUR", None),
        (Signed(Decimal(5), "€"), "", None, "EUR"),
        (Signed(Decimal(5), "$"), "AUD", "EUR", "AUD"),
        (Signed(Decimal(5), "CHF"), "", "EUR", "CHF"),
    ],
)
def test_the_sign_beside_an_amount_names_its_currency(cell, told, own, shown):
    [line] = cost_lines(sheet("date;amount;currency", ["2026-07-01", cell, told]), own)
    [plain] = cost_lines(sheet("date;amount;currency", ["2026-07-01", "5", told]), own)
    assert (line.amount, line.currency, line.key) == (5, shown, plain.key)


@pytest.mark.parametrize(
    ("cell", "told", "own", "message"),
    [
        ("$5", "", "EUR", "shows a sign that several currencies have"),
        ("$5", "", None, "shows a sign that several currencies have"),
        ("5 USD", "EUR", "EUR", "shows another currency than its row names"),
        ("$5 €", "", "EUR", "shows another currency than its row names"),
        (Signed(Decimal(5), "£"), "CHF", "EUR", "shows another currency than its row names"),
    ],
)
def test_a_sign_that_leaves_the_currency_open_is_refused(cell, told, own, message):
    found = problems(cost_lines, sheet("date;amount;currency", ["2026-07-01", cell, told]), own)
    assert found == [(2, "amount", message)]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (Decimal("33.333333333333336"), "33.333333"),
        (Decimal("0.30000000000000004"), "0.300000"),
        ("1.234,5678905", "1234.567890"),
        ("9223372036854.775807", "9223372036854.775807"),
    ],
)
def test_an_amount_is_kept_to_six_decimals(cell, kept):
    [line] = cost_lines(sheet("date;amount", ["2026-07-01", cell]))
    assert str(line.amount) == kept


@pytest.mark.parametrize("cell", ["9223372036854.775808", "-99999999999999999999", Decimal("1e30"), "1e4000"])
def test_an_amount_that_no_row_can_hold_is_refused(cell):
    found = problems(cost_lines, sheet("date;amount", ["2026-07-01", cell]))
    assert found == [(2, "amount", "is no amount that fits")]


@pytest.mark.parametrize("cell", ["1e13", "0.0000000000001", Decimal("1e4000")])
def test_a_rate_beyond_all_currencies_is_refused(cell):
    found = problems(rate_lines, sheet("date;currency;rate", ["2026-07-01", "USD", cell]), "EUR")
    assert found == [(2, "rate", "is no rate that a currency has")]
