"""Runs commands as processes of their own and says what they cost: CPU seconds, wall seconds, peak memory."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from bench.portal_pages import Portal

#: The repository.
ROOT = Path(__file__).resolve().parent.parent
_KILO_PER_MEGA = 1024
_LAST_WORDS = 300


class FailedError(Exception):
    """A command that did not end well; the message is the last thing that it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one command, or several joined by pipes, cost."""

    #: Of all processes and of the children that they waited for.
    cpu: float
    wall: float
    #: Megabytes at the peak; the peaks of several processes are added.
    memory: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a portal's server was asked."""

    #: "METHOD path" → calls.
    calls: Mapping[str, int]
    #: Calls that were answered 429.
    refused: int
    #: Seconds from the first call to the last answer.
    span: float = 0.0

    @property
    def total(self) -> int:
        """Return how many calls there were."""
        return sum(self.calls.values())


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a Python module of ours with arguments to its end; a failure ends the benchmark."""
    try:
        return run_piped([[sys.executable, "-m", *arguments]], environment)
    except FailedError as error:
        raise SystemExit(f"{' '.join(arguments)} failed: {error}") from error


def run_piped(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str] | None = None, *, patience: float | None = None
) -> Cost:
    """Run commands, each one's output the next one's input. Raises FailedError, also when `patience` seconds pass."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        heard = [Path(folder) / str(place) for place in range(len(commands))]
        processes = _started(commands, heard, {**os.environ, **(environment or {})})
        timer = threading.Timer(patience or threading.TIMEOUT_MAX, lambda: [one.kill() for one in processes])
        timer.daemon = True
        timer.start()
        usages = [_ended(process) for process in processes]
        wall = time.monotonic() - began
        timer.cancel()
        # The last that failed is the cause: those before it found its door shut.
        for process, words in reversed(list(zip(processes, heard, strict=True))):
            if process.returncode != 0:
                late = f"stopped after {wall:.0f} s: " if patience and wall >= patience else ""
                raise FailedError(late + words.read_text(encoding="utf-8", errors="replace").strip()[-_LAST_WORDS:])
    return Cost(
        cpu=sum(usage.ru_utime + usage.ru_stime for usage in usages),
        wall=wall,
        memory=sum(usage.ru_maxrss for usage in usages) / _KILO_PER_MEGA,
    )


def _started(
    commands: Sequence[Sequence[str]], heard: Sequence[Path], environment: Mapping[str, str]
) -> list[subprocess.Popen[bytes]]:
    processes: list[subprocess.Popen[bytes]] = []
    for place, command in enumerate(commands):
        before = processes[-1].stdout if processes else None
        output = subprocess.DEVNULL if place == len(commands) - 1 else subprocess.PIPE
        with heard[place].open("wb") as words:
            process = subprocess.Popen(
                command, cwd=ROOT, env=dict(environment), stdin=before, stdout=output, stderr=words
            )
        if before is not None:
            before.close()
        processes.append(process)
    return processes


def _ended(process: subprocess.Popen[bytes]) -> "os.struct_rusage":
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


@contextmanager
def served(portal: Portal) -> Iterator[str]:
    """Serve a portal while the block runs; yields the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    text = msgspec.json.encode(portal).decode()
    process = subprocess.Popen([sys.executable, "-m", "bench.portal_server", str(port), text], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with suppress(httpx.TransportError):
                httpx.get(f"{address}/ready", timeout=1)
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def asked_of(address: str) -> Asked:
    """Return what the server behind an address was asked so far."""
    return msgspec.json.decode(httpx.get(f"{address}/calls").content, type=Asked)


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process and those that it started have spent so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    spent = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return spent + sum(cpu_of(child) for child in started_by(pid))


def started_by(pid: int) -> Sequence[int]:
    """Return the processes that a process started and that live."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def megabytes(pid: int, name: str) -> float:
    """Return a figure of a process's memory: VmRSS is what it holds, VmHWM the most that it ever held."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / _KILO_PER_MEGA
