import csv
import io
import json
from decimal import Decimal

import pyarrow.parquet
import pytest

from syncer.kpis.render import cells, to_csv, to_json, to_parquet
from syncer.kpis.result import Kpi, Status

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
        ({}, "en", "25.0 %"),
        ({}, "de", "25,0 %"),
        ({"value": None, "status": Status.FEW, "k": 3, "n": 4}, "en", "3 of 4"),
        ({"value": None, "status": Status.FEW, "k": 3, "n": 4}, "de", "3 von 4"),
        ({"value": None, "status": Status.UNDEFINED}, "en", "\N{EN DASH}"),
        ({"value": Decimal("13666.67"), "unit": "EUR"}, "en", "13,666.67 EUR"),
        ({"value": Decimal("13666.67"), "unit": "EUR"}, "de", "13.666,67 EUR"),
        ({"value": 1200, "unit": "deals"}, "de", "1.200"),
        ({"value": 51.78, "unit": "days"}, "en", "51.8"),
    ],
)
def test_table_cells_write_numbers_as_the_language_does(changes, lang, value):
    assert cells(row(**changes), lang).value == value


def test_table_cells_show_names_interval_and_doubt():
    found = cells(RATE, "de")
    assert (found.segment, found.interval, found.status) == ("owner Änne Öz", "7,2 % … 59,1 %", "unreif")
    assert cells(row(lo=35, hi=None, unit="days")).interval == "35.0 … \N{EN DASH}"
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
