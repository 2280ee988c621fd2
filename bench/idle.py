"""What a daemon costs whose accounts are idle: CPU and memory of `syncer run`, quarter of an hour by quarter.

Run as `python -m bench.idle [ACCOUNTS] [MINUTES]`. Every account is a portal of its own in the sandbox, answered by one
server that tells them by their tokens, takes webhooks, and got one at the beginning; after that nothing happens. The
first daemon reads and measures everything, the next one is watched.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.measured import cpu_of, megabytes, started_by
from bench.webhook_latency import APP, free_port, syncer, wait_for
from connectors.sandbox.app import build_app
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import Hooks
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock

_CONTACTS = 20
_WINDOW = 15 * 60
#: Seconds until every account has had its first rounds and figures.
_PATIENCE = 3_600.0


def main(accounts: int = 50, minutes: int = 90) -> None:
    """Print the share of a core and the memory of the daemon, from the end of its first rounds on."""
    names = [f"a{number}" for number in range(accounts)]
    portals = {f"pat-bench-{name}": _portal(number) for number, name in enumerate(names)}
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, _served(portals) as base_url:
        environment = _environment(Path(folder), names, base_url, port)
        syncer(environment, "setup", "--apply")
        with _running(environment, port) as pid:
            wait_for(lambda: _measured(port) == accounts, _PATIENCE)
            _tell(portals, names, port)
            peak = megabytes(pid, "VmHWM")
            print(
                f"{accounts} accounts read and measured: {cpu_of(pid):.0f} s of CPU, at most {peak:.0f} MB", flush=True
            )
        with _running(environment, port) as pid:
            _watch(pid, minutes * 60)


@contextmanager
def _running(environment: dict[str, str], port: int) -> Iterator[int]:
    command = [sys.executable, "-c", "from jobs.cli import main; main()", "run", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _portal(number: int) -> Portal:
    portal = Portal(habits=Habits(index_lag=0))
    portal.account = replace(portal.account, portal_id=portal.account.portal_id + number)
    portal.load(generate_portal(contacts=_CONTACTS, seed=number + 1, today=system_clock()))
    return portal


@contextmanager
def _served(portals: dict[str, Portal]) -> Iterator[str]:
    apps: dict[str, ASGIApp] = {token: build_app(portal, limits=UNLIMITED) for token, portal in portals.items()}

    async def by_token(scope: Scope, receive: Receive, send: Send) -> None:
        heads = dict(scope["headers"])
        await apps[heads[b"authorization"].decode().removeprefix("Bearer ")](scope, receive, send)

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(by_token, port=port, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _environment(folder: Path, names: list[str], base_url: str, port: int) -> dict[str, str]:
    lines = ["accounts:"]
    for name in names:
        lines += [
            f"  {name}:",
            f"    token_env: TOKEN_{name.upper()}",
            f"    base_url: {base_url}",
            "    tier: unlimited",
        ]
    (folder / "syncer.yaml").write_text("\n".join([*lines, "schedule: {reconcile_hour: null}", ""]), encoding="utf-8")
    return {
        **os.environ,
        **{f"TOKEN_{name.upper()}": f"pat-bench-{name}" for name in names},
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "SYNCER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUBSPOT_CLIENT_SECRET": APP,
    }


def _measured(port: int) -> int:
    time.sleep(1)
    try:
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    except httpx.TransportError:
        return 0
    return page.count('job="measure",status="done"')


def _tell(portals: dict[str, Portal], names: list[str], port: int) -> None:
    """Send every account one webhook about a contact that did not change."""
    for name, portal in zip(names, portals.values(), strict=True):
        contact = next(iter(portal.tables["contacts"].live()))
        event = {"eventId": 1, "subscriptionId": 1, "portalId": portal.account.portal_id, "appId": 7}
        event |= {"occurredAt": portal.clock(), "subscriptionType": "contact.propertyChange"}
        event |= {
            "objectId": int(contact.id),
            "propertyName": "jobtitle",
            "propertyValue": "x",
            "changeSource": "CRM_UI",
        }
        status = Hooks(portal, f"http://127.0.0.1:{port}/webhooks/hubspot/{name}", APP).send([event])
        if status != 200:
            raise SystemExit(f"the webhook of {name} was answered {status}")


def _watch(pid: int, seconds: int) -> None:
    began, end = time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end:
        before, since = cpu_of(pid), time.monotonic()
        time.sleep(max(0.0, min(_WINDOW, end - since)))
        share = (cpu_of(pid) - before) / (time.monotonic() - since)
        now, peak = (megabytes(pid, name) for name in ("VmRSS", "VmHWM"))
        beside = sum(megabytes(child, "VmRSS") for child in started_by(pid))
        told = f"after {(time.monotonic() - began) / 60:3.0f} minutes: {share:.2%} of a core"
        print(f"{told}, {now:.0f} MB, at most {peak:.0f} MB, figures {beside:.0f} MB", flush=True)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]))
