"""Keys that a person sets in the environment: lists of 32 bytes in URL-safe base64, the newest first."""

from base64 import urlsafe_b64decode
from collections.abc import Sequence

from pydantic import SecretStr

from syncer.errors import Problem

_KEY_BYTES = 32
_HINT = "each 32 bytes in URL-safe base64, the newest first, commas between; "


def keys_of(said: SecretStr | None, variable: str, hint: str) -> tuple[tuple[SecretStr, ...], Sequence[Problem]]:
    """Return the keys of a variable, or what is wrong with it; the fault never repeats them."""
    keys = [key.strip() for key in said.get_secret_value().split(",")] if said and said.get_secret_value() else []
    if all(map(is_key, keys)):
        return tuple(SecretStr(key) for key in keys), ()
    return (), (Problem(key=variable, message="is no list of keys", hint=f"{_HINT}{hint}"),)


def is_key(text: str) -> bool:
    """Return whether a text is a key."""
    try:
        return len(urlsafe_b64decode(text)) == _KEY_BYTES
    except ValueError:
        return False
