"""Reads one long list in several parts side by side, and proves that together they are the whole.

A list is a chain: each page names the next. A part begins at an id that no page named, so its beginning is a guess. It
is proved by the part before it, which goes on along the chain until it meets the first record that the guess brought.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import msgspec

from connectors.courses import Course, Listing
from connectors.paginate import LoopGuard
from connectors.values import Page, SourceRecord
from syncer.errors import BadAnswer, CursorExpired, Unordered

#: A cursor of several parts begins so; no CRM's own cursor does.
MARK = "parts:"
#: Pages of the first part, before anybody knows how long the list is; of the longest that search can measure.
_FIRST, _LONGEST = 10, 99
#: What is left of a part is divided from so many pages on.
_WORTH = 8
#: Parts at once. HubSpot's rate at 250 ms a call needs five.
_MOST = 6
#: Pages read and not yet taken.
_AHEAD = 16
RESTART = "backfill with --restart"


@dataclass(kw_only=True, slots=True, eq=False)
class _Part:
    """From where a part begins to where the next one began, or to the list's end."""

    #: Where it goes on after what was delivered of it.
    cursor: str | None
    is_resumed: bool = False
    #: The id that it begins at by a guess; None where a cursor of the list's own leads to it.
    guess: int | None = None
    #: Its first record: what the part before it reads up to. None where its beginning was no good.
    first: int | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    following: "_Part | None" = None
    #: Where it ends, if no following part of this run tells.
    edge: int | None = None
    last: int = -1
    #: Records read, and how many there are, roughly; None where nobody asked yet.
    read: int = 0
    size: int | None = None
    is_read: bool = False

    @property
    def left(self) -> float:
        """Records not read yet; of a list that nobody measured, any number."""
        if self.is_read:
            return 0
        return inf if self.size is None else self.size - self.read

    @property
    def end(self) -> int | None:
        """The id that it ends before, as far as that is proved."""
        following = self.following
        while following is not None:
            if following.first is not None:
                return following.first
            following = following.following
        return self.edge


@dataclass(frozen=True, slots=True)
class _Delivery:
    part: _Part
    records: Sequence[SourceRecord]
    cursor: str | None


async def read_parts(course: Course, after: str | None) -> AsyncGenerator[Page]:
    """Yield the list's pages in no order; each page's cursor resumes all parts. The last one's is None.

    Raises Unordered where the list cannot be read so, CursorExpired for a cursor that no longer leads on.
    """
    reading = _Reading(course, _resumed(course.stream, after))
    try:
        async for page in reading.pages():
            yield page
    finally:
        await reading.close()


class _Reading:
    """The parts of one list at work, in the order of the list."""

    def __init__(self, course: Course, parts: Sequence[_Part]) -> None:
        self._course = course
        self._parts = list(parts)
        self._ready: asyncio.Queue[_Delivery | BaseException] = asyncio.Queue()
        self._places = asyncio.Semaphore(_AHEAD)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_dividing = False
        self._may_divide = len(parts) == 1 and parts[0].edge is None

    async def pages(self) -> AsyncGenerator[Page]:
        """Yield pages as they come."""
        for part in self._parts:
            self._start(self._read(part))
        while self._parts:
            delivery = await self._ready.get()
            if isinstance(delivery, BaseException):
                raise delivery
            self._places.release()
            delivery.part.cursor = delivery.cursor
            if delivery.cursor is None:
                self._parts.remove(delivery.part)
            yield Page(stream=self._course.stream, records=delivery.records, cursor=self._cursor())

    async def close(self) -> None:
        """Stop whatever is under way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._ready.put_nowait(error)

    def _cursor(self) -> str | None:
        """Return where all parts go on; those whose beginning is not proved yet are still their predecessor's."""
        proved = [part for part in self._parts if part.guess is None or part.first is not None]
        if not proved:
            return None
        if len(proved) == 1 and proved[0].end is None:
            return proved[0].cursor
        return MARK + msgspec.json.encode([(part.cursor, part.end) for part in proved]).decode()

    async def _read(self, part: _Part) -> None:
        guard = LoopGuard(self._course.stream)
        cursor = part.cursor
        while (listing := await self._fetched(part, cursor)) is not None:
            own = listing.below(await self._end(part, listing))
            cursor = own.cursor
            part.is_read = cursor is None
            await self._places.acquire()
            self._ready.put_nowait(_Delivery(part, own.records, cursor))
            if cursor is None:
                return
            guard.check(cursor)
            self._look_ahead()

    async def _fetched(self, part: _Part, cursor: str | None) -> Listing | None:
        """Return a page of a part; None where the part's beginning turns out to be no good."""
        is_first = not part.begun.is_set()
        try:
            listing = await self._course.fetch(cursor)
        except BadAnswer as error:
            if is_first and part.guess is not None:
                self._give_up(part)
                return None
            if is_first and part.is_resumed and error.hint is None:
                raise CursorExpired(error.message, stream=self._course.stream, hint=RESTART) from error
            raise
        listing = listing.without(part.last)
        if is_first and part.guess is not None and not (listing.ids and listing.ids[0] >= part.guess):
            self._give_up(part)
            return None
        self._check_order(part, listing)
        part.first = listing.ids[0] if is_first and listing.ids else part.first
        part.begun.set()
        return listing

    def _give_up(self, part: _Part) -> None:
        # The list takes no ids of ours as cursors, or has nothing there: the part before goes on alone.
        self._may_divide = False
        self._parts.remove(part)
        part.begun.set()

    def _check_order(self, part: _Part, listing: Listing) -> None:
        if all(low < high for low, high in pairwise((part.last, *listing.ids))):
            part.last = listing.ids[-1] if listing.ids else part.last
            part.read += len(listing.ids)
            return
        self._may_divide = False
        if len(self._parts) > 1 or part.end is not None or part.following is not None:
            raise Unordered("the list is not in the order of its ids", stream=self._course.stream)

    async def _end(self, part: _Part, listing: Listing) -> int | None:
        """Return where a part ends, waiting for the next part's first page where this page may reach it."""
        following = part.following
        while following is not None:
            if listing.cursor is not None and part.last < (following.guess or 0):
                return None
            await following.begun.wait()
            if following.first is not None:
                return following.first
            following = following.following
        return part.edge

    def _look_ahead(self) -> None:
        """Divide the longest part where the account has room for one more."""
        if not self._may_divide or self._is_dividing or len(self._parts) >= _MOST or not self._course.has_room():
            return
        longest = max(self._parts, key=lambda part: part.left)
        if longest.left >= _WORTH * self._course.page:
            self._is_dividing = True
            self._start(self._divide(longest))

    async def _divide(self, part: _Part) -> None:
        before, is_begun = part.read, part.begun.is_set()
        pages = _FIRST if part.size is None else min(_LONGEST, (part.size - before) // self._course.page // 2)
        # The part's last page shall just reach the first record of the next: that proves it, and costs no call.
        ahead = pages * self._course.page - 1
        start = part.last if is_begun else part.guess or 0
        try:
            found = await self._course.sight(start, ahead if is_begun else ahead - 1)
        except BadAnswer:
            self._may_divide = False
            return
        finally:
            self._is_dividing = False
        size = before + found.left if part.size is None else part.size
        if found.id is None or not self._lies_in(part, found.id):
            self._may_divide = False
            return
        part.size = before + ahead
        self._begin(part, found.id, size=size - part.size)
        self._look_ahead()

    def _lies_in(self, part: _Part, id_: int) -> bool:
        is_ahead = id_ > part.last and not part.is_read and part in self._parts
        return is_ahead and (part.end is None or id_ < part.end)

    def _begin(self, before: _Part, id_: int, *, size: int) -> None:
        part = _Part(cursor=str(id_), guess=id_, size=size, following=before.following, edge=before.edge)
        before.following = part
        self._parts.insert(self._parts.index(before) + 1, part)
        self._start(self._read(part))


def _resumed(stream: str, after: str | None) -> Sequence[_Part]:
    if after is None or not after.startswith(MARK):
        return [_Part(cursor=after, is_resumed=after is not None)]
    try:
        kept = msgspec.json.decode(after.removeprefix(MARK), type=list[tuple[str | None, int | None]])
    except msgspec.DecodeError as error:
        raise CursorExpired("the kept cursor cannot be read", stream=stream, hint=RESTART) from error
    return [_Part(cursor=cursor, edge=edge, is_resumed=cursor is not None) for cursor, edge in kept]
