"""Walks a paged list by its cursors. Cursors are opaque; a list that goes round in a circle is an error."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

from syncer.errors import BadAnswer


class Paged(Protocol):
    """A page that knows where the next one starts."""

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page; None on the last."""
        ...


P = TypeVar("P", bound=Paged)


class LoopGuard:
    """Notices any circle of cursors in constant memory (Brent's algorithm: compare with the one of a power of two)."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._kept: str | None = None
        self._steps = 0
        self._next_keep = 1

    def check(self, cursor: str) -> None:
        """Raise BadAnswer when a cursor comes back."""
        if cursor == self._kept:
            raise BadAnswer("the list repeats its cursor: it would never end", stream=self._stream)
        self._steps += 1
        if self._steps == self._next_keep:
            self._kept = cursor
            self._next_keep *= 2


async def walk(
    fetch: Callable[[str | None], Awaitable[P]], *, stream: str, after: str | None = None
) -> AsyncIterator[P]:
    """Yield every page from a cursor on. Raises BadAnswer for a list that repeats a cursor."""
    guard = LoopGuard(stream)
    cursor = after
    while True:
        page = await fetch(cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return
        guard.check(cursor)
