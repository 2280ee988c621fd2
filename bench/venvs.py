"""Virtual environments of the packages that Syncer is measured beside: one each, outside the repository, made once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.measured import FailedError

_LAST_WORDS = 300


def interpreter(package: str) -> Path:
    """Return the interpreter of a pinned package's own environment, installing it first where that is not yet done.

    The package comes from whatever registry pip is set up for. Raises FailedError with pip's last words.
    """
    folder = _cache() / package.replace("==", "-")
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"installing {package} ...", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run(
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        )
        ready.touch()
    return folder / "bin" / "python"


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "syncer-bench"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FailedError(done.stderr.strip()[-_LAST_WORDS:])
