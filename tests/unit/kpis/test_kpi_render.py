import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pyarrow.parquet
import pytest
from openpyxl import load_workbook

from syncer.kpis.catalogue import catalogue
from syncer.kpis.rendering.render import Telling, cells, figure_text, to_csv, to_json, to_parquet, to_xlsx
from syncer.kpis.result import Kpi, Status, unread

RATE = Kpi(
    id="K06",
    name="SQL conversion rate",
    basis="cohort",
    period="2026Q2",
    as_of="2026-11-21",
    segment={"owner": "7"},
    value=0.25,
    n=8,
    k=2,
    lo=0.072,
    hi=0.5907,
    status=Status.IMMATURE,
    unit="ratio",
    excluded={"void": 1},
    notes={"labels": {"owner": "Änne Öz"}, "cost": Decimal("1166.67")},
)


def row(**changes):
    return Kpi(**({name: getattr(RATE, name) for name in RATE.__slots__} | changes))


FIELDS = [
    "id",
    "name",
    "basis",
    "period",
    "as_of",
    "segment",
    "value",
    "n",
    "k",
    "lo",
    "hi",
    "status",
    "unit",
    "excluded",
    "notes",
]


def test_json_has_exactly_the_agreed_fields():
    [found] = json.loads(to_json([RATE]))
    assert list(found) == FIELDS
    assert (found["value"], found["status"], found["segment"]) == (0.25, "immature", {"owner": "7"})
    assert found["notes"]["cost"] == 1166.67


def test_json_money_is_a_number_and_unknown_is_null():
    [money, unknown] = json.loads(to_json([row(value=Decimal("13666.67")), row(value=None)]))
    assert money["value"] == 13666.67
    assert unknown["value"] is None


def test_before_anything_was_read_a_figure_is_unknown_and_says_why():
    found = unread(row(excluded={"void": 1}, notes={"cost": 1}))
    assert (found.value, found.n, found.k, found.lo, found.hi) == (None, None, None, None, None)
    assert (found.status, found.excluded, found.notes) == (Status.UNDEFINED, {}, {"lacks": "reading"})
    assert (found.id, found.period, found.segment, found.unit) == ("K06", "2026Q2", {"owner": "7"}, "ratio")


def test_an_interval_that_is_open_on_one_side_has_a_dash_there():
    shown = cells(row(lo=None, hi=0.5, n=None), "en")
    assert (shown.interval, shown.n) == ("≤ 50.0%", "\N{EN DASH}")


def test_a_value_without_a_json_form_is_an_error():
    with pytest.raises(TypeError, match="set"):
        to_json([row(notes={"odd": {1}})])


def test_csv_keeps_unknown_empty():
    [found] = csv.DictReader(io.StringIO(to_csv([row(value=None)])))
    assert list(found) == FIELDS
    assert (found["value"], found["n"], json.loads(found["segment"])) == ("", "8", {"owner": "7"})


def test_parquet_reads_back():
    table = pyarrow.parquet.read_table(io.BytesIO(to_parquet([RATE, row(value=Decimal("1.5"), n=None)])))
    assert table.column_names == FIELDS
    assert table.column("value").to_pylist() == [0.25, 1.5]
    assert table.column("n").to_pylist() == [8, None]


@pytest.mark.parametrize(
    ("changes", "lang", "value"),
    [
        ({}, "en", "25.0%"),
        ({}, "de", "25,0 %"),
        ({"value": None, "status": Status.FEW, "k": 3, "n": 4}, "en", "3 of 4"),
        ({"value": None, "status": Status.FEW, "k": 3, "n": 4}, "de", "3 von 4"),
        ({"value": None, "status": Status.UNDEFINED}, "en", "\N{EN DASH}"),
        ({"value": Decimal("13666.67"), "unit": "EUR"}, "en", "13,666.67 EUR"),
        ({"value": Decimal("13666.67"), "unit": "EUR"}, "de", "13.666,67 EUR"),
        ({"value": 1200, "unit": "deals"}, "de", "1.200"),
        ({"value": 51.78, "unit": "days"}, "en", "51.8 d"),
    ],
)
def test_table_cells_write_numbers_as_the_language_does(changes, lang, value):
    assert cells(row(**changes), lang).value == value


def test_table_cells_show_names_interval_and_doubt():
    found = cells(RATE, "de")
    assert (found.segment, found.interval, found.status) == ("owner Änne Öz", "7,2 % – 59,1 %", "unreif")
    assert cells(row(lo=35, hi=None, unit="days")).interval == "≥ 35.0 d"
    assert cells(row(segment={"source": None}, lo=None, hi=None)).segment == "source \N{EN DASH}"
    assert cells(row(lo=None, hi=None)).interval == ""


@pytest.mark.parametrize(
    ("unit", "value", "english", "german"),
    [
        ("times", 2.0, "2.00 \N{MULTIPLICATION SIGN}", "2,00 \N{MULTIPLICATION SIGN}"),
        ("orders", 0.25, "0.25", "0,25"),
        ("entries", 1234.5, "1,234.5", "1.234,5"),
    ],
)
def test_multiples_and_units_in_parts_are_written_with_their_decimals(unit, value, english, german):
    written = row(unit=unit, value=value)
    assert (cells(written).value, cells(written, "de").value) == (english, german)


def test_a_workbook_holds_numbers_formulas_in_words_and_no_formula_of_excel():
    one = replace(RATE, id="K10", name="=1+1", segment={"source": "=cmd"}, notes={})
    rows = [
        one,
        replace(one, id="K31", value=Decimal("1.50"), unit="EUR"),
        replace(one, id="K25.median", value=12, unit="minutes"),
    ]
    for lang, names in (("en", ["Figures", "Formulas"]), ("de", ["Kennzahlen", "Formeln"])):
        book = load_workbook(io.BytesIO(to_xlsx(rows, lang)))
        assert book.sheetnames == names
        figures, words = book[names[0]], book[names[1]]
        assert [cell.value for cell in figures[2]][:4] == ["K10", "=1+1", "source =cmd", 0.25]
        assert {cell.data_type for cell in figures[2]} <= {"s", "n", "d"}
        formats = [figures.cell(row=line, column=4).number_format for line in (2, 3, 4)]
        assert formats == ["0.0%", "#,##0.00", "General"]
        assert figures.cell(row=3, column=4).value == 1.5
        assert [line[0].value for line in words.iter_rows(min_row=2)] == ["K10", "K25.median", "K31"]
        assert words.cell(row=2, column=4).value == catalogue()["K10"].formula[lang]


def _sheet(row, lang="en", **how):
    figures = load_workbook(io.BytesIO(to_xlsx([row], lang, **how))).worksheets[0]
    return dict(zip((cell.value for cell in figures[1]), figures[2], strict=True))


@pytest.mark.parametrize(
    ("as_of", "stands", "lang", "shown"),
    [
        ("2026-11-21", "2026-11-21T00:00:00", "en", "yyyy-mm-dd"),
        ("2026-11-21", "2026-11-21T00:00:00", "de", "dd.mm.yyyy"),
        ("2026-11-21T09:30:15.250+01:00", "2026-11-21T09:30:15.250000", "en", "yyyy-mm-dd hh:mm"),
    ],
)
def test_a_day_in_a_workbook_is_a_day(as_of, stands, lang, shown):
    cell = _sheet(replace(RATE, as_of=as_of), lang)["as of" if lang == "en" else "Stand"]
    assert (cell.value.isoformat(), cell.is_date, cell.number_format) == (stands, True, shown)


def test_a_workbook_has_the_bounds_of_open_cases_and_what_is_left_out():
    open_ones = replace(RATE, notes={"lower": 0.25, "upper": 0.75, "open": 4}, excluded={"void": 1, "expired": 2})
    told = _sheet(open_ones)
    assert [told[name].value for name in ("at least", "at most", "open", "left out")] == [
        0.25,
        0.75,
        4,
        "void 1, expired 2",
    ]
    assert {told[name].number_format for name in ("value", "at least", "at most")} == {"0.0%"}
    bare = _sheet(replace(RATE, notes={}, excluded={}), "de")
    assert [bare[name].value for name in ("mindestens", "höchstens", "offen", "ausgenommen")] == [None] * 4


def test_a_workbook_speaks_as_whoever_asks_for_it():
    telling = Telling(segment=lambda _: "Quelle: Suche", left_out=lambda _: "ungültig 1", lacks=lambda _: "Kosten")
    told = _sheet(RATE, "de", telling=telling)
    assert [told[name].value for name in ("Segment", "ausgenommen", "fehlt")] == [
        "Quelle: Suche",
        "ungültig 1",
        "Kosten",
    ]


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [("minutes", 7712, "7.712 min"), ("seconds", 72.4, "72 s"), ("index", 0.1267, "0,13"), ("per_order", 5.0, "5,0")],
)
def test_units_are_shown_as_people_write_them(unit, value, shown):
    assert cells(replace(RATE, unit=unit, value=value), "de").value == shown


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "1,234.50"), ("JPY", "1,234"), ("KWD", "1,234.500")])
def test_money_is_shown_to_the_coins_of_its_currency(currency, shown):
    assert figure_text(Decimal("1234.50"), currency, "en") == f"{shown} {currency}"
    book = load_workbook(io.BytesIO(to_xlsx([row(value=Decimal("1234.50"), unit=currency)])))
    point, decimals = shown.partition(".")[1:]
    assert book.worksheets[0]["D2"].number_format == f"#,##0{point}{'0' * len(decimals)}"


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_no_workbook_may_hold_breaks_none(character):
    told = replace(RATE, segment={"source": f"a{character}\U0001f3ed\tb"}, notes={})
    book = load_workbook(io.BytesIO(to_xlsx([told])))
    assert book.worksheets[0]["C2"].value == "source a\N{REPLACEMENT CHARACTER}\U0001f3ed\tb"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("ratio", "0.0%"),
        ("days", "0.0 d"),
        ("minutes", "0 min"),
        ("seconds", "0 s"),
        ("index", "0.00"),
        ("EUR", "0.00 EUR"),
    ],
)
def test_a_figure_that_rounds_to_zero_has_no_sign(unit, shown):
    assert figure_text(-0.0004, unit, "en") == shown
    assert figure_text(Decimal("-0.0004"), unit, "de") == shown.replace(".", ",").replace("%", " %")
