"""The nightly backup of an SQLite file: a new one is looked over before an old one goes."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from jobs.health.backup import backup
from jobs.health.nightly import note_backup
from jobs.settings_file import ScheduleFile
from syncer.errors import SyncerError
from syncer.moments import Millis, moment
from syncer.store import Store

_log = structlog.get_logger()

_NAMES = "syncer-????????T??????Z.db"


def backups(folder: Path) -> Sequence[Path]:
    """Return the nightly backups in a folder, oldest first; files of other names are nobody's business."""
    return sorted(folder.glob(_NAMES))


def nightly_backup(store: Store, schedule: ScheduleFile, now: Millis) -> None:
    """Back up, then forget all but the newest; a failure is logged and kept, and then no older backup goes."""
    why = _failure(store, schedule, now)
    if why is not None:
        _log.error("backup_failed", reason=why)
    try:
        note_backup(store, now, why)
    except SyncerError as error:
        _log.error("run_failed", reason=error.message, hint=error.hint)


def _failure(store: Store, schedule: ScheduleFile, now: Millis) -> str | None:
    """Back up, and return why that failed."""
    folder = schedule.backup_folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup(store, folder / f"syncer-{moment(now):%Y%m%dT%H%M%S}Z.db")
        old = backups(folder)[: -schedule.backup_keep]
        for one in old:
            one.unlink(missing_ok=True)
    except (SyncerError, OSError) as error:
        return error.message if isinstance(error, SyncerError) else error.strerror or type(error).__name__
    return None
