"""Python in processes of its own, as `subprocess` starts them, but forked from one that has everything loaded."""

import atexit
import multiprocessing
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

#: How a person types `syncer`.
SYNCER = "from jobs.cli import main; main()"

_OURS = ("connectors", "jobs", "mappings", "syncer")
#: What commands load where they need it.
_LATER = ("alembic.command", "hubspot", "openpyxl", "psycopg", "pyarrow.parquet", "scipy.stats", "uvicorn")
# Libraries of macOS do not outlive a fork: there, processes start as usual.
_forks = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
_forks.set_forkserver_preload(
    [one.name for name in _OURS for one in pkgutil.walk_packages([str(Path(name).absolute())], f"{name}.")]
    + list(_LATER)
)


class Child:
    """A process under way, with the methods of `subprocess.Popen`."""

    def __init__(
        self,
        code: str,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO = subprocess.DEVNULL,
        stderr: int | IO = subprocess.DEVNULL,
    ) -> None:
        self.stdin, given = _end(stdin, "w")
        self.stdout, taken = _end(stdout, "r")
        self.stderr, said = _end(stderr, "r")
        environment = dict(os.environ if env is None else env)
        order = (code, arguments, environment, cwd or Path.cwd(), [given, taken, said])
        self._process = _forks.Process(target=_become, args=order)
        self._process.start()
        for end in (given, taken, said):
            end.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self.returncode

    def communicate(self, told: str = "", timeout: float = 120) -> tuple[str, str]:
        """Tell it the last, and return what it says until its end; what it complains of must fit into a pipe."""
        end = threading.Timer(timeout, self.kill)
        end.start()
        if self.stdin:
            with suppress(BrokenPipeError), self.stdin:
                self.stdin.write(told)
        said, complained = (_rest(pipe) for pipe in (self.stdout, self.stderr))
        self.wait()
        is_overdue = not end.is_alive()
        end.cancel()
        if is_overdue:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return said, complained

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def call(
    code: str, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Run to the end; return exit code and what was said."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        child = Child(code, *arguments, env=env, cwd=cwd, stdout=said, stderr=complained)
        try:
            ended = child.wait(timeout)
        finally:
            child.kill()
        return subprocess.CompletedProcess(["-c", *arguments], ended, _all(said), _all(complained))


def _all(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _rest(pipe: IO | None) -> str:
    if pipe is None:
        return ""
    with pipe:
        return pipe.read()


def _end(wanted: int | IO, mode: str) -> tuple[IO | None, Connection]:
    """Return our end of a pipe, where one is wanted, and what the process gets."""
    if wanted == subprocess.DEVNULL:
        return None, Connection(os.open(os.devnull, os.O_RDWR))
    if wanted != subprocess.PIPE:
        return None, Connection(os.dup(wanted if isinstance(wanted, int) else wanted.fileno()))
    reads, writes = os.pipe()
    ours, theirs = (writes, reads) if mode == "w" else (reads, writes)
    return os.fdopen(ours, mode), Connection(theirs)


def _become(
    code: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, ends: Sequence[Connection]
) -> None:
    """Be `python -c CODE ARGUMENTS`, as if it had been started anew."""
    for place, end in enumerate(ends):
        os.dup2(end.fileno(), place)
        end.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(place, "w", 3 - place, "utf-8", closefd=False) for place in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if "PYTHONWARNINGS" in environment:
        warnings.simplefilter(environment["PYTHONWARNINGS"])
    os.chdir(folder)
    sys.argv = ["-c", *arguments]
    try:
        exec(code, {"__name__": "__main__"})  # noqa: S102 - this is `python -c`
    finally:
        atexit._run_exitfuncs()
