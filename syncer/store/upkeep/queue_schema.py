"""Procrastinate's own tables, brought to the installed version beside ours: Alembic knows nothing of them.

A comment on its table of jobs says that it is ours and up to which of the library's migrations it was brought.
"""

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

from syncer.errors import ConfigError, Problem
from syncer.store.engines.dialect import dialect_of

_OURS = "kept by syncer, up to "
_MARK = text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")
_THERE = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")


def keep_queue(connection: Connection) -> None:
    """Make the tables of the queue, or run the migrations that they lack, inside the open write transaction.

    Raises ConfigError where they are another program's or of a newer version.
    """
    dialect_of(connection).lock_schema(connection)
    known = migrations()
    if not connection.execute(_THERE).scalar_one():
        _run(connection, SchemaManager.get_schema())
    else:
        reached = _reached(connection)
        if reached not in known:
            raise _newer(reached)
        for name in known[known.index(reached) + 1 :]:
            _run(connection, (_folder() / name).read_text(encoding="utf-8"))
    _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{_OURS}{known[-1]}'")


def migrations() -> list[str]:
    """Return the library's migrations in order."""
    return sorted(one.name for one in _folder().glob("*.sql"))


def _folder() -> Path:
    return Path(SchemaManager.get_migrations_path())


def _reached(connection: Connection) -> str:
    mark = connection.execute(_MARK).scalar() or ""
    if not mark.startswith(_OURS):
        problem = Problem(
            key="SYNCER_DATABASE_URL",
            message="the database holds a Procrastinate queue of another program",
            hint="name another database, or another schema by the user's search_path",
        )
        raise ConfigError([problem])
    return mark.removeprefix(_OURS)


def _newer(reached: str) -> ConfigError:
    problem = Problem(
        key="SYNCER_DATABASE_URL",
        message=f"a newer syncer wrote the queue of this database ({reached})",
        hint="install that version or newer",
    )
    return ConfigError([problem])


def _run(connection: Connection, script: str) -> None:
    """Run a script of several statements as the driver takes it: per cent signs and all."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(script)
