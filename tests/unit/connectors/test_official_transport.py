"""The control plane's calls on the wire: where they go, through what, and how long an answer may take."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.exchange import Answer, Request, Unanswered
from connectors.http import ApiClient
from connectors.hubspot.official import Official
from connectors.limits import Budgets
from connectors.patience import Patience
from connectors.statuses import Effect, Errand, Meaning
from connectors.tokens import fixed_token
from syncer.errors import BadAnswer, SyncerError, Unavailable, UnknownOutcome

READ = Request(method="GET", path="/crm/owners/2026-09")
WRITE = Request(
    method="POST",
    path="/crm/properties/2026-09/contacts",
    json={"name": "fn_stage"},
    errand=Errand(effect=Effect.REPEATABLE),
)

Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(reply: Reply) -> Iterator[tuple[str, list[tuple[str, str, str | None]]]]:
    """Serve on this machine; gives the address and what was asked: method, target and who asked."""
    asked: list[tuple[str, str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.command, self.path, self.headers.get("Authorization")))
            reply(self)

        def do_POST(self) -> None:
            self.do_GET()

        def do_CONNECT(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def answering(status: int, body: bytes = b"{}", **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def trickling(over: threading.Event, status: int) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()
        while not over.wait(0.01):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    return reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_nobody_is_followed_to_another_host(status: int, request_: Request) -> None:
    with serving(answering(200)) as (other, followed), serving(answering(status, Location=f"{other}/x")) as (base, _):
        official = Official(base_url=base)
        answer = await official.send(request_, "pat-secret")
        official.close()
    assert answer.status == status
    assert followed == []


async def test_a_key_in_the_address_is_taken_to_no_other_path() -> None:
    with serving(answering(307, Location="/elsewhere")) as (base, asked):
        official = Official(base_url=base, key_parameter="hapikey")
        await official.send(READ, "secret")
        official.close()
    assert [target for _, target, _ in asked] == ["/crm/owners/2026-09?hapikey=secret"]


def client(base_url: str, answer: float) -> ApiClient:
    async def at_once(_seconds: float) -> None:
        return None

    return ApiClient(
        base_url=base_url,
        tokens=fixed_token("pat-secret"),
        budgets=Budgets(tier="unlimited"),
        patience=Patience(attempts=2, answer=answer, sleep=at_once),
    )


async def test_a_redirect_is_told_as_an_address_that_is_not_the_crms() -> None:
    with serving(answering(302, Location="https://login.example/")) as (base, _):
        api, official = client(base, 30), Official(base_url=base)
        with pytest.raises(BadAnswer) as caught:
            await api.exchange(READ, official.send, lambda body: body)
        official.close()
        await api.close()
    assert "base_url" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    ("request_", "expected"), [(READ, Unavailable), (WRITE, UnknownOutcome)], ids=["read", "write"]
)
async def test_an_answer_that_trickles_without_end_is_given_up(
    request_: Request, expected: type[SyncerError], status: int
) -> None:
    over = threading.Event()
    with serving(trickling(over, status)) as (base, _):
        api, official = client(base, 0.2), Official(base_url=base)
        with pytest.raises(expected):
            await asyncio.wait_for(api.exchange(request_, official.send, lambda body: body), 30)
        over.set()
        official.close()
        await api.close()


@pytest.mark.parametrize("status", [200, 500])
async def test_the_thread_that_waits_for_it_ends_too(status: int) -> None:
    over = threading.Event()
    with serving(trickling(over, status)) as (base, _):
        official = Official(base_url=base, longest=0.2)
        try:
            with pytest.raises(Unanswered) as caught:
                await asyncio.wait_for(official.send(READ, "pat-secret"), 30)
        finally:
            over.set()
        official.close()
    assert caught.value.meaning is Meaning.OVERDUE


async def test_a_large_answer_comes_whole_and_unpacked() -> None:
    body = b'{"results": [' + b'{"id": "1"},' * 100_000 + b"{}]}"
    with serving(answering(200, body)) as (base, _):
        official = Official(base_url=base)
        answer = await official.send(READ, "pat-secret")
        official.close()
    assert answer.body == body


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a machine in a network that names no proxy yet."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


async def sent(base_url: str) -> Answer | Unanswered:
    official = Official(base_url=base_url)
    try:
        return await official.send(READ, "pat-secret")
    except Unanswered as lost:
        return lost
    finally:
        official.close()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_the_control_plane_takes_the_proxy_that_the_environment_names(
    network: pytest.MonkeyPatch, name: str
) -> None:
    with serving(answering(502)) as (proxy, asked):
        network.setenv(name, proxy.replace("//", "//me:secret@"))
        lost = await sent("https://crm.example")
    assert [(method, target) for method, target, _ in asked] == [("CONNECT", "crm.example:443")]
    assert isinstance(lost, Unanswered)
    assert lost.meaning is Meaning.NOT_SENT


async def test_a_host_that_needs_no_proxy_is_asked_without(network: pytest.MonkeyPatch) -> None:
    with serving(answering(502)) as (proxy, asked):
        network.setenv("HTTPS_PROXY", proxy)
        network.setenv("NO_PROXY", "crm.invalid")
        await sent("https://crm.invalid")
    assert asked == []


async def test_this_machine_is_never_asked_through_a_proxy(network: pytest.MonkeyPatch) -> None:
    with serving(answering(502)) as (proxy, asked), serving(answering(200)) as (base, _):
        network.setenv("HTTP_PROXY", proxy)
        answer = await sent(base)
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert asked == []
