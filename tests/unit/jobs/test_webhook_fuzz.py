"""Anything may be sent to the endpoint: it is answered, never with a fault of ours, and leaves nothing to grow."""

import asyncio
import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.webhooks.keeping import Outcome
from tests.unit.jobs.hook_rig import NOW, PATH, event, open_endpoint, signed

#: What an answer may be; a database that takes nothing is another matter.
ANSWERS = {200, 400, 401, 404, 405, 413}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["contact.creation", "deal.merge", "object.propertyChange", "contact.associationChange", "x.y", "", "object."]
) | st.text(max_size=30)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "eventId": JSON,
        "portalId": JSON | st.just(62515),
        "objectId": JSON | st.integers(),
        "occurredAt": JSON | st.integers(),
        "subscriptionType": NAMES,
        "objectTypeId": st.sampled_from(["0-1", "0-3", "9-9"]) | JSON,
        "mergedObjectIds": JSON | st.lists(st.integers(), max_size=300),
        "primaryObjectId": JSON,
        "associationType": st.text(max_size=20) | st.just("CONTACT_TO_DEAL"),
        "fromObjectId": JSON,
        "toObjectId": JSON,
        "propertyName": JSON,
    },
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "X-HubSpot-Signature-v3",
            "X-HubSpot-Request-Timestamp",
            "X-HubSpot-Signature",
            "X-HubSpot-Signature-Version",
            "Content-Type",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
)
SHORT = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def batch(events: object) -> bytes:
    return json.dumps(events, default=str).encode("utf-8", "surrogatepass")


def sent(store, *requests) -> list[int]:
    """Return the answers to (body, headers, path), and check that nothing is left over."""

    async def run() -> list[int]:
        async with open_endpoint(store) as endpoint:
            answers = [(await endpoint.post(body, headers, path)).status_code for body, headers, path in requests]
            await endpoint.keeper.flush()
            assert not endpoint.keeper._places
            with store.snapshot() as unit:
                names = {*unit.inbox.counts(""), *unit.inbox.counts("one")}
            assert names <= {one.value for one in Outcome}
        return answers

    return asyncio.run(run())


@SHORT
@given(st.binary(max_size=300), HEADERS)
def test_unsigned_noise_is_refused_and_leaves_no_row(sqlite_store, body, headers):
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    assert sent(sqlite_store, (body, raw, PATH)) == [401]
    with sqlite_store.snapshot() as unit:
        assert unit.inbox.waiting("one", 1) == []


@SHORT
@given(st.binary(max_size=300))
def test_signed_noise_is_answered(sqlite_store, body):
    assert set(sent(sqlite_store, (body, signed(body), PATH))) <= {200, 400}


@SHORT
@given(st.lists(EVENTS | JSON, max_size=8))
def test_signed_batches_of_anything_are_taken_and_each_event_is_counted(sqlite_store, events):
    body = batch(events)
    assert set(sent(sqlite_store, (body, signed(body), PATH))) <= {200, 400}


@SHORT
@given(st.text(max_size=40), st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"]))
def test_paths_and_methods_of_any_kind_are_answered(sqlite_store, tail, method):
    async def run() -> int:
        async with open_endpoint(sqlite_store) as endpoint:
            path = f"{PATH}/{quote(tail, safe='/%')}"
            return (await endpoint.client.request(method, path)).status_code

    assert asyncio.run(run()) in {*ANSWERS, 307}


@pytest.mark.parametrize("times", [200])
def test_the_same_delivery_again_and_again_grows_nothing(sqlite_store, times):
    body = batch([event(1), event(2, objectId=None), 7])
    noise = (b"x" * 100, {}, PATH)
    answers = sent(sqlite_store, *([(body, signed(body), PATH), noise] * times))
    assert set(answers) == {200, 401}
    with sqlite_store.snapshot() as unit:
        assert len(unit.inbox.waiting("one", 1_000)) == 1
        assert len(unit.inbox.counts("one")) + len(unit.inbox.counts("")) <= len(Outcome)


@SHORT
@given(st.sampled_from(["body", "signature", "moment", "path"]), st.integers(0, 200), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_refused(sqlite_store, where, place, by):
    body = batch([event(1)])
    headers, path = signed(body), PATH
    if where == "body":
        spot = place % len(body)
        body = body[:spot] + bytes([body[spot] ^ by]) + body[spot + 1 :]
    elif where == "path":
        path = f"{PATH}?{place}"
    elif where == "moment":
        headers["X-HubSpot-Request-Timestamp"] = str(NOW + place + 1)
    else:
        signature = headers["X-HubSpot-Signature-v3"]
        spot = place % (len(signature) - 2)
        other = "A" if signature[spot] != "A" else "B"
        headers["X-HubSpot-Signature-v3"] = signature[:spot] + other + signature[spot + 1 :]
    assert sent(sqlite_store, (body, headers, path)) == [401]
