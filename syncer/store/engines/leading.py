"""The lead: the hold on a database's schedule. One process at a time has it, and it falls with its holder."""

from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from syncer.errors import Unavailable
from syncer.store.engines.locks import beside_file

#: What locks of the schedule are called; no account's name has a dot.
SCHEDULE = "all.schedule"


class Lead(Protocol):
    """The hold on a database's schedule."""

    def check(self) -> None:
        """Raise Unavailable where it is held no more. May block for as long as a network is silent."""
        ...

    def give_up(self) -> None:
        """Let go of it."""
        ...


class FileLead:
    """A lock file: the operating system keeps it as long as the process lives."""

    def __init__(self, held: ExitStack) -> None:
        self._held = held

    def check(self) -> None:
        """Find it held."""

    def give_up(self) -> None:
        """Let go of the file."""
        self._held.close()


def file_lead(database: Path) -> Lead | None:
    """Return the lead of an SQLite file, or None where another process has it."""
    with ExitStack() as held:
        try:
            held.enter_context(beside_file(database, SCHEDULE))
        except Unavailable:
            return None
        return FileLead(held.pop_all())
