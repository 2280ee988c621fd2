"""Reads what a person filled in, as CSV or as an Excel workbook, into rows of cells. What they mean, mappings say."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from jobs.figures.workbooks import MERGED, Numbered, excel_rows, unusable
from mappings.cells import Cell
from mappings.columns import Sheet

#: More rows are no sheet that a person filled in.
MOST_ROWS = 100_000
_DELIMITERS = ";\t,"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_sheet(path: Path) -> Sheet:
    """Return the sheet of a file: its heading and its rows. Raises ConfigError for what is no sheet."""
    rows = excel_rows(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv_rows(path)
    filled = [(number, row) for number, row in rows if any(_has_something(cell) for cell in row)]
    if not filled:
        raise unusable(path, "holds no rows")
    (_, head), *rest = filled
    if len(rest) > MOST_ROWS:
        raise unusable(path, f"holds more than {MOST_ROWS:,} rows")
    return Sheet(name=path.name, heads=["" if cell is MERGED else str(cell) for cell in head], rows=rest)


def _csv_rows(path: Path) -> Iterator[Numbered]:
    text = _text(path)
    if "\x00" in text:
        raise unusable(path, "is no text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            yield number, row
            number = reader.line_num + 1
    except csv.Error:
        raise unusable(path, f"cannot be read as CSV from row {number} on") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unusable(path, f"cannot be read: {error.strerror}") from None
    try:
        # Excel's "Unicode text" is UTF-16, and begins with its mark.
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as CSV in Germany.
        return content.decode("cp1252", errors="replace")


def _has_something(cell: Cell) -> bool:
    return cell.strip() != "" if isinstance(cell, str) else cell is not MERGED
