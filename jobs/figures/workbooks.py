"""Reads the sheet of an Excel workbook that a person filled in: its values, and why a cell tells none."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from mappings.cells import Cell, Signed, Unreadable
from syncer.errors import ConfigError, Problem

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

_Cells = Sequence["ReadOnlyCell"]

#: A row with its place in the file, counted from 1.
Numbered = tuple[int, Sequence[Cell]]

#: What reads as a sheet.
HINT = "a CSV file or an Excel workbook (.xlsx)"
MERGED = Unreadable("is merged with another cell")
_UNCOMPUTED = Unreadable("is a formula that was never computed")
_FAULT = Unreadable("is an error of the spreadsheet")
_PERCENTAGE = Unreadable("is a percentage")
_ONE_SHEET = "one sheet a file: put the rows into one, or hide the other"

#: How a number's format names a currency, `[$€-407]`; a language alone, `[$-407]`, names none.
_BRACKETED = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_SIGN = re.compile(r"[€$£]|EUR|USD|CHF|GBP")


def excel_rows(path: Path) -> Sequence[Numbered]:
    """Return the rows of the first sheet that is not hidden. Raises ConfigError for no workbook, or one of two such."""
    whole = _opened(path)
    told, formulas = (_opened(path, read_only=True, data_only=computed) for computed in (True, False))
    names = [sheet.title for sheet in whole.worksheets if sheet.sheet_state == "visible"]
    if not names:
        return []
    _refuse_twins(path, [(name, _head(told[name])) for name in names])
    merged = _merged(whole[names[0]])
    rows = zip(_rows(told[names[0]]), _rows(formulas[names[0]]), strict=True)
    found = [(number, _row(pair, merged.get(number, set()))) for number, pair in enumerate(rows, 1)]
    told.close()
    formulas.close()
    return found


def _row(pair: tuple[_Cells, _Cells], merged: set[int]) -> Sequence[Cell]:
    """Return a row as values; a place that a merged cell covers may stand behind the last cell that the file has."""
    cells = [_cell(told, formula) for told, formula in zip(*pair, strict=True)]
    cells += [""] * (max(merged, default=0) - len(cells))
    return [MERGED if place in merged else cell for place, cell in enumerate(cells, 1)]


def _opened(path: Path, **how: bool) -> "Workbook":
    openpyxl = import_module("openpyxl")
    try:
        book: Workbook = openpyxl.load_workbook(path, **how)
    except OSError as error:
        raise unusable(path, f"cannot be read: {error.strerror}") from None
    except (BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException):
        raise unusable(path, "is no Excel workbook") from None
    return book


def _rows(sheet: "ReadOnlyWorksheet") -> Iterator[_Cells]:
    """Yield the cells of every row: what the file itself says of its size may be wrong."""
    sheet.reset_dimensions()
    yield from sheet.iter_rows()


def _head(sheet: "ReadOnlyWorksheet") -> Sequence[str]:
    filled = ([str(cell.value).strip() for cell in row if cell.value is not None] for row in _rows(sheet))
    return next((texts for texts in filled if any(texts)), [])


def _refuse_twins(path: Path, heads: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Refuse further sheets with the heading of the first: their rows would be left out without a word."""
    (_, first), *others = heads
    twins = [name for name, head in others if head and head == first]
    if twins:
        message = "is a second sheet of this kind"
        raise ConfigError([Problem(file=path.name, key=name, message=message, hint=_ONE_SHEET) for name in twins])


def _merged(sheet: "Worksheet") -> Mapping[int, set[int]]:
    """Return by row the columns that a merged cell covers, but for the first of each, which holds its value."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for block in sheet.merged_cells.ranges:
        for row, column in block.cells:
            if (row, column) != (block.min_row, block.min_col):
                found[row].add(column)
    return found


def _cell(told: "ReadOnlyCell", formula: "ReadOnlyCell") -> Cell:
    """Return a cell's value. A formula counts as what the spreadsheet last computed for it."""
    match told.value:
        case None:
            return "" if formula.value is None else _UNCOMPUTED
        case bool():
            return str(told.value).upper()
        case datetime():
            return told.value.date()
        case date():
            return told.value
        case int() | float():
            return _number(Decimal(str(told.value)), told.number_format)
        case _:
            return _FAULT if told.data_type == "e" else str(told.value)


def _number(value: Decimal, written: str) -> Cell:
    """Return a number with the currency that its format shows beside it."""
    named = _BRACKETED.search(written)
    sign = (named[1] if named else "") or next(iter(_SIGN.findall(_BRACKETED.sub("", written))), "")
    if "%" in written:
        return _PERCENTAGE
    return Signed(value, sign) if sign else value


def unusable(path: Path, message: str) -> ConfigError:
    """Return why a file is no sheet."""
    return ConfigError([Problem(file=path.name, message=message, hint=HINT)])
