"""Backups of an SQLite database: taken while others write, looked over, put back into the file that others hold."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from syncer.errors import ConfigError, Problem, Unavailable
from syncer.moments import Millis
from syncer.store.engines.sqlite import translate
from syncer.store.tables import metadata
from syncer.store.upkeep.migrate import HEAD, KNOWN

_PATIENCE_S = 30
_PRIVATE = 0o600


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupFacts:
    """What a database file holds, and whether it can be trusted."""

    file: str
    #: Revision of its tables.
    revision: str | None
    #: Rows by table.
    rows: Mapping[str, int]
    #: What SQLite's own check found; empty where all is well.
    faults: Sequence[str]
    accounts: Sequence[str]
    #: When the latest run in it began; None where there is none.
    last_run_at: Millis | None

    @property
    def is_sound(self) -> bool:
        """Whether it can be put back: nothing is damaged, and this version knows its tables."""
        return not self.faults and self.revision in KNOWN


def take_backup(database: Path, target: Path) -> None:
    """Copy one state of a database into a new file that only its owner reads; whole or not at all.

    Raises ConfigError where the file exists.
    """
    if target.exists():
        raise _refusal(str(target), "exists already", "name another file: a backup is never overwritten")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with translated_here(target):
        part.touch(mode=_PRIVATE)
        with closing(_opened(database, "rw")) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        part.rename(target)


def put_back(backup: Path, database: Path) -> None:
    """Make a database what a backup holds, in one step that other processes see as a commit."""
    with (
        translated_here(database),
        closing(_opened(backup, "ro")) as source,
        closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as target,
    ):
        target.execute("PRAGMA journal_mode=WAL")
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def facts_of(file: Path) -> BackupFacts:
    """Return what a database file holds; reads all of it, and changes nothing."""
    if not file.exists():
        raise _refusal(str(file), "is not there", "name a file that `syncer db backup` wrote")
    with translated_here(file), closing(_opened(file, "ro")) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        known = sorted(names & set(metadata.tables))
        return BackupFacts(
            file=str(file),
            revision=_revision(connection) if "alembic_version" in names else None,
            rows={name: _count(connection, name) for name in known},
            faults=[] if found == ["ok"] else found,
            accounts=_accounts(connection) if "accounts" in names else [],
            last_run_at=_last_run_at(connection) if "runs" in names else None,
        )


@contextmanager
def translated_here(file: Path) -> Iterator[None]:
    """Raise errors of ours for those of the driver and of the file system."""
    try:
        yield
    except sqlite3.Error as error:
        found = translate(error)
        if isinstance(found, Unavailable):
            raise found from None
        raise _refusal(str(file), "is no sound SQLite database", "take another backup") from None
    except OSError as error:
        raise _refusal(
            str(file), error.strerror or "cannot be written", "name a file in a folder you may write"
        ) from None


def refuse_unsound(found: BackupFacts) -> None:
    """Raise ConfigError where a backup cannot be put back."""
    if found.faults:
        raise _refusal(found.file, f"is damaged: {found.faults[0]}", "take an older backup")
    if found.revision is None:
        raise _refusal(found.file, "is no database of Syncer", "name a file that `syncer db backup` wrote")
    if found.revision not in KNOWN:
        message = f"has tables of revision {found.revision}; this version knows up to {HEAD}"
        raise _refusal(found.file, message, "it is of another program, or of a newer syncer: install that version")


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE_S)


def _count(connection: sqlite3.Connection, table: str) -> int:
    counted: int = connection.execute(str(select(func.count()).select_from(metadata.tables[table]))).fetchone()[0]
    return counted


def _revision(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _last_run_at(connection: sqlite3.Connection) -> Millis | None:
    latest: int | None = connection.execute("SELECT max(started_at) FROM runs").fetchone()[0]
    return None if latest is None else Millis(latest)


def _accounts(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT account FROM accounts ORDER BY account")]


def _refusal(file: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(file=file, message=message, hint=hint)])
