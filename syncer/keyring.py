"""Keys that seal secrets: Fernet (AES-128-CBC with HMAC-SHA256) of `cryptography`; several keys make a rotation."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Keyring:
    """Seals with the first key, opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take at least one key. Raises ValueError for one that is none."""
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def sealed(self, secret: str) -> str:
        """Return the secret, sealed with the newest key."""
        return self._newest.encrypt(secret.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """Return the secret, or None where no key opens it."""
        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def is_newest(self, sealed: str) -> bool:
        """Say whether the newest key opens it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True
