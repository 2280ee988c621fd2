"""How soon an edit in the sandbox is written back by `syncer run` with webhooks: a part of bench/webhooks.py."""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock

#: Signs nothing but what the benchmark sends to itself.
APP = "signs-nothing-but-this"
_RATE = 20.0
#: Seconds for the first round of a daemon and its figures.
_FIRST_ROUND = 900.0
#: Stages that a contact leaves once somebody works on it.
_WAITING = frozenset({"SUSPECT", "INQUIRY", "LEAD_MQL"})


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    """Return once a condition holds; exit where it does not within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("gave up waiting")
        time.sleep(0.02)


def latency(edits: int) -> None:
    """Print how long edits took."""
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=1_000, seed=1, today=system_clock()))
    port = free_port()
    address = f"http://127.0.0.1:{port}/webhooks/hubspot"
    with tempfile.TemporaryDirectory() as folder, running(portal, limits=UNLIMITED) as server:
        around = environment(Path(folder), server.base_url, port)
        syncer(around, "setup", "--apply")
        syncer(around, "sync")
        with daemon(around, port), Hooks(portal, address, APP, habits=HookHabits(twice=0.05)) as hooks:
            wait_for(lambda: hooks.is_idle and is_empty(port))
            found = _edit_and_wait(portal, edits)
    ordered = sorted(found)
    percent = statistics.quantiles(ordered, n=100)
    print(f"edit to written back at {_RATE:.0f} edits/s, {len(found)} edits: median {percent[49]:,.0f} ms, ", end="")
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
        time.sleep(max(0.0, start + place / _RATE - time.monotonic()))
        began[row.id] = time.monotonic()
        portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
    if not done.wait(120):
        print(f"{len(rows) - len(took)} of {len(rows)} edits were not written back", flush=True)
    portal.watchers.remove(note)
    return list(took.values())


def environment(folder: Path, base_url: str, port: int) -> dict[str, str]:
    """Return the environment of a daemon with one account that takes webhooks, its files in a folder."""
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


def syncer(around: dict[str, str], *arguments: str) -> None:
    """Run one command to its end in an environment."""
    command = [sys.executable, "-c", "from jobs.cli import main; main()", *arguments]
    subprocess.run(command, env=around, capture_output=True, check=False, timeout=3_600)


@contextlib.contextmanager
def daemon(around: dict[str, str], port: int) -> Iterator[int]:
    """Run the daemon until the block ends, and yield its process id once it has measured."""
    command = [sys.executable, "-c", "from jobs.cli import main; main()", "run", "--port", str(port)]
    process = subprocess.Popen(command, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: 'job="measure",status="done"' in _metrics(port), _FIRST_ROUND)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _metrics(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    except httpx.TransportError:
        return ""


def is_empty(port: int) -> bool:
    """Say whether no hint waits in the inbox."""
    return 'syncer_inbox_hints{account="hubspot"} 0.0' in _metrics(port)
