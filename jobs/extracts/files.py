"""One table as one file, page by page: Parquet with types, CSV with text that every program reads alike."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from jobs.extracts.cells import typed, written
from syncer.extracts.declared import Column, Type

#: Takes rows in the order of the columns.
Write = Callable[[Sequence[Sequence[object]]], None]


class Form(StrEnum):
    """How tables are written."""

    PARQUET = "parquet"
    CSV = "csv"


def opened_table(form: Form, path: Path, columns: Sequence[Column]) -> AbstractContextManager[Write]:
    """Open a new file for a table; it is whole when the block has ended."""
    return _parquet(path, columns) if form is Form.PARQUET else _csv(path, columns)


@contextmanager
def _csv(path: Path, columns: Sequence[Column]) -> Iterator[Write]:
    cells = [written(column.type) for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])

        def write(rows: Sequence[Sequence[object]]) -> None:
            writer.writerows([cell(value) for cell, value in zip(cells, row, strict=True)] for row in rows)

        yield write


@contextmanager
def _parquet(path: Path, columns: Sequence[Column]) -> Iterator[Write]:
    # Loaded when asked for: it takes longer than everything else of a command line together.
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema = pa.schema([(column.name, _arrow(column.type)) for column in columns])
    with parquet.ParquetWriter(path, schema) as writer:

        def write(rows: Sequence[Sequence[object]]) -> None:
            values = zip(columns, zip(*rows, strict=True), strict=True)
            arrays = [
                pa.array(_typed(column.type, cells), type=field.type)
                for (column, cells), field in zip(values, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write


def _typed(kind: Type, cells: Sequence[object]) -> Sequence[object]:
    make = typed(kind)
    return cells if make is None else [None if cell is None else make(cell) for cell in cells]


def _arrow(kind: Type) -> object:
    """Return the Arrow type of a column's cells."""
    pa = import_module("pyarrow")
    types: Mapping[Type, Callable[[], object]] = {
        Type.WHOLE: pa.int64,
        Type.NUMBER: pa.float64,
        Type.FLAG: pa.bool_,
        Type.DAY: pa.date32,
        Type.MOMENT: lambda: pa.timestamp("ms", tz="UTC"),
        Type.MONEY: lambda: pa.decimal128(24, 6),
    }
    made: object = types.get(kind, pa.string)()
    return made
