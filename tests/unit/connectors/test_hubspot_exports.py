"""Orders and questions of exports, in every shape that somebody has told of."""

from collections.abc import AsyncIterator, Mapping
from typing import cast

import httpx
import msgspec
import pytest
import respx
from structlog.testing import capture_logs

from connectors.download import Downloads
from connectors.http import ApiClient
from connectors.hubspot import HubSpot
from connectors.hubspot.exports import HubSpotExports, is_hubspots
from connectors.hubspot.schema import Schema
from connectors.hubspot.versions import Versions
from connectors.values import PropertyDefinition
from syncer.errors import ExportUnusable, Rejected, UnknownOutcome
from tests.unit.connectors.conftest import ADDRESS, Naps

ORDER = "/crm/exports/2026-09/export/async"
STATUS = f"{ORDER}/tasks/7/status"
FILE = "https://crm.test/file?key=1"
TYPES = {"email": "string", "createdate": "datetime", "lastmodifieddate": "datetime", "hs_object_id": "number"}
REFUSAL = {"status": "error", "message": "Invalid input", "category": "VALIDATION_ERROR"}


class Definitions:
    """The schema of an account, as far as exports ask."""

    def __init__(self) -> None:
        self.asked = 0

    async def definitions(self, _stream: str) -> Mapping[str, PropertyDefinition]:
        self.asked += 1
        return {
            name: PropertyDefinition(name=name, label=name, type=kind, field_type="text", group="g")
            for name, kind in TYPES.items()
        }


@pytest.fixture
def definitions() -> Definitions:
    return Definitions()


@pytest.fixture
async def exports(api: ApiClient, naps: Naps, definitions: Definitions) -> AsyncIterator[HubSpotExports]:
    downloads = Downloads(base_url=ADDRESS, is_trusted=is_hubspots)
    yield HubSpotExports(
        api=api, schema=cast("Schema", definitions), versions=Versions(), downloads=downloads, sleep=naps
    )
    await downloads.close()


async def test_an_order_names_internal_values_and_every_property_once(
    exports: HubSpotExports, crm: respx.MockRouter
) -> None:
    route = crm.post(ORDER).respond(202, json={"id": 7, "links": {}})
    assert await exports.begin("contacts", properties=["email", "unknown"]) == "7"
    body = msgspec.json.decode(route.calls.last.request.content)
    assert body["exportInternalValuesOptions"] == ["NAMES", "VALUES"]
    assert body["objectProperties"] == ["hs_object_id", "email", "createdate", "lastmodifieddate"]
    assert (body["exportType"], body["format"], body["objectType"], body["language"]) == ("VIEW", "CSV", "0-1", "EN")
    assert body["associatedObjectType"] == []


async def test_what_an_object_has_is_asked_once_for_order_and_file(
    exports: HubSpotExports, crm: respx.MockRouter, definitions: Definitions
) -> None:
    crm.post(ORDER).respond(202, json={"id": "7"})
    crm.get(STATUS).respond(json={"status": "COMPLETE", "result": FILE})
    crm.get("/file").respond(text=",".join(TYPES) + "\n")
    task = await exports.begin("contacts", properties=["email"])
    (await exports.open("contacts", task, properties=["email"])).close()
    assert definitions.asked == 1


async def test_where_the_fields_about_associations_are_refused_they_are_left_out(
    exports: HubSpotExports, crm: respx.MockRouter
) -> None:
    answers = [httpx.Response(400, json=REFUSAL), httpx.Response(202, json={"id": "7"})]
    route = crm.post(ORDER).mock(side_effect=answers)
    assert await exports.begin("contacts", properties=["email"]) == "7"
    assert "associatedObjectType" not in msgspec.json.decode(route.calls.last.request.content)


async def test_an_order_that_is_refused_twice_is_refused(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    route = crm.post(ORDER).respond(400, json=REFUSAL)
    with pytest.raises(Rejected):
        await exports.begin("contacts", properties=["email"])
    assert route.call_count == 2


async def test_an_order_without_an_answer_is_not_sent_again(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    route = crm.post(ORDER).respond(502)
    with pytest.raises(UnknownOutcome):
        await exports.begin("contacts", properties=["email"])
    assert route.call_count == 1


@pytest.mark.parametrize(
    "told",
    [
        {"status": "COMPLETE", "result": FILE},
        {"status": "COMPLETED", "result": {"url": FILE, "rowCount": 3}},
        {"status": "complete", "result": FILE, "numErrors": 0},
    ],
)
async def test_a_file_that_is_there_is_told_in_several_ways(
    exports: HubSpotExports, crm: respx.MockRouter, told: dict[str, object]
) -> None:
    crm.get(STATUS).respond(json=told)
    await exports.wait("contacts", "7")


@pytest.mark.parametrize(
    "told",
    [
        {"status": "CANCELED"},
        {"status": "FAILED", "errors": [{"message": "x"}]},
        {"status": "COMPLETE"},
        {"status": "COMPLETE", "result": {"rows": 1}},
    ],
)
async def test_an_export_that_ended_without_a_file_is_over(
    exports: HubSpotExports, crm: respx.MockRouter, told: dict[str, object]
) -> None:
    crm.get(STATUS).respond(json=told)
    with pytest.raises(ExportUnusable, match="without a file"):
        await exports.wait("contacts", "7")


@pytest.mark.parametrize("word", ["PENDING", "PROCESSING", "DEFERRED", ""])
async def test_an_export_that_never_ends_is_given_up_after_an_hour(
    exports: HubSpotExports, crm: respx.MockRouter, naps: Naps, word: str
) -> None:
    route = crm.get(STATUS).respond(json={"status": word, "result": None})
    with capture_logs() as logs, pytest.raises(ExportUnusable, match="after 60 minutes"):
        await exports.wait("contacts", "7")
    assert [(one["event"], one["stream"]) for one in logs] == [("export_awaited", "contacts")]
    assert 3_600 <= sum(naps) < 3_660
    assert route.call_count == len(naps) + 1 < 140


async def test_a_task_is_one_part_of_a_path(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    route = crm.get(url__regex=r".*/tasks/\.\.%2F\.\.%2Fx/status").respond(json={"status": "COMPLETE", "result": FILE})
    await exports.wait("contacts", "../../x")
    assert route.called


async def test_an_address_elsewhere_is_not_asked_for(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    crm.get(STATUS).respond(json={"status": "COMPLETE", "result": "http://10.0.0.1/x"})
    with pytest.raises(ExportUnusable, match="not the CRM's own"):
        await exports.open("contacts", "7", properties=["email"])


async def test_a_file_is_fetched_by_a_fresh_address_each_time(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    told = [{"status": "COMPLETE", "result": f"https://crm.test/file/{number}"} for number in (1, 2)]
    crm.get(STATUS).mock(side_effect=[httpx.Response(200, json=one) for one in told])
    crm.get("/file/1").respond(403)
    rows = "hs_object_id,email,createdate,lastmodifieddate\n7,a@b.example,,\n"
    second = crm.get("/file/2").respond(text=rows)
    file = await exports.open("contacts", "7", properties=["email"])
    assert [record.id for record in file.records()] == ["7"]
    assert "authorization" not in second.calls.last.request.headers
    file.close()


async def test_what_is_left_of_a_file_that_broke_off_is_no_part_of_the_next(
    exports: HubSpotExports, crm: respx.MockRouter
) -> None:
    class Torn(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"hs_object_id,email,createdate,lastmodifieddate\n7,a@b.example,,\n8,b@b.example,,\n"
            raise httpx.ReadError("reset")

    crm.get(STATUS).respond(json={"status": "COMPLETE", "result": FILE})
    rows = "hs_object_id,email,createdate,lastmodifieddate\n7,a@b.example,,\n"
    crm.get("/file").mock(side_effect=[httpx.Response(200, stream=Torn()), httpx.Response(200, text=rows)])
    file = await exports.open("contacts", "7", properties=["email"])
    assert [record.id for record in file.records()] == ["7"]
    file.close()


async def test_an_address_of_a_file_that_is_still_being_made_is_waited_for(
    exports: HubSpotExports, crm: respx.MockRouter, naps: Naps
) -> None:
    told = [{"status": word, "result": FILE} for word in ("PROCESSING", "COMPLETE")]
    crm.get(STATUS).mock(side_effect=[httpx.Response(200, json=one) for one in told])
    await exports.wait("contacts", "7")
    assert len(naps) == 1


async def test_an_export_that_goes_back_to_work_is_not_there(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    crm.get(STATUS).respond(json={"status": "PROCESSING"})
    with pytest.raises(ExportUnusable, match="is no more"):
        await exports.open("contacts", "7", properties=["email"])


async def test_a_file_that_does_not_arrive_says_why(exports: HubSpotExports, crm: respx.MockRouter) -> None:
    crm.get(STATUS).respond(json={"status": "COMPLETE", "result": FILE})
    crm.get(FILE).respond(403, text="expired")
    with pytest.raises(ExportUnusable, match=r"in 3 tries: the file's address answers 403"):
        await exports.open("contacts", "7", properties=["email"])


def test_kinds_without_an_object_type_are_not_offered(account: HubSpot) -> None:
    offered = [stream for stream in account.source.streams.objects if account.source.exports.offers(stream)]
    assert set(account.source.streams.objects) - set(offered) == {"quotes", "campaigns"}
