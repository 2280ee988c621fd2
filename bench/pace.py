"""Backfills at HubSpot's own limits: how much of the allowed rate they use, and how often they are refused.

Run as `python -m bench.pace [--seconds S] [--processes N] [--busy N] [--database URL]`. The sandbox listens in a
process of its own and counts rolling windows. `--processes` work on one account at the same time, by one database: a
new SQLite file, or the empty PostgreSQL database of `--database`. Busy processes that only burn the machine's time run
beside them: a starved machine must be slower, not refused. The streams that are read side by side are taken: one alone
asks for its next page when it has the last: it never saturates.
"""

import argparse
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


def main(seconds: float = 60.0, processes: int = 1, busy: int = 0, database: str | None = None) -> None:
    """Print the share of the allowed rate that was used."""
    general = TIERS[_TIER].general
    if general is None:
        raise SystemExit(f"the tier {_TIER} has no limit to hold this against")
    with _sandbox() as address, ExitStack() as stack:
        for _ in range(busy):
            stack.enter_context(_process([sys.executable, "-c", "while True: pass"]))
        found = _backfills(address, seconds, processes, database)
    shares = [one["calls"] / one["seconds"] / (general.calls / general.seconds) for one in found]
    refused = sum(one["refused"] for one in found)
    beside = f" beside {busy} busy processes" if busy else ""
    each = f" ({', '.join(f'{share:.1%}' for share in shares)})" if processes > 1 else ""
    print(
        f"{processes} process(es) reading for {seconds:.0f} s{beside}: {sum(shares):.1%}{each} of the allowed "
        f"{general.calls:.0f} calls in {general.seconds:.0f} s, refused {refused} times"
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


def _backfills(address: str, seconds: float, processes: int, database: str | None) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "syncer.yaml"
        config.write_text(f"accounts: {{hubspot: {{tier: {_TIER}, streams: {_STREAMS}}}}}\n", encoding="utf-8")
        environment = {
            **os.environ,
            "SYNCER_DATABASE_URL": database or f"sqlite:///{Path(folder) / 'bench.db'}",
            "SYNCER_CONFIG": str(config),
            "SYNCER_AGREEMENT": str(Path(folder) / "agreement.yaml"),
            "HUBSPOT_BASE_URL": address,
            "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
        }
        command = [sys.executable, "-m", "bench.run_pace", str(seconds)]
        started = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for _ in range(processes)
        ]
        said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit("a process that read did not end well")
    return [json.loads(words.splitlines()[-1]) for words in said]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How much of the allowed rate is used.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--database")
    return parser.parse_args()


if __name__ == "__main__":
    main(**vars(_arguments()))
