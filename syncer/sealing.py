"""Secrets at rest: sealed with a key of the user's, or in clear and marked so where there is none.

Fernet (AES-128-CBC with HMAC-SHA256) of the `cryptography` library; several keys make a rotation.
"""

from collections.abc import Sequence
from enum import Enum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from syncer.errors import ConfigError, Problem

KEYS_VARIABLE = "SYNCER_ENCRYPTION_KEYS"
_SEALED, _CLEAR = "fernet:", "clear:"


class Seal(Enum):
    """How a secret lies in the database."""

    NEWEST = "sealed with the newest key"
    OLDER = "sealed with an older key"
    CLEAR = "in clear"


class Sealer:
    """Seals with the first key, opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [Fernet(key) for key in keys]

    def seal(self, secret: str) -> str:
        """Return the secret as it may lie in a database."""
        if not self._keys:
            return f"{_CLEAR}{secret}"
        return f"{_SEALED}{self._keys[0].encrypt(secret.encode()).decode()}"

    def open(self, kept: str) -> str:
        """Return the secret. Raises ConfigError where none of the keys opens it."""
        if kept.startswith(_CLEAR):
            return kept.removeprefix(_CLEAR)
        try:
            return MultiFernet(self._keys).decrypt(kept.removeprefix(_SEALED)).decode() if self._keys else _refuse()
        except InvalidToken:
            return _refuse()

    def state(self, kept: str) -> Seal:
        """Return how a secret lies in the database. Raises ConfigError where none of the keys opens it."""
        if kept.startswith(_CLEAR):
            return Seal.CLEAR
        self.open(kept)
        try:
            self._keys[0].decrypt(kept.removeprefix(_SEALED))
        except InvalidToken:
            return Seal.OLDER
        return Seal.NEWEST


def _refuse() -> str:
    # The cause would carry nothing but the ciphertext.
    problem = Problem(
        key=KEYS_VARIABLE,
        message="no key opens the stored OAuth token",
        hint="add the key it was sealed with, behind a comma; or connect the portal again: syncer connect",
    )
    raise ConfigError([problem]) from None
