"""What the two databases do differently, as one protocol; sqlite.py and postgres.py are its two answers."""

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Protocol

import orjson
from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Select,
    Table,
    bindparam,
    literal,
    select,
)

from syncer.errors import SyncerError
from syncer.store.engines import sqlite
from syncer.store.engines.leading import Lead

#: One row in the order of its table's columns.
Row = tuple[Any, ...]

#: A SELECT of any columns.
Query = Select[*tuple[Any, ...]]

#: Rows of one bulk statement: large enough to spread its cost, small enough to keep memory flat.
CHUNK = 2_000


class Dialect(Protocol):
    """The differences."""

    def __hash__(self) -> int:
        """Return what caches of prepared statements go by."""
        ...

    def open_engine(self, url: URL, patience: float | None = None) -> Engine:
        """Return an engine whose connections obey our transactions.

        `patience` in seconds bounds the wait for somebody else's lock; None waits as long as a write may take.
        """
        ...

    def take_lead(self, engine: Engine) -> Lead | None:
        """Return the hold on the database's schedule, or None where another process has it."""
        ...

    def driver_address(self, engine: Engine, name: str) -> str | None:
        """Return what the driver connects by, password included, or None where there is no server."""
        ...

    def writing_turns(self, patience: float | None) -> AbstractContextManager[object]:
        """Return what a thread of this process holds while it writes; entered as often as there are writes."""
        ...

    def begin_writing(self, connection: Connection) -> None:
        """Begin the one write transaction."""
        ...

    def begin_reading(self, connection: Connection) -> None:
        """Begin a read transaction that sees one state of the database."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Hold off every other process that would migrate."""
        ...

    def append(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Add rows that are not there yet."""
        ...

    def add_new(self, connection: Connection, table: Table, rows: Sequence[Row]) -> int:
        """Add rows whose primary key is not there yet, and return how many they were."""
        ...

    def upsert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Add rows, or replace those with the same primary key."""
        ...

    def texts(self, name: str) -> Select[tuple[str]]:
        """Return a selectable over the texts of a JSON list bound as `name`."""
        ...

    def stream(self, connection: Connection, statement: Query) -> Generator[Row, None, None]:
        """Yield the rows of a statement a page at a time."""
        ...

    def listed_json(self, column: Column[str], order: Sequence[Column[Any]]) -> ColumnElement[bytes]:
        """Return the JSON values of a group as one list in UTF-8: one value to fetch instead of a tuple a row."""
        ...

    def wipe(self, engine: Engine) -> None:
        """Leave no byte of deleted rows where the database can be told to."""
        ...

    def translate(self, error: BaseException) -> SyncerError | None:
        """Return what the driver's error means, or None where it is not the driver's."""
        ...


def dialect_named(name: str) -> Dialect:
    """Return the answer for SQLAlchemy's name of the database."""
    if name != "postgresql":
        return sqlite
    from syncer.store.engines import postgres

    return postgres


def dialect_of(connection: Connection) -> Dialect:
    """Return the answer for an open connection."""
    return dialect_named(connection.dialect.name)


def among(dialect: Dialect, column: ColumnElement[Any], name: str = "ids") -> ColumnElement[bool]:
    """Return the condition that a column is one of the texts bound as `name`, of any number (see `listed`)."""
    return column.in_(dialect.texts(name))


def listed(ids: Iterable[str]) -> str:
    """Return texts as the one parameter that `among` reads."""
    return orjson.dumps(list(ids)).decode()


def raw(connection: Connection, statement: Executable, parameters: Mapping[str, object]) -> list[Row]:
    """Return the driver's own tuples: a SQLAlchemy row object costs more than the row."""
    return list(connection.execute(statement, dict(parameters)).cursor.fetchall())


def streamed(connection: Connection, statement: Query) -> Generator[Row, None, None]:
    """Yield tuples a page at a time: memory stays flat however many there are. To be closed where it is left early."""
    return dialect_of(connection).stream(connection, statement)


def is_empty(connection: Connection, table: Table, account: str) -> bool:
    """Return whether an account has no row in a table: then a thousand look-ups need not be made."""
    return not raw(connection, _any_row(table), {"account": account})


@cache
def _any_row(table: Table) -> Query:
    return select(literal(1)).select_from(table).where(table.c.account == bindparam("account")).limit(1)


def chunks(ids: Collection[str], size: int = CHUNK) -> Iterable[list[str]]:
    """Yield the distinct ids in order, `size` at a time."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
