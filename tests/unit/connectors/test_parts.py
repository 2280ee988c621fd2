"""A list read in parts: every record once, whatever the guesses were worth, and never a part without its proof."""

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from connectors.courses import Course, Listing, Sighting
from connectors.limits import Bucket, Budgets
from connectors.parts import MARK, read_parts
from connectors.values import SourceRecord
from syncer.errors import BadAnswer, CursorExpired, Unavailable, Unordered
from tests.unit.connectors.virtual_time import run

PAGE = 10


@dataclass
class Shelf:
    """A CRM's list and the search beside it, each as good as a test says."""

    ids: list[int]
    #: What search knows; it may lag.
    index: list[int] | None = None
    seconds: float = 0.1
    room: Callable[[], bool] = lambda: True
    fetched: list[str | None] = field(default_factory=list)
    sighted: int = 0
    at_once: int = 0
    most: int = 0

    def course(self) -> Course:
        return Course(stream="contacts", fetch=self.fetch, sight=self.sight, has_room=self.room, page=PAGE)

    async def fetch(self, cursor: str | None) -> Listing:
        self.fetched.append(cursor)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return self.page(cursor)

    def page(self, cursor: str | None) -> Listing:
        start = bisect_left(self.ids, int(cursor or 0))
        found = self.ids[start : start + PAGE]
        more = start + PAGE < len(self.ids)
        return listing(found, str(found[-1] + 1) if more else None)

    async def sight(self, above: int, places: int) -> Sighting:
        self.sighted += 1
        await asyncio.sleep(self.seconds)
        known = [id_ for id_ in (self.ids if self.index is None else self.index) if id_ > above]
        return Sighting(id=known[places] if places < len(known) else None, left=len(known))


def listing(ids: Sequence[int], cursor: str | None) -> Listing:
    records = [SourceRecord(stream="contacts", id=str(id_), properties={}) for id_ in ids]
    return Listing(ids=ids, records=records, cursor=cursor)


async def read(shelf: Shelf, after: str | None = None, *, most: int | None = None) -> tuple[list[int], str | None]:
    """Return the ids in the order in which they came, and the last cursor, of all pages or of so many."""
    ids: list[int] = []
    cursor: str | None = None
    pages = 0
    reading = read_parts(shelf.course(), after)
    async for page in reading:
        ids += [int(record.id) for record in page.records]
        cursor = page.cursor
        pages += 1
        if pages == most:
            break
    await reading.aclose()
    return ids, cursor


def in_virtual_time(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    run(main)


#: Ids as an account has them that imported at three times.
CLUSTERED = [*range(1, 300), *range(90_000_000, 90_000_900), *range(70_000_000_000, 70_000_000_800)]


@pytest.mark.parametrize("ids", [[], [7], list(range(5, 25)), list(range(100, 110)), CLUSTERED], ids=len)
def test_every_record_comes_once(ids: list[int]) -> None:
    async def work() -> None:
        shelf = Shelf(list(ids))
        found, cursor = await read(shelf)
        assert sorted(found) == ids
        assert cursor is None

    in_virtual_time(work)


def test_a_long_list_is_read_by_several_calls_at_once_for_a_handful_of_calls_more() -> None:
    async def work() -> None:
        shelf = Shelf(list(CLUSTERED))
        before = asyncio.get_running_loop().time()
        await read(shelf)
        alone = len(CLUSTERED) / PAGE * shelf.seconds
        assert asyncio.get_running_loop().time() - before < alone / 3
        assert 3 < shelf.most <= 6
        assert len(shelf.fetched) - len(CLUSTERED) / PAGE < shelf.sighted + 1 < 25

    in_virtual_time(work)


def test_where_there_is_no_room_the_list_is_one_chain() -> None:
    async def work() -> None:
        shelf = Shelf(list(CLUSTERED), room=lambda: False)
        found, _ = await read(shelf)
        assert found == CLUSTERED
        assert (shelf.most, shelf.sighted, len(shelf.fetched)) == (1, 0, -(-len(CLUSTERED) // PAGE))

    in_virtual_time(work)


@pytest.mark.parametrize("lag", ["gone", "new", "nothing", "shifted"])
def test_a_search_that_lags_costs_calls_and_no_record(lag: str) -> None:
    index = {
        "gone": [*CLUSTERED, *range(80_000_000_000, 80_000_000_400)],
        "new": CLUSTERED[:400],
        "nothing": [],
        "shifted": [id_ + 1 for id_ in CLUSTERED],
    }[lag]

    async def work() -> None:
        found, _ = await read(Shelf(list(CLUSTERED), index=index))
        assert sorted(found) == CLUSTERED

    in_virtual_time(work)


@dataclass
class Opaque(Shelf):
    """A list whose cursors are none of ours: anything that it did not give out is refused or taken for the start."""

    refuses: bool = True

    def page(self, cursor: str | None) -> Listing:
        if cursor is None:
            place = 0
        elif cursor.startswith("p"):
            place = int(cursor[1:])
        elif self.refuses:
            raise BadAnswer("after is no cursor of this list", stream="contacts")
        else:
            place = 0
        found = self.ids[place : place + PAGE]
        return listing(found, f"p{place + PAGE}" if place + PAGE < len(self.ids) else None)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_list_that_takes_no_ids_for_cursors_is_read_as_one_chain(refuses: bool) -> None:
    async def work() -> None:
        shelf = Opaque(list(CLUSTERED), refuses=refuses)
        found, cursor = await read(shelf)
        assert found == CLUSTERED
        assert cursor is None
        assert len(shelf.fetched) == -(-len(CLUSTERED) // PAGE) + 1, "one guess is enough to know"

    in_virtual_time(work)


class Skipping(Shelf):
    """A list that begins a little late where a cursor is none of its own."""

    def page(self, cursor: str | None) -> Listing:
        if cursor is not None and int(cursor) in self.ids and int(cursor) - 1 not in self.ids[:-1]:
            return super().page(str(int(cursor) + 7))
        return super().page(cursor)


def test_what_a_guess_skips_is_read_by_the_part_before_it() -> None:
    async def work() -> None:
        ids = [*range(10, 30_000, 10)]
        found, _ = await read(Skipping(ids))
        assert sorted(found) == ids

    in_virtual_time(work)


def test_a_list_out_of_order_is_read_alone_and_never_in_parts() -> None:
    async def work() -> None:
        down = [*range(4_000, 3_000, -1)]

        class Downward(Opaque):
            pass

        found, _ = await read(Downward(down))
        assert found == down

        class LaterDownward(Shelf):
            def page(self, cursor: str | None) -> Listing:
                page = super().page(cursor)
                late = bool(page.ids) and page.ids[0] > 600
                return listing(page.ids[::-1], page.cursor) if late else page

        with pytest.raises(Unordered):
            await read(LaterDownward(list(range(1, 2_000))))

    in_virtual_time(work)


@pytest.mark.parametrize("stop", [1, 2, 5, 17, 40, 90, 150])
def test_a_reading_that_breaks_off_resumes_with_every_part_and_repeats_nothing(stop: int) -> None:
    async def work() -> None:
        first, cursor = await read(Shelf(list(CLUSTERED)), most=stop)
        assert cursor is not None
        second, cursor = await read(Shelf(list(CLUSTERED)), cursor, most=stop)
        third, end = await read(Shelf(list(CLUSTERED)), cursor) if cursor else ([], None)
        assert end is None
        assert sorted([*first, *second, *third]) == CLUSTERED

    in_virtual_time(work)


def test_records_that_come_and_go_while_it_is_read_cost_no_other() -> None:
    async def work() -> None:
        shelf = Shelf(list(CLUSTERED))
        kept = [id_ for place, id_ in enumerate(CLUSTERED) if place % 7]

        async def change() -> None:
            for id_ in [id_ for id_ in CLUSTERED if id_ not in set(kept)]:
                await asyncio.sleep(shelf.seconds / 30)
                shelf.ids.remove(id_)

        changing = asyncio.create_task(change())
        found, _ = await read(shelf)
        await changing
        assert set(kept) <= set(found)
        assert len(found) == len(set(found))

    in_virtual_time(work)


def test_an_error_of_any_part_ends_the_reading_and_leaves_nothing_at_work() -> None:
    async def work() -> None:
        class Failing(Shelf):
            def page(self, cursor: str | None) -> Listing:
                if len(self.fetched) > 40:
                    raise Unavailable("gone", stream="contacts")
                return super().page(cursor)

        with pytest.raises(Unavailable):
            await read(Failing(list(CLUSTERED)))
        assert len(asyncio.all_tasks()) == 1

    in_virtual_time(work)


@pytest.mark.parametrize("cursor", ["", "[", "[[1]]", '[["1","2"]]'])
def test_a_kept_cursor_that_nobody_can_read_is_expired(cursor: str) -> None:
    async def work() -> None:
        with pytest.raises(CursorExpired):
            await read(Shelf([1]), MARK + cursor)

    in_virtual_time(work)


def test_a_kept_cursor_that_the_crm_takes_no_longer_is_expired() -> None:
    kept = MARK + msgspec.json.encode([("p10", 50), ("old", None)]).decode()

    async def work() -> None:
        with pytest.raises(CursorExpired):
            await read(Opaque(list(range(100))), kept)

    in_virtual_time(work)


@pytest.mark.parametrize("seconds", [0.05, 0.15, 0.25])
def test_a_list_alone_is_read_as_fast_as_the_account_allows(seconds: float) -> None:
    budgets = Budgets(tier="professional")

    class Paced(Shelf):
        async def fetch(self, cursor: str | None) -> Listing:
            async with budgets.turn(Bucket.GENERAL, "contacts"):
                return await super().fetch(cursor)

        async def sight(self, above: int, places: int) -> Sighting:
            async with budgets.turn(Bucket.SEARCH, "contacts"):
                return await super().sight(above, places)

    async def work() -> None:
        shelf = Paced(list(range(1, 5_001)), seconds=seconds, room=lambda: budgets.has_room)
        before = asyncio.get_running_loop().time()
        found, _ = await read(shelf)
        calls = len(shelf.fetched) + shelf.sighted
        assert sorted(found) == shelf.ids
        assert asyncio.get_running_loop().time() - before < 1.05 * calls / budgets.usage.paces["general"] + 4 * seconds
        assert calls < 1.04 * len(shelf.ids) / PAGE

    in_virtual_time(work)


def test_an_account_without_limits_has_no_room_to_gain() -> None:
    async def work() -> None:
        budgets = Budgets(tier="unlimited")
        async with budgets.turn(Bucket.GENERAL, "contacts"):
            await asyncio.sleep(1)
        assert not budgets.has_room

    in_virtual_time(work)


def test_a_list_that_repeats_a_record_is_read_to_its_end() -> None:
    async def work() -> None:
        ids = [*range(1, 40), 39, 39, *range(40, 90)]
        found, cursor = await read(Opaque(ids, room=lambda: False))
        assert list(dict.fromkeys(found)) == list(range(1, 90))
        assert cursor is None

    in_virtual_time(work)


class Inclusive(Shelf):
    """A list whose cursor is the id that a page ended with, and names it again."""

    def page(self, cursor: str | None) -> Listing:
        page = super().page(cursor)
        return page if page.cursor is None else Listing(ids=page.ids, records=page.records, cursor=str(page.ids[-1]))


@pytest.mark.parametrize("room", [True, False])
def test_a_cursor_that_names_the_last_record_again_brings_it_once(room: bool) -> None:
    async def work() -> None:
        shelf = Inclusive(list(range(1, 500)), room=lambda: room)
        found, cursor = await read(shelf)
        assert sorted(found) == list(range(1, 500))
        assert (cursor, shelf.most > 1) == (None, room)

    in_virtual_time(work)
