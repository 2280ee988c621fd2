"""What the endpoint answers to deliveries, and what is in the database by then."""

import asyncio
import sqlite3
import threading

import pytest
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from jobs.web import webhooks as endpoint_module
from jobs.webhooks import keeping
from jobs.webhooks.hooks import Webhooks
from jobs.webhooks.keeping import Delivery
from tests.unit.jobs.hook_rig import (
    NOW,
    PATH,
    SECRET,
    event,
    know_portal,
    open_endpoint,
    signed,
    signed_v1,
    webhooks,
)


async def test_a_delivery_is_in_the_inbox_before_it_is_answered_and_the_drain_is_called(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        answer = await endpoint.send(event(1), event(2))
        assert (answer.status_code, answer.content) == (200, b"")
        assert sorted(endpoint.waiting()) == [("contacts", "1"), ("contacts", "2")]
        assert endpoint.woken == [True]
        assert await endpoint.counts() == {"accepted": 1, "kept": 2}


async def test_no_value_is_kept_or_logged(sqlite_store, sqlite_url):
    with capture_logs() as logs:
        async with open_endpoint(sqlite_store) as endpoint:
            await endpoint.send(event(1))
            await endpoint.send(event(2), secret="wrong")
            await endpoint.counts()
    assert "anna" not in repr(logs)
    sqlite_store.close()
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    dumped = "\n".join(connection.iterdump())
    connection.close()
    assert "contacts" in dumped
    assert "anna" not in dumped
    assert SECRET not in dumped


async def test_a_delivery_that_comes_again_is_kept_once(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        for attempt in range(3):
            assert (await endpoint.send(event(1, attemptNumber=attempt))).status_code == 200
        assert endpoint.waiting() == [("contacts", "1")]
        assert await endpoint.counts() == {"accepted": 3, "kept": 1, "repeated": 2}


async def test_what_hubspot_did_not_sign_is_refused_and_counted_by_reason(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        body = b"[]"
        answers = [
            await endpoint.send(event(1), secret="wrong"),
            await endpoint.send(event(1), at=NOW - 300_001),
            await endpoint.send(event(1), at=NOW + 300_001),
            await endpoint.post(body, {}),
            await endpoint.post(body, signed(body, "/webhooks/hubspot/one")),
            await endpoint.post(body, signed_v1(body)),
        ]
        assert {one.status_code for one in answers} == {401}
        assert endpoint.waiting() == []
        assert await endpoint.counts("") == {"bad_signature": 2, "stale": 2, "unsigned": 2}


async def test_the_older_signature_counts_only_where_it_is_switched_on(sqlite_store):
    accounts = {"one": webhooks(SECRET), "old": webhooks(SECRET, allow_v1=True)}
    know_portal(sqlite_store, "one", "1")
    know_portal(sqlite_store, "old")
    async with open_endpoint(sqlite_store, accounts) as endpoint:
        body = b'[{"eventId":1,"portalId":62515,"objectId":7,"subscriptionType":"deal.creation"}]'
        assert (await endpoint.post(body, signed_v1(body), f"{PATH}/one")).status_code == 401
        assert (await endpoint.post(body, signed_v1(body, "wrong"), f"{PATH}/old")).status_code == 401
        assert (await endpoint.post(body, signed_v1(body), f"{PATH}/old")).status_code == 200
        assert (await endpoint.post(body, signed_v1(body))).status_code == 200
        assert endpoint.waiting("old") == [("deals", "7")]
        assert endpoint.waiting("one") == []


async def test_the_address_is_signed_with_its_query_as_it_was_called(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        path = f"{PATH}?src=hs%3Aapp&x=%28a%29"
        assert (await endpoint.send(event(1), path=path)).status_code == 200
        assert (await endpoint.post(b"[]", signed(b"[]"), path)).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", b"[" * 10_000, b"\xff"])
async def test_a_signed_body_that_is_no_batch_is_a_400_with_a_short_reason(sqlite_store, body):
    async with open_endpoint(sqlite_store) as endpoint:
        answer = await endpoint.send(body=body)
        assert answer.status_code == 400
        assert answer.text in {"the body is no JSON\n", "the body is no list of events\n"}
        assert await endpoint.counts("") == {"unreadable_body": 1}


async def test_events_that_say_nothing_to_us_are_no_reason_to_refuse_the_others(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        answer = await endpoint.send(event(1), event(2, subscriptionType="ticket.creation"), event(3, objectId=None), 7)
        assert answer.status_code == 200
        assert await endpoint.counts() == {"accepted": 1, "foreign": 1, "kept": 1, "unreadable": 2}


async def test_too_large_a_body_is_given_up_before_it_has_arrived(sqlite_store):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65_536

    async with open_endpoint(sqlite_store) as endpoint:
        assert (await endpoint.post(endless(), signed(b""))).status_code == 413
        assert sent <= 18
        assert await endpoint.counts("") == {"too_large": 1}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({}, "unsigned"), (signed_v1(b"[]"), "unsigned"), (signed(b"[]", at=NOW - 300_001), "stale")],
    ids=["nothing", "older signature", "old moment"],
)
async def test_the_body_of_whom_nobody_could_believe_is_not_waited_for(sqlite_store, headers, reason):
    async def begun_and_never_ended():
        yield b"["
        await asyncio.Event().wait()

    async with open_endpoint(sqlite_store) as endpoint:
        answer = await asyncio.wait_for(endpoint.post(begun_and_never_ended(), headers), 3)
        assert answer.status_code == 401
        assert await endpoint.counts("") == {reason: 1}


@pytest.mark.parametrize("headers", [signed(b"[]"), signed_v1(b"[]")], ids=["v3", "v1"])
async def test_a_body_that_may_be_hubspots_and_does_not_come_is_a_503_that_it_repeats(
    sqlite_store, monkeypatch, headers
):
    monkeypatch.setattr(endpoint_module, "ANSWER_WITHIN", 0.2)

    async def begun_and_never_ended():
        yield b"["
        await asyncio.Event().wait()

    async with open_endpoint(sqlite_store, {"one": webhooks(SECRET, allow_v1=True)}) as endpoint:
        assert (await endpoint.post(begun_and_never_ended(), headers)).status_code == 503
        assert await endpoint.counts("") == {"too_slow": 1}


async def test_an_account_that_nobody_knows_or_that_takes_none_is_not_found(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        for path in (f"{PATH}/nobody", f"{PATH}/", f"{PATH}/one/more", f"{PATH}/%00"):
            assert (await endpoint.send(event(1), path=path)).status_code in {404, 307}
        assert (await endpoint.client.get(PATH)).status_code == 405
        assert endpoint.waiting() == []


async def test_one_app_of_several_portals_tells_each_account_its_own(sqlite_store):
    know_portal(sqlite_store, "one")
    know_portal(sqlite_store, "two", "9")
    async with open_endpoint(sqlite_store, {"one": webhooks(SECRET), "two": webhooks(SECRET)}) as endpoint:
        assert (await endpoint.send(event(1), event(2, portalId=9), event(3, portalId=8))).status_code == 200
        assert endpoint.waiting("one") == [("contacts", "1")]
        assert endpoint.waiting("two") == [("contacts", "2")]
        assert (await endpoint.counts("one"))["other_portal"] == 1


async def test_an_apps_secret_opens_no_other_account(sqlite_store):
    accounts = {"one": webhooks(SECRET, "second-app"), "two": webhooks("secret-of-two")}
    know_portal(sqlite_store, "one")
    know_portal(sqlite_store, "two", "9")
    async with open_endpoint(sqlite_store, accounts) as endpoint:
        assert (await endpoint.send(event(1, portalId=9))).status_code == 200
        assert (await endpoint.send(event(2), secret="second-app")).status_code == 200
        assert (await endpoint.send(event(3), path=f"{PATH}/two")).status_code == 401
        assert endpoint.waiting("two") == []
        assert endpoint.waiting("one") == [("contacts", "2")]


async def test_the_only_account_whose_portal_is_not_known_yet_takes_what_nobody_else_does(sqlite_store):
    know_portal(sqlite_store, "one")
    accounts = {"one": webhooks(SECRET), "new": webhooks(SECRET)}
    async with open_endpoint(sqlite_store, accounts) as endpoint:
        await endpoint.send(event(1), event(2, portalId=9))
        assert endpoint.waiting("new") == [("contacts", "2")]
    async with open_endpoint(sqlite_store, {**accounts, "newer": webhooks(SECRET)}) as endpoint:
        await endpoint.send(event(3, portalId=9))
        assert endpoint.waiting("new") + endpoint.waiting("newer") == [("contacts", "2")]


async def test_a_writer_that_is_busy_costs_no_more_than_the_deadline_and_the_next_delivery_is_kept(
    sqlite_store, monkeypatch
):
    monkeypatch.setattr(endpoint_module, "ANSWER_WITHIN", 0.2)
    async with open_endpoint(sqlite_store) as endpoint:
        with sqlite_store.commit():
            answer = await endpoint.send(event(1))
        assert (answer.status_code, answer.text[:12]) == (503, "the delivery")
        monkeypatch.setattr(endpoint_module, "ANSWER_WITHIN", 4.0)
        assert (await endpoint.send(event(2))).status_code == 200
        assert sorted(endpoint.waiting()) == [("contacts", "1"), ("contacts", "2")]
        assert (await endpoint.counts(""))["too_slow"] == 1


async def test_a_database_that_fails_is_a_503_and_its_counts_are_not_lost(sqlite_store, monkeypatch):
    async with open_endpoint(sqlite_store) as endpoint:
        with monkeypatch.context() as broken, capture_logs() as logs:
            broken.setattr(sqlite_store, "commit", lambda: 1 / 0)
            assert (await endpoint.send(event(1))).status_code == 503
        assert [one["event"] for one in logs] == ["hints_not_kept"]
        assert (await endpoint.send(event(1))).status_code == 200
        assert await endpoint.counts("") == {"busy": 1}


async def test_deliveries_that_wait_for_the_database_are_bounded(sqlite_store, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_WAITING", 3)
    async with open_endpoint(sqlite_store) as endpoint:
        with sqlite_store.commit():
            sends = [asyncio.create_task(endpoint.send(event(number))) for number in range(12)]
            await asyncio.wait(sends, timeout=0.3)
        answers = [(await one).status_code for one in sends]
    assert set(answers) == {200, 503}
    assert len(endpoint.waiting()) == answers.count(200)


async def test_what_arrives_together_goes_into_few_commits(sqlite_store, monkeypatch):
    commits = 0
    plain = sqlite_store.commit

    def counted():
        nonlocal commits
        commits += 1
        return plain()

    monkeypatch.setattr(sqlite_store, "commit", counted)
    async with open_endpoint(sqlite_store) as endpoint:
        answers = await asyncio.gather(*(endpoint.send(event(number)) for number in range(60)))
    assert {one.status_code for one in answers} == {200}
    assert len(endpoint.waiting()) == 60
    assert commits < 30


async def test_a_sender_who_leaves_in_the_middle_is_counted(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:

        async def leave():
            yield b"["
            raise ClientDisconnect

        assert (await endpoint.post(leave(), signed(b""))).status_code == 400
        assert await endpoint.counts("") == {"cut_off": 1}


async def test_a_delivery_that_is_waited_for_too_long_leaves_nothing_behind(sqlite_store):
    async with open_endpoint(sqlite_store) as endpoint:
        task = asyncio.create_task(endpoint.keeper.keep(Delivery(accounts=["one"], hints={})))
        await asyncio.sleep(0)
        task.cancel()
        await endpoint.keeper.flush()
        assert (await endpoint.send(event(1))).status_code == 200


def test_secrets_do_not_show(sqlite_store):
    assert SECRET not in repr(Webhooks(secrets=webhooks(SECRET).secrets, allow_v1=False))


async def test_a_delivery_waits_for_no_thread_that_others_hold(sqlite_store):
    over = threading.Event()
    async with open_endpoint(sqlite_store) as endpoint:
        held = [asyncio.create_task(asyncio.to_thread(over.wait, 60)) for _ in range(64)]
        await asyncio.sleep(0)
        answer = await asyncio.wait_for(endpoint.send(event(1)), 10)
        over.set()
        await asyncio.gather(*held)
    assert answer.status_code == 200
