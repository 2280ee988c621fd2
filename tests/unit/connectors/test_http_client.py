"""The HTTP door: what is repeated, what is waited, what is raised, and what never leaks."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import msgspec
import pytest
import respx

from connectors.addresses import checked_address
from connectors.bodies import decoded
from connectors.exchange import FOREIGN, Request, foreign_meaning
from connectors.facts import Facts
from connectors.http import ApiClient
from connectors.hubspot.wire_events import OccurrencePage
from connectors.hubspot.wire_portal import Owner, OwnerPage
from connectors.limits import Bucket, Budgets
from connectors.patience import REPEATS, Patience, again, pause, retry_after_seconds
from connectors.statuses import Case, Effect, Errand, Meaning
from connectors.tokens import fixed_token
from syncer.errors import (
    AuthFailed,
    BadAnswer,
    ConfigError,
    LimitScope,
    MissingScope,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownOutcome,
)

SECRET = "pat-secret"


class Thing(msgspec.Struct):
    id: str
    properties: dict[str, str | None] = {}


def get(*, stream: str = "other", bucket: Bucket = Bucket.GENERAL, scope: str | None = None) -> Request:
    return Request(method="GET", path="/thing", errand=Errand(stream=stream, bucket=bucket, scope=scope))


def write(effect: Effect = Effect.REPEATABLE) -> Request:
    return Request(method="POST", path="/thing", json={"a": "b"}, errand=Errand(stream="contacts", effect=effect))


def answers(crm: respx.MockRouter, *side_effects: httpx.Response | Exception, method: str = "GET") -> respx.Route:
    route = crm.route(method=method, path="/thing")
    route.side_effect = list(side_effects)
    return route


OK = httpx.Response(200, json={"id": "1"})


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


ROOTS = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
#: Pure groups: only their children are raised.
GROUPS = {httpx.HTTPError, httpx.RequestError, httpx.TransportError, httpx.ProtocolError}
LEAVES = [kind for root in ROOTS for kind in subclasses(root) if kind not in GROUPS]


@pytest.mark.parametrize(
    ("request_", "expected", "sent"), [(get(), Unavailable, 2), (write(), UnknownOutcome, 1)], ids=["read", "write"]
)
async def test_an_answer_that_trickles_without_end_is_given_up(
    request_: Request, expected: type[Exception], sent: int
) -> None:
    begun = []

    class Trickle(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            begun.append(1)
            yield b'{"id":'
            await asyncio.Event().wait()

    async def at_once(_seconds: float) -> None:
        return None

    client = ApiClient(
        base_url="http://127.0.0.1:1",
        tokens=fixed_token(SECRET),
        budgets=Budgets(tier="unlimited"),
        patience=Patience(attempts=2, answer=0.05, sleep=at_once),
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Trickle())),
    )
    with pytest.raises(expected):
        await client.call(request_, Thing)
    await client.close()
    assert len(begun) == sent


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_has_a_meaning(kind: type[Exception]) -> None:
    assert any(issubclass(kind, known) for known, _ in FOREIGN)


def test_an_unknown_exception_has_no_meaning() -> None:
    assert foreign_meaning(ValueError()) is None


async def test_an_answer_arrives_in_its_shape(crm: respx.MockRouter, api: ApiClient) -> None:
    route = answers(crm, OK)
    assert await api.call(get(), Thing) == Thing(id="1")
    assert route.calls[0].request.headers["authorization"] == f"Bearer {SECRET}"


async def test_numbers_among_property_values_become_text() -> None:
    body = b'{"id": "1", "properties": {"a": 3, "b": true, "c": null, "d": "x", "e": 0.5}}'
    assert decoded(body, shape=Thing).properties == {"a": "3", "b": "true", "c": None, "d": "x", "e": "0.5"}


class Dated(Thing, rename="camel"):
    created_at: str | None = None
    archived: bool = False


def test_null_where_a_shape_has_none_is_an_absent_member() -> None:
    owners = b'{"results": [{"id": "7", "email": null, "teams": null, "archived": null}], "paging": null}'
    assert decoded(owners, shape=OwnerPage).results == [Owner("7")]
    with pytest.raises(msgspec.ValidationError):
        decoded(b'{"results": null}', shape=OwnerPage)


def test_a_text_that_was_cut_in_an_emoji_spoils_no_page() -> None:
    body = rb'{"id": "1", "properties": {"a": "J\u00fcrgen \ud83d", "b": "\ud83c\udfed", "c": "\\ud83d"}}'
    assert decoded(body, shape=Thing).properties == {"a": "Jürgen ?", "b": "🏭", "c": "\\ud83d"}
    for broken in (body[:-9], b"<html>", b""):
        with pytest.raises(msgspec.DecodeError):
            decoded(broken, shape=Thing)


def test_a_moment_of_an_event_may_come_in_milliseconds() -> None:
    body = b'{"results": [{"id": "v", "objectId": 5, "occurredAt": 1790000000000, "properties": {"n": 5}}]}'
    (view,) = decoded(body, shape=OccurrencePage).results
    assert (view.occurred_at, view.properties) == ("1790000000000", {"n": "5"})


def test_a_nul_in_a_text_costs_nobody_the_record() -> None:
    body = rb'{"id": "1", "properties": {"a": "x\u0000y", "b": "\\u0000", "c": null}}'
    assert decoded(body, shape=Thing).properties == {"a": "xy", "b": r"\u0000", "c": None}


async def test_an_answer_that_does_not_fit_says_where(crm: respx.MockRouter, api: ApiClient) -> None:
    answers(crm, *[httpx.Response(200, json={"properties": {"email": "geheim@example.org"}})] * 3)
    with pytest.raises(BadAnswer, match=r"missing required field `id`") as caught:
        await api.call(get(), Thing)
    assert "geheim" not in str(caught.value)


def test_ids_moments_and_flags_may_come_in_another_form() -> None:
    body = b'{"id": 9007199254740993, "createdAt": 1790000000000, "archived": "true", "properties": null}'
    assert decoded(body, shape=Dated) == Dated("9007199254740993", {}, "1790000000000", True)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"<html>login</html>", "text/html"), (b'{"id": "1"', "application/json"), (b"", ""), (b'{"other": 1}', "")],
    ids=["html", "half a json", "nothing", "another json"],
)
async def test_a_success_that_is_no_api_names_the_address(
    crm: respx.MockRouter, api: ApiClient, body: bytes, content_type: str
) -> None:
    route = crm.get("/thing").respond(200, content=body, headers={"content-type": content_type})
    with pytest.raises(BadAnswer) as caught:
        await api.call(get(), Thing)
    assert "HUBSPOT_BASE_URL" in (caught.value.hint or "")
    assert route.call_count == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 522, 523, 524])
async def test_a_read_survives_a_passing_failure(crm: respx.MockRouter, api: ApiClient, status: int) -> None:
    route = answers(crm, httpx.Response(status, text="<html>"), httpx.ReadTimeout("late"), OK)
    assert (await api.call(get(), Thing)).id == "1"
    assert route.call_count == 3


async def test_patience_ends_in_unavailable(crm: respx.MockRouter, api: ApiClient, patience: Patience) -> None:
    route = crm.get("/thing").respond(503)
    with pytest.raises(Unavailable):
        await api.call(get(), Thing)
    assert route.call_count == patience.attempts


async def test_patience_ends_by_time_spent_waiting(crm: respx.MockRouter, api: ApiClient, naps: list[float]) -> None:
    route = crm.get("/thing").respond(429, headers={"retry-after": "60"}, json={"policyName": "SECONDLY"})
    with pytest.raises(RateLimited) as caught:
        await api.call(get(), Thing)
    assert caught.value.retry_after == 60
    assert route.call_count == 6


class Mute:
    """A CRM that says nothing for a minute a call, unless it is given something to say; time passes with each call."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls = 0
        self.says: list[httpx.Response] = []

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.says:
            return self.says.pop(0)
        self.now += 60.0
        raise httpx.ReadTimeout("late")


async def test_a_crm_that_says_nothing_is_given_up_after_five_minutes_and_then_by_every_call_at_once(
    naps: list[float], patience: Patience
) -> None:
    mute = Mute()
    client = ApiClient(
        base_url="http://127.0.0.1:1",
        tokens=fixed_token(SECRET),
        budgets=Budgets(tier="unlimited"),
        patience=replace(patience, clock=lambda: mute.now),
        transport=httpx.MockTransport(mute),
    )
    calls = []
    for _ in range(2):
        with pytest.raises(Unavailable):
            await client.call(get(), Thing)
        calls.append(mute.calls)
    assert calls == [5, 6]
    assert mute.now + sum(naps) < 400.0
    mute.says = [OK]
    await client.call(get(), Thing)
    with pytest.raises(Unavailable):
        await client.call(get(), Thing)
    assert mute.calls == 7 + 5
    await client.close()


async def test_a_crm_that_answers_with_errors_is_asked_again_however_long_another_was_silent(
    crm: respx.MockRouter, api: ApiClient, patience: Patience
) -> None:
    crm.get("/thing").mock(side_effect=httpx.ConnectError("away"))
    with pytest.raises(Unavailable):
        await api.call(get(), Thing)
    route = crm.get("/thing").respond(503)
    with pytest.raises(Unavailable):
        await api.call(get(), Thing)
    assert route.call_count == 2 * patience.attempts


async def test_a_repeatable_write_survives_a_lost_answer(crm: respx.MockRouter, api: ApiClient) -> None:
    route = answers(crm, httpx.RemoteProtocolError("gone"), httpx.Response(502), OK, method="POST")
    assert (await api.call(write(), Thing)).id == "1"
    assert route.call_count == 3


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("late"), httpx.Response(524), httpx.Response(504)], ids=["time-out", "524", "504"]
)
async def test_a_write_unanswered_for_a_minute_is_not_repeated(
    crm: respx.MockRouter, api: ApiClient, lost: httpx.Response | Exception
) -> None:
    route = answers(crm, lost, OK, method="POST")
    with pytest.raises(UnknownOutcome):
        await api.call(write(), Thing)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadError("reset"), httpx.Response(500), httpx.Response(200, text="<html>")],
    ids=["reset", "500", "garbled"],
)
async def test_an_adding_write_is_never_sent_twice(
    crm: respx.MockRouter, api: ApiClient, lost: httpx.Response | Exception
) -> None:
    route = answers(crm, lost, OK, method="POST")
    with pytest.raises(UnknownOutcome):
        await api.call(write(Effect.ONCE), Thing)
    assert route.call_count == 1


async def test_a_write_that_never_left_is_repeated_whatever_it_does(crm: respx.MockRouter, api: ApiClient) -> None:
    answers(crm, httpx.ConnectError("refused"), OK, method="POST")
    assert (await api.call(write(Effect.ONCE), Thing)).id == "1"


async def test_doubt_about_an_earlier_attempt_outlives_a_later_limit(crm: respx.MockRouter, api: ApiClient) -> None:
    daily = httpx.Response(429, json={"policyName": "DAILY"})
    answers(crm, httpx.ReadError("reset"), daily, method="POST")
    with pytest.raises(UnknownOutcome):
        await api.call(write(), Thing)


async def test_a_refusal_after_a_lost_answer_is_the_answer(crm: respx.MockRouter, api: ApiClient) -> None:
    answers(crm, httpx.ReadError("reset"), httpx.Response(400, json={"message": "no"}), method="POST")
    with pytest.raises(Rejected):
        await api.call(write(), Thing)


async def test_a_spent_day_is_raised_at_once_and_believed(crm: respx.MockRouter, api: ApiClient) -> None:
    route = crm.get("/thing").respond(429, json={"policyName": "DAILY", "errorType": "RATE_LIMIT"})
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await api.call(get(), Thing)
        assert caught.value.scope is LimitScope.DAILY
    assert route.call_count == 1
    assert api.budgets.usage.limited == 1


async def test_a_search_limit_waits_about_a_second(crm: respx.MockRouter, api: ApiClient, naps: list[float]) -> None:
    secondly = httpx.Response(429, json={"message": "You have reached your secondly limit.", "category": "RATE_LIMITS"})
    answers(crm, secondly, secondly, OK)
    await api.call(get(bucket=Bucket.SEARCH), Thing)
    assert [round(nap) for nap in naps[::2]] == [1, 2]


async def test_a_search_that_meets_the_burst_limit_holds_everybody(
    crm: respx.MockRouter, api: ApiClient, naps: list[float]
) -> None:
    answers(crm, httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"}), OK, OK)
    await api.call(get(bucket=Bucket.SEARCH), Thing)
    slept = len(naps)
    await api.call(get(), Thing)
    assert len(naps) > slept, "a list waits out what the search met"


async def test_a_429_without_body_and_headers_is_waited_out(
    crm: respx.MockRouter, api: ApiClient, naps: list[float]
) -> None:
    answers(crm, httpx.Response(429), OK)
    await api.call(get(), Thing)
    assert naps[0] == 2.0


async def test_a_lock_waits_two_seconds(crm: respx.MockRouter, api: ApiClient, naps: list[float]) -> None:
    answers(crm, httpx.Response(423), OK)
    await api.call(get(), Thing)
    assert naps == [2.0]


@pytest.mark.parametrize("status", [423, 477])
async def test_a_migration_or_lock_of_hours_is_not_waited_out(
    crm: respx.MockRouter, api: ApiClient, status: int
) -> None:
    route = crm.get("/thing").respond(status, headers={"retry-after": "86400"})
    with pytest.raises(RateLimited) as caught:
        await api.call(get(), Thing)
    assert caught.value.retry_after == 86400
    assert route.call_count == 1


async def test_redirects_are_not_followed(crm: respx.MockRouter, api: ApiClient) -> None:
    crm.get("/thing").respond(302, headers={"location": "https://elsewhere.test/"})
    with pytest.raises(BadAnswer):
        await api.call(get(), Thing)


async def test_a_wrong_token_is_not_retried_and_not_shown(crm: respx.MockRouter, api: ApiClient) -> None:
    route = crm.get("/thing").respond(401, json={"category": "INVALID_AUTHENTICATION", "message": f"bad {SECRET}@x.de"})
    with pytest.raises(AuthFailed) as caught:
        await api.call(get(), Thing)
    assert SECRET not in caught.value.message
    assert "HUBSPOT_ACCESS_TOKEN" in (caught.value.hint or "")
    assert route.call_count == 1


async def test_a_missing_scope_is_named(crm: respx.MockRouter, api: ApiClient) -> None:
    crm.get("/thing").respond(403, json={"category": "MISSING_SCOPES"})
    with pytest.raises(MissingScope) as caught:
        await api.call(get(scope="crm.objects.deals.read"), Thing)
    assert "crm.objects.deals.read" in (caught.value.hint or "")


async def test_every_attempt_is_counted_under_its_stream(crm: respx.MockRouter, api: ApiClient) -> None:
    headers = {"X-HubSpot-RateLimit-Daily-Remaining": "249000", "X-HubSpot-RateLimit-Daily": "250000"}
    answers(crm, httpx.Response(500), httpx.Response(200, json={"id": "1"}, headers=headers))
    await api.call(get(stream="deals"), Thing)
    assert api.budgets.usage.calls == {"deals": 2}
    day = api.budgets.usage.day
    assert day is not None
    assert (day.remaining, day.limit) == (249_000, 250_000)


async def test_the_body_is_sent_as_json(crm: respx.MockRouter, api: ApiClient) -> None:
    route = answers(crm, OK, method="POST")
    await api.call(write(), Thing)
    assert json.loads(route.calls[0].request.content) == {"a": "b"}
    assert route.calls[0].request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("meaning", Meaning)
@pytest.mark.parametrize("effect", Effect)
def test_only_an_adding_write_that_surely_failed_may_be_sent_again(meaning: Meaning, effect: Effect) -> None:
    surely_not_done = {
        Meaning.SEARCH_LIMIT,
        Meaning.BURST_LIMIT,
        Meaning.LOCKED,
        Meaning.MIGRATING,
        Meaning.NOT_SENT,
    }
    if effect is Effect.ONCE:
        assert (effect in REPEATS.get(meaning, ())) == (meaning in surely_not_done)
    if meaning is Meaning.DAY_SPENT:
        assert effect not in REPEATS.get(meaning, ())


def case_of(meaning: Meaning, retry_after: float | None = None) -> Case:
    return Case(meaning=meaning, errand=Errand(), facts=Facts(), retry_after=retry_after)


@pytest.mark.parametrize(
    ("meaning", "retry_after", "attempt", "seconds"),
    [
        (Meaning.SEARCH_LIMIT, None, 1, 1),
        (Meaning.SEARCH_LIMIT, None, 9, 5),
        (Meaning.BURST_LIMIT, None, 1, 2),
        (Meaning.BURST_LIMIT, None, 9, 10),
        (Meaning.BURST_LIMIT, 7, 1, 7),
        (Meaning.BURST_LIMIT, 3600, 1, 60),
        (Meaning.LOCKED, None, 1, 2),
        (Meaning.LOCKED, None, 9, 10),
        (Meaning.MIGRATING, None, 1, 60),
        (Meaning.MIGRATING, 20, 1, 20),
        (Meaning.FAILED, None, 1, 0.5),
        (Meaning.FAILED, None, 4, 4),
        (Meaning.FAILED, None, 20, 20),
        (Meaning.FAILED, 3, 1, 3),
    ],
)
def test_pause_by_meaning(meaning: Meaning, retry_after: float | None, attempt: int, seconds: float) -> None:
    calm, nervous = Patience(jitter=lambda: 0.0), Patience(jitter=lambda: 1.0)
    assert pause(case_of(meaning, retry_after), attempt, calm) == seconds
    assert pause(case_of(meaning, retry_after), attempt, nervous) == seconds * 1.25


def test_a_short_migration_is_waited_out() -> None:
    assert again(case_of(Meaning.MIGRATING, 30), Effect.READ, 1, Patience())
    assert not again(case_of(Meaning.MIGRATING, 3600), Effect.READ, 1, Patience())


def test_retry_after_is_read_in_both_forms() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert retry_after_seconds("12") == 12
    assert 95 < (retry_after_seconds(later) or 0) <= 100
    assert retry_after_seconds("soon") is None
    assert retry_after_seconds(None) is None
    assert retry_after_seconds("-5") == 0


@pytest.mark.parametrize("header", ["nan", "inf", "-inf", "", "Mon, 32 Nov 2026 99:00:00 GMT"])
def test_a_retry_after_without_an_end_is_none(header: str) -> None:
    """A sleep of `nan` seconds never ends."""
    assert retry_after_seconds(header) is None


@pytest.mark.parametrize(
    "address", ["https://api.hubapi.com/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]
)
def test_addresses_that_keep_the_token_safe(address: str) -> None:
    assert checked_address(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://api.hubapi.com",
        "ftp://127.0.0.1",
        "",
        "api.hubapi.com",
        "https://me:pw@api.hubapi.com",
        "https://",
        "http://10.0.0.1",
    ],
)
def test_addresses_that_do_not(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_address(address)
    assert caught.value.problems[0].key == "HUBSPOT_BASE_URL"
    assert "pw" not in str(caught.value)
