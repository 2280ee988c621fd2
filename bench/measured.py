"""Runs a command as a process of its own and says what it cost: CPU seconds, wall seconds, peak memory."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

#: The repository.
ROOT = Path(__file__).resolve().parent.parent
_KILO_PER_MEGA = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one process cost."""

    cpu: float
    wall: float
    #: Megabytes at the peak.
    memory: float


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a Python module with arguments to its end; a failure ends the benchmark."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = process.communicate() if process.stderr is None else (None, process.stderr.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{errors.decode()}")
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.monotonic() - began,
        memory=usage.ru_maxrss / _KILO_PER_MEGA,
    )


@contextmanager
def portal(contacts: int, port: int) -> Iterator[str]:
    """Serve canned pages of so many contacts while the block runs; yields the address."""
    process = subprocess.Popen([sys.executable, "-m", "bench.portal_server", str(port), str(contacts)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(f"{address}/ready", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()
