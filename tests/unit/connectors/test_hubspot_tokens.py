"""One renewal at a time, kept before it is used."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
import respx

from connectors.exchange import Answer, Request
from connectors.http import ApiClient
from connectors.hubspot import open_hubspot
from connectors.hubspot.oauth import App, Form, Grant, seed
from connectors.hubspot.tokens import OAuthTokens, TokenEndpoint
from connectors.limits import Budgets
from connectors.patience import Patience
from connectors.statuses import Effect, Errand
from syncer.errors import AuthFailed, Unavailable
from syncer.moments import MINUTE, SECOND, Millis

APP = App(client_id="app-1", client_secret="s3cret-of-app", redirect_url="http://localhost:8418/")
START = Millis(1_795_500_000_000)


@dataclass
class Shelf:
    """A vault in memory that remembers what happened in which order."""

    grant: Grant | None
    log: list[str] = field(default_factory=list)
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def held(self) -> Iterator[None]:
        with self.lock:
            yield

    def load(self) -> Grant | None:
        return self.grant

    def save(self, grant: Grant) -> None:
        assert self.lock.locked()
        if self.broken:
            self.broken -= 1
            raise Unavailable("the disk is full")
        self.grant = grant
        self.log.append(f"kept {grant.refresh_token}")


@dataclass
class HubSpotTokens:
    """HubSpot's token path: every answer has a new number, the old refresh token is over."""

    shelf: Shelf
    valid: str = "refresh-0"
    asked: int = 0
    fails: list[Answer] = field(default_factory=list)
    delay: threading.Event | None = None
    started: threading.Event = field(default_factory=threading.Event)

    def __call__(self, form: Form) -> Answer:
        self.asked += 1
        self.shelf.log.append(f"asked with {form['refresh_token']}")
        self.started.set()
        if self.delay is not None:
            assert self.delay.wait(5)
        if self.fails:
            return self.fails.pop(0)
        if form["refresh_token"] != self.valid:
            return Answer(status=400, headers={}, body=b'{"error":"invalid_grant","status":"BAD_REFRESH_TOKEN"}')
        self.valid = f"refresh-{self.asked}"
        body = f'{{"access_token":"access-{self.asked}","refresh_token":"{self.valid}","expires_in":1800}}'
        return Answer(status=200, headers={}, body=body.encode())


@dataclass
class Clock:
    now: int = START

    def __call__(self) -> Millis:
        return Millis(self.now)


@dataclass
class World:
    shelf: Shelf
    hubspot: HubSpotTokens
    clock: Clock
    tokens: OAuthTokens

    def another(self) -> OAuthTokens:
        return OAuthTokens(app=APP, vault=self.shelf, post=self.hubspot, clock=self.clock, account="eu")


@pytest.fixture
def world() -> World:
    shelf, clock = Shelf(seed("refresh-0")), Clock()
    hubspot = HubSpotTokens(shelf)
    tokens = OAuthTokens(app=APP, vault=shelf, post=hubspot, clock=clock, account="eu")
    return World(shelf, hubspot, clock, tokens)


async def test_a_token_is_asked_for_once_and_again_five_minutes_before_it_ends(world: World) -> None:
    assert await world.tokens.fresh() == "access-1"
    world.clock.now += 25 * MINUTE - 1
    assert await world.tokens.fresh() == "access-1"
    world.clock.now += 1
    assert await world.tokens.fresh() == "access-2"
    assert world.shelf.log == ["asked with refresh-0", "kept refresh-1", "asked with refresh-1", "kept refresh-2"]


async def test_tasks_share_one_renewal(world: World) -> None:
    assert set(await asyncio.gather(*(world.tokens.fresh() for _ in range(40)))) == {"access-1"}
    assert world.hubspot.asked == 1


async def test_two_at_work_on_one_portal_share_one_renewal(world: World) -> None:
    several = [world.tokens, *(world.another() for _ in range(4))]
    assert set(await asyncio.gather(*(one.fresh() for one in several))) == {"access-1"}
    assert world.hubspot.asked == 1


async def test_a_rejected_token_is_renewed_once_for_all_that_met_it(world: World) -> None:
    await world.tokens.fresh()
    assert set(await asyncio.gather(*(world.tokens.fresh(rejected="access-1") for _ in range(9)))) == {"access-2"}
    assert world.hubspot.asked == 2


async def test_what_another_process_renewed_is_taken_over(world: World) -> None:
    await world.tokens.fresh()
    world.clock.now += 26 * MINUTE
    assert await world.another().fresh() == "access-2"
    assert await world.tokens.fresh() == "access-2"
    assert await world.tokens.fresh(rejected="access-1") == "access-2"
    assert world.hubspot.asked == 2


async def test_a_clock_that_was_set_back_is_put_right_by_a_rejection(world: World) -> None:
    await world.tokens.fresh()
    world.clock.now -= 600 * MINUTE
    assert await world.tokens.fresh() == "access-1"
    assert await world.tokens.fresh(rejected="access-1") == "access-2"


async def test_a_token_that_could_not_be_kept_is_not_used_and_kept_on_the_next_try(world: World) -> None:
    world.shelf.broken = 1
    with pytest.raises(Unavailable, match="disk"):
        await world.tokens.fresh()
    assert world.shelf.grant == seed("refresh-0")
    assert await world.tokens.fresh() == "access-1"
    assert world.shelf.log == ["asked with refresh-0", "kept refresh-1"]


async def test_a_cancelled_task_loses_no_refresh_token(world: World) -> None:
    world.hubspot.delay = threading.Event()
    task = asyncio.create_task(world.tokens.fresh())
    assert await asyncio.to_thread(world.hubspot.started.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    world.hubspot.delay.set()
    assert await world.tokens.fresh() == "access-1"
    assert world.hubspot.asked == 1


async def test_a_portal_that_is_not_connected_is_told_how(world: World) -> None:
    world.shelf.grant = None
    with pytest.raises(AuthFailed, match="not connected") as caught:
        await world.tokens.fresh()
    assert caught.value.hint == "syncer connect --account eu"


async def test_a_revoked_token_is_said_so_and_not_asked_again_until_it_is_another(world: World) -> None:
    world.hubspot.valid = "gone"
    for _ in range(3):
        with pytest.raises(AuthFailed) as caught:
            await world.tokens.fresh()
        assert caught.value.hint is not None
        assert caught.value.hint.endswith("syncer connect --account eu")
        assert caught.value.account == "eu"
    assert world.hubspot.asked == 1
    world.shelf.grant = seed("gone")
    assert await world.tokens.fresh() == "access-2"


async def test_passing_trouble_changes_nothing(world: World) -> None:
    world.hubspot.fails = [Answer(status=503, headers={}, body=b"")]
    with pytest.raises(Unavailable):
        await world.tokens.fresh()
    assert world.shelf.grant == seed("refresh-0")
    world.clock.now += 3 * SECOND
    assert await world.tokens.fresh() == "access-2"


async def test_a_token_path_that_failed_is_asked_once_by_all_who_want_a_token_within_seconds(world: World) -> None:
    world.hubspot.fails = [Answer(status=429, headers={}, body=b"")] * 99
    for _ in range(4):
        tried = [world.tokens.fresh() for _ in range(16)]
        errors = await asyncio.gather(*tried, return_exceptions=True)
        assert [str(one) for one in errors] == ["HubSpot gives no token at the moment (429)"] * 16
        world.clock.now += 2 * SECOND
    assert world.hubspot.asked == 2


def test_the_endpoint_posts_a_form_and_nothing_in_the_address() -> None:
    with respx.mock() as router:
        route = router.post("https://crm.test/oauth/2026-09/token").respond(200, json={})
        TokenEndpoint(base_url="https://crm.test", path="/oauth/2026-09/token")({"client_secret": "s3cret"})
        request = route.calls[0].request
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.content == b"client_secret=s3cret"
    assert not request.url.query


def test_an_endpoint_that_is_away_is_passing_trouble_and_its_error_holds_no_request() -> None:
    with respx.mock() as router:
        router.post("https://crm.test/x").mock(side_effect=httpx.ConnectError("refused"))
        with pytest.raises(Unavailable) as caught:
            TokenEndpoint(base_url="https://crm.test", path="/x")({"client_secret": "s3cret"})
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_token_path_that_trickles_without_end_is_passing_trouble() -> None:
    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" "

    with respx.mock() as router:
        router.post("https://crm.test/x").mock(return_value=httpx.Response(200, stream=Trickle()))
        with pytest.raises(Unavailable):
            TokenEndpoint(base_url="https://crm.test", path="/x", longest=0.05)({"client_secret": "s3cret"})


def test_a_token_path_on_this_machine_is_asked_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        answer = TokenEndpoint(base_url=f"http://127.0.0.1:{server.server_port}", path="/x")({"a": "b"})
        thread.join()
    assert answer.status == 204


def test_a_form_with_secrets_follows_no_redirect() -> None:
    with respx.mock() as router:
        router.post("https://crm.test/x").respond(307, headers={"Location": "https://other.test/x"})
        answer = TokenEndpoint(base_url="https://crm.test", path="/x")({"client_secret": "s3cret"})
    assert answer.status == 307


@pytest.fixture
def api(crm: respx.MockRouter, patience: Patience, world: World) -> ApiClient:
    budgets = Budgets(tier="unlimited", sleep=patience.sleep)
    return ApiClient(base_url="https://crm.test", tokens=world.tokens, budgets=budgets, patience=patience)


def _by_token(good: str) -> respx.types.SideEffectTypes:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] == f"Bearer {good}":
            return httpx.Response(200, json={"portalId": 7})
        return httpx.Response(401, json={"category": "EXPIRED_AUTHENTICATION"})

    return reply


@pytest.mark.parametrize("effect", list(Effect))
async def test_a_call_that_is_refused_as_expired_goes_out_again_with_a_newer_token(
    crm: respx.MockRouter, api: ApiClient, world: World, effect: Effect
) -> None:
    route = crm.post("/x").mock(side_effect=_by_token("access-2"))
    request = Request(method="POST", path="/x", json={"a": 1}, errand=Errand(effect=effect))
    assert await api.call(request, dict) == {"portalId": 7}
    assert [call.request.content for call in route.calls] == [b'{"a":1}'] * 2
    assert world.hubspot.asked == 2
    await api.close()


async def test_a_token_that_stays_refused_ends_in_one_error_with_the_way_out(
    crm: respx.MockRouter, api: ApiClient, world: World
) -> None:
    route = crm.get("/x").mock(side_effect=_by_token("none"))
    with pytest.raises(AuthFailed) as caught:
        await api.call(Request(method="GET", path="/x"), dict)
    assert caught.value.hint == "connect the portal again: syncer connect --account eu"
    assert (route.call_count, world.hubspot.asked) == (2, 2)
    await api.close()


async def test_a_token_path_that_is_away_for_a_moment_is_waited_for(crm: respx.MockRouter, world: World) -> None:
    crm.post("/x").mock(side_effect=_by_token("access-3"))
    world.hubspot.fails = [Answer(status=503, headers={}, body=b"")] * 2

    async def nap(seconds: float) -> None:
        world.clock.now += int(seconds * SECOND)

    budgets, patience = Budgets(tier="unlimited", sleep=nap), Patience(sleep=nap, jitter=lambda: 0.0)
    api = ApiClient(base_url="https://crm.test", tokens=world.tokens, budgets=budgets, patience=patience)
    request = Request(method="POST", path="/x", errand=Errand(effect=Effect.ONCE))
    assert await api.call(request, dict) == {"portalId": 7}
    assert world.hubspot.asked == 3
    await api.close()


async def test_the_control_plane_gets_the_fresh_token_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = open_hubspot(token=world.tokens, base_url="http://127.0.0.1:9", tier="unlimited")
    seen = []

    async def send(request: Request, token: str) -> Answer:
        seen.append(token)
        status = 200 if token == "access-2" else 401
        return Answer(status=status, headers={}, body=b'{"results": []}' if status == 200 else b"{}")

    monkeypatch.setattr(account.source._schema._official, "send", send)
    assert await account.source.pipelines() == []
    assert seen == ["access-1", "access-2"]
    await account.close()


async def test_a_token_path_that_never_answers_holds_no_thread_that_others_need(world: World) -> None:
    world.hubspot.delay = threading.Event()
    asked = [asyncio.create_task(world.tokens.fresh()) for _ in range(64)]
    await asyncio.sleep(0)
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "at once"), 4) == "at once"
    finally:
        world.hubspot.delay.set()
    assert set(await asyncio.gather(*asked)) == {"access-1"}
