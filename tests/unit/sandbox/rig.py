"""A clock that stands still until it is told to move, and a client that talks to the application without a socket."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx
from starlette.applications import Starlette

from connectors.sandbox.faults import NONE, Faults
from connectors.sandbox.limits import UNLIMITED, Limits
from connectors.sandbox.state import Portal
from syncer.moments import Millis

START = 1_790_000_000_000
TOKEN = "pat-eu1-00000000"


@dataclass
class Clock:
    """Portal time and the seconds that limits count in; both move only when a test says so."""

    now: int = START
    seconds: float = 0.0

    def __call__(self) -> Millis:
        return Millis(self.now)

    def elapsed(self) -> float:
        return self.seconds

    def pass_(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.seconds += milliseconds / 1_000


class Crm:
    """A client of one application."""

    def __init__(self, app: Starlette, headers: Mapping[str, str]) -> None:
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        call = self._client.request(method, path, params=params, json=json, content=content)
        return self._loop.run_until_complete(call)

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> httpx.Response:
        return self.request("GET", path, params=params)

    def post(self, path: str, json: object = None, content: bytes | None = None) -> httpx.Response:
        return self.request("POST", path, json=json, content=content)

    def put(self, path: str, json: object = None) -> httpx.Response:
        return self.request("PUT", path, json=json)

    def patch(self, path: str, json: object = None) -> httpx.Response:
        return self.request("PATCH", path, json=json)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()


class Open(Protocol):
    """Opens a client on a portal, with limits and faults of choice."""

    def __call__(
        self, portal: Portal, *, limits: Limits = UNLIMITED, faults: Faults = NONE, token: str | None = TOKEN
    ) -> Crm: ...
