"""The journal of an app: its own tokens, what is asked and in which order, and every answer that somebody told of."""

import json
from collections.abc import Callable

import httpx
import pytest

from connectors.exchange import Answer
from connectors.hubspot.journal import LARGEST, READ_SCOPE, Journal, UnreadableFileError, may_hold_files
from connectors.hubspot.oauth import act_as_app
from connectors.hubspot.tokens import AppTokens
from connectors.hubspot.versions import Versions, versions_with
from connectors.patience import Patience
from connectors.tokens import FixedToken
from syncer.errors import AuthFailed, BadAnswer, CursorExpired, MissingScope, SyncerError, Unavailable
from syncer.moments import MINUTE, Millis

ADDRESS = "https://api.hubapi.com"
STORE = "https://journal-files.s3.eu-central-1.amazonaws.com/one?X-Amz-Signature=key-to-the-file"
NOW = Millis(1_795_500_000_000)
EVENT = {"portalId": 1, "action": "UPDATE", "objectTypeId": "0-1", "objectId": 7, "occurredAt": NOW}
FILE = {"offset": "o2", "journalEvents": [EVENT], "publishedAt": "2026-11-24T06:00:00Z"}
ENTRY = {"currentOffset": "o2", "expiresAt": "2026-11-24T06:05:00Z", "url": STORE}
SECRET = "s3cret-of-app"


class HubSpot:
    """Answers by path, as often as a test says."""

    def __init__(self, *entries: httpx.Response | dict, file: object = FILE, files: list[httpx.Response] | None = None):
        self.entries = list(entries)
        self.file = file
        self.files = files or []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host != "api.hubapi.com":
            return self.files.pop(0) if self.files else httpx.Response(200, json=self.file)
        entry = self.entries.pop(0) if len(self.entries) > 1 else self.entries[0]
        return entry if isinstance(entry, httpx.Response) else httpx.Response(200, json=entry)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked if request.url.host == "api.hubapi.com"]


async def read(hubspot: Callable[[httpx.Request], httpx.Response], after: str | None = "o1", version: str = "2026-03"):
    async def nap(_seconds: float) -> None:
        return None

    journal = Journal(
        base_url=ADDRESS,
        tokens=FixedToken("app-token"),
        versions=versions_with({"journal": version}),
        patience=Patience(attempts=2, sleep=nap),
        transport=httpx.MockTransport(hubspot),
        sleep=nap,
    )
    try:
        return await journal.read(after)
    finally:
        await journal.close()


@pytest.mark.parametrize("version", ["2026-03", "2026-09", "v4"])
async def test_the_first_file_is_the_earliest_and_each_other_follows_an_offset(version) -> None:
    first, later = HubSpot(ENTRY), HubSpot(ENTRY)
    offset, file = await read(first, None, version)
    await read(later, "a/b?c", version)
    assert (offset, file.batch.events, [one.record_id for one in file.batch.hints["1"]]) == ("o2", 1, ["7"])
    assert first.paths == [f"/webhooks-journal/journal/{version}/earliest"]
    assert later.asked[0].url.raw_path.decode() == f"/webhooks-journal/journal/{version}/offset/a%2Fb%3Fc/next"


async def test_the_token_goes_to_hubspot_and_never_to_the_store_of_the_files() -> None:
    hubspot = HubSpot(ENTRY)
    await read(hubspot)
    assert [request.headers.get("authorization") for request in hubspot.asked] == ["Bearer app-token", None]


async def test_204_is_nothing_new_and_an_empty_200_is_no_answer() -> None:
    assert await read(HubSpot(httpx.Response(204))) is None
    with pytest.raises(BadAnswer):
        await read(HubSpot(httpx.Response(200)))


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize("body", [b'{"status":"error","message":"unknown offset"}', b"<html>gone</html>"])
async def test_an_offset_that_is_refused_is_told_apart_from_a_journal_that_is_not_there(status, body) -> None:
    refusal = httpx.Response(status, content=body)
    with pytest.raises(CursorExpired):
        await read(HubSpot(refusal))
    with pytest.raises(SyncerError) as raised:
        await read(HubSpot(refusal), None)
    assert not isinstance(raised.value, CursorExpired)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"message": "no"}), AuthFailed),
        (httpx.Response(403, json={"category": "MISSING_SCOPES"}), MissingScope),
        (httpx.Response(502), Unavailable),
        (httpx.Response(200, json={"url": STORE}), BadAnswer),
        (httpx.Response(200, content=b"<html>"), BadAnswer),
    ],
)
async def test_what_is_no_word_about_the_offset_leaves_it_alone(answer, kind) -> None:
    with pytest.raises(kind):
        await read(HubSpot(answer))


async def test_an_address_that_ended_is_asked_for_anew() -> None:
    hubspot = HubSpot(ENTRY, files=[httpx.Response(403, content=b"<Error>Request has expired</Error>")])
    assert await read(hubspot) is not None
    assert len(hubspot.paths) == 2


async def test_a_file_that_never_arrives_is_no_file_that_is_none() -> None:
    with pytest.raises(Unavailable):
        await read(HubSpot(ENTRY, files=[httpx.Response(503)] * 3))
    with pytest.raises(UnreadableFileError) as raised:
        await read(HubSpot(ENTRY, files=[httpx.Response(200, content=json.dumps(FILE).encode()[:40])] * 3))
    assert raised.value.offset == "o2"


async def test_a_file_cut_off_once_is_fetched_again() -> None:
    hubspot = HubSpot(ENTRY, files=[httpx.Response(200, content=json.dumps(FILE).encode()[:40])])
    assert await read(hubspot) is not None


async def test_a_file_larger_than_any_journals_is_not_taken() -> None:
    with pytest.raises(BadAnswer) as raised:
        await read(HubSpot(ENTRY, files=[httpx.Response(200, content=bytes(LARGEST + 1))]))
    assert "key-to-the-file" not in raised.value.message


@pytest.mark.parametrize(
    "address",
    [
        "http://journal-files.s3.amazonaws.com/one",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/one",
        "https://s3.amazonaws.com.evil.example/one",
        "https://evil.example/s3.amazonaws.com",
        "https://ec2.eu-central-1.amazonaws.com/one",
        "https://user@s3.amazonaws.com/one",
        "https://s3.amazonaws.com:8443/one",
        "file:///etc/passwd",
        "not an address",
    ],
)
async def test_a_file_is_fetched_from_hubspots_hosts_and_its_store_alone(address) -> None:
    hubspot = HubSpot({**ENTRY, "url": address})
    with pytest.raises(BadAnswer):
        await read(hubspot)
    assert len(hubspot.asked) == 1


def test_hosts_that_files_lie_at() -> None:
    hosts = (
        "s3.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "b.s3.eu-central-1.amazonaws.com",
        "s3-eu-west-1.amazonaws.com",
    )
    assert all(may_hold_files(one) for one in (*hosts, "files.hubspot.com"))
    assert not any(may_hold_files(one) for one in ("amazonaws.com", "xs3.amazonaws.com", "s3.amazonaws.com.x", "s3"))


def answer(status: int, body: object) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(body).encode())


class Endpoint:
    """The token path: numbered tokens, and refusals first."""

    def __init__(self, *refusals: Answer) -> None:
        self.refusals = list(refusals)
        self.forms: list[dict[str, str]] = []

    def __call__(self, form) -> Answer:
        self.forms.append(dict(form))
        if self.refusals:
            return self.refusals.pop(0)
        return answer(200, {"access_token": f"token-{len(self.forms)}", "expires_in": 1800, "token_type": "bearer"})


class Now:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> Millis:
        return self.at


def tokens(endpoint: Endpoint, clock: Now) -> AppTokens:
    return AppTokens(client_id="app-1", client_secret=SECRET, scopes=[READ_SCOPE], post=endpoint, clock=clock)


async def test_an_apps_token_is_used_until_it_is_nearly_over_and_then_asked_for_anew() -> None:
    endpoint, clock = Endpoint(), Now()
    held = tokens(endpoint, clock)
    assert [await held.fresh(), await held.fresh()] == ["token-1", "token-1"]
    clock.at = Millis(NOW + 24 * MINUTE)
    assert await held.fresh() == "token-1"
    clock.at = Millis(NOW + 25 * MINUTE)
    assert await held.fresh() == "token-2"
    assert await held.fresh(rejected="token-2") == "token-3"
    assert await held.fresh(rejected="token-2") == "token-3"
    assert endpoint.forms[0] == {
        "grant_type": "client_credentials",
        "client_id": "app-1",
        "client_secret": SECRET,
        "scope": READ_SCOPE,
    }


async def test_scopes_that_go_by_other_names_are_left_out_once_they_are_refused() -> None:
    endpoint = Endpoint(answer(400, {"status": "BAD_SCOPE", "message": "unknown scopes"}))
    assert await tokens(endpoint, Now()).fresh() == "token-2"
    assert ["scope" in form for form in endpoint.forms] == [True, False]


@pytest.mark.parametrize(
    "refusals",
    [
        [answer(400, {"status": "BAD_CLIENT_SECRET", "error": "invalid_client"})],
        [answer(400, {"message": f"no {SECRET}"}), answer(400, {"message": f"no {SECRET}"})],
        [answer(401, {"message": SECRET})],
    ],
)
async def test_a_refusal_says_what_to_look_at_and_repeats_no_secret(refusals) -> None:
    endpoint = Endpoint(*refusals)
    with pytest.raises(AuthFailed) as raised:
        await tokens(endpoint, Now()).fresh()
    said = f"{raised.value} {raised.value.hint} {raised.value.__cause__!r}"
    assert SECRET not in said
    assert "client id and client secret" in said


def test_a_token_that_is_none_is_no_answer_and_shows_in_no_repr() -> None:
    flow = act_as_app("app-1", SECRET, [READ_SCOPE], NOW)
    next(flow)
    with pytest.raises(BadAnswer):
        flow.send(answer(200, {"access_token": "two words"}))
    flow = act_as_app("app-1", SECRET, [READ_SCOPE], NOW)
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(answer(200, {"access_token": "token-1", "expires_in": "soon"}))
    assert done.value.value.renew_at == NOW + 25 * MINUTE
    assert "token-1" not in repr(done.value.value)


def test_the_journals_version_is_chosen_by_itself() -> None:
    assert Versions().journal == "2026-03"
    assert versions_with({"default": "2026-09"}).journal == "2026-03"
    assert versions_with({"journal": "v4"}).journal_subscriptions() == "/webhooks-journal/subscriptions/v4"
