"""Tombstones: keyed digests of ids and addresses. Whoever lacks the key can neither read nor try them out.

HMAC-SHA256 of the standard library; several keys make a rotation: new tombstones are made with the first.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_bytes

_KEY_BYTES = 32
_KEY_ID_LENGTH = 8


class Tombstoner:
    """Makes tombstones with the first key, recognises those of any. Keys are 32 bytes in URL-safe base64."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {key_id(key): urlsafe_b64decode(key) for key in keys}

    @property
    def key_ids(self) -> Sequence[str]:
        """What tombstones name their keys by, the newest first."""
        return list(self._keys)

    def of_ids(self, account: str, ids: Iterable[str]) -> Mapping[str, str]:
        """Return contact ids by their tombstones, under every key."""
        return {self._digest(key, account, "id", one): one for one in ids for key in self._keys.values()}

    def of_addresses(self, account: str, addresses: Iterable[str]) -> Mapping[str, str]:
        """Return addresses, given as joins compare them, by their tombstones, under every key."""
        return {self._digest(key, account, "address", one): one for one in addresses for key in self._keys.values()}

    def newest(self, account: str, ids: Iterable[str], addresses: Iterable[str]) -> Sequence[str]:
        """Return the tombstones of a person, made with the first key, in an order that tells nothing."""
        key = next(iter(self._keys.values()))
        made = [self._digest(key, account, "id", one) for one in ids]
        return sorted(made + [self._digest(key, account, "address", one) for one in addresses])

    @staticmethod
    def _digest(key: bytes, account: str, kind: str, value: str) -> str:
        return hmac.digest(key, f"{account}\x00{kind}\x00{value}".encode(), "sha256").hex()


def key_id(key: str) -> str:
    """Return what a key is known by where tombstones lie; it does not lead back to the key."""
    return hashlib.sha256(b"tombstones\x00" + urlsafe_b64decode(key)).hexdigest()[:_KEY_ID_LENGTH]


def new_key() -> str:
    """Return a key that nobody has had before."""
    return urlsafe_b64encode(token_bytes(_KEY_BYTES)).decode()
