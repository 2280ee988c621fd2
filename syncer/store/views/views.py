"""Views for BI tools: made at an upgrade, from the catalogue of KPIs and from the tables of the ledger.

A view of ours bears a mark: of what it was made (edition), and which columns it has (layout).
"""

from collections.abc import Mapping
from hashlib import blake2b
from importlib.resources import files

from sqlalchemy import Connection

from syncer.errors import ConfigError, Problem
from syncer.store.engines.dialect import Query
from syncer.store.views import postgres_views, sqlite_views
from syncer.store.views.view_queries import ALL_ROWS, ViewDialect, view_queries

_OURS = "made by syncer"
#: What views are made from: they are made anew when one of these changes.
_SOURCES = (
    ("syncer.kpis", "catalogue.toml"),
    ("syncer.store.views", "view_queries.py"),
    ("syncer.store.views", "postgres_views.py"),
    ("syncer.store.views", "sqlite_views.py"),
)


def keep_views(connection: Connection) -> None:
    """Make the views that are not of this version, and drop those that it has no more; in an open transaction.

    Raises ConfigError where the name of one is taken by somebody else's table or view.
    """
    if are_current(connection):
        return
    dialect, now = dialect_of(connection), edition()
    there = dialect.found(connection)
    wanted = dict(view_queries(dialect))
    _refuse_strangers(there, wanted)
    marks = {name: mark for name, mark in there.items() if mark.startswith(_OURS)}
    # Views of one KPI stand on the view of all and have its columns: they go with it, and before it.
    for name in sorted(marks, key=lambda name: name == ALL_ROWS):
        if name not in wanted or not marks[name].endswith(_layout(wanted[name])):
            connection.exec_driver_sql(f"DROP VIEW {name}")
    for name, query in wanted.items():
        text = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        dialect.put(connection, name, text, _mark(now, _layout(query)))


def are_current(connection: Connection) -> bool:
    """Return whether the views are those of this version."""
    return dialect_of(connection).found(connection).get(ALL_ROWS, "").startswith(_mark(edition(), ""))


def edition() -> str:
    """Return a digest of what views are made from."""
    return _digest(b"".join(files(room).joinpath(name).read_bytes() for room, name in _SOURCES))


def dialect_of(connection: Connection) -> ViewDialect:
    """Return how the connection's database writes views."""
    return postgres_views if connection.dialect.name == "postgresql" else sqlite_views


def _mark(made_from: str, layout: str) -> str:
    return f"{_OURS}, edition {made_from}, layout {layout}"


def _layout(query: Query) -> str:
    return _digest(", ".join(f"{column.name} {column.type}" for column in query.selected_columns).encode())


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()


def _refuse_strangers(there: Mapping[str, str], wanted: Mapping[str, Query]) -> None:
    taken = sorted(name for name in wanted if name in there and not there[name].startswith(_OURS))
    if taken:
        problem = Problem(
            key="SYNCER_DATABASE_URL",
            message=f"the database holds tables or views of somebody else: {', '.join(taken)}",
            hint="rename them: syncer makes views of these names",
        )
        raise ConfigError([problem])
