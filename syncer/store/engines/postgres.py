"""PostgreSQL: COPY into a temporary table, then one INSERT; reads from a repeatable snapshot."""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import count
from typing import Any, cast

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from syncer.errors import Bug, ConfigError, Problem, SyncerError, Unavailable, Unwritable
from syncer.store.engines.leading import Lead
from syncer.store.engines.postgres_address import CONNECT_S, conninfo_of, options_of
from syncer.store.engines.postgres_lead import server_lead

_STREAMS = count()
#: Rows fetched at once where a statement is read to its end.
_PAGE = 2_000
#: Any number that is ours: one process migrates at a time.
_SCHEMA_LOCK = 5_948_711_620
#: Classes of SQLSTATE that pass by themselves: connection, transaction rollback, resources, operator intervention, I/O.
_PASSING = ("08", "40", "53", "57", "58", "55")
_REFUSED = {
    "3F000": ("the schema does not exist in the database", "create it, or name another in SYNCER_DATABASE_URL"),
    "42501": ("the database user lacks a right", "grant it CREATE and USAGE on the schema"),
    "2BP01": (
        "views of others stand on a view of ours that is to be made anew",
        "drop them, run the command again, and create them again",
    ),
    "25006": ("the database is read-only", "name the primary server in SYNCER_DATABASE_URL"),
}


def open_engine(url: URL, patience: float | None = None) -> Engine:
    """Return an engine on psycopg 3."""
    waits = "" if patience is None else f" -c lock_timeout={round(patience * 1000)}"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        # A round holds one for the lock of its account: how many there may be is for the server to say.
        max_overflow=-1,
        connect_args={"connect_timeout": CONNECT_S, "options": options_of(url) + waits},
    )
    event.listen(engine, "do_connect", _Door().connect)
    return engine


class _Door:
    """Connects, and says why that failed: a failed log-in carries no SQLSTATE, and its words are in any language."""

    _was_open = False

    def connect(
        self, _dialect: object, _record: object, _arguments: object, values: dict[str, Any]
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect. Raises ConfigError for a log-in that never worked, Unavailable where it did or nobody answers."""
        try:
            session = psycopg.connect(**values)
        except psycopg.OperationalError:
            known = {name: str(value) for name, value in values.items() if isinstance(value, str | int)}
            answers = pq.PGconn.ping(make_conninfo(**known).encode()) == pq.Ping.OK
        else:
            self._was_open = True
            return session
        # The driver's own words would repeat address and user.
        raise self._refused() if answers else _silent()

    def _refused(self) -> SyncerError:
        return _no_place() if self._was_open else _refused()


def _no_place() -> SyncerError:
    hint = "raise max_connections or the limit of user or database; restart where the log-in changed"
    return Unavailable("the database server takes no further connection of ours now", hint=hint)


def _silent() -> SyncerError:
    return Unavailable(
        "the database server cannot be reached", hint="see host and port in SYNCER_DATABASE_URL, and that it runs"
    )


def _refused() -> SyncerError:
    problem = Problem(
        key="SYNCER_DATABASE_URL",
        message="the database server answers and refuses user, password or database name",
        hint="see them in SYNCER_DATABASE_URL, that the database exists, and that the server has connections left",
    )
    return ConfigError([problem])


def take_lead(engine: Engine) -> Lead | None:
    """Return the lead, a session of its own; None where another session has it."""
    return server_lead(engine)


def driver_address(engine: Engine, name: str) -> str:
    """Return what the driver connects by, password included; the server's views show such sessions by `name`."""
    return conninfo_of(engine, name)


def writing_turns(patience: float | None) -> AbstractContextManager[object]:
    """Return nothing to wait for: the server lets many write at once."""
    del patience
    return nullcontext()


def begin_writing(connection: Connection) -> None:
    """Begin nothing more: the driver has begun, and rows lock as they are written."""
    del connection


def begin_reading(connection: Connection) -> None:
    """See one state of the database until the end."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def lock_schema(connection: Connection) -> None:
    """Wait until no other process migrates."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})


def append(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows that are not there yet."""
    if rows:
        _copy(connection, sql.Identifier(table.name), table, rows)


def add_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> int:
    """Add rows whose primary key is not there yet, and return how many they were."""
    if not rows:
        return 0
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    places = sql.SQL(", ").join([sql.Placeholder()] * len(table.columns))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING")
    cursor = _cursor(connection)
    cursor.executemany(statement.format(sql.Identifier(table.name), names, places), rows)
    return cursor.rowcount


def upsert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, or replace those with the same primary key; no key may come twice in one call."""
    if not rows:
        return
    statements = _upsert_sql(table)
    cursor = _cursor(connection)
    cursor.execute(statements.stage)
    _copy(connection, statements.staging, table, rows)
    cursor.execute(statements.merge)
    cursor.execute(statements.empty)


def texts(name: str) -> Select[tuple[str]]:
    """Return a selectable over the texts of a JSON list bound as `name`."""
    listed = as_type(bindparam(name, type_=Text), JSON)
    return select(func.json_array_elements_text(listed).table_valued("value").c.value)


def stream(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Generator[tuple[Any, ...], None, None]:
    """Yield the driver's own tuples from a cursor of the server's, a page at a time."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
    with driver.cursor(name=f"stream_{next(_STREAMS)}") as cursor:
        cursor.execute(compiled.string.encode(), compiled.params)
        while page := cursor.fetchmany(_PAGE):
            yield from page


def listed_json(column: Column[str], order: Sequence[Column[Any]]) -> ColumnElement[bytes]:
    """Return the values of a group as one JSON list, in the given order."""
    values = func.string_agg(column, aggregate_order_by(literal(","), *order), type_=Text)
    return func.convert_to(literal("[") + values + literal("]"), "UTF8", type_=LargeBinary)


def wipe(engine: Engine) -> None:
    """Give the space of deleted rows back, so that it is written over; the server's own log is the administrator's."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))


#: The server's disk is full.
_FULL = "53100"


def translate(error: BaseException) -> SyncerError | None:
    """Return what an error means by its SQLSTATE: a Bug where it can only be our mistake; None for other errors."""
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate
    if state in _REFUSED:
        message, hint = _REFUSED[state]
        return ConfigError([Problem(key="SYNCER_DATABASE_URL", message=message, hint=hint)])
    if state is None and isinstance(error, psycopg.OperationalError):
        return Unavailable("the connection to the database server broke", hint="it is tried again")
    if state == _FULL:
        return Unwritable("the database cannot be read or written now", hint="look at the disk's space and health")
    if state is not None and state.startswith(_PASSING):
        return Unavailable("the database server cannot serve now", hint="it is tried again; see the server's log")
    return Bug(f"the database refused a statement: {state} {error.diag.constraint_name or type(error).__name__}")


class _Upsert:
    """The statements of one table's upsert."""

    def __init__(self, table: Table) -> None:
        name = sql.Identifier(table.name)
        keys = [column.name for column in table.primary_key]
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        values = [column.name for column in table.columns if column.name not in keys]
        sets = [sql.SQL("{0} = excluded.{0}").format(sql.Identifier(value)) for value in values]
        action = sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(sets)) if sets else sql.SQL("NOTHING")
        self.staging = sql.Identifier(f"staged_{table.name}")
        self.stage = sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
            self.staging, name
        )
        self.merge = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT ({3}) DO {4}").format(
            name, columns, self.staging, sql.SQL(", ").join(map(sql.Identifier, keys)), action
        )
        self.empty = sql.SQL("TRUNCATE {}").format(self.staging)


@cache
def _upsert_sql(table: Table) -> _Upsert:
    return _Upsert(table)


def _copy(connection: Connection, target: sql.Identifier, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns)
    with _cursor(connection).copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _cursor(connection: Connection) -> psycopg.Cursor[tuple[Any, ...]]:
    driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
    return driver.cursor()
