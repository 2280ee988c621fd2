"""Fetches a file from an address that a CRM's answer named: from its own hosts only, and without the token.

The answer is foreign data: it could point anywhere. Redirects are looked at like the address itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import BinaryIO

import httpx

from connectors.addresses import is_loopback
from connectors.ending import to_the_end
from connectors.exchange import CONNECT_TIMEOUT, READ_TIMEOUT
from connectors.spans import FILE, call_span, note_status
from connectors.tls import certificates
from syncer.errors import ExportUnusable, Unavailable

_REDIRECTS = 3
#: Seconds within which a file has to be whole.
_LONGEST = 3_600.0
_PORTS = frozenset({None, 443})


class Downloads:
    """Files of one account. `is_trusted` knows the vendor's hosts; `base_url` is where the account itself is asked."""

    def __init__(
        self,
        *,
        base_url: str,
        is_trusted: Callable[[str], bool],
        transport: httpx.AsyncBaseTransport | None = None,
        longest: float = _LONGEST,
    ) -> None:
        self._longest = longest
        self._own = httpx.URL(base_url)
        self._is_trusted = is_trusted
        trust_env = not is_loopback(self._own.host)
        self._http = httpx.AsyncClient(
            headers={"User-Agent": "syncer", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            transport=transport,
            trust_env=trust_env,
            verify=certificates(trust_env=trust_env),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await to_the_end(self._http.aclose())

    async def fetch(self, address: str, file: BinaryIO, *, most: int, stream: str) -> str:
        """Write the file and return its SHA-256.

        Raises ExportUnusable for an address that is not followed and for more than `most` bytes, Unavailable for a
        transfer that fails or breaks off.
        """
        try:
            async with asyncio.timeout(self._longest):
                return await self._followed(self._checked(address, stream), file, most=most, stream=stream)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(f"the file did not arrive ({type(error).__name__})", stream=stream) from error

    async def _followed(self, url: httpx.URL, file: BinaryIO, *, most: int, stream: str) -> str:
        for _ in range(_REDIRECTS):
            async with self._opened(url) as answer:
                if not answer.has_redirect_location:
                    return await _written(answer, file, most=most, stream=stream)
                url = self._checked(str(url.join(answer.headers["location"])), stream)
        raise ExportUnusable("the file's address leads from one to the next", stream=stream)

    @asynccontextmanager
    async def _opened(self, url: httpx.URL) -> AsyncIterator[httpx.Response]:
        with call_span("GET", FILE) as span:
            async with self._http.stream("GET", url) as answer:
                note_status(span, answer.status_code)
                yield answer

    def _checked(self, address: str, stream: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL("")
        is_own = (url.scheme, url.host, url.port) == (self._own.scheme, self._own.host, self._own.port)
        is_theirs = url.scheme == "https" and url.port in _PORTS and self._is_trusted(url.host)
        if url.userinfo or not (is_own or is_theirs):
            # The rest of the address is a key to the file: it stays out of every message.
            where = url.host or "no host"
            raise ExportUnusable(f"the file's address is not the CRM's own ({where})", stream=stream)
        return url


async def _written(answer: httpx.Response, file: BinaryIO, *, most: int, stream: str) -> str:
    if answer.status_code != httpx.codes.OK:
        raise Unavailable(f"the file's address answers {answer.status_code}", stream=stream)
    digest = sha256()
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > most:
            raise ExportUnusable(f"the file is larger than {most:,} bytes", stream=stream)
        digest.update(part)
        file.write(part)
    return digest.hexdigest()
