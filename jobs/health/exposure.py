"""What `check` says of files that hold secrets or personal data and that others on the machine may read."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from jobs.dotfile import DOTFILE
from jobs.health.findings import Finding, Level
from syncer.store import Store


def exposed_files(store: Store) -> Sequence[Finding]:
    """Return a note on files that every user of the machine can read; nothing where files have no such rights."""
    if os.name != "posix":
        return ()
    names = [str(path) for path in (DOTFILE, store.file) if path is not None and _is_open(path)]
    if not names:
        return ()
    remedy = f"chmod 600 {' '.join(names)}"
    what = f"every user of this machine can read {', '.join(names)}"
    return [Finding(level=Level.NOTE, area="files", what=what, remedy=remedy)]


def _is_open(path: Path) -> bool:
    """Say whether others may read a file and pass every folder that leads to it."""
    if not path.exists():
        return False
    whole = path.resolve()
    return bool(whole.stat().st_mode & stat.S_IROTH) and all(
        folder.stat().st_mode & stat.S_IXOTH for folder in whole.parents
    )
