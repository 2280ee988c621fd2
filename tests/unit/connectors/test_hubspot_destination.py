"""Writing in batches: matched by id, told apart when refused, explained when HubSpot is silent."""

import json
from collections.abc import Callable, Mapping

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot
from connectors.values import RecordWrite
from syncer.errors import (
    AuthFailed,
    Missing,
    MissingScope,
    NotApplied,
    RateLimited,
    Rejected,
    SchemaChanged,
    SyncerError,
    UnknownOutcome,
)

UPDATE = "/crm/objects/2026-09/contacts/batch/update"
READ = "/crm/objects/2026-09/contacts/batch/read"
Body = Mapping[str, list[dict[str, dict[str, str]]]]


def writes(count: int, value: str | None = "a") -> list[RecordWrite]:
    return [RecordWrite(id=str(number), values={"fn_stage": value}) for number in range(1, count + 1)]


def all_done(request: httpx.Request) -> httpx.Response:
    inputs = json.loads(request.content)["inputs"]
    results = [{"id": one["id"], "properties": one["properties"]} for one in reversed(inputs)]
    return httpx.Response(200, json={"status": "COMPLETE", "results": results})


def answering(make: Callable[[list[str]], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: make([one["id"] for one in json.loads(request.content)["inputs"]])


def error_types(results: object) -> dict[str, type[SyncerError]]:
    return {one.id: type(one.error) for one in results if one.error}  # type: ignore[attr-defined]


async def test_writes_go_out_in_hundreds_and_come_back_in_order(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post(UPDATE).mock(side_effect=all_done)
    results = await account.destination.write("contacts", writes(250))
    assert [one.id for one in results] == [str(number) for number in range(1, 251)]
    assert not any(one.error for one in results)
    assert [len(json.loads(call.request.content)["inputs"]) for call in route.calls] == [100, 100, 50]


async def test_none_is_sent_as_empty_text(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post(UPDATE).mock(side_effect=all_done)
    await account.destination.clear("contacts", ["7"], "lifecyclestage")
    assert json.loads(route.calls[0].request.content)["inputs"][0]["properties"] == {"lifecyclestage": ""}


async def test_two_writes_to_one_record_are_sent_as_one(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post(UPDATE).mock(side_effect=all_done)
    twice = [RecordWrite(id="1", values={"a": "1", "b": "1"}), RecordWrite(id="1", values={"b": "2"})]
    assert len(await account.destination.write("contacts", twice)) == 2
    inputs = json.loads(route.calls[0].request.content)["inputs"]
    assert [one["properties"] for one in inputs] == [{"a": "1", "b": "2"}]


async def test_nothing_to_write_sends_nothing(crm: respx.MockRouter, account: HubSpot) -> None:
    results = await account.destination.write("contacts", [RecordWrite(id="1", values={})])
    assert [(one.id, one.error) for one in results] == [("1", None)]
    assert account.source.usage.calls == {}


async def test_item_errors_hit_only_their_record(crm: respx.MockRouter, account: HubSpot) -> None:
    errors = [
        {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["1"]}},
        {"category": "VALIDATION_ERROR", "message": "bad", "context": {"objectWriteTraceId": ["2"]}},
    ]
    answer = {"status": "COMPLETE", "results": [{"id": "3", "properties": {}}], "numErrors": 2, "errors": errors}
    route = crm.post(UPDATE).respond(207, json=answer)
    results = await account.destination.write("contacts", writes(3))
    sent = json.loads(route.calls[0].request.content)["inputs"]
    assert [(one["id"], one["objectWriteTraceId"]) for one in sent] == [("1", "1"), ("2", "2"), ("3", "3")]
    assert error_types(results) == {"1": Missing, "2": Rejected}
    assert [one.error.record for one in results if one.error] == ["1", "2"]


async def test_an_item_error_without_an_id_is_for_those_without_a_result(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    answer = {
        "results": [{"id": "1", "properties": {}}],
        "errors": [{"category": "VALIDATION_ERROR", "message": "bad"}],
    }
    crm.post(UPDATE).respond(207, json=answer)
    assert error_types(await account.destination.write("contacts", writes(2))) == {"2": Rejected}


@pytest.mark.parametrize("answer", [{"status": "COMPLETE", "results": [], "errors": []}, {"status": "COMPLETE"}])
async def test_success_without_results_is_not_applied(
    crm: respx.MockRouter, account: HubSpot, answer: dict[str, object]
) -> None:
    crm.post(UPDATE).respond(200, json=answer)
    crm.post(READ).mock(
        side_effect=answering(lambda ids: httpx.Response(200, json={"results": [{"id": one} for one in ids]}))
    )
    assert error_types(await account.destination.write("contacts", writes(2))) == {"1": NotApplied, "2": NotApplied}


async def test_a_record_without_result_that_was_merged_away_is_missing(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post(UPDATE).respond(200, json={"status": "COMPLETE", "results": [{"id": "2", "properties": {}}]})
    crm.post(READ).respond(200, json={"results": [{"id": "99", "properties": {}}]})
    results = await account.destination.write("contacts", writes(2))
    assert error_types(results) == {"1": Missing}
    assert results[0].new_id == "99"


async def test_a_record_that_answers_under_a_new_id_is_written(crm: respx.MockRouter, account: HubSpot) -> None:
    result = {"id": "99", "properties": {}, "objectWriteTraceId": "1"}
    crm.post(UPDATE).respond(200, json={"status": "COMPLETE", "results": [result]})
    results = await account.destination.write("contacts", writes(1))
    assert (results[0].id, results[0].error, results[0].new_id) == ("1", None, "99")


def refusing(bad: str, body: Mapping[str, object]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        inputs = json.loads(request.content)["inputs"]
        if any(bad in one["properties"].values() or bad in one["properties"] for one in inputs):
            return httpx.Response(400, json=body)
        return all_done(request)

    return answer


async def test_one_bad_value_fails_alone_with_its_reason(crm: respx.MockRouter, account: HubSpot) -> None:
    detail = {"code": "INVALID_OPTION", "message": "zzz was not", "context": {"propertyName": ["fn_stage"]}}
    body = {"category": "VALIDATION_ERROR", "correlationId": "c-1", "errors": [detail]}
    crm.post(UPDATE).mock(side_effect=refusing("zzz", body))
    batch = writes(100)
    batch[41] = RecordWrite(id="42", values={"fn_stage": "zzz"})
    results = await account.destination.write("contacts", batch)
    assert error_types(results) == {"42": Rejected}
    error = results[41].error
    assert error is not None
    assert "INVALID_OPTION on fn_stage" in error.message
    assert "zzz" not in error.message


async def test_an_unknown_property_stops_its_carriers_and_names_the_remedy(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    detail = {"code": "PROPERTY_DOESNT_EXIST", "message": "x", "context": {"propertyName": ["nope"]}}
    route = crm.post(UPDATE).mock(side_effect=refusing("nope", {"category": "VALIDATION_ERROR", "errors": [detail]}))
    batch = [*writes(10), RecordWrite(id="11", values={"nope": "1"})]
    results = await account.destination.write("contacts", batch)
    assert error_types(results) == {"11": SchemaChanged}
    assert "setup" in (results[10].error.hint or "" if results[10].error else "")
    assert route.call_count == 2


async def test_a_refusal_for_a_property_that_nobody_sent_finds_its_record(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    code = "MISSING_CONDITIONAL_REQUIRED_PROPERTY"
    detail = {"code": code, "message": "x", "context": {"propertyName": ["closed_lost_reason"]}}
    body = {"category": "VALIDATION_ERROR", "errors": [detail]}
    crm.post(UPDATE).mock(side_effect=refusing("lost", body))
    batch = [*writes(20), RecordWrite(id="21", values={"fn_stage": "lost"})]
    results = await account.destination.write("contacts", batch)
    assert error_types(results) == {"21": Rejected}
    assert f"{code} on closed_lost_reason" in (results[20].error.message if results[20].error else "")


async def test_a_success_with_warnings_is_a_success(crm: respx.MockRouter, account: HubSpot) -> None:
    context = {"propertyName": ["fn_stage_since"], "rawValue": ["x"], "normalizedValue": ["y"]}
    warning = {"category": "PROPERTY_VALUE_NORMALIZED", "context": context}
    answer = {"status": "COMPLETE", "results": [{"id": "1", "properties": {}, "warnings": [warning]}]}
    crm.post(UPDATE).respond(200, json={**answer, "warnings": [warning]})
    assert error_types(await account.destination.write("contacts", writes(1))) == {}


async def test_a_batch_refused_without_any_reason_fails_record_by_record(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    crm.post(UPDATE).respond(400, text="<html>no</html>")
    results = await account.destination.write("contacts", writes(3))
    assert error_types(results) == {"1": Rejected, "2": Rejected, "3": Rejected}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), AuthFailed),
        (httpx.Response(403, json={"category": "MISSING_SCOPES"}), MissingScope),
        (httpx.Response(429, json={"policyName": "DAILY"}), RateLimited),
        (httpx.Response(524), UnknownOutcome),
    ],
)
async def test_trouble_of_the_whole_call_is_raised(
    crm: respx.MockRouter, account: HubSpot, answer: httpx.Response, error: type[SyncerError]
) -> None:
    crm.post(UPDATE).mock(return_value=answer)
    with pytest.raises(error) as caught:
        await account.destination.write("contacts", writes(2))
    assert caught.value.stream == "contacts"


async def test_a_missing_write_scope_is_named(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post("/crm/objects/2026-09/deals/batch/update").respond(403, json={"category": "MISSING_SCOPES"})
    with pytest.raises(MissingScope) as caught:
        await account.destination.write("deals", writes(1))
    assert "crm.objects.deals.write" in (caught.value.hint or "")


async def test_reading_back_treats_absent_as_null_and_leaves_out_what_is_gone(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    answer = {
        "results": [{"id": "2", "properties": {"fn_stage": "a"}}, {"id": "1", "properties": {"fn_stage": None}}],
        "numErrors": 1,
        "errors": [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["3"]}}],
    }
    crm.post(READ).respond(207, json=answer)
    held = await account.destination.read("contacts", ["1", "2", "3"], properties=["fn_stage", "fn_fit"])
    assert held == {"1": {"fn_stage": None, "fn_fit": None}, "2": {"fn_stage": "a", "fn_fit": None}}


async def test_reading_back_leaves_out_what_was_merged_away(crm: respx.MockRouter, account: HubSpot) -> None:
    survivor = {"id": "9", "properties": {"hs_merged_object_ids": "1;2"}}
    crm.post(READ).respond(200, json={"results": [survivor]})
    assert set(await account.destination.read("contacts", ["1", "9"], properties=["fn_stage"])) == {"9"}
    assert await account.destination.read("contacts", ["1", "2"], properties=["fn_stage"]) == {}
