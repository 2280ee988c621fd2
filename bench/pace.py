"""A backfill at HubSpot's own limits: how much of the allowed rate it uses, and how often it is refused.

Run as `python -m bench.pace [SECONDS] [BUSY]`. The sandbox listens in a process of its own and counts rolling windows.
BUSY processes that only burn the machine's time run beside it: a starved machine must be slower, not refused. The
streams that are read side by side are taken: one alone asks for its next page when it has the last: it never saturates.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from bench.measured import ROOT
from connectors.tiers import TIERS

_PORT = 8398
_CONTACTS = 1_500
_TIER = "professional"
_STREAMS = "[calls, emails, meetings, notes, tasks, communications, feedback_submissions]"
_COMMAND = [sys.executable, "-c", "from jobs.cli import main; main()"]


def main(seconds: float = 60.0, busy: int = 0) -> None:
    """Print the share of the allowed rate that was used."""
    general = TIERS[_TIER].general
    if general is None:
        raise SystemExit(f"the tier {_TIER} has no limit to hold this against")
    with _sandbox() as address, ExitStack() as stack:
        for _ in range(busy):
            stack.enter_context(_process([sys.executable, "-c", "while True: pass"]))
        found = _backfills(address, seconds)
    used = found["calls"] / found["seconds"] / (general.calls / general.seconds)
    beside = f" beside {busy} busy processes" if busy else ""
    print(
        f"backfills for {seconds:.0f} s{beside}: {used:.1%} of the allowed {general.calls:.0f} calls in "
        f"{general.seconds:.0f} s, refused {found['refused']} times"
    )


@contextmanager
def _process(command: list[str], *, environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _sandbox() -> Iterator[str]:
    address = f"http://127.0.0.1:{_PORT}"
    with _process([*_COMMAND, "sandbox", "--port", str(_PORT), "--generate", str(_CONTACTS)]):
        for _ in range(600):
            try:
                httpx.get(address, timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address


def _backfills(address: str, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "syncer.yaml"
        config.write_text(f"accounts: {{hubspot: {{tier: {_TIER}, streams: {_STREAMS}}}}}\n", encoding="utf-8")
        environment = {
            **os.environ,
            "SYNCER_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "SYNCER_CONFIG": str(config),
            "SYNCER_AGREEMENT": str(Path(folder) / "agreement.yaml"),
            "HUBSPOT_BASE_URL": address,
            "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
        }
        command = [sys.executable, "-m", "bench.run_pace", str(seconds)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main(*(float(one) for one in sys.argv[1:2]), *(int(one) for one in sys.argv[2:3]))
