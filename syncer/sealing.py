"""Secrets at rest: sealed with a key of the user's, or in clear and marked so where there is none."""

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from syncer.errors import ConfigError, Problem

if TYPE_CHECKING:
    from syncer.keyring import Keyring

KEYS_VARIABLE = "SYNCER_ENCRYPTION_KEYS"
_SEALED, _CLEAR = "fernet:", "clear:"


class Seal(Enum):
    """How a secret lies in the database."""

    NEWEST = "sealed with the newest key"
    OLDER = "sealed with an older key"
    CLEAR = "in clear"


class Sealer:
    """Seals with the first key, opens with any of them; without a key, nothing is sealed."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, the newest first. Raises ValueError for one that is none."""
        self._ring = _keyring(keys) if keys else None

    def seal(self, secret: str) -> str:
        """Return the secret as it may lie in a database."""
        return f"{_CLEAR}{secret}" if self._ring is None else f"{_SEALED}{self._ring.sealed(secret)}"

    def open(self, kept: str) -> str:
        """Return the secret. Raises ConfigError where none of the keys opens it."""
        if kept.startswith(_CLEAR):
            return kept.removeprefix(_CLEAR)
        secret = None if self._ring is None else self._ring.opened(kept.removeprefix(_SEALED))
        return _refuse() if secret is None else secret

    def state(self, kept: str) -> Seal:
        """Return how a secret lies in the database. Raises ConfigError where none of the keys opens it."""
        if kept.startswith(_CLEAR):
            return Seal.CLEAR
        self.open(kept)
        is_newest = self._ring is not None and self._ring.is_newest(kept.removeprefix(_SEALED))
        return Seal.NEWEST if is_newest else Seal.OLDER


def _keyring(keys: Sequence[str]) -> "Keyring":
    from syncer.keyring import Keyring

    return Keyring(keys)


def _refuse() -> str:
    problem = Problem(
        key=KEYS_VARIABLE,
        message="no key opens the stored OAuth token",
        hint="add the key it was sealed with, behind a comma; or connect the portal again: syncer connect",
    )
    raise ConfigError([problem])
