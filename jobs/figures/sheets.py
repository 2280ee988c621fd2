"""Reads what a person filled in, as CSV or as an Excel workbook, into rows of cells. What they mean, mappings say."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile

from mappings.cells import Cell
from mappings.columns import Sheet
from syncer.errors import ConfigError, Problem

#: More rows are no sheet that a person filled in.
MOST_ROWS = 100_000
_DELIMITERS = ";\t,"
_HINT = "a CSV file or an Excel workbook (.xlsx)"
_Numbered = tuple[int, Sequence[Cell]]


def read_sheet(path: Path) -> Sheet:
    """Return the first sheet of a file: its heading and its rows. Raises ConfigError for what is no sheet."""
    rows = _excel_rows(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv_rows(path)
    filled = [(number, row) for number, row in rows if any(_has_something(cell) for cell in row)]
    if not filled:
        raise _unusable(path, "holds no rows")
    (_, head), *rest = filled
    if len(rest) > MOST_ROWS:
        raise _unusable(path, f"holds more than {MOST_ROWS:,} rows")
    return Sheet(name=path.name, heads=[str(cell) for cell in head], rows=rest)


def _csv_rows(path: Path) -> Iterator[_Numbered]:
    text = _text(path)
    if "\x00" in text:
        raise _unusable(path, "is no text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    try:
        for row in reader:
            yield number, row
            number = reader.line_num + 1
    except csv.Error:
        raise _unusable(path, f"cannot be read as CSV from row {number} on") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as CSV in Germany.
        return content.decode("cp1252", errors="replace")


def _excel_rows(path: Path) -> Iterable[_Numbered]:
    openpyxl = import_module("openpyxl")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None
    except (BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException):
        raise _unusable(path, "is no Excel workbook") from None
    sheet = book.worksheets[0]
    found = [(number, [_cell(value) for value in row]) for number, row in enumerate(sheet.values, start=1)]
    book.close()
    return found


def _cell(value: object) -> Cell:
    """Return a cell's value. A formula counts as what the spreadsheet last computed for it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date()
        case date():
            return value
        case int() | float():
            return Decimal(str(value))
        case _:
            return str(value)


def _has_something(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _unusable(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(file=path.name, message=message, hint=_HINT)])
