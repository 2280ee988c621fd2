"""What a connector offers whose CRM can hand over a whole stream as a file."""

from collections.abc import Generator, Sequence
from typing import Protocol

from connectors.values import SourceRecord


class Exported(Protocol):
    """An export that was fetched and looked through from end to end: every row is a record, each id once."""

    @property
    def digest(self) -> str:
        """Return what tells this file from any other."""
        ...

    @property
    def count(self) -> int:
        """Return how many records it holds."""
        ...

    def records(self, *, skip: int = 0) -> Generator[SourceRecord]:
        """Yield the records in the order of the file, without the first `skip`. Reads from disk: not for the loop."""
        ...

    def close(self) -> None:
        """Let go of the file; nothing of it stays on the disk."""
        ...


class Exports(Protocol):
    """Exports of one account. Every method raises only errors of `syncer.errors`."""

    @property
    def most_a_day(self) -> int:
        """Return how many exports the CRM makes in any 24 hours."""
        ...

    def offers(self, stream: str) -> bool:
        """Tell whether records of this kind are exported at all."""
        ...

    async def begin(self, stream: str, *, properties: Sequence[str]) -> str:
        """Order an export and return its task; the CRM makes one at a time.

        Raises MissingScope where the token may not, RateLimited where there were too many today.
        """
        ...

    async def wait(self, stream: str, task: str) -> None:
        """Wait until the file is there. Raises ExportUnusable where it will not be, or takes for ever."""
        ...

    async def open(self, stream: str, task: str, *, properties: Sequence[str]) -> Exported:
        """Fetch the file and look it through.

        Raises ExportUnusable for a file that is not what the list would give, Unavailable where it cannot be had.
        """
        ...
