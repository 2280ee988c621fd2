"""The store as jobs see it: one write transaction or one read snapshot at a time, repositories bound to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from syncer.store.desk import Desk
from syncer.store.dialect import dialect_named
from syncer.store.facts import Facts
from syncer.store.faults import translated, unusable_url
from syncer.store.ledger import Ledger
from syncer.store.locks import account_lock, token_lock
from syncer.store.measures import Measures
from syncer.store.migrate import upgrade
from syncer.store.mirror import Mirror
from syncer.store.reconcile import Reconcile
from syncer.store.visits import VisitBook

_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}


class Unit:
    """Repositories bound to one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def mirror(self) -> Mirror:
        """Return what the CRM said last."""
        return Mirror(self.connection)

    @cached_property
    def reconcile(self) -> Reconcile:
        """Return the mirror as a full compare sees it."""
        return Reconcile(self.connection)

    @cached_property
    def facts(self) -> Facts:
        """Return what decisions read."""
        return Facts(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        """Return what was decided."""
        return Ledger(self.connection)

    @cached_property
    def measures(self) -> Measures:
        """Return what KPIs count."""
        return Measures(self.connection)

    @cached_property
    def visits(self) -> VisitBook:
        """Return what web analytics counted."""
        return VisitBook(self.connection)

    @cached_property
    def desk(self) -> Desk:
        """Return cursors, runs, outbox, dead letters and snapshots."""
        return Desk(self.connection)


class Store:
    """One database. Blocking: asynchronous callers go through a thread."""

    def __init__(self, url: URL) -> None:
        self._dialect = dialect_named(url.get_backend_name())
        self._engine = self._dialect.open_engine(url)

    @property
    def url(self) -> str:
        """Return the address without its password and options."""
        url = self._engine.url
        return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)

    def upgrade(self) -> None:
        """Bring the tables to this version; nothing happens where they are.

        Raises ConfigError where a newer version wrote the database or its tables are not ours.
        """
        with translated(self._dialect), self._engine.begin() as connection:
            self._dialect.begin_writing(connection)
            upgrade(connection)

    @contextmanager
    def commit(self) -> Iterator[Unit]:
        """Open a write transaction: everything in the block is kept, or on any exception nothing."""
        with translated(self._dialect), self._engine.begin() as connection:
            self._dialect.begin_writing(connection)
            yield Unit(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Unit]:
        """Open a read transaction that sees one state of the database until the block ends."""
        with translated(self._dialect), self._engine.connect() as connection:
            self._dialect.begin_reading(connection)
            yield Unit(connection)

    @contextmanager
    def account_lock(self, account: str) -> Iterator[None]:
        """Hold an account until the block ends, or raise Unavailable where another process holds it."""
        with translated(self._dialect), account_lock(self._engine, account):
            yield

    @contextmanager
    def token_lock(self, account: str) -> Iterator[None]:
        """Hold an account's token until the block ends; waits for another thread or process that holds it."""
        with translated(self._dialect), token_lock(self._engine, account):
            yield

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def open_store(url: str) -> Store:
    """Return the store at a database URL; creates and connects to nothing yet.

    Raises ConfigError where the URL names no SQLite or PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The cause would repeat the address, password included.
        raise unusable_url() from None
    scheme = _SCHEMES.get(parsed.drivername.partition("+")[0])
    if scheme is None:
        raise unusable_url()
    return Store(parsed.set(drivername=scheme))
