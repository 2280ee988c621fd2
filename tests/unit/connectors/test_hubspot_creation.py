"""Single records with their links: created once, found again by a marker, archived."""

import json

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot
from connectors.values import Anchor, NewRecord
from syncer.errors import MissingScope, RateLimited, Rejected, Unavailable, UnknownOutcome

TASKS = "/crm/objects/2026-09/tasks"
LINKS = "/crm/associations/2026-09/contacts/tasks/batch/read"
NEAR = Anchor(stream="contacts", id="7")
TASK = NewRecord(
    values={"hs_task_subject": "A", "hs_task_body": "B [syncer k]"}, anchors=(NEAR, Anchor(stream="companies", id="9"))
)


async def test_a_record_and_its_links_go_out_in_one_request(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post(TASKS).respond(201, json={"id": "77", "properties": {}})
    assert await account.destination.create("tasks", TASK) == "77"
    assert json.loads(route.calls[0].request.content) == {
        "properties": {"hs_task_subject": "A", "hs_task_body": "B [syncer k]"},
        "associations": [
            {"to": {"id": "7"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]},
            {"to": {"id": "9"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 192}]},
        ],
    }


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502),
        httpx.Response(504),
        httpx.Response(201, text="<html>"),
        httpx.ReadTimeout("late"),
        httpx.ReadError("gone"),
    ],
)
async def test_a_create_without_an_answer_is_never_sent_again(
    crm: respx.MockRouter, account: HubSpot, answer: object
) -> None:
    route = crm.post(TASKS).mock(side_effect=[answer])
    with pytest.raises(UnknownOutcome):
        await account.destination.create("tasks", TASK)
    assert route.call_count == 1


async def test_what_was_surely_not_done_is_tried_again(crm: respx.MockRouter, account: HubSpot) -> None:
    limited = httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"})
    done = httpx.Response(201, json={"id": "77", "properties": {}})
    route = crm.post(TASKS).mock(side_effect=[limited, httpx.ConnectError("away"), done])
    assert await account.destination.create("tasks", TASK) == "77"
    assert route.call_count == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": "no"}), Rejected),
        (httpx.Response(403, json={"category": "MISSING_SCOPES", "message": "no"}), MissingScope),
        (httpx.Response(429, json={"policyName": "DAILY"}), RateLimited),
    ],
)
async def test_a_refusal_is_no_doubt(
    crm: respx.MockRouter, account: HubSpot, answer: httpx.Response, error: type[Exception]
) -> None:
    crm.post(TASKS).mock(return_value=answer)
    with pytest.raises(error) as caught:
        await account.destination.create("tasks", TASK)
    if error is MissingScope:
        assert "crm.objects.contacts.write" in (caught.value.hint or "")


async def test_a_crm_that_cannot_be_reached_took_nothing(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post(TASKS).mock(side_effect=httpx.ConnectError("away"))
    with pytest.raises(Unavailable):
        await account.destination.create("tasks", TASK)


def links_to(*ids: str) -> dict[str, object]:
    return {"results": [{"from": {"id": "7"}, "to": [{"toObjectId": one, "associationTypes": []} for one in ids]}]}


async def test_a_record_is_found_by_links_and_marker_and_never_by_search(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    crm.post(LINKS).respond(200, json=links_to("1", "2", "3"))
    bodies = {"1": None, "2": "x [syncer other]", "3": "y [syncer k]"}
    rows = [{"id": one, "properties": {"hs_task_body": body}} for one, body in bodies.items()]
    crm.post(f"{TASKS}/batch/read").respond(200, json={"status": "COMPLETE", "results": rows})
    found = await account.destination.find("tasks", NEAR, property_name="hs_task_body", marker="[syncer k]")
    assert found == "3"


async def test_without_links_nothing_is_read(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post(LINKS).respond(200, json=links_to())
    read = crm.post(f"{TASKS}/batch/read").respond(200, json={"status": "COMPLETE", "results": []})
    assert await account.destination.find("tasks", NEAR, property_name="hs_task_body", marker="[syncer k]") is None
    assert not read.called


async def test_records_are_archived_in_hundreds_and_the_empty_answer_is_success(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    route = crm.post(f"{TASKS}/batch/archive").respond(204)
    await account.destination.archive("tasks", [str(number) for number in range(150)])
    assert [len(json.loads(call.request.content)["inputs"]) for call in route.calls] == [100, 50]
