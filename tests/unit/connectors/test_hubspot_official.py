"""The official client as a transport: every failure of it and of urllib3 has a meaning."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
import urllib3
from hubspot.crm.properties import exceptions as properties_errors

from connectors.exchange import Answer, Request, Unanswered, foreign_meaning
from connectors.hubspot.official import FOREIGN, Official
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Portal
from connectors.statuses import Meaning


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


ROOTS = (
    urllib3.exceptions.HTTPError,
    properties_errors.OpenApiException,
)


@pytest.mark.parametrize("kind", {one for root in ROOTS for one in subclasses(root)}, ids=lambda kind: kind.__name__)
def test_every_exception_has_a_meaning(kind: type[Exception]) -> None:
    assert any(issubclass(kind, known) for known, _ in FOREIGN)


def test_the_most_specific_line_wins() -> None:
    for place, (kind, _) in enumerate(FOREIGN):
        assert not any(issubclass(kind, earlier) for earlier, _ in FOREIGN[:place]), kind


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"retry-after": "3"})
    data: bytes = b"{}"


REQUEST = Request(method="GET", path="/crm/owners/2026-09", params=[("limit", "100")])


@pytest.fixture
def official() -> Iterator[Official]:
    opened = Official(base_url="http://127.0.0.1:9")
    yield opened
    opened.close()


async def test_an_answer_passes_unread_and_the_call_carries_path_and_token(
    official: Official, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request(method: str, url: str, **kwargs: object) -> Reply:
        assert (method, url) == ("GET", "http://127.0.0.1:9/crm/owners/2026-09")
        assert kwargs["headers"]["Authorization"] == "Bearer pat-secret"  # type: ignore[index]
        assert kwargs["query_params"] == [("limit", "100")]
        assert kwargs["_preload_content"] is False
        return Reply()

    monkeypatch.setattr(official._client, "request", request)
    answer = await official.send(REQUEST, "pat-secret")
    assert answer == Answer(status=200, headers={"retry-after": "3"}, body=b"{}")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (urllib3.exceptions.ProtocolError("reset"), Meaning.FAILED),
        (urllib3.exceptions.ConnectTimeoutError("late"), Meaning.NOT_SENT),
        (properties_errors.ApiException(status=0, reason="SSLError"), Meaning.NOT_SENT),
        (properties_errors.ApiValueError("missing"), Meaning.OURS),
    ],
)
async def test_a_failure_keeps_its_cause(
    official: Official, monkeypatch: pytest.MonkeyPatch, error: Exception, meaning: Meaning
) -> None:
    def request(*args: object, **kwargs: object) -> Reply:
        raise error

    monkeypatch.setattr(official._client, "request", request)
    with pytest.raises(Unanswered) as caught:
        await official.send(REQUEST, "pat-secret")
    assert caught.value.meaning is meaning
    assert caught.value.__cause__ is error


async def test_a_refused_connection_was_not_sent(official: Official) -> None:
    with pytest.raises(Unanswered) as caught:
        await official.send(REQUEST, "pat-secret")
    assert caught.value.meaning is Meaning.NOT_SENT


async def test_what_ends_after_the_close_leaves_no_connection_behind() -> None:
    with running(Portal(), limits=UNLIMITED) as server:
        official = Official(base_url=server.base_url)
        official.close()
        answer = await official.send(replace(REQUEST, path="/account-info/2026-03/details"), "pat-secret")
        assert answer.status == 200
        assert len(official._connections.manager.pools) == 0


def test_an_unknown_exception_has_no_meaning() -> None:
    assert foreign_meaning(KeyError(), FOREIGN) is None


async def test_a_crm_that_never_answers_holds_no_thread_that_others_need(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def request(*args: object, **kwargs: object) -> Reply:
        assert over.wait(60)
        return Reply()

    official = Official(base_url="http://127.0.0.1:9")
    monkeypatch.setattr(official._client, "request", request)
    asked = [asyncio.create_task(official.send(REQUEST, "pat-secret")) for _ in range(64)]
    await asyncio.sleep(0)
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "at once"), 10) == "at once"
    finally:
        over.set()
    assert {one.status for one in await asyncio.gather(*asked)} == {200}
    official.close()
