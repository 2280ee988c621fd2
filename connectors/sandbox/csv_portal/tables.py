"""CSV files as tables: rows with their line numbers, and every problem of a file at once."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from connectors.sandbox.csv_portal.spec import TableSpec
from syncer.errors import Problem

#: What helps where a row has more to say than the header.
_NAMELESS = "name its column in the header, or quote cells that hold the delimiter"

#: What helps where a report goes on below its table.
_FOOTER = "delete lines that are no rows, such as totals below the table"

#: What separates cells in the files of spreadsheets.
_DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvRow:
    """One row: trimmed cells by column."""

    #: Where it starts, 1-based; the header is line 1.
    line: int
    cells: Mapping[str, str]
    #: It has more or fewer fields than the header: what stands where is not known for sure.
    ragged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvTable:
    """One file; without columns it could not be read."""

    spec: TableSpec
    #: Spreadsheets leave columns without a name behind the last one, data frames number their rows in a first one
    #: without; what stands twice nobody can ask for.
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]


def read_table(spec: TableSpec, root: Path, problems: list[Problem]) -> CsvTable:
    """Return a file's rows; what is wrong with it goes to `problems` and its rows stay out."""
    try:
        with (root / spec.path).open(encoding=spec.encoding, newline="") as stream:
            return _table(spec, stream, problems)
    except FileNotFoundError:
        problems.append(Problem(message="the file is not there", file=spec.path, hint="name its folder with --data"))
    except UnicodeDecodeError:
        line = _line_of_bad_sign(spec, root / spec.path)
        problems.append(
            Problem(message=f"cannot be read as {spec.encoding}", file=spec.path, line=line, hint="set encoding")
        )
    except (OSError, LookupError):
        problems.append(Problem(message=f"cannot be read as {spec.encoding}", file=spec.path, hint="set encoding"))
    except csv.Error as error:
        line = _line_of_bad_record(spec, root / spec.path)
        problems.append(Problem(message=f"is no CSV: {error}", file=spec.path, line=line))
    return CsvTable(spec=spec, columns=(), rows=())


def _table(spec: TableSpec, stream: TextIO, problems: list[Problem]) -> CsvTable:
    records = _records(spec, stream)
    _line, header = next(records, (1, []))
    columns = tuple(name.strip() for name in header)
    faults = list(_header_problems(spec, columns))
    problems += faults
    if any(one.hint for one in faults):
        return CsvTable(spec=spec, columns=(), rows=())
    rows: list[CsvRow] = []
    nothing = frozenset(spec.empty)
    for line, record in records:
        ragged = len(record) != len(columns)
        said = ["" if cell in nothing else cell for cell in map(str.strip, record)]
        padded = [*said, *[""] * (len(columns) - len(record))]
        cells = dict(zip(columns, padded, strict=False))
        rows.append(CsvRow(line=line, cells=cells, ragged=ragged))
        if ragged:
            message = f"has {len(record)} fields where the header has {len(columns)}"
            hint = _FOOTER if len(record) == 1 else None
            problems.append(Problem(message=message, file=spec.path, line=line, hint=hint))
        elif any(cell and not name for name, cell in zip(columns[1:], said[1:], strict=True)):
            problems.append(Problem(message="has a value under no heading", file=spec.path, line=line, hint=_NAMELESS))
    return CsvTable(spec=spec, columns=columns, rows=tuple(rows))


def _line_of_bad_sign(spec: TableSpec, path: Path) -> int | None:
    """Return the line on which the first sign stands that the encoding does not know."""
    raw = path.read_bytes()
    try:
        raw.decode(spec.encoding)
    except UnicodeDecodeError as error:
        return raw.count(b"\n", 0, error.start) + 1
    return None


def _line_of_bad_record(spec: TableSpec, path: Path) -> int | None:
    """Return the line on which the record begins that no reader can make out: most often a quote is never closed."""
    line = 1
    with path.open(encoding=spec.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=spec.delimiter, strict=True)
        while True:
            try:
                next(reader)
            except csv.Error:
                return line
            except StopIteration:
                return None
            line = reader.line_num + 1


def _records(spec: TableSpec, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that says anything: spreadsheets leave rows of nothing but delimiters."""
    reader = csv.reader(stream, delimiter=spec.delimiter, strict=True)
    line = 1
    for record in reader:
        if any(cell.strip() for cell in record):
            yield line, record
        line = reader.line_num + 1


def _header_problems(spec: TableSpec, columns: tuple[str, ...]) -> Iterator[Problem]:
    if not any(columns):
        yield Problem(message="has no header line", file=spec.path, line=1)
    other = next((sign for sign in _DELIMITERS if len(columns) == 1 and sign in columns[0]), None)
    if other is not None:
        yield Problem(message="has one column alone", file=spec.path, line=1, hint=f"set delimiter: {other!r}")
