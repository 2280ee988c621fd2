"""The portal: what an account holds, with a file behind it where one is wanted, and what people do in its pages."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from connectors.sandbox import dumps, lines, writes
from connectors.sandbox.habits import Backward, Habits, MergedId
from connectors.sandbox.happenings import Origin
from connectors.sandbox.holdings import Clock, Holdings, system_clock
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.storefile import StoreFile
from connectors.sandbox.tellings import tell
from syncer.moments import Millis

__all__ = ["Backward", "Habits", "MergedId", "Portal", "system_clock"]


class Portal(Holdings):
    """One account. Every public method may be called from any thread."""

    _file: StoreFile | None = None

    @classmethod
    def open(cls, path: Path, *, clock: Clock = system_clock, habits: Habits | None = None, seed: int = 1) -> Self:
        """Return a portal that lives in a SQLite file: what it held before is there, what happens is kept."""
        portal = cls(clock=clock, habits=habits, seed=seed)
        portal._file, portal.is_kept = StoreFile(path), True
        lines.load(portal, portal._file.lines())
        portal.touched.clear()
        return portal

    def load(self, records: Iterable[Mapping[str, object]], places: Iterable[lines.Place] | None = None) -> None:
        """Take in JSON-lines objects; raises ConfigError with every bad line, and then nothing was taken in.

        `places` say where the lines stand; without them they are counted.
        """
        with self.lock:
            lines.load(self, records, places)
            self.flush()

    def dump(self) -> Iterator[dict[str, object]]:
        """Yield the portal as JSON-lines objects that `load` accepts."""
        with self.lock:
            yield from dumps.dump(self)

    def flush(self) -> None:
        """Write what changed to the file, in one transaction; without a file there is nothing to do."""
        if self._file is not None and self.touched:
            self._file.save(dumps.dump_touched(self, self.touched))
        self.touched.clear()

    def close(self) -> None:
        """Flush and let go of the file."""
        with self.lock:
            self.flush()
            if self._file is not None:
                self._file.close()

    def edit_as_user(
        self, kind: str, id_: str, properties: Mapping[str, str | None], *, user_id: str = "1", at: Millis | None = None
    ) -> None:
        """Change a record as a person does in the CRM's own pages; a lifecycle stage may step back.

        Raises KeyError where there is no such record.
        """
        with self.lock:
            row = self.tables[kind].rows[id_]
            values = {name: value or "" for name, value in properties.items()}
            origin = Origin(source_type="CRM_UI", source_id=f"userId:{user_id}", user_id=user_id, forward_only=False)
            writes.apply(self, BY_NAME[kind], row, values, origin=origin, at=at or self.clock())
            self.flush()

    def restore_as_user(self, kind: str, id_: str) -> None:
        """Take a record out of the recycle bin again, as a person may for ninety days."""
        with self.lock:
            row = self.tables[kind].rows[id_]
            self.tables[kind].restore(row)
            self.touch(kind, id_)
            tell(self, kind, "restore", self.clock(), objectId=int(id_))
            self.flush()
