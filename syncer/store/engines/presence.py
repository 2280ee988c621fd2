"""Whether an SQLite file is still the one that was opened: what is written to one that was taken away is lost."""

from pathlib import Path

from sqlalchemy import Engine, event

from syncer.errors import Unavailable

_HINT = "put it back, or restart syncer run: it begins with the file that is there then, or with a new one"


class Presence:
    """The file of one engine, known from its first connection on.

    A file that is deleted or renamed stays writable for who has it open, and everything in it is gone at his end; one
    that another has put there was never looked over.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None

    def watch(self, engine: Engine) -> None:
        """Have every use of a connection look for the file first."""
        event.listen(engine, "do_connect", self._before)
        event.listen(engine, "connect", self._first)
        event.listen(engine, "checkout", self._before)

    def _before(self, *_args: object) -> None:
        """Raise Unavailable where the file is another, or none."""
        if self._known is not None and self._seen() != self._known:
            raise Unavailable("the database file was taken away or replaced while it was in use", hint=_HINT)

    def _first(self, *_args: object) -> None:
        if self._known is None:
            self._known = self._seen()

    def _seen(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
