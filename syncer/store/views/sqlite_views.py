"""Views in SQLite: none is ever changed in place, and a comment in its own text says who made it."""

import re
from collections.abc import Mapping

from sqlalchemy import REAL, Connection, Text, cast, func, literal, literal_column, text

from syncer.store.measures.time import Expression

_FOUND = text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')")
_MARK = re.compile(r"^CREATE VIEW \w+ AS /\* (.*?) \*/")
_SEGMENT = """coalesce((SELECT group_concat(part.key || ' ' || coalesce(
    json_extract(kpi_snapshots.row, '$.notes.labels."' || part.key || '"'), part.value, '\N{EN DASH}'), ', ')
FROM json_each(kpi_snapshots.row, '$.segment') AS part), '')"""


def moment(at: Expression) -> Expression:
    """Return milliseconds as ISO 8601 in UTC: SQLite has no type for it."""
    return func.strftime("%Y-%m-%dT%H:%M:%fZ", at / literal(1000.0), "unixepoch", type_=Text)


def exact(value: Expression) -> Expression:
    """Return a value as a double: SQLite has no decimals."""
    return cast(value, REAL)


def segment_text() -> Expression:
    """Return the segment of a row of `kpi_snapshots` as people read it."""
    return literal_column(_SEGMENT, Text)


def found(connection: Connection) -> Mapping[str, str]:
    """Return the tables and views, by name, with the marks of views."""
    marks = {name: _MARK.match(made or "") for name, made in connection.execute(_FOUND)}
    return {name: mark.group(1) if mark else "" for name, mark in marks.items()}


def put(connection: Connection, name: str, query: str, mark: str) -> None:
    """Make a view in place of the one that is there."""
    connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    connection.exec_driver_sql(f"CREATE VIEW {name} AS /* {mark} */ {query}")
