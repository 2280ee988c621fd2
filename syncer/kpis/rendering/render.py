"""Rows as people and programs read them: table cells in two languages, JSON, CSV, Parquet, Excel."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import NamedTuple

from syncer.kpis.result import Figure, Kpi, Status
from syncer.notation import NOTHING, Lang, between, money, number, percent

_COLUMNS = tuple(field.name for field in fields(Kpi))

_FEW = {"en": "{k} of {n}", "de": "{k} von {n}"}

_STATUS = {
    "en": {
        Status.UNDEFINED: "undefined",
        Status.FEW: "too few",
        Status.IMMATURE: "immature",
        Status.SMALL_N: "uncertain",
        Status.MATURE: "",
    },
    "de": {
        Status.UNDEFINED: "nicht bestimmbar",
        Status.FEW: "zu wenige",
        Status.IMMATURE: "unreif",
        Status.SMALL_N: "unsicher",
        Status.MATURE: "",
    },
}

#: Decimals of a unit that is no share, count or money, and how it is written.
_UNITS: Mapping[str, tuple[int, str]] = {
    "days": (1, " d"),
    "points": (1, ""),
    "per_order": (1, ""),
    "entries": (1, ""),
    "pushes": (1, ""),
    "minutes": (0, " min"),
    "seconds": (0, " s"),
    "index": (2, ""),
    "orders": (2, ""),
    "times": (2, " \N{MULTIPLICATION SIGN}"),
}


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


class Telling(NamedTuple):
    """How a workbook says in words what a row holds as codes."""

    segment: Callable[[Kpi], str]
    left_out: Callable[[Kpi], str]
    #: Why an unknown figure is unknown.
    lacks: Callable[[Kpi], str]


def _codes(row: Kpi) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in row.excluded.items())


#: The codes themselves.
CODES = Telling(segment=lambda row: row.segment_text, left_out=_codes, lacks=lambda _: "")


class Cells(NamedTuple):
    """One row of a table as text."""

    id: str
    name: str
    segment: str
    value: str
    interval: str
    n: str
    period: str
    status: str


def cells(row: Kpi, lang: Lang = "en") -> Cells:
    """Return a row as text, numbers written as the language writes them."""
    return Cells(
        id=row.id,
        name=row.name,
        segment=row.segment_text,
        value=_value(row, lang),
        interval=_interval(row, lang),
        n=figure_text(row.n, "count", lang),
        period=f"{row.period} ({row.basis})",
        status=_STATUS[lang][row.status],
    )


def _value(row: Kpi, lang: Lang) -> str:
    if row.value is not None:
        return figure_text(row.value, row.unit, lang)
    if row.status is Status.FEW and row.k is not None:
        return _FEW[lang].format(k=row.k, n=row.n)
    return NOTHING


def _interval(row: Kpi, lang: Lang) -> str:
    if row.lo is None and row.hi is None:
        return ""
    return between(*(figure_text(bound, row.unit, lang) for bound in (row.lo, row.hi)))


def figure_text(value: Decimal | float | None, unit: str, lang: Lang) -> str:
    """Return a figure as the language writes it in its unit, a dash for None."""
    if value is None:
        return NOTHING
    if unit == "ratio":
        return percent(value, lang)
    if unit in _UNITS:
        digits, sign = _UNITS[unit]
        return f"{number(value, lang, digits=digits)}{sign}"
    return number(value, lang) if isinstance(value, int) else money(value, unit, lang)


def to_json(rows: Sequence[Kpi]) -> str:
    """Return a JSON list of the rows with all their fields; money as numbers with the decimals of its coins."""
    return json.dumps([asdict(row) for row in rows], default=_plain, ensure_ascii=False, indent=2)


def to_csv(rows: Sequence[Kpi]) -> str:
    """Return CSV with a head line; segment, excluded and notes are JSON in their cell, unknown is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in asdict(row).values()])
    return out.getvalue()


def to_parquet(rows: Sequence[Kpi]) -> bytes:
    """Return a Parquet file; value, lo and hi are doubles, segment, excluded and notes JSON texts."""
    # Loaded when asked for: it takes longer than everything else of a command line together.
    write: Callable[[Sequence[Mapping[str, object]]], bytes] = import_module("syncer.kpis.rendering.parquet").write
    return write([_flat(row) for row in rows])


def to_xlsx(rows: Sequence[Kpi], lang: Lang = "en", *, telling: Telling = CODES) -> bytes:
    """Return an Excel workbook of the figures, with their formulas in words."""
    write: Callable[[Sequence[Kpi], str, Telling], bytes] = import_module("syncer.kpis.rendering.workbook").write
    return write(rows, lang, telling)


def _flat(row: Kpi) -> Mapping[str, object]:
    plain = asdict(row)
    for name in ("value", "lo", "hi"):
        plain[name] = _double(plain[name])
    for name in ("segment", "excluded", "notes"):
        plain[name] = _json(plain[name])
    return plain


def _double(value: Figure) -> float | None:
    return None if value is None else float(value)


def _cell(value: object) -> object:
    return _json(value) if isinstance(value, Mapping) else value


def _json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
