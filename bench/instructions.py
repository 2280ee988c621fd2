"""Instructions of a backfill beside those of the bare loop: what a loaded machine does not disturb.

Run as `python -m bench.instructions [CONTACTS]`; Valgrind has to be installed, and makes both some forty times slower.
Only the process's own instructions count, not those of the kernel for it. Two sizes tell start-up and a contact apart.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from bench.backfill import CONTACTS_ONLY, environment, floor_files
from bench.measured import ROOT, served
from bench.portal_pages import Portal

_SIMULATOR = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_SIZES = (100_000, 300_000, 1_000_000)
_MILLION, _THOUSAND = 1e6, 1e3


@dataclass(frozen=True, slots=True)
class Line:
    """Instructions by the number of contacts."""

    start_up: int
    each: float

    def at(self, contacts: int) -> float:
        """Return the instructions of so many contacts."""
        return self.start_up + self.each * contacts

    def __str__(self) -> str:
        """Return both parts."""
        return f"{self.start_up / _MILLION:,.0f} million to start, {self.each / _THOUSAND:,.1f} thousand a contact"


def main(contacts: int = 4_000) -> None:
    """Print both, and the ratios that they foretell."""
    if which(_SIMULATOR[0]) is None:
        raise SystemExit("install Valgrind")
    ours, bare = (_line(of, contacts) for of in (_syncer, _floor))
    print(f"syncer: {ours}\nbare loop: {bare}")
    print(", ".join(f"{ours.at(size) / bare.at(size):.2f}x at {size:,}" for size in _SIZES))


def _line(instructions: Callable[[int], int], contacts: int) -> Line:
    one, all_ = instructions(1), instructions(contacts)
    each = (all_ - one) / (contacts - 1)
    return Line(one - round(each), each)


def _syncer(contacts: int) -> int:
    with served(Portal(contacts=contacts)) as address, tempfile.TemporaryDirectory() as folder:
        return _counted(["bench.run_backfill"], environment(Path(folder), address, CONTACTS_ONLY))


def _floor(contacts: int) -> int:
    with served(Portal(contacts=contacts)) as address, tempfile.TemporaryDirectory() as folder:
        database, statement = floor_files(Path(folder))
        return _counted(["bench.floor_backfill", address, str(database), str(statement)], {})


def _counted(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Return the instructions of a module of ours; a failure ends the benchmark."""
    command = [*_SIMULATOR, sys.executable, "-m", *arguments]
    # Sets are walked in the same order every time.
    around = {**os.environ, **environment, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True, check=False)
    found = _COUNTED.search(done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"{' '.join(arguments)} failed: {done.stderr[-300:]}")
    return int(found[1].replace(",", ""))


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:2]))
