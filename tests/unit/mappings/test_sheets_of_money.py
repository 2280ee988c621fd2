"""Sheets of costs and exchange rates: numbers, dates and headings as Germans and others write them."""

from datetime import date
from decimal import Decimal

import pytest

from mappings.cells import Days, Mark, Signed, amount, days, decimal_mark, rate
from mappings.cost_sheet import GERMAN, HEADINGS, cost_lines
from mappings.rate_sheet import HOLDS_DAYS, rate_lines
from syncer.money import CostKind, RateOrigin
from tests.unit.mappings.sheet_rig import problems, row, sheet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1234", "1234"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12.345.678,90", "12345678.90"),
        ("-12,50 €", "-12.50"),
        ("\u221212.50", "-12.50"),
        ("EUR 1'234.50", "1234.50"),
        ("1\u00a0234,00 CHF", "1234.00"),
        ("0,1234", "0.1234"),
        ("1234.567", "1234.567"),
    ],
)
def test_amounts_as_people_write_them(text, expected):
    assert amount(text, None) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["zwölf", "1.2.3", "1,2,3", "1.234,56,7", "1,23.4", "12.34,5", "1..2", "NaN", "Infinity", "--5", "1e"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="number"):
        amount(text, None)


@pytest.mark.parametrize("text", ["1.234", "12,345", "-1.234"])
def test_one_mark_before_three_digits_may_mean_two_things(text):
    with pytest.raises(ValueError, match="thousands or decimals"):
        amount(text, None)


def test_the_other_numbers_of_the_column_say_what_it_means():
    assert decimal_mark(["1.234", "5,50"]) is Mark.COMMA
    assert decimal_mark(["1.234", "5.50"]) is Mark.POINT
    assert decimal_mark(["1.234", "7"]) is None
    assert decimal_mark(["5,50", "5.50", "1.234"]) is None
    assert decimal_mark([Decimal("5.5"), date(2026, 1, 1)]) is None
    assert amount("1.234", Mark.COMMA) == 1234
    assert amount("1.234", Mark.POINT) == Decimal("1.234")


def test_a_spreadsheets_own_numbers_and_days_are_taken_as_they_are():
    assert amount(Decimal("5.5"), None) == Decimal("5.5")
    assert rate(Decimal("0.92")) == Decimal("0.92")
    assert rate(Signed(Decimal("0.92"), "€")) == Decimal("0.92")
    assert days(date(2026, 1, 2)) == Days(date(2026, 1, 2), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("convert", "cell", "reason"),
    [
        (lambda cell: amount(cell, None), date(2026, 1, 1), "date"),
        (rate, date(2026, 1, 1), "date"),
        (days, Decimal(46000), "number"),
    ],
)
def test_a_day_is_no_amount_and_a_number_no_day(convert, cell, reason):
    with pytest.raises(ValueError, match=reason):
        convert(cell)


@pytest.mark.parametrize(("text", "expected"), [("0,9234", "0.9234"), ("1.085", "1.085"), ("160,123", "160.123")])
def test_a_rate_has_decimals_and_no_thousands(text, expected):
    assert rate(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["0", "-1", "x"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match=r"above zero|number"):
        rate(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("31.12.2026", "2026-12-31", "2026-12-31"),
        ("1.2.26", "2026-02-01", "2026-02-01"),
        ("2026-12-31", "2026-12-31", "2026-12-31"),
        ("31/12/2026", "2026-12-31", "2026-12-31"),
        ("12/31/2026", "2026-12-31", "2026-12-31"),
        ("05/05/2026", "2026-05-05", "2026-05-05"),
        ("12.2026", "2026-12-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("Februar 2024", "2024-02-01", "2024-02-29"),
        ("dez. 2026", "2026-12-01", "2026-12-31"),
        ("  May   2026 ", "2026-05-01", "2026-05-31"),
        ("02/2026", "2026-02-01", "2026-02-28"),
    ],
)
def test_days_and_months_as_people_write_them(text, first, last):
    assert days(text) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31.02.2026", "no calendar"),
        ("2026-13-01", "no calendar"),
        ("13.2026", "no calendar"),
        ("05/06/2026", "day/month"),
        ("12.26", "four digits"),
        ("gestern", "not a date"),
        ("Foo 2026", "not a date"),
        ("Ma 2026", "not a date"),
        ("Q3 2026", "not a date"),
    ],
)
def test_what_is_no_day_or_may_be_two_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        days(text)


def test_a_german_sheet():
    found = cost_lines(
        sheet(
            "Von;Bis;Quelle;Kampagne;Art;Betrag (netto);Währung",
            row("01.07.2026;30.09.2026;Google Ads;Brand;Werbung;1.234,56;EUR"),
            row("01.10.2026;;;;Vertrieb;21.000;€"),
            row("10.2026;;LinkedIn;;;5;"),
        )
    )
    assert [(one.first, one.last) for one in found] == [
        (date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2026, 10, 31)),
    ]
    assert [(one.source, one.campaign, one.kind) for one in found] == [
        ("google_ads", "Brand", CostKind.MEDIA),
        (None, None, CostKind.SALES),
        ("linkedin", None, CostKind.MEDIA),
    ]
    assert [(one.amount, one.currency) for one in found] == [(Decimal("1234.56"), "EUR"), (21_000, "EUR"), (5, None)]


def test_an_english_sheet_with_one_date():
    [one] = cost_lines(sheet("Date;Source;Kind;Amount;Currency", row("2026-07;fair;Events;1,234.50;chf")))
    assert (one.first, one.last, one.kind, one.amount) == (
        date(2026, 7, 1),
        date(2026, 7, 31),
        CostKind.EVENTS,
        Decimal("1234.50"),
    )
    assert one.currency == "CHF"


def test_a_sum_under_the_days_is_told_to_be_one():
    rows = (row("2026-07-01;google;EUR;5"), row("Gesamt:;;EUR;5"))
    assert problems(cost_lines, sheet("Day;Source;Currency code;Cost", *rows)) == [
        (3, "Day", "names a sum of other rows")
    ]


def test_cells_of_a_spreadsheet_keep_their_type():
    [one] = cost_lines(sheet("date;amount;campaign", [date(2026, 7, 1), Decimal("10.5"), Decimal(2026)]))
    assert (one.first, one.amount, one.campaign) == (date(2026, 7, 1), Decimal("10.5"), "2026")


def test_every_problem_is_listed_at_once_with_row_and_column():
    found = problems(
        cost_lines,
        sheet(
            "von;bis;Art;Betrag;Währung",
            row("31.02.2026;;Quatsch;zwölf;EURO"),
            row("01.02.2026;01.01.2026;Messe;1.234;EUR"),
            row(";;;;"),
            row("01.02.2026;gestern;Messe;5;EUR"),
            row("01.02.2026"),
        ),
    )
    assert found == [
        (2, "Betrag", "is not a number"),
        (2, "von", "is a day that no calendar has"),
        (2, "Art", "is no kind of cost"),
        (2, "Währung", "is not a currency code"),
        (3, "Betrag", "may mean thousands or decimals"),
        (3, "bis", "ends before it begins"),
        (4, "Betrag", "is empty"),
        (4, "von", "is empty"),
        (5, "bis", "is not a date"),
        (6, "Betrag", "is empty"),
    ]


def test_headings_that_are_missing_unknown_or_named_twice_are_listed_before_any_row_is_read():
    found = problems(cost_lines, sheet("Quelle;source;Farbe;", row("a;b;c;")))
    assert found == [
        (1, "source", "means the same as 'Quelle'"),
        (1, "Farbe", "unknown column"),
        (1, None, "no column date or from"),
        (1, None, "no column amount"),
    ]


def test_a_row_without_a_date_in_a_sheet_of_dates_names_that_column():
    assert problems(cost_lines, sheet("Datum;Betrag", row(";5"))) == [(2, "Datum", "is empty")]


def test_a_lines_identity_is_what_it_is_about_and_not_its_amount_or_file():
    one, again = (cost_lines(sheet("date;source;amount", row(f"2026-07-01;google;{spent}")))[0] for spent in ("5", "7"))
    assert (one.key, one.number) == (again.key, again.number)
    others = [
        cost_lines(sheet("date;source;amount;kind;campaign;currency", row(text)))[0].key
        for text in (
            "2026-07-02;google;5;;;",
            "2026-07-01;bing;5;;;",
            "2026-07-01;google;5;tools;;",
            "2026-07-01;google;5;;brand;",
            "2026-07-01;google;5;;;USD",
        )
    ]
    assert len({one.key, *others}) == 6


def test_two_lines_about_the_same_are_numbered():
    found = cost_lines(sheet("date;source;amount", row("2026-07-01;google;5"), row("2026-07-01;Google;5")))
    assert [one.number for one in found] == [1, 2]
    assert found[0].key == found[1].key


def test_the_german_template_has_headings_that_are_read():
    meanings = {word.casefold(): name for name, words in HEADINGS.items() for word in (name, *words)}
    assert {meanings[heading.casefold()] for heading in GERMAN.values()} == set(GERMAN)


def test_a_sheet_of_rates():
    found = rate_lines(
        sheet(
            "Datum;Bis;Währung;Kurs;in",
            row("01.11.2026;;USD;0,92;"),
            row("12.2026;;usd;0,93;EUR"),
            row("01.01.2026;30.06.2026;CHF;1,06;"),
            row("01.11.2026;;USD;0,92;"),
        ),
        "EUR",
    )
    assert [(one.currency, one.into, one.last_day - one.first_day + 1, one.rate) for one in found] == [
        ("USD", "EUR", HOLDS_DAYS, Decimal("0.92")),
        ("USD", "EUR", 31, Decimal("0.93")),
        ("CHF", "EUR", 181, Decimal("1.06")),
    ]
    assert {one.origin for one in found} == {RateOrigin.FILE}


def test_a_rate_from_one_day_to_another():
    [one] = rate_lines(sheet("from;to;currency;rate", row("2026-01-01;2026-06-30;CHF;1.06")), "EUR")
    assert (one.last_day - one.first_day + 1) == 181


def test_every_problem_of_a_sheet_of_rates_is_listed():
    found = problems(
        rate_lines,
        sheet(
            "date;currency;rate;into",
            row("2026-01-01;EUR;1;"),
            row("2026-01-01;USD;0;"),
            row(";DOLLAR;x;"),
            row("2026-01-01;USD;0.9;"),
            row("2026-01-01;USD;0.8;"),
        ),
        "EUR",
    )
    assert found == [
        (2, "currency", "is the currency in which the rate is given"),
        (3, "rate", "is not above zero"),
        (4, "rate", "is not a number"),
        (4, "date", "is empty"),
        (4, "currency", "is not a currency code"),
        (6, "rate", "another row says otherwise for the same day"),
    ]


def test_without_a_reporting_currency_every_rate_has_to_say_in_what_it_is_given():
    assert problems(rate_lines, sheet("date;currency;rate", row("2026-01-01;USD;0.9")), None) == [
        (2, "into", "is empty")
    ]
    assert problems(rate_lines, sheet("date;kurs", row("2026-01-01;1")), "EUR") == [(1, None, "no column currency")]
