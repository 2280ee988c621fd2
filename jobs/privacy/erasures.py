"""What outlives every restored backup: the key of the tombstones and the journal of erasures, beside the database.

Neither names anybody. The journal is written before the database, so no erasure that was begun can be lost.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from jobs.access.keys import is_key
from jobs.settings import Settings
from syncer.errors import ConfigError, Problem
from syncer.privacy import Tombstoner, new_key
from syncer.store import Erasure, Unit

_PRIVATE = 0o600
_NAME = "syncer.erasures"
KEYS_VARIABLE = "SYNCER_FORGET_KEYS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """Where key and journal are."""

    journal: Path
    #: Keys from the environment; without them the key file holds one.
    keys: tuple[str, ...]

    @property
    def key_file(self) -> Path:
        """The key where the environment names none."""
        return self.journal.with_name(f"{self.journal.name}.key")


def keeping_of(settings: Settings) -> Keeping:
    """Return where an installation keeps its erasures."""
    keys = tuple(key.get_secret_value() for key in settings.forget_keys)
    return Keeping(journal=settings.erasures or _beside(settings.database_url), keys=keys)


def _beside(database_url: str) -> Path:
    scheme, _, path = database_url.partition(":///")
    return Path(f"{path}.erasures") if scheme.startswith("sqlite") and path else Path(_NAME)


def tombstoner_of(keeping: Keeping) -> Tombstoner | None:
    """Return what recognises tombstones, or None where no key was ever made."""
    if keeping.keys:
        return Tombstoner(keeping.keys)
    if not keeping.key_file.exists():
        return None
    text = keeping.key_file.read_text(encoding="ascii").strip()
    if not is_key(text):
        hint = "bring the file back from where you keep its copy"
        raise ConfigError([Problem(file=str(keeping.key_file), message="holds no key", hint=hint)])
    return Tombstoner([text])


def tombstoner_made(keeping: Keeping) -> Tombstoner:
    """Return what makes tombstones; the first time a key is made, and kept so that only its owner can read it."""
    found = tombstoner_of(keeping)
    if found is None:
        _create(keeping.key_file, f"{new_key()}\n")
        found = tombstoner_of(keeping)
    return found or Tombstoner(keeping.keys)


def _create(path: Path, text: str) -> None:
    """Write a private file whole or not at all; of two processes the first one's stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def append(keeping: Keeping, erasures: Sequence[Erasure]) -> None:
    """Write erasures to the journal, durable on return."""
    descriptor = os.open(keeping.journal, os.O_RDWR | os.O_CREAT | os.O_APPEND, _PRIVATE)
    with os.fdopen(descriptor, "ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            # A line that a kill cut off stays alone: its erasure was never begun.
            file.write(b"" if file.read(1) == b"\n" else b"\n")
        file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in erasures))
        file.flush()
        os.fsync(file.fileno())


def journal(keeping: Keeping) -> Sequence[Erasure]:
    """Return every erasure of the journal, oldest first. A line that was cut off by a kill is left out.

    Raises ConfigError where a line is damaged: an erasure would be missed.
    """
    if not keeping.journal.exists():
        return ()
    lines = keeping.journal.read_bytes().splitlines()
    # A whole line ends in a brace: of one that a kill cut off, the erasure was never begun.
    return [_read(keeping, line, number) for number, line in enumerate(lines, 1) if line.endswith(b"}")]


def _read(keeping: Keeping, line: bytes, number: int) -> Erasure:
    try:
        return msgspec.json.decode(line, type=Erasure)
    except msgspec.DecodeError:
        problem = Problem(
            file=str(keeping.journal),
            line=number,
            message="is no line of the journal of erasures",
            hint="bring the file back from a copy; what was erased since the copy is in the database's own log",
        )
        raise ConfigError([problem]) from None


def refuse_lost_key(unit: Unit, keeping: Keeping) -> None:
    """Raise ConfigError where tombstones were made with a key that is not at hand: erased people would come back."""
    stones = tombstoner_of(keeping)
    lost = unit.privacy.key_ids() - set(stones.key_ids if stones else ())
    if lost:
        problem = Problem(
            key=KEYS_VARIABLE,
            message=f"the key {', '.join(sorted(lost))} of the tombstones is missing: erased people would come back",
            hint=f"set {KEYS_VARIABLE}, or bring back {keeping.key_file}",
        )
        raise ConfigError([problem])
