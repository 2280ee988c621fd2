"""Backup, look-over and restore. What a restored backup has undone is done again: erasures, the ledger of writes."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog

from jobs.names import MEASURE
from jobs.privacy.forget import Eraser
from jobs.privacy.resurrection import catch_up
from syncer.errors import ConfigError, Problem
from syncer.moments import Millis
from syncer.store import BackupFacts, OutboxEntry, Store, facts_of, put_back, refuse_unsound, take_backup

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore does, or did."""

    backup: BackupFacts
    #: What the database holds that gives way; None where it is not there or cannot be read.
    present: BackupFacts | None
    #: Erasures made since the backup, made again; None where nothing was restored yet.
    erased_again: int | None = None
    #: Writes to the CRM since the backup, taken over so that they stay known as ours.
    writes_kept: int = 0


def backup(store: Store, target: Path) -> BackupFacts:
    """Back the database up into a new file, while others go on writing, and look the file over."""
    take_backup(_file_of(store, "backup"), target)
    found = facts_of(target)
    refuse_unsound(found)
    _log.info("backup_taken", rows=sum(found.rows.values()))
    return found


def verify(store: Store, file: Path | None) -> BackupFacts:
    """Look a backup over, or the database itself."""
    return facts_of(file or _file_of(store, "verify"))


def restore(eraser: Eraser, file: Path, *, apply: bool) -> Restored:
    """Put a backup in the database's place. Raises ConfigError where it is damaged or of a newer version.

    Waits for rounds under way. Erasures made since are made again before anybody else may work.
    """
    store = eraser.store
    database = _file_of(store, "restore")
    found = facts_of(file)
    refuse_unsound(found)
    present = _present(database)
    if not apply:
        return Restored(backup=found, present=present)
    with ExitStack() as held:
        for account in sorted({*found.accounts, *(present.accounts if present else ())}):
            held.enter_context(store.patient_lock(account))
            held.enter_context(store.side_lock(account, MEASURE))
        ours = _writes(store, present, since=found.last_run_at or Millis(0))
        put_back(file, database)
        store.upgrade()
        kept = _keep_writes(store, ours)
        again = catch_up(eraser, is_held=True)
    _log.warning("backup_restored", rows=sum(found.rows.values()), erased_again=again, writes_kept=kept)
    return Restored(backup=found, present=present, erased_again=again, writes_kept=kept)


def _present(database: Path) -> BackupFacts | None:
    try:
        return facts_of(database)
    except ConfigError:
        return None


def _writes(store: Store, present: BackupFacts | None, *, since: Millis) -> Sequence[tuple[str, OutboxEntry]]:
    """Return what was written since the backup, as far as the present database can still tell."""
    if present is None or present.faults:
        return ()
    with store.snapshot() as unit:
        return [(account, row) for account in present.accounts for row in unit.desk.written(account, since)]


def _keep_writes(store: Store, writes: Sequence[tuple[str, OutboxEntry]]) -> int:
    """Take writes over into the ledger: unknown there, they would come back as somebody else's words."""
    with store.commit() as unit:
        for account in {owner for owner, _ in writes}:
            unit.desk.adopt(account, [row for owner, row in writes if owner == account])
    return len(writes)


def _file_of(store: Store, command: str) -> Path:
    if store.file is None:
        hint = {
            "backup": "pg_dump --format=custom --file=FILE DATABASE",
            "restore": "pg_restore --clean --dbname=DATABASE FILE, then any syncer command: it makes erasures again",
            "verify": "pg_restore --list FILE",
        }[command]
        message = "the database is on a PostgreSQL server, whose own tools do this"
        raise ConfigError([Problem(key="SYNCER_DATABASE_URL", message=message, hint=hint)])
    return store.file
