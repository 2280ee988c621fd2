"""The file of a copied account: whose copy it is, how far it got, and what it holds so far. Kill it at any moment."""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from connectors.sandbox.storefile import Change, StoreFile
from syncer.errors import ConfigError, Problem

PLAIN = "plain"
PSEUDONYMISED = "pseudonymised"

_ENDED = "ended"
_KEY_BYTES = 32
#: What SQLite lays beside a file.
_BESIDE = ("-wal", "-shm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """What a copy is a copy of. A file that says otherwise is not gone on with."""

    account: str
    portal: str
    #: PLAIN or PSEUDONYMISED.
    people: str

    def marks(self) -> dict[str, str]:
        """Return the heading as marks of the file."""
        return {"account": self.account, "portal": self.portal, "people": self.people}


class CloneFile:
    """One copy in the making, or made."""

    def __init__(self, path: Path, store: StoreFile, heading: Heading) -> None:
        self.path = path
        self.heading = heading
        self._store = store
        self._marks = store.marks()

    @classmethod
    def begin(cls, path: Path, heading: Heading) -> Self:
        """Return a copy begun or gone on with; ConfigError where the file holds something else."""
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        store = StoreFile(path)
        held = {name: value for name, value in store.marks().items() if name in heading.marks()}
        if not held and store.is_empty():
            store.save((), heading.marks())
        elif held != heading.marks():
            store.close()
            raise ConfigError(_differences(path, held, heading))
        return cls(path, store, heading)

    @property
    def is_whole(self) -> bool:
        """Whether the copy was made to its end."""
        return _ENDED in self._marks

    def mark(self, name: str) -> str | None:
        """Return what was noted under a name, or None."""
        return self._marks.get(name)

    def save(self, changes: Iterable[Change], marks: dict[str, str] | None = None) -> None:
        """Keep lines and notes in one transaction."""
        self._store.save(changes, marks)
        self._marks |= marks or {}

    def held(self, kind: str, ids: Collection[str]) -> set[str]:
        """Return those of the ids that the copy has a record of."""
        return self._store.held(kind, ids)

    def end(self, at: str) -> None:
        """Note that the copy is whole."""
        self.save((), {_ENDED: at})

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()


def key_path(path: Path) -> Path:
    """Return where the key of a pseudonymised copy lies: beside it, so that the copy alone gives nothing away."""
    return path.with_name(f"{path.name}.key")


def read_key(file: CloneFile) -> bytes:
    """Return the key of a copy, made where it has none yet; ConfigError where the copy has lost its own."""
    lies = key_path(file.path)
    known = file.mark("key")
    key = lies.read_bytes() if lies.exists() else b""
    if known is None:
        key = _new_key(lies)
        file.save((), {"key": _fingerprint(key)})
    elif known != _fingerprint(key):
        problem = "is not the key of this copy" if key else "is gone"
        raise ConfigError([Problem(file=str(lies), message=problem, hint="--restart makes a new copy")])
    return key


def _new_key(path: Path) -> bytes:
    key = os.urandom(_KEY_BYTES)
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _fingerprint(key: bytes) -> str:
    return sha256(b"the key of a copy" + key).hexdigest()


def is_clone(path: Path) -> bool:
    """Return whether a file is there and holds a copy, whole or not."""
    return bool(_marks_of(path))


def discard(path: Path) -> None:
    """Remove a copy and its key; ConfigError where the file is no copy, which is left alone."""
    if path.exists() and path.stat().st_size and not is_clone(path):
        raise ConfigError([_no_copy(path)])
    for one in (path, *(path.with_name(path.name + ending) for ending in _BESIDE), key_path(path)):
        one.unlink(missing_ok=True)


def refuse_half(path: Path) -> None:
    """Raise ConfigError for a file that holds a copy which was never finished."""
    marks = _marks_of(path)
    if marks and _ENDED not in marks:
        hint = f"syncer sandbox --clone {marks['account']} --state {path} goes on with it"
        raise ConfigError([Problem(file=str(path), message="holds half a copy", hint=hint)])


def _marks_of(path: Path) -> dict[str, str]:
    if not path.exists() or path.stat().st_size == 0:
        return {}
    store = StoreFile(path)
    try:
        return store.marks()
    finally:
        store.close()


def _differences(path: Path, held: dict[str, str], heading: Heading) -> list[Problem]:
    if not held:
        return [_no_copy(path)]
    return [
        Problem(
            file=str(path),
            message=f"holds a copy whose {name} is {held.get(name)}, not {value}",
            hint="name another file, or --restart",
        )
        for name, value in heading.marks().items()
        if held.get(name) != value
    ]


def _no_copy(path: Path) -> Problem:
    return Problem(file=str(path), message="holds a portal that is no copy of an account", hint="name another file")
