"""Brings a database to this version: an empty one at once, an older one by Alembic, which starts slowly."""

from importlib import import_module

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select
from sqlalchemy.schema import CreateIndex, CreateTable, PrimaryKeyConstraint

from syncer.errors import ConfigError, Problem
from syncer.store.engines.dialect import dialect_of
from syncer.store.tables import metadata
from syncer.store.views.views import are_current, keep_views

#: The newest revision in migrations/versions; a test holds it to the files.
HEAD = "0014"
#: Every revision this version can start from.
KNOWN = frozenset(
    {"0001", "0002", "0003", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012a", "0013", HEAD}
)

#: Where Alembic looks for the revision, as it would make it itself.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def upgrade(connection: Connection) -> None:
    """Make the tables, or run the migrations they lack, and make the views, inside the open write transaction.

    Raises ConfigError where a newer version wrote the database, or tables of that name are not ours.
    """
    dialect_of(connection).lock_schema(connection)
    current = revision(connection)
    if current is None:
        _refuse_strangers(connection)
        _make(connection)
    elif current not in KNOWN:
        raise _newer(current)
    elif current != HEAD:
        import_module("syncer.store.upkeep.scripts").to_head(connection)
    keep_views(connection)


def is_current(connection: Connection) -> bool:
    """Return whether tables and views are those of this version; reads alone, so nobody's lock is in the way."""
    return revision(connection) == HEAD and are_current(connection)


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at, or None where it was never migrated."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()


def _make(connection: Connection) -> None:
    """Make every table as the migrations end up with it; a test holds the two to each other.

    Indexes come in one order: SQLite takes the later one of two that seem to serve as well.
    """
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    _VERSION.create(connection, checkfirst=True)
    connection.execute(insert(_VERSION).values(version_num=HEAD))


def _refuse_strangers(connection: Connection) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        problem = Problem(
            key="SYNCER_DATABASE_URL",
            message=f"the database holds tables of another program: {', '.join(taken)}",
            hint="name an empty database",
        )
        raise ConfigError([problem])


def _newer(current: str) -> ConfigError:
    problem = Problem(
        key="SYNCER_DATABASE_URL",
        message=f"a newer syncer wrote this database (revision {current}; this one knows up to {HEAD})",
        hint="install that version or newer, or restore a backup",
    )
    return ConfigError([problem])
