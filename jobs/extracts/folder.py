"""A folder whose files are replaced together: written into a hidden folder inside it, renamed when all are whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syncer.errors import ConfigError, Problem

_PREFIX = ".syncer-tables-"


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into; its files take their places in `folder` at the end of the block, and only then.

    An exception leaves `folder` as it was. What a killed process left half written is taken away. Raises ConfigError
    where the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        half = folder / f"{_PREFIX}{os.getpid()}"
        half.mkdir(mode=0o700)
    except OSError as error:
        problem = Problem(
            key="FOLDER", message=f"cannot be written: {error.strerror}", hint="name a folder that you may write"
        )
        raise ConfigError([problem]) from None
    try:
        yield half
        for path in sorted(half.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{_PREFIX}*"):
        if not _lives(int(left.name.removeprefix(_PREFIX))):
            shutil.rmtree(left)


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False
