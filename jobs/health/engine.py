"""What `check` says of the engine: whether the database can carry it, and whether somebody works."""

from collections.abc import Sequence

from jobs.distributed.refusing import unfit_engine
from jobs.health.findings import Finding, Level
from jobs.modes import Engine
from jobs.settings import Settings
from syncer.store import Store


def engine_findings(settings: Settings, store: Store) -> Sequence[Finding]:
    """Return what is to be said of the distributed engine; nothing of the embedded one."""
    if settings.engine is not Engine.DISTRIBUTED:
        return ()
    lacking = unfit_engine(settings, store)
    if lacking is not None:
        what = f"{lacking.key}: {lacking.message}"
        return [_finding(Level.PROBLEM, what, lacking.hint, is_configuration=True)]
    with store.snapshot() as unit:
        workers = unit.queue.workers() if unit.queue.is_there else 0
    if workers:
        return [_finding(Level.FINE, f"distributed, {workers:,} worker{'' if workers == 1 else 's'}")]
    return [_finding(Level.NOTE, "distributed, and no worker lives: jobs wait", "syncer worker, beside syncer run")]


def _finding(level: Level, what: str, remedy: str | None = None, *, is_configuration: bool = False) -> Finding:
    return Finding(level=level, area="engine", what=what, remedy=remedy, is_configuration=is_configuration)
