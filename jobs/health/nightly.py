"""How nightly backups go: kept in the store, so that every process and a restart know."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from syncer.moments import Millis
from syncer.store import Store, Unit

_KEY = ("", "backup", "standing")


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupStanding:
    """What became of the last nightly backups."""

    #: When the last one that is sound was written; None where none ever was.
    at: Millis | None = None
    #: Why the last one failed; None where it did not.
    why: str | None = None

    @property
    def troubles(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong, with its remedy; nothing where all is well."""
        if self.why is not None:
            remedy = "make room in schedule.backup_folder, or let this user write there; syncer db backup FILE"
            yield f"the nightly backup failed: {self.why}", remedy


def backup_standing(unit: Unit) -> BackupStanding:
    """Return how nightly backups stand."""
    text = unit.desk.cursor(*_KEY)
    try:
        return BackupStanding() if text is None else msgspec.json.decode(text, type=BackupStanding)
    except msgspec.MsgspecError:
        return BackupStanding()


def note_backup(store: Store, now: Millis, why: str | None) -> None:
    """Keep that a nightly backup was written, or why it failed."""
    with store.commit() as unit:
        at = now if why is None else backup_standing(unit).at
        unit.desk.keep_cursor(*_KEY, msgspec.json.encode(BackupStanding(at=at, why=why)).decode())
