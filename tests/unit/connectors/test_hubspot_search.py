"""Windows of change against an index that is capped, unordered, late or moving."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot
from syncer.errors import BadAnswer, SyncerError
from syncer.moments import Millis

START = 1_790_000_000_000
Order = Callable[[Sequence[tuple[int, int]]], Sequence[tuple[int, int]]]


def by_id(rows: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    return sorted(rows)


def shuffled(rows: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    return random.Random(7).sample(sorted(rows), len(rows))


def reversed_(rows: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    return sorted(rows, reverse=True)


@dataclass
class Index:
    """Search over (id, moment) pairs with HubSpot's cap."""

    rows: list[tuple[int, int]]
    order: Order = by_id
    #: What `total` claims beyond the truth.
    boast: int = 0
    bodies: list[dict[str, object]] = field(default_factory=list)
    known: dict[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    after_page: Callable[["Index"], None] = lambda index: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert len(request.content) <= 3000
        assert [len(group["filters"]) <= 6 for group in body["filterGroups"]] == [True]
        self.bodies.append(body)
        start = int(body.get("after", 0))
        if start + body["limit"] > 10_000:
            return httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": "beyond 10000"})
        found = self.found(body["filterGroups"][0]["filters"])
        page = found[start : start + body["limit"]]
        answer: dict[str, object] = {
            "total": len(found) + self.boast,
            "results": [{"id": str(row), "properties": {}} for row, _ in page],
        }
        if start + len(page) < len(found):
            answer["paging"] = {"next": {"after": str(start + len(page))}}
        self.after_page(self)
        return httpx.Response(200, json=answer)

    def found(self, filters: Sequence[Mapping[str, str]]) -> Sequence[tuple[int, int]]:
        key = str(filters)
        if key not in self.known:
            self.known[key] = self.order([row for row in self.rows if self.fits(row, filters)])
        return self.known[key]

    @staticmethod
    def fits(row: tuple[int, int], filters: Sequence[Mapping[str, str]]) -> bool:
        for one in filters:
            value = row[0] if one["propertyName"] == "hs_object_id" else row[1]
            limit = int(one["value"])
            if not {"GTE": value >= limit, "LT": value < limit, "GT": value > limit}[one["operator"]]:
                return False
        return True


async def read(
    crm: respx.MockRouter, account: HubSpot, index: Index, stream: str = "deals", span: int = 1000
) -> list[str]:
    crm.post(f"/crm/objects/2026-09/{stream}/search").mock(side_effect=index)
    window = {"since": Millis(START), "until": Millis(START + span)}
    pages = [page async for page in account.source.changes(stream, **window, properties=["dealname"])]
    assert all(page.cursor is None for page in pages)
    return [record.id for page in pages for record in page.records]


def rows(count: int, moment: int | None = None) -> list[tuple[int, int]]:
    return [(number, START + number % 1000 if moment is None else moment) for number in range(1, count + 1)]


async def test_a_quiet_window_costs_one_search(crm: respx.MockRouter, account: HubSpot) -> None:
    index = Index([])
    assert await read(crm, account, index) == []
    assert account.source.usage.calls == {"deals": 1}


async def test_a_window_is_half_open_and_asks_for_two_hundred(crm: respx.MockRouter, account: HubSpot) -> None:
    index = Index([(1, START - 1), (2, START), (3, START + 999), (4, START + 1000)])
    assert await read(crm, account, index) == ["2", "3"]
    assert index.bodies[0]["limit"] == 200
    assert index.bodies[0]["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]


@pytest.mark.parametrize(
    ("stream", "name"),
    [("contacts", "lastmodifieddate"), ("deals", "hs_lastmodifieddate"), ("calls", "hs_lastmodifieddate")],
)
async def test_contacts_have_a_modification_property_of_their_own(
    crm: respx.MockRouter, account: HubSpot, stream: str, name: str
) -> None:
    index = Index(rows(1))
    await read(crm, account, index, stream)
    filters = index.bodies[0]["filterGroups"][0]["filters"]  # type: ignore[index]
    assert {one["propertyName"] for one in filters} == {name}


async def test_a_window_beyond_the_cap_is_complete(crm: respx.MockRouter, account: HubSpot) -> None:
    index = Index(rows(10_450, moment=START))
    assert await read(crm, account, index) == [str(number) for number in range(1, 10_451)]
    assert len(index.bodies) == 53


async def test_a_window_of_more_than_search_holds_tells_how_far_it_was_read(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    minute = 60_000
    index = Index([(number, START + number * 10) for number in range(1, 24_001)])
    crm.post("/crm/objects/2026-09/deals/search").mock(side_effect=index)
    window = {"since": Millis(START), "until": Millis(START + 5 * minute)}
    handed_over: set[int] = set()
    marks = []
    async for page in account.source.changes("deals", **window, properties=["dealname"]):
        handed_over |= {int(record.id) for record in page.records}
        if page.cursor is not None:
            marks.append(int(page.cursor))
            assert {row for row, at in index.rows if at < marks[-1]} <= handed_over
    assert marks == [START + 75_000, START + 150_000, START + 5 * minute]
    assert len(handed_over) == 24_000
    assert len(index.bodies) == 2 + 38 + 38 + 46, "two looks that divided, then full pages"


@pytest.mark.parametrize("order", [shuffled, reversed_])
@pytest.mark.parametrize("boast", [0, -1_234], ids=["told", "total of none"])
async def test_an_unordered_index_is_read_completely_and_once(
    crm: respx.MockRouter, account: HubSpot, order: Order, boast: int
) -> None:
    found = await read(crm, account, Index(rows(1_234), order=order, boast=boast))
    assert sorted(found, key=int) == [str(number) for number in range(1, 1_235)]


async def test_an_unordered_index_beyond_the_cap_is_read_in_halves(crm: respx.MockRouter, account: HubSpot) -> None:
    found = await read(crm, account, Index(rows(12_000), order=shuffled))
    assert len(found) == len(set(found)) == 12_000


async def test_an_unordered_index_that_cannot_be_halved_is_an_error(crm: respx.MockRouter, account: HubSpot) -> None:
    with pytest.raises(BadAnswer):
        await read(crm, account, Index(rows(10_300, moment=START), order=shuffled), span=2)


async def test_rows_that_leave_the_window_while_it_is_read_hide_no_other(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    def touch_the_first(index: Index) -> None:
        index.known.clear()
        index.rows = [(number, START + 5000 if number <= 50 else moment) for number, moment in index.rows]

    found = await read(crm, account, Index(rows(700), after_page=touch_the_first))
    assert set(found) >= {str(number) for number in range(51, 701)}
    assert len(found) == len(set(found))


async def test_a_total_that_boasts_costs_one_more_reading_and_no_loop(crm: respx.MockRouter, account: HubSpot) -> None:
    index = Index(rows(3), boast=5)
    assert await read(crm, account, index) == ["1", "2", "3"]
    assert len(index.bodies) == 2


async def test_a_search_that_does_not_advance_is_an_error(crm: respx.MockRouter, account: HubSpot) -> None:
    same = {"total": 9, "results": [{"id": "5", "properties": {}}], "paging": {"next": {"after": "1"}}}
    crm.post("/crm/objects/2026-09/deals/search").respond(200, json=same)
    with pytest.raises(SyncerError):
        async for _ in account.source.changes("deals", since=Millis(0), until=Millis(9), properties=[]):
            pass


async def test_properties_too_many_for_a_search_body_are_read_by_id(crm: respx.MockRouter, account: HubSpot) -> None:
    names = [f"a_rather_long_property_name_{number}" for number in range(120)]
    index = Index(rows(150))
    crm.post("/crm/objects/2026-09/deals/search").mock(side_effect=index)
    asked: list[int] = []

    def batch(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["properties"] == [*names, "hs_merged_object_ids"]
        asked.append(len(body["inputs"]))
        return httpx.Response(
            200, json={"results": [{"id": one["id"], "properties": {"x": "y"}} for one in body["inputs"]]}
        )

    crm.post("/crm/objects/2026-09/deals/batch/read").mock(side_effect=batch)
    window = {"since": Millis(START), "until": Millis(START + 1000)}
    pages = [page async for page in account.source.changes("deals", **window, properties=names)]
    assert sum(len(page.records) for page in pages) == 150
    assert pages[0].records[0].properties == {"x": "y"}
    assert asked == [100, 50]
