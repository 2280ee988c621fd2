"""Webhooks: how fast deliveries become durable, and how soon an edit is written back.

Run as `python -m bench.webhooks [DELIVERIES EDITS]`. Intake: deliveries of ten events over loopback to a real server,
ten in flight, as HubSpot keeps them; the floor is a bare Starlette application that inserts one row a delivery into the
same kind of database. The ratio is the CPU time of the server a delivery, each in a process of its own. Latency: a
person edits at twenty edits a second in the sandbox, with the whole of `syncer run` between; median and 99th percentile
from the edit to the written value.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import resource
import sqlite3
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import httpx
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.webhook_latency import APP, free_port, latency, wait_for
from jobs.bootstrap import system_clock
from jobs.web.webhooks import Receiver
from jobs.webhooks.hooks import PATH, Webhooks
from jobs.webhooks.keeping import Keeper
from syncer.store import open_store

EVENTS = 10
IN_FLIGHT = 10


def main(deliveries: int = 3_000, edits: int = 300) -> None:
    """Print both figures."""
    floor, ours = (min((_intake(kind, deliveries) for _ in range(2)), key=_cost) for kind in ("floor", "own"))
    print(f"intake: {ours.rate:,.0f} deliveries/s of {EVENTS} events; floor of one row: {floor.rate:,.0f}", flush=True)
    print(f"intake: {ours.cost / floor.cost:.2f}x the floor's CPU time a delivery", flush=True)
    print(f"intake: {1 / ours.cost:,.0f} deliveries by one core's time; floor {1 / floor.cost:,.0f}", flush=True)
    print(f"intake: 99 % answered within {ours.p99 * 1000:,.0f} ms; floor {floor.p99 * 1000:,.0f}", flush=True)
    latency(edits)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Intake:
    rate: float
    #: CPU seconds of the server a delivery.
    cost: float
    #: Seconds within which 99 % of deliveries were answered.
    p99: float


def _cost(one: _Intake) -> float:
    return one.cost


def _intake(kind: str, deliveries: int) -> _Intake:
    """Return what a server of its own process takes; its start counts as much on both sides and is taken out."""
    with tempfile.TemporaryDirectory() as folder:
        idle = _served(kind, Path(folder), 0)[2]
    with tempfile.TemporaryDirectory() as folder:
        took, waits, spent = _served(kind, Path(folder), deliveries)
    p99 = sorted(waits)[int(len(waits) * 0.99)]
    return _Intake(rate=deliveries / took, cost=(spent - idle) / deliveries, p99=p99)


def _served(kind: str, folder: Path, deliveries: int) -> tuple[float, list[float], float]:
    """Start a server and send it deliveries; return how long all and each took, and the CPU seconds it spent."""
    port = free_port()
    address = f"http://127.0.0.1:{port}{PATH}"
    before = _spent()
    server = get_context("spawn").Process(target=_serve, args=(kind, str(folder), port))
    server.start()
    wait_for(lambda: _answers(address))
    took, waits = asyncio.run(_flood(address, deliveries))
    server.terminate()
    server.join()
    return took, waits, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=1).status_code == 405
    except httpx.TransportError:
        return False


async def _flood(address: str, deliveries: int) -> tuple[float, list[float]]:
    """Return the seconds until so many deliveries were answered with 200, and those of each.

    Requests are made beforehand and sent as bytes: a client of any comfort costs more than the server.
    """
    waits: list[float] = []
    url = httpx.URL(address)
    lanes = [
        [_request(url, _body(lane, number)) for number in range(lane, deliveries, IN_FLIGHT)]
        for lane in range(IN_FLIGHT)
    ]

    async def sender(requests: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection(url.host, url.port)
        for one in requests:
            sent = time.monotonic()
            writer.write(one)
            answer = await reader.readuntil(b"\r\n\r\n")
            waits.append(time.monotonic() - sent)
            if not answer.startswith(b"HTTP/1.1 200") or b"content-length: 0" not in answer:
                raise SystemExit(f"answered {answer[:40]!r}")
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(sender(requests) for requests in lanes))
    return time.monotonic() - began, waits


def _request(url: httpx.URL, body: bytes) -> bytes:
    heads = {"Host": f"{url.host}:{url.port}", "Content-Length": str(len(body)), **_signed(str(url), body)}
    lines = [f"POST {url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def _body(lane: int, number: int) -> bytes:
    first = (lane * 1_000_000 + number) * EVENTS
    return json.dumps(
        [
            {
                "eventId": first + place,
                "subscriptionId": 1,
                "portalId": 48_000_001,
                "appId": 7,
                "occurredAt": 1_790_000_000_000 + number * 50 + place,
                "subscriptionType": "contact.propertyChange",
                "attemptNumber": 0,
                "objectId": first + place,
                "propertyName": "lifecyclestage",
                "propertyValue": "lead",
                "changeSource": "CRM_UI",
                "sourceId": "userId:1",
            }
            for place in range(EVENTS)
        ]
    ).encode()


def _signed(address: str, body: bytes) -> dict[str, str]:
    now = str(int(time.time() * 1000))
    digest = hmac.digest(APP.encode(), b"POST" + address.encode() + body + now.encode(), hashlib.sha256)
    return {"X-HubSpot-Signature-v3": b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": now}


def _serve(kind: str, folder: str, port: int) -> None:
    app = _floor(Path(folder)) if kind == "floor" else _own(Path(folder), port)
    uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", access_log=False)).run()


def _floor(folder: Path) -> Starlette:
    """Return an application that does nothing but insert the body as one row, in WAL, before it answers."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "CREATE TABLE inbox (body BLOB)"):
        database.execute(line)

    async def keep(request: Request) -> Response:
        database.execute("INSERT INTO inbox VALUES (?)", (await request.body(),))
        return Response()

    return Starlette(routes=[Route(PATH, keep, methods=["POST"])])


def _own(folder: Path, port: int) -> Starlette:
    """Return our endpoint and keeper over an empty store, with nothing draining it."""
    store = open_store(f"sqlite:///{folder / 'syncer.db'}")
    store.upgrade()
    keeper = Keeper(store, system_clock, lambda: None)
    accounts = {"hubspot": Webhooks(secrets=(SecretStr(APP),), allow_v1=False)}
    receiver = Receiver(accounts=accounts, public_url=f"http://127.0.0.1:{port}", keeper=keeper, clock=system_clock)

    @contextlib.asynccontextmanager
    async def keeping(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(keeper.run())
        yield
        task.cancel()

    return Starlette(routes=receiver.routes(), lifespan=keeping)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]))
