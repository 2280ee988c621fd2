"""A server of made-up HubSpot pages: costs next to nothing, so a benchmark measures its client.

Run as `python -m bench.portal_server PORT PORTAL`, the portal as JSON (portal_pages.Portal). Answers what Syncer and
its peers ask, on the numbered and the dated paths; `/calls` says what was asked, and is not counted.
"""

import asyncio
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
import orjson
import uvicorn

from bench.portal_pages import Pages, Portal, definitions, property_list

Scope = Mapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_JSON = [(b"content-type", b"application/json;charset=utf-8")]
_UNLIMITED = (b"x-hubspot-ratelimit-max", b"100000")
_PROFESSIONAL = (b"x-hubspot-ratelimit-max", b"190")
_INTERVAL = (b"x-hubspot-ratelimit-interval-milliseconds", b"10000")
_TOO_MANY = b'{"status":"error","message":"You have reached your limit.","errorType":"RATE_LIMIT","policyName":"%s"}'
_ACCOUNT = b'{"portalId":1,"timeZone":"Europe/Berlin","companyCurrency":"EUR","accountType":"STANDARD"}'
#: An empty list, whatever the family calls it.
_NOTHING = b'{"results":[],"total":0,"events":[],"hasMore":false}'
#: Bucket → calls, and the seconds in which they are allowed.
_LIMITS: Mapping[str, tuple[int, float]] = {"general": (190, 10.0), "associations": (150, 10.0), "search": (5, 1.0)}
_SINGULAR = {"contact": "contacts", "company": "companies", "deal": "deals"}


class Windows:
    """HubSpot's rolling windows."""

    def __init__(self) -> None:
        self._spent: Mapping[str, deque[float]] = {bucket: deque() for bucket in _LIMITS}

    def takes(self, bucket: str) -> bool:
        """Spend one call and return True, or return False where the window is full."""
        calls, seconds = _LIMITS[bucket]
        spent, now = self._spent[bucket], time.monotonic()
        while spent and spent[0] <= now - seconds:
            spent.popleft()
        if len(spent) >= calls:
            return False
        spent.append(now)
        return True


class App:
    """The server of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._pages = Pages(portal)
        self._windows = Windows()
        self._calls: Counter[str] = Counter()
        self._refused = 0
        self._first = self._last = 0.0
        self._headers = [*_JSON, _PROFESSIONAL if portal.limited else _UNLIMITED, _INTERVAL]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        method, path = scope["method"], scope["path"].rstrip("/")
        if path == "/ready":
            status, answer = 200, b"{}"
        elif path == "/calls":
            facts = {"calls": dict(self._calls), "refused": self._refused, "span": self._last - self._first}
            status, answer = 200, orjson.dumps(facts)
        else:
            self._first = self._first or time.monotonic()
            status, answer = await self._counted(method, path, scope["query_string"].decode(), body)
            self._last = time.monotonic()
        await send({"type": "http.response.start", "status": status, "headers": self._headers})
        await send({"type": "http.response.body", "body": answer})

    async def _counted(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        self._calls[f"{method} {path}"] += 1
        bucket = "search" if path.endswith("/search") else "associations" if "/associations/" in path else "general"
        if self._portal.limited and not self._windows.takes(bucket):
            self._refused += 1
            return 429, _TOO_MANY % (b"SECONDLY" if bucket == "search" else b"TEN_SECONDLY_ROLLING")
        if self._portal.latency:
            await asyncio.sleep(self._portal.latency)
        if method == "POST":
            return self._posted(path, orjson.loads(body or b"{}"))
        return 200, self._got(path, {name: values[0] for name, values in parse_qs(query).items()})

    def _got(self, path: str, query: Mapping[str, str]) -> bytes:
        stream = _stream(path)
        if "/objects/" in path:
            if query.get("archived") == "true":
                return b'{"results":[]}'
            return self._pages.list_page(stream, int(query.get("after", "0")), int(query.get("limit", "10")))
        if "/properties/v" in path or path.endswith("/properties"):
            # The oldest versions answer a bare list.
            return orjson.dumps(definitions(_stream(path.removesuffix("/properties"))))
        if "/properties/" in path:
            return property_list(stream)
        return _ACCOUNT if "account-info" in path else _NOTHING

    def _posted(self, path: str, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        if path.endswith("/search"):
            return 200, self._pages.search_page(_stream(path.removesuffix("/search")), asked)
        ids = [str(one["id"]) for one in asked.get("inputs", ())]
        if "/associations/" in path:
            return 207, self._pages.links(_stream(path.removesuffix("/batch/read")), ids)
        if path.endswith("/batch/read"):
            stream = _stream(path.removesuffix("/batch/read"))
            return 200, self._pages.batch(stream, ids, asked.get("propertiesWithHistory", ()))
        return 200, b"{}"


async def _body(receive: Receive) -> bytes:
    body = b""
    while (message := await receive()).get("more_body") or message.get("body"):
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _stream(path: str) -> str:
    last = path.rpartition("/")[2]
    return _SINGULAR.get(last, last)


async def serve(port: int, portal: Portal) -> None:
    """Serve until the process ends."""
    config = uvicorn.Config(App(portal), host="127.0.0.1", port=port, log_level="error", lifespan="off")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Portal)))
