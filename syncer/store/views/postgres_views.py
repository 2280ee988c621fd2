"""Views in PostgreSQL: one is changed in place, which keeps what was granted on it; a comment says who made it."""

from collections.abc import Mapping

from sqlalchemy import TIMESTAMP, Connection, Numeric, Text, cast, func, literal, literal_column, text

from syncer.store.measures.time import Expression

_FOUND = text("""
SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind NOT IN ('i', 'I', 'S')
""")
_SEGMENT = """coalesce((SELECT string_agg(part.key || ' ' || coalesce(
    kpi_snapshots.row::json -> 'notes' -> 'labels' ->> part.key, part.value, '\N{EN DASH}'), ', ' ORDER BY part.place)
FROM json_each_text(kpi_snapshots.row::json -> 'segment') WITH ORDINALITY AS part(key, value, place)), '')"""


def moment(at: Expression) -> Expression:
    """Return milliseconds as a moment with time zone."""
    seconds = cast(at, Numeric) / literal(1000)
    return func.to_timestamp(seconds, type_=TIMESTAMP(timezone=True))


def exact(value: Expression) -> Expression:
    """Return a value as a decimal."""
    return cast(value, Numeric)


def segment_text() -> Expression:
    """Return the segment of a row of `kpi_snapshots` as people read it."""
    return literal_column(_SEGMENT, Text)


def found(connection: Connection) -> Mapping[str, str]:
    """Return the tables and views of the schema, by name, with the marks of views."""
    return {row[0]: row[1] for row in connection.execute(_FOUND)}


def put(connection: Connection, name: str, query: str, mark: str) -> None:
    """Make a view, or give one of ours another query with the same columns."""
    connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {name} AS {query}")
    connection.exec_driver_sql(f"COMMENT ON VIEW {name} IS '{mark}'")
