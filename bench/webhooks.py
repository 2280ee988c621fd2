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
import os
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
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

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock
from jobs.hooks import PATH, Webhooks
from jobs.keeping import Keeper
from jobs.web.webhooks import Receiver
from syncer.store import open_store

#: Signs nothing but what this file sends to itself.
APP = "signs-nothing-but-this"
EVENTS = 10
IN_FLIGHT = 10
RATE = 20.0
#: Stages that a contact leaves once somebody works on it.
_WAITING = frozenset({"SUSPECT", "INQUIRY", "LEAD_MQL"})


def main(deliveries: int = 3_000, edits: int = 300) -> None:
    """Print both figures."""
    floor, ours = (min((_intake(kind, deliveries) for _ in range(2)), key=_cost) for kind in ("floor", "own"))
    print(f"intake: {ours.rate:,.0f} deliveries/s of {EVENTS} events; floor of one row: {floor.rate:,.0f}", flush=True)
    print(f"intake: {ours.cost / floor.cost:.2f}x the floor's CPU time a delivery", flush=True)
    _latency(edits)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Intake:
    rate: float
    #: CPU seconds of the server a delivery.
    cost: float


def _cost(one: _Intake) -> float:
    return one.cost


def _intake(kind: str, deliveries: int) -> _Intake:
    """Return what a server of its own process takes; its start counts as much on both sides and is taken out."""
    with tempfile.TemporaryDirectory() as folder:
        idle = _served(kind, Path(folder), 0)[1]
    with tempfile.TemporaryDirectory() as folder:
        took, spent = _served(kind, Path(folder), deliveries)
    return _Intake(rate=deliveries / took, cost=(spent - idle) / deliveries)


def _served(kind: str, folder: Path, deliveries: int) -> tuple[float, float]:
    """Start a server and send it deliveries; return the seconds that they took and the CPU seconds it spent."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}{PATH}"
    before = _spent()
    server = get_context("spawn").Process(target=_serve, args=(kind, str(folder), port))
    server.start()
    _await(lambda: _answers(address))
    found = asyncio.run(_flood(address, deliveries))
    server.terminate()
    server.join()
    return found, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=1).status_code == 405
    except httpx.TransportError:
        return False


async def _flood(address: str, deliveries: int) -> float:
    """Return the seconds until so many deliveries were answered with 200."""

    async def sender(client: httpx.AsyncClient, lane: int) -> None:
        for number in range(lane, deliveries, IN_FLIGHT):
            body = _body(lane, number)
            answer = await client.post(address, content=body, headers=_signed(address, body))
            if answer.status_code != 200:
                raise SystemExit(f"answered {answer.status_code}")

    began = time.monotonic()
    async with httpx.AsyncClient(timeout=10) as client:
        await asyncio.gather(*(sender(client, lane) for lane in range(IN_FLIGHT)))
    return time.monotonic() - began


def _body(lane: int, number: int) -> bytes:
    first = (lane * 1_000_000 + number) * EVENTS
    return json.dumps(
        [
            {
                "eventId": first + place,
                "subscriptionId": 1,
                "portalId": 48_000_001,
                "appId": 7,
                "occurredAt": 1_790_000_000_000,
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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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


def _await(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("gave up waiting")
        time.sleep(0.02)


def _latency(edits: int) -> None:
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=1_000, seed=1, today=system_clock()))
    port = _free_port()
    address = f"http://127.0.0.1:{port}/webhooks/hubspot"
    with tempfile.TemporaryDirectory() as folder, running(portal, limits=UNLIMITED) as server:
        environment = _environment(Path(folder), server.base_url, port)
        _syncer(environment, "setup", "--apply")
        _syncer(environment, "sync")
        with _daemon(environment, port), Hooks(portal, address, APP, habits=HookHabits(twice=0.05)) as hooks:
            _await(lambda: hooks.is_idle and _is_empty(port))
            found = _edit_and_wait(portal, edits)
    ordered = sorted(found)
    percent = statistics.quantiles(ordered, n=100)
    print(f"edit to written back at {RATE:.0f} edits/s, {len(found)} edits: median {percent[49]:,.0f} ms, ", end="")
    print(f"99 % {percent[98]:,.0f} ms, slowest {ordered[-1]:,.0f} ms", flush=True)


def _edit_and_wait(portal: Portal, edits: int) -> list[float]:
    """Edit contacts that nobody works on, one after the other, and return how long each took in milliseconds."""
    untouched = [row for row in portal.tables["contacts"].live() if not row.properties.get("hs_lead_status")]
    rows = [row for row in untouched if row.properties.get("fn_stage") in _WAITING][:edits]
    began: dict[str, float] = {}
    took: dict[str, float] = {}
    done = threading.Event()

    def note(happening: object) -> None:
        name, id_ = (getattr(happening, "more", {}).get(one) for one in ("propertyName", "objectId"))
        row = str(id_)
        if name == "fn_stage" and row in began and row not in took:
            took[row] = (time.monotonic() - began[row]) * 1000
            if len(took) == len(rows):
                done.set()

    portal.watchers.append(note)
    start = time.monotonic()
    for place, row in enumerate(rows):
        time.sleep(max(0.0, start + place / RATE - time.monotonic()))
        began[row.id] = time.monotonic()
        portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
    if not done.wait(120):
        print(f"{len(rows) - len(took)} of {len(rows)} edits were not written back", flush=True)
    portal.watchers.remove(note)
    return list(took.values())


def _environment(folder: Path, base_url: str, port: int) -> dict[str, str]:
    (folder / "syncer.yaml").write_text(
        "accounts: {hubspot: {tier: unlimited}}\nschedule: {sync_every: 600, reconcile_hour: null}\n", encoding="utf-8"
    )
    return {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "SYNCER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUBSPOT_CLIENT_SECRET": APP,
        "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
        "HUBSPOT_BASE_URL": base_url,
    }


def _syncer(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-c", "from jobs.cli import main; main()", *arguments]
    subprocess.run(command, env=environment, capture_output=True, check=False, timeout=600)


@contextlib.contextmanager
def _daemon(environment: dict[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-c", "from jobs.cli import main; main()", "run", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(lambda: 'job="measure",status="done"' in _metrics(port))
        yield
    finally:
        process.terminate()
        process.wait()


def _metrics(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    except httpx.TransportError:
        return ""


def _is_empty(port: int) -> bool:
    return 'syncer_inbox_hints{account="hubspot"} 0.0' in _metrics(port)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]))
