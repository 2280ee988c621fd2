"""Figures, days and shares are written in one way per language: only syncer.notation knows how."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from syncer.notation import between, date_text, exact, minute_text, money, number, percent

ROOT = Path(__file__).parents[2]
#: Names of files and runs, and what programs read: not notation.
FOR_PROGRAMS = {"syncer/store", "jobs/serving/backups.py"}
SOURCES = [
    path
    for top in ("syncer", "jobs")
    for path in sorted((ROOT / top).rglob("*.py"))
    if not any(path.relative_to(ROOT).as_posix().startswith(one) for one in FOR_PROGRAMS)
]
#: Parts of a day or a clock in a format, and digits with separators that are English everywhere.
LOCAL = re.compile(r"%[dHM]|%-d")
ENGLISH_SHARE = re.compile(r"[\d}] %")
GERMAN_SHARE = re.compile(r"[\d}]%")


def _pairs(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what stands in English and German beside each other."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            texts = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(texts) == 2:
                yield texts[0], texts[1]


def _formats(tree: ast.AST) -> Iterator[str]:
    """Yield the formats of f-strings and of strftime."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield ast.unparse(node.format_spec)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "strftime":
            yield ast.unparse(node)


def test_shares_in_texts_stand_as_the_language_writes_them():
    pairs = [(path, pair) for path in SOURCES for pair in _pairs(ast.parse(path.read_text("utf-8")))]
    assert len(pairs) > 1_000
    assert [one for one in pairs if ENGLISH_SHARE.search(one[1][0]) or GERMAN_SHARE.search(one[1][1])] == []


def test_shares_in_what_figures_obey_stand_as_the_language_writes_them():
    head = (ROOT / "syncer" / "kpis" / "conventions.toml").read_text("utf-8")
    catalogue = tomllib.loads((ROOT / "syncer" / "kpis" / "catalogue.toml").read_text("utf-8"))
    told = [one[part] for one in catalogue.values() for part in ("formula", "population")]
    assert len(told) > 80
    assert "%" in head
    assert not [text for text in (head, *(one["en"] for one in told)) if ENGLISH_SHARE.search(text)]
    assert not [one["de"] for one in told if GERMAN_SHARE.search(one["de"])]


def test_no_other_place_writes_days_and_clocks():
    notation = ROOT / "syncer" / "notation.py"
    found = [(path, one) for path in SOURCES for one in _formats(ast.parse(path.read_text("utf-8")))]
    assert {path for path, one in found if LOCAL.search(one)} == {notation}


def test_each_language_writes_in_one_way():
    day = datetime(2026, 9, 30, 18, 5, tzinfo=UTC)
    assert [number(-1234.5, "en", digits=1), number(-1234.5, "de", digits=1)] == [
        "\N{MINUS SIGN}1,234.5",
        "\N{MINUS SIGN}1.234,5",
    ]
    assert [number(0.5, "en", digits=1, is_signed=True), number(-0.01, "en", digits=1)] == ["+0.5", "0.0"]
    assert [percent(0.513, "en"), percent(0.513, "de"), percent(0.95, "de", digits=0)] == ["51.3%", "51,3 %", "95 %"]
    assert [exact(Decimal("1.0940"), "de"), exact(1200.0, "en"), exact(62.5, "de")] == ["1,094", "1,200", "62,5"]
    assert [money(Decimal(-5), "EUR", "de"), money(Decimal(5), "JPY", "en")] == ["\N{MINUS SIGN}5,00 EUR", "5 JPY"]
    assert [date_text(date(2026, 9, 30), "de"), minute_text(day, "en")] == ["30.09.2026", "2026-09-30 18:05"]


def test_an_interval_that_is_open_on_one_side_says_so():
    assert between("1 d", "2 d") == "1 d – 2 d"
    assert [between(number(None, "en"), "2 d"), between("1 d", number(None, "en"))] == ["≤ 2 d", "≥ 1 d"]
