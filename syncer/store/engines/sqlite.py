"""SQLite: WAL, one writer that takes its lock at once, executemany on the driver."""

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from threading import RLock
from typing import Any

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
    cast,
    create_engine,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.sqlite import dialect, insert
from tenacity import Retrying, retry_if_exception, retry_if_exception_type, stop_after_delay, wait_random

from syncer.errors import Bug, ConfigError, Problem, SyncerError, Unavailable, Unwritable
from syncer.store.engines.leading import Lead, file_lead
from syncer.store.engines.presence import Presence

_BUSY_MS = 30_000
#: It holds a company's contacts: nobody else on the machine has to read it. The files beside it get the same rights.
_PRIVATE = 0o600
#: Connections that may be open beside the one that is kept.
_BESIDE = 14
#: Rows fetched at once where a statement is read to its end.
_PAGE = 2_000
#: Facts arrive in the order of their own ids and lie in the order of contacts: a page cache of 16 MB and a log of 32 MB
#: halve the time in the file system (bench/store.py).
_PRAGMAS = (
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-16000",
    "wal_autocheckpoint=8000",
)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})
_PASSING = frozenset({sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM})
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN: (
        "the database file cannot be opened",
        "the folder must exist and be writable; see SYNCER_DATABASE_URL",
    ),
    sqlite3.SQLITE_READONLY: ("the database file is read-only", "give this user the right to write it"),
    sqlite3.SQLITE_PERM: ("the database file may not be used by this user", "give this user the right to write it"),
    sqlite3.SQLITE_NOTADB: ("the file is not an SQLite database", "name another file in SYNCER_DATABASE_URL"),
    sqlite3.SQLITE_CORRUPT: (
        "the database file is damaged",
        "restore a backup, or name a new file in SYNCER_DATABASE_URL and run: syncer backfill",
    ),
}

_NULLS: dict[None, None] = {}
# For every NULL that it binds, the driver looks for an adapter in four places; one that answers at once halves the cost
# of a sparse row (measured with CPython 3.11, see bench/store.py).
sqlite3.register_adapter(type(None), _NULLS.get)


def open_engine(url: URL, patience: float | None = None) -> Engine:
    """Return an engine on a file; every connection gets the same pragmas and no transaction of the driver's own."""
    if not url.database or url.database == ":memory:":
        problem = Problem(
            key="SYNCER_DATABASE_URL",
            message="a database in memory is lost at the end of every step",
            hint="name a file, as in sqlite:///syncer.db",
        )
        raise ConfigError([problem])
    seconds = _BUSY_MS / 1000 if patience is None else patience
    engine = create_engine(
        url,
        hide_parameters=True,
        # One that is kept, and whatever is wanted beside it for a moment: each keeps a page cache until it is closed.
        pool_size=1,
        max_overflow=_BESIDE,
        connect_args={"timeout": seconds},
    )
    path = Path(url.database)
    # First of all: where the file was taken away, nobody makes another in its place.
    Presence(path).watch(engine)
    event.listen(engine, "do_connect", partial(_be_private, path))
    event.listen(engine, "connect", partial(_prepare, seconds))
    return engine


def _be_private(path: Path, *_connecting: object) -> None:
    """Make the file, where there is none, for this user alone; where it cannot be made, SQLite says why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))


def _prepare(seconds: float, connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin a transaction when it sees fit; `begin_writing` and `begin_reading` do it instead.
    connection.isolation_level = None
    _write_ahead(connection, seconds)
    for pragma in (*_PRAGMAS, f"busy_timeout={round(seconds * 1000)}"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection, seconds: float) -> None:
    """Switch the file to WAL; two that open a new file at once collide here, where SQLite itself does not wait."""
    connection.execute("PRAGMA busy_timeout=0")
    patience = Retrying(
        retry=retry_if_exception(_busy),
        wait=wait_random(0.005, 0.05),
        stop=stop_after_delay(seconds),
        reraise=True,
    )
    patience(connection.execute, "PRAGMA journal_mode=WAL")


def _busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and _code(error) in _BUSY


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def take_lead(engine: Engine) -> Lead | None:
    """Return the lead, a lock file beside the database; None where another process has it."""
    return file_lead(Path(str(engine.url.database)))


def driver_address(engine: Engine, name: str) -> None:
    """Return None: a file has no server."""
    del engine, name


class WritingTurns:
    """One writer at a time among the threads of this process; SQLite's own lock keeps out other processes.

    A thread that waited for that lock would hold a connection meanwhile, and every connection that ever wrote keeps a
    page cache; and it would look again now and then instead of being woken.
    Raises Unavailable where a turn does not end.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # A thread that begins a write inside its own is told so by SQLite.
        self._turn = RLock()

    def __enter__(self) -> None:
        if not self._turn.acquire(timeout=self._seconds):
            raise Unavailable("the database is locked by another thread", hint="wait until its write is done")

    def __exit__(self, *_error: object) -> None:
        self._turn.release()


def writing_turns(patience: float | None) -> WritingTurns:
    """Return the turns of one database's writers."""
    return WritingTurns(_BUSY_MS / 1000 if patience is None else patience)


def begin_writing(connection: Connection) -> None:
    """Take the write lock now: a reader that turns writer later could not wait for it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_reading(connection: Connection) -> None:
    """Begin a read transaction; the first read fixes what it sees."""
    connection.exec_driver_sql("BEGIN")


def lock_schema(connection: Connection) -> None:
    """Hold nothing more: the write lock covers the schema."""
    del connection


def append(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows that are not there yet."""
    if rows:
        connection.exec_driver_sql(_insert_sql(table), list(rows))


def add_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> int:
    """Add rows whose primary key is not there yet, and return how many they were."""
    if not rows:
        return 0
    return connection.exec_driver_sql(_new_sql(table), list(rows)).rowcount


def upsert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, or replace those with the same primary key."""
    if rows:
        connection.exec_driver_sql(upsert_sql(table), list(rows))


def texts(name: str) -> Select[tuple[str]]:
    """Return a selectable over the texts of a JSON list bound as `name`."""
    return select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value)


def stream(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Generator[tuple[Any, ...], None, None]:
    """Yield the driver's own tuples a page at a time."""
    with connection.execute(statement) as result:
        while page := result.cursor.fetchmany(_PAGE):
            yield from page


def listed_json(column: Column[str], order: Sequence[Column[Any]]) -> ColumnElement[bytes]:
    """Return the values of a group as one JSON list; they come in the order of the index that serves the group."""
    del order
    values = func.group_concat(column, ",", type_=Text)
    return cast(literal_column("'['") + values + literal_column("']'"), LargeBinary)


def wipe(engine: Engine) -> None:
    """Write the file anew and empty the log beside it: deleted rows lie in free pages and old frames until then."""
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        patience = Retrying(
            retry=retry_if_exception_type(Unavailable),
            wait=wait_random(0.05, 0.2),
            stop=stop_after_delay(_BUSY_MS / 1000),
            reraise=True,
        )
        patience(_empty_log, connection)


def _empty_log(connection: Connection) -> None:
    """Take the log into the file and cut it to nothing; a reader of an older state is in the way for a while."""
    if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
        raise Unavailable(
            "another process reads an older state of the database", hint="run the command again when it is done"
        )


def translate(error: BaseException) -> SyncerError | None:
    """Return what an SQLite error means by its code: a Bug where it can only be our mistake; None for other errors."""
    if not isinstance(error, sqlite3.Error):
        return None
    primary = _code(error)
    if primary in _BUSY:
        return Unavailable(
            "the database is locked by another process",
            hint="another program holds it: wait until it is done, or stop it",
        )
    if primary in _PASSING:
        return Unavailable("the database cannot be read or written now", hint="look at the machine's memory")
    if primary in _DISK:
        return Unwritable("the database cannot be read or written now", hint="look at the disk's space and health")
    if primary in _UNUSABLE:
        message, hint = _UNUSABLE[primary]
        return ConfigError([Problem(key="SYNCER_DATABASE_URL", message=message, hint=hint)])
    return Bug(f"the database refused a statement: {getattr(error, 'sqlite_errorname', type(error).__name__)}")


@cache
def _insert_sql(table: Table) -> str:
    return str(insert(table).compile(dialect=dialect()))


@cache
def _new_sql(table: Table) -> str:
    return str(insert(table).on_conflict_do_nothing().compile(dialect=dialect()))


@cache
def upsert_sql(table: Table) -> str:
    """Return the statement that adds a row or replaces the one with the same key."""
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    values = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    replaced = statement.on_conflict_do_update(index_elements=keys, set_=values) if values else None
    return str((statement.on_conflict_do_nothing() if replaced is None else replaced).compile(dialect=dialect()))
