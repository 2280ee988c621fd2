"""The store as jobs see it: one write transaction or one read snapshot at a time, repositories bound to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from syncer.errors import Unwritable
from syncer.store.desk.desk import Desk
from syncer.store.desk.inbox import Inbox
from syncer.store.desk.notices import Notices
from syncer.store.desk.queue import Queue
from syncer.store.engines.dialect import dialect_named
from syncer.store.engines.faults import translated, unusable_url
from syncer.store.engines.leading import Lead
from syncer.store.engines.leases import Change, change_leases
from syncer.store.engines.locks import ACCOUNT_PATIENCE_S, account_lock, patient_lock, side_lock, token_lock
from syncer.store.facts.facts import Facts
from syncer.store.ledger.ledger import Ledger
from syncer.store.measures.measures import Measures
from syncer.store.measures.visits import VisitBook
from syncer.store.mirror.mirror import Mirror
from syncer.store.mirror.reconcile import Reconcile
from syncer.store.money.money import Money
from syncer.store.privacy.privacy import Privacy
from syncer.store.reports.browse import Browse
from syncer.store.reports.news import News
from syncer.store.upkeep.migrate import is_current, upgrade
from syncer.store.upkeep.pruning import Pruning
from syncer.store.views.extracts import Extracts

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

    def afresh(self) -> "Unit":
        """Return a unit of the same transaction that keeps nothing of what this one has counted."""
        return Unit(self.connection)

    @cached_property
    def measures(self) -> Measures:
        """Return what KPIs count."""
        # Compiled, the statements of one catalogue hold 15 MB and save a third of the time that figures of a small
        # account take; they would be asked for again in an hour.
        return Measures(self.connection.execution_options(compiled_cache=None))

    @cached_property
    def money(self) -> Money:
        """Return rates, imported costs and the frozen pipeline."""
        return Money(self.connection)

    @cached_property
    def visits(self) -> VisitBook:
        """Return what web analytics counted."""
        return VisitBook(self.connection)

    @cached_property
    def desk(self) -> Desk:
        """Return cursors, runs, outbox, dead letters and snapshots."""
        return Desk(self.connection)

    @cached_property
    def news(self) -> News:
        """Return what happened lately."""
        return News(self.connection)

    @cached_property
    def browse(self) -> Browse:
        """Return lists that people leaf through."""
        return Browse(self.connection)

    @cached_property
    def extracts(self) -> Extracts:
        """Return the tables that BI tools get."""
        return Extracts(self.connection)

    @cached_property
    def notices(self) -> Notices:
        """Return the notes and tasks that we put into the CRM."""
        return Notices(self.connection)

    @cached_property
    def inbox(self) -> Inbox:
        """Return what webhooks brought."""
        return Inbox(self.connection)

    @cached_property
    def privacy(self) -> Privacy:
        """Return erasure and tombstones."""
        return Privacy(self.connection)

    @cached_property
    def queue(self) -> Queue:
        """Return how the queue of the distributed engine stands."""
        return Queue(self.connection)

    def pruning(self, account: str) -> Pruning:
        """Return what has had its time in an account."""
        return Pruning(self.connection, account)


class Store:
    """One database. Blocking: asynchronous callers go through a thread."""

    def __init__(self, url: URL, *, patience: float | None = None) -> None:
        self._dialect = dialect_named(url.get_backend_name())
        self._engine = self._dialect.open_engine(url, patience)
        self._turns = self._dialect.writing_turns(patience)
        #: Why the last write was not kept, where the disk was to blame; None once one was kept.
        self.unwritable: Unwritable | None = None

    @property
    def url(self) -> str:
        """Return the address without its passwords."""
        url = self._engine.url
        query = {name: value for name, value in url.query.items() if "password" not in name}
        return url.set(drivername=url.get_backend_name(), query=query).render_as_string(hide_password=True)

    def upgrade(self) -> None:
        """Bring the tables to this version; nothing happens where they are, and nobody's lock is waited for.

        Raises ConfigError where a newer version wrote the database or its tables are not ours.
        """
        with translated(self._dialect):
            with self._engine.connect() as connection:
                self._dialect.begin_reading(connection)
                if is_current(connection):
                    return
            with self._engine.begin() as connection:
                self._dialect.begin_writing(connection)
                upgrade(connection)

    def keep_queue(self) -> None:
        """Bring the tables of the distributed engine's queue to this version; nothing happens where they are.

        Raises ConfigError where they are another program's or of a newer version.
        """
        with translated(self._dialect), self._engine.begin() as connection:
            import_module("syncer.store.upkeep.queue_schema").keep_queue(connection)

    def driver_address(self, name: str) -> str | None:
        """Return what the database's driver connects by, password included; the server shows its sessions by `name`.

        None where no server holds the database.
        """
        return self._dialect.driver_address(self._engine, name)

    @contextmanager
    def commit(self) -> Iterator[Unit]:
        """Open a write transaction: everything in the block is kept, or on any exception nothing."""
        try:
            with translated(self._dialect), self._turns, self._engine.begin() as connection:
                self._dialect.begin_writing(connection)
                yield Unit(connection)
        except Unwritable as error:
            self.unwritable = error
            raise
        self.unwritable = None

    @contextmanager
    def rehearsal(self) -> Iterator[Unit]:
        """Open a write transaction of which nothing is kept."""
        with (
            translated(self._dialect),
            self._turns,
            self._engine.connect() as connection,
            connection.begin() as transaction,
        ):
            self._dialect.begin_writing(connection)
            yield Unit(connection)
            transaction.rollback()

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
    def side_lock(self, account: str, job: str) -> Iterator[None]:
        """Hold one job of an account beside whoever holds the account, or raise Unavailable where it is held."""
        with translated(self._dialect), side_lock(self._engine, account, job):
            yield

    def take_lead(self) -> Lead | None:
        """Return the hold on this database's schedule, or None where another daemon has it."""
        with translated(self._dialect):
            return self._dialect.take_lead(self._engine)

    @contextmanager
    def token_lock(self, account: str) -> Iterator[None]:
        """Hold an account's token until the block ends; waits for another thread or process that holds it."""
        with translated(self._dialect), token_lock(self._engine, account):
            yield

    def change_leases(self, account: str, change: Change) -> None:
        """Replace the leases on an account's limits by what `change` makes of them, one process after the other.

        Raises Unavailable where they cannot be reached or another process does not end its turn.
        """
        with translated(self._dialect):
            change_leases(self._engine, account, change)

    @contextmanager
    def patient_lock(self, account: str, seconds: float = ACCOUNT_PATIENCE_S) -> Iterator[None]:
        """Hold an account until the block ends; waits for a round of another process, and raises Unavailable after."""
        with translated(self._dialect), patient_lock(self._engine, account, seconds):
            yield

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None where a server holds the database."""
        url = self._engine.url
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None

    def wipe(self) -> None:
        """Write the database's files anew, so that no byte of what was erased is left in them.

        Raises Unavailable where another process holds a transaction open all the time.
        """
        with translated(self._dialect):
            self._dialect.wipe(self._engine)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def open_store(url: str, *, patience: float | None = None) -> Store:
    """Return the store at a database URL; creates and connects to nothing yet.

    `patience` in seconds bounds the wait for another process's lock.
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
    return Store(parsed.set(drivername=scheme), patience=patience)
