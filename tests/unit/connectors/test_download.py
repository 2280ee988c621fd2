"""A file is fetched from the CRM's own hosts only, never with the token, and never without end."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from hashlib import sha256

import httpx
import pytest

from connectors.download import Downloads
from connectors.hubspot.exports import is_hubspots
from syncer.errors import ExportUnusable, Unavailable

OWN = "https://api.hubapi.com"
CSV = b"id\n1\n"
Answer = Callable[[httpx.Request], httpx.Response]


class Net:
    """What is asked of the network, and what answers."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Answer = lambda _: httpx.Response(200, content=CSV)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture
def net() -> Net:
    return Net()


async def fetched(net: Net, address: str, *, most: int = 100, own: str = OWN) -> tuple[str, bytes]:
    downloads = Downloads(base_url=own, is_trusted=is_hubspots, transport=httpx.MockTransport(net))
    file = io.BytesIO()
    try:
        return await downloads.fetch(address, file, most=most, stream="contacts"), file.getvalue()
    finally:
        await downloads.close()


@pytest.mark.parametrize(
    "address",
    [
        "https://api-eu1.hubspot.com/exports/file?key=secret",
        "https://api.hubapi.com/x",
        "https://f.hubspotusercontent20.net/x",
        "https://f.hubspotusercontent-eu1.net/x",
        "https://hubspotusercontent.com/x",
    ],
)
async def test_a_file_on_a_host_of_hubspots_is_fetched_without_the_token(net: Net, address: str) -> None:
    assert await fetched(net, address) == (sha256(CSV).hexdigest(), CSV)
    assert "authorization" not in net.asked[0].headers


@pytest.mark.parametrize(
    "address",
    [
        "http://api.hubapi.com/x",
        "https://api.hubapi.com:8443/x",
        "https://169.254.169.254/latest/meta-data/key",
        "https://localhost/x",
        "http://127.0.0.1:8300/x",
        "https://hubspot.com.evil.example/x",
        "https://evilhubspot.com/x",
        "https://hubspotusercontent-.net/x",
        "https://user:secret@api.hubapi.com/x",
        "file:///etc/passwd",
        "//api.hubapi.com/x",
        "https://",
        "http://[",
        "",
    ],
)
async def test_any_other_address_is_not_followed_and_its_key_not_told(net: Net, address: str) -> None:
    with pytest.raises(ExportUnusable) as caught:
        await fetched(net, address)
    assert net.asked == []
    assert not re.search("key|secret|passwd", str(caught.value))


async def test_a_sandbox_hands_out_files_from_where_it_is_asked_and_nowhere_else(net: Net) -> None:
    own = "http://127.0.0.1:8300"
    assert (await fetched(net, f"{own}/export-files/1", own=own))[1] == CSV
    with pytest.raises(ExportUnusable):
        await fetched(net, "http://127.0.0.1:8301/export-files/1", own=own)


async def test_a_redirect_is_looked_at_like_the_address_itself(net: Net) -> None:
    targets = iter(["https://f.hubspotusercontent-eu1.net/x", "http://10.0.0.1/x"])
    net.answer = lambda _: httpx.Response(302, headers={"location": next(targets)})
    with pytest.raises(ExportUnusable, match=r"not the CRM's own \(10\.0\.0\.1\)"):
        await fetched(net, f"{OWN}/x")
    assert [request.url.host for request in net.asked] == ["api.hubapi.com", "f.hubspotusercontent-eu1.net"]


async def test_a_redirect_to_another_host_of_hubspots_is_followed(net: Net) -> None:
    net.answer = lambda request: (
        httpx.Response(200, content=CSV)
        if request.url.host == "f.hubspot.net"
        else httpx.Response(307, headers={"location": "https://f.hubspot.net/x"})
    )
    assert (await fetched(net, f"{OWN}/x"))[1] == CSV


async def test_redirects_in_a_circle_end(net: Net) -> None:
    net.answer = lambda _: httpx.Response(302, headers={"location": "/x"})
    with pytest.raises(ExportUnusable, match="from one to the next"):
        await fetched(net, f"{OWN}/x")
    assert len(net.asked) == 3


async def test_a_file_without_end_is_given_up(net: Net) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 50

    net.answer = lambda _: httpx.Response(200, content=endless())
    with pytest.raises(ExportUnusable, match="larger than 100 bytes"):
        await fetched(net, f"{OWN}/x")


@pytest.mark.parametrize("status", [403, 404, 410, 500])
async def test_an_address_that_has_ended_may_be_had_anew(net: Net, status: int) -> None:
    net.answer = lambda _: httpx.Response(status)
    with pytest.raises(Unavailable, match=str(status)):
        await fetched(net, f"{OWN}/x")


async def test_a_transfer_that_breaks_off_may_be_had_anew(net: Net) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"id\n"
        raise httpx.RemoteProtocolError("peer closed connection")

    net.answer = lambda _: httpx.Response(200, content=broken())
    with pytest.raises(Unavailable, match="RemoteProtocolError"):
        await fetched(net, f"{OWN}/x")


async def test_a_file_that_trickles_without_end_is_given_up() -> None:
    class Trickle(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"id"
            await asyncio.Event().wait()

    net = Net()
    net.answer = lambda _: httpx.Response(200, stream=Trickle())
    downloads = Downloads(base_url=OWN, is_trusted=is_hubspots, transport=httpx.MockTransport(net), longest=0.05)
    with pytest.raises(Unavailable):
        await downloads.fetch(f"{OWN}/x", io.BytesIO(), most=100, stream="contacts")
    await downloads.close()
