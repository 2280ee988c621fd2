"""What search finds and the mirror lacks, by few questions."""

import json

import httpx
import respx

from connectors.hubspot.client import HubSpot

SEARCH = "/crm/objects/2026-09/contacts/search"
IDS = [number * 3 for number in range(1, 25_001)]
LIMIT = 10_000


def found(request: httpx.Request) -> httpx.Response:
    body = json.loads(request.content)
    above, upto = 0, IDS[-1]
    for one in body["filterGroups"][0]["filters"]:
        if one["operator"] == "GT":
            above = int(one["value"])
        else:
            upto = int(one["value"])
    fitting = [one for one in IDS if above < one <= upto]
    start = int(body.get("after", 0))
    assert start + body["limit"] <= LIMIT
    page = fitting[start : start + body["limit"]]
    more = {"paging": {"next": {"after": str(start + len(page))}}} if start + len(page) < len(fitting) else {}
    results = [{"id": str(one), "properties": {}} for one in page]
    return httpx.Response(200, json={"total": len(fitting), "results": results} | more)


async def test_only_where_fewer_are_held_than_search_has_places_is_anything_asked_for(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    route = crm.post(SEARCH).mock(side_effect=found)
    lacking = {IDS[-1], IDS[-700]}
    mirror = [one for one in IDS if one not in lacking]

    async def held(above: str, upto: str | None) -> list[str]:
        return [str(one) for one in mirror if int(above) < one and (upto is None or one <= int(upto))]

    told = [one async for ids in account.source.unheld("contacts", held) for one in ids]
    assert sorted(map(int, told)) == sorted(lacking)
    assert route.call_count == 3 + 26, "three sights, and the last stretch of 5,200"


async def test_a_mirror_that_holds_all_is_asked_nothing_more(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post(SEARCH).mock(side_effect=found)

    async def held(above: str, upto: str | None) -> list[str]:
        return [str(one) for one in IDS if int(above) < one and (upto is None or one <= int(upto))]

    assert [one async for ids in account.source.unheld("contacts", held) for one in ids] == []
    assert route.call_count == 3
