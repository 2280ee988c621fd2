"""KPI rows as an Excel workbook: the figures, and what each counts in words."""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from syncer.kpis.catalogue import catalogue
from syncer.kpis.rendering.render import Telling
from syncer.kpis.result import Kpi
from syncer.money import coin

_SHEETS = {"en": ("Figures", "Formulas"), "de": ("Kennzahlen", "Formeln")}

_HEADS: Mapping[str, Sequence[str]] = {
    "en": (
        "id",
        "figure",
        "segment",
        "value",
        "low",
        "high",
        "n",
        "k",
        "unit",
        "period",
        "basis",
        "as of",
        "status",
        "at least",
        "at most",
        "open",
        "left out",
        "lacks",
    ),
    "de": (
        "id",
        "Kennzahl",
        "Segment",
        "Wert",
        "unten",
        "oben",
        "n",
        "k",
        "Einheit",
        "Zeitraum",
        "Basis",
        "Stand",
        "Status",
        "mindestens",
        "höchstens",
        "offen",
        "ausgenommen",
        "fehlt",
    ),
}

_WORDS: Mapping[str, Sequence[str]] = {
    "en": ("id", "figure", "unit", "formula", "population"),
    "de": ("id", "Kennzahl", "Einheit", "Formel", "Grundgesamtheit"),
}

_WIDTHS = (16, 44, 32, 16, 14, 14, 10, 10, 12, 14, 10, 16, 12, 12, 12, 10, 40, 40)
_WORD_WIDTHS = (24, 44, 14, 90, 90)

#: What no XML may hold, and a CRM's text may: Excel would open no such workbook.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Columns with a figure in the row's unit.
_FIGURES = (4, 5, 6, 14, 15)

_DAY = {"en": "yyyy-mm-dd", "de": "dd.mm.yyyy"}


def write(rows: Sequence[Kpi], lang: str, telling: Telling) -> bytes:
    """Return a workbook. Every text stays text, even one that Excel would take for a formula; unknown is empty."""
    book = Workbook()
    figures, formulas = book.active, book.create_sheet()
    figures.title, formulas.title = _SHEETS[lang]
    _head(figures, _HEADS[lang], _WIDTHS)
    for row in rows:
        _line(figures, _cells(row, telling), _format(row.unit), _DAY[lang])
    _head(formulas, _WORDS[lang], _WORD_WIDTHS)
    shown = {row.id for row in rows}
    for declaration in catalogue().values():
        for row_id, declared in declaration.rows.items():
            if row_id in shown:
                words = (declaration.formula[lang], declaration.population[lang])
                _line(formulas, (row_id, declared.names[lang], declared.unit, *words))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, heads: Sequence[str], widths: Sequence[int]) -> None:
    sheet.append(list(heads))
    sheet.freeze_panes = "A2"
    for cell, width in zip(sheet[1], widths, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.auto_filter.ref = sheet.dimensions


def _cells(row: Kpi, telling: Telling) -> Sequence[object]:
    figures = (row.value, row.lo, row.hi, row.n, row.k)
    return (
        row.id,
        row.name,
        telling.segment(row),
        *figures,
        row.unit,
        row.period,
        row.basis,
        _local(row.as_of),
        row.status.value,
        *(row.notes.get(name) if "lower" in row.notes else None for name in ("lower", "upper", "open")),
        telling.left_out(row) or None,
        telling.lacks(row) or None,
    )


def _local(as_of: str) -> date:
    """Return the local day or time for which a row stands: a workbook knows no zones."""
    return datetime.fromisoformat(as_of).replace(tzinfo=None) if "T" in as_of else date.fromisoformat(as_of)


def _format(unit: str) -> str:
    match unit:
        case "ratio":
            return "0.0%"
        case _ if unit.isupper():
            return f"#,##{coin(unit) * 0:f}"
        case _:
            return "General"


def _line(sheet: Worksheet, cells: Sequence[object], number_format: str = "General", day: str = _DAY["en"]) -> None:
    at = sheet.max_row + 1
    for place, value in enumerate(cells, 1):
        if isinstance(value, str):
            text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", value)
            sheet.cell(row=at, column=place, value=text).data_type = "s"
            continue
        cell = sheet.cell(row=at, column=place, value=value)
        if isinstance(value, date):
            cell.number_format = f"{day} hh:mm" if isinstance(value, datetime) else day
        elif place in _FIGURES:
            cell.number_format = number_format
