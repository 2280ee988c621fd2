"""Associations that HubSpot fails to tell of some records."""

import httpx
import msgspec
import pytest
import respx

from connectors.hubspot import HubSpot
from syncer.errors import MissingScope, Unavailable

LINKS = "/crm/associations/2026-09/contacts/companies/batch/read"


def sick(*ids: str, category: str = "INTERNAL_ERROR") -> dict[str, object]:
    return {"category": category, "message": "no", "context": {"fromObjectId": list(ids)}}


def told(ids: list[str], *errors: dict[str, object]) -> httpx.Response:
    results = [{"from": {"id": one}, "to": [{"toObjectId": 7, "associationTypes": []}]} for one in ids]
    return httpx.Response(207, json={"results": results, "errors": list(errors), "numErrors": len(errors)})


async def test_records_whose_links_fail_are_asked_for_again_and_are_absent_in_the_end(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    route = crm.post(LINKS)
    route.side_effect = [told(["1"], sick("2"), sick("3")), told(["2"], sick("3")), told([], sick("3"))]
    links = await account.source.links("contacts", "companies", ["1", "2", "3"])
    assert {one: [row.to_id for row in rows] for one, rows in links.items()} == {"1": ["7"], "2": ["7"]}
    asked = [[one["id"] for one in msgspec.json.decode(call.request.content)["inputs"]] for call in route.calls]
    assert asked == [["1", "2", "3"], ["2", "3"], ["3"]]


@pytest.mark.parametrize(
    ("error", "raised"),
    [(sick("2", category="MISSING_SCOPES"), MissingScope), ({"category": "INTERNAL_ERROR"}, Unavailable)],
)
async def test_what_concerns_no_single_record_is_raised(
    crm: respx.MockRouter, account: HubSpot, error: dict[str, object], raised: type[Exception]
) -> None:
    crm.post(LINKS).mock(return_value=told(["1"], error))
    with pytest.raises(raised):
        await account.source.links("contacts", "companies", ["1", "2"])
