"""Gives orders to bench/kill_forks.py: start that command, kill it, what became of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, cast


class Forks:
    """A process that has everything loaded and forks commands, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.kill_forks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def begin(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """Start a command and return its process id."""
        log.unlink(missing_ok=True)
        order = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        orders = cast("IO[str]", self._process.stdin)
        orders.write(json.dumps(order) + "\n")
        orders.flush()
        return int(self._answer())

    def ended(self) -> int:
        """Return the exit code of the command once it has ended; negative where a signal ended it."""
        return int(self._answer())

    def killed(self, child: int) -> bool:
        """Kill the command and say whether it was still there."""
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        return self.ended() == -signal.SIGKILL

    def close(self) -> None:
        """End the process."""
        cast("IO[str]", self._process.stdin).close()
        self._process.wait()
        cast("IO[str]", self._process.stdout).close()

    def _answer(self) -> str:
        return cast("IO[str]", self._process.stdout).readline()


def is_alive(child: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True
