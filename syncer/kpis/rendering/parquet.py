"""KPI rows as a Parquet file."""

import io
from collections.abc import Mapping, Sequence

import pyarrow as pa
from pyarrow import parquet

_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),
        ("basis", pa.string()),
        ("period", pa.string()),
        ("as_of", pa.string()),
        ("segment", pa.string()),
        ("value", pa.float64()),
        ("n", pa.int64()),
        ("k", pa.int64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("status", pa.string()),
        ("unit", pa.string()),
        ("excluded", pa.string()),
        ("notes", pa.string()),
    ]
)


def write(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return a file of rows whose values are texts, whole numbers and doubles."""
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows), schema=_SCHEMA), out)
    return out.getvalue()
