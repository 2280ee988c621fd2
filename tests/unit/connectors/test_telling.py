"""What is said while calls wait, and how seldom."""

import httpx
import msgspec
import pytest
import respx
from structlog.testing import capture_logs

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.statuses import Errand
from connectors.telling import Teller
from syncer.errors import Unavailable

GET = Request(method="GET", path="/thing", errand=Errand(stream="contacts"))


class Thing(msgspec.Struct):
    id: str


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_crm_that_is_away_is_named_long_before_patience_ends(crm: respx.MockRouter, api: ApiClient) -> None:
    crm.get("/thing").mock(side_effect=httpx.ConnectError("refused"))
    with capture_logs() as logs, pytest.raises(Unavailable):
        await api.call(GET, Thing)
    (told,) = logs
    assert told["event"] == "call_waits"
    assert told["reason"] == "the CRM cannot be reached (ConnectError)"
    assert (told["stream"], told["attempt"], told["seconds"]) == ("contacts", 4, 4)


async def test_a_wait_of_seconds_says_nothing(crm: respx.MockRouter, api: ApiClient) -> None:
    crm.get("/thing").mock(
        side_effect=[httpx.Response(503), httpx.Response(503), httpx.Response(200, json={"id": "1"})]
    )
    with capture_logs() as logs:
        assert (await api.call(GET, Thing)).id == "1"
    assert logs == []


async def test_what_is_given_up_at_once_waits_for_nothing(crm: respx.MockRouter, api: ApiClient) -> None:
    crm.get("/thing").respond(477, headers={"retry-after": "7200"})
    with capture_logs() as logs, pytest.raises(Exception, match="in 2 h"):
        await api.call(GET, Thing)
    assert logs == []


def test_many_calls_that_wait_are_one_word_in_fifteen_seconds() -> None:
    clock = Clock()
    teller = Teller(clock)
    with capture_logs() as logs:
        for _ in range(40):
            teller.waits("away", stream="deals", attempt=5, seconds=20.0, altogether=28.0)
            clock.now += 1
    assert len(logs) == 3
