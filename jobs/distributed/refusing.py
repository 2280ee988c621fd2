"""Where the distributed engine cannot be: without a server's database, or where the files say otherwise."""

from jobs.modes import Engine
from jobs.settings import Settings
from syncer.errors import ConfigError, Problem
from syncer.store import Store

_NO_SERVER = Problem(
    key="engine",
    message="workers need PostgreSQL, and this database is an SQLite file",
    hint="SYNCER_DATABASE_URL=postgresql://user:password@host/name; on SQLite engine: embedded and syncer run alone",
)
_NO_WORK = Problem(
    key="engine",
    message="a worker has nothing to do: the daemon does all work itself",
    hint="engine: distributed in syncer.yaml, for syncer run and every worker",
)


def queue_address(settings: Settings, store: Store, name: str) -> str:
    """Return how to reach the queue; its sessions are shown by `name`. Raises ConfigError where there can be none."""
    address = store.driver_address(name)
    if address is None:
        raise ConfigError([_NO_SERVER])
    if settings.engine is not Engine.DISTRIBUTED:
        raise ConfigError([_NO_WORK])
    return address


def unfit_engine(settings: Settings, store: Store) -> Problem | None:
    """Return why the engine of the files cannot run on the database; None where it can."""
    is_lacking = settings.engine is Engine.DISTRIBUTED and store.file is not None
    return _NO_SERVER if is_lacking else None
