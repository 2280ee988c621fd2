"""A flood of webhooks: the memory of `syncer run` while a million events come and are drained, every record read anew.

Run as `python -m bench.flood [EVENTS] [CONTACTS]`; deliveries of a hundred events, as HubSpot's largest are.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.measured import cpu_of, megabytes
from bench.webhook_latency import APP, daemon, environment, free_port, is_empty, syncer, wait_for
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import signature
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock

_EVENTS = 100
_STEPS = 10
_PATIENCE = 1_800.0


def main(events: int = 1_000_000, contacts: int = 20_000) -> None:
    """Print the memory before, while a tenth after the other comes, and once everything is drained."""
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=contacts, seed=1, today=system_clock()))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, running(portal, limits=UNLIMITED) as server:
        around = environment(Path(folder), server.base_url, port)
        syncer(around, "setup", "--apply")
        syncer(around, "sync", "--force")
        with daemon(around, port) as pid:
            _flood(portal, pid, port, events)


def _flood(portal: Portal, pid: int, port: int, events: int) -> None:
    ids = [int(row.id) for row in portal.tables["contacts"].live()]
    spent, began = cpu_of(pid), time.monotonic()
    print(f"before: {megabytes(pid, 'VmRSS'):.0f} MB", flush=True)
    part = events // _STEPS
    for step in range(_STEPS):
        asyncio.run(_send(ids, port, first=step * part, number=part))
        print(f"{(step + 1) * part:>9,} events sent: {megabytes(pid, 'VmRSS'):.0f} MB", flush=True)
    sent = time.monotonic() - began
    wait_for(lambda: is_empty(port), _PATIENCE)
    took, cpu = time.monotonic() - began, cpu_of(pid) - spent
    print(f"drained after {took:.0f} s ({sent:.0f} s of sending), {cpu:.0f} s of CPU: ", end="")
    print(f"{megabytes(pid, 'VmRSS'):.0f} MB, at most {megabytes(pid, 'VmHWM'):.0f} MB", flush=True)


async def _send(ids: list[int], port: int, *, first: int, number: int) -> None:
    address = f"http://127.0.0.1:{port}/webhooks/hubspot"
    async with httpx.AsyncClient(timeout=30) as client:
        for start in range(first, first + number, _EVENTS):
            body = json.dumps([_event(ids, one) for one in range(start, start + _EVENTS)]).encode()
            now = str(system_clock())
            heads = {
                "X-HubSpot-Signature-v3": signature(APP, address, body, now),
                "X-HubSpot-Request-Timestamp": now,
            }
            answer = await client.post(address, content=body, headers=heads)
            if answer.status_code != httpx.codes.OK:
                raise SystemExit(f"answered {answer.status_code}")


def _event(ids: list[int], number: int) -> dict[str, object]:
    return {
        "eventId": number,
        "subscriptionId": 1,
        "portalId": 48_000_001,
        "appId": 7,
        "occurredAt": system_clock(),
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": ids[number * 7_919 % len(ids)],
        "propertyName": "jobtitle",
        "propertyValue": "x",
        "changeSource": "CRM_UI",
        "sourceId": "userId:1",
    }


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]))
