"""From an answer's bytes to a shape of ours."""

import json
from contextlib import suppress
from typing import TypeVar

import msgspec

T = TypeVar("T")

#: What is text in every shape and a number in some answers.
_TEXTS = frozenset({"id", "createdAt", "updatedAt", "archivedAt", "occurredAt"})
#: The only way in which JSON can spell NUL, and its first byte: a single one is looked for many times faster.
_NUL, _ESCAPE = rb"\u0000", b"\\"


def decoded(body: bytes, *, shape: type[T]) -> T:
    """Return a body in a shape. Values of `properties`, ids and moments become text or None whatever they were.

    NUL, which no database keeps and nobody sees, is left out of texts. Where the shape does not allow null, null means
    the same as an absent member.
    Raises msgspec.DecodeError for what does not fit.
    """
    if _ESCAPE not in body or _NUL not in body:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(body, type=shape)
    # As JSON again, since a shape may keep a part of it undecoded.
    return msgspec.json.decode(msgspec.json.encode(_with_text_values(_parsed(body))), type=shape, strict=False)


def _parsed(body: bytes) -> object:
    """Return a body by the parser that takes half a character too: the end of a text that was cut in an emoji."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise msgspec.DecodeError(type(error).__name__) from error


def _with_text_values(raw: object) -> object:
    if isinstance(raw, str):
        return _whole(raw)
    if isinstance(raw, list):
        return [_with_text_values(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: _member(key, value) for key, value in raw.items() if value is not None}


def _member(key: str, value: object) -> object:
    if key == "properties" and isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    if key in _TEXTS and isinstance(value, int):
        return _as_text(value)
    return _with_text_values(value)


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return _whole(value)
    if value is None:
        return None
    return json.dumps(value)


def _whole(text: str) -> str:
    """Return a text with question marks for halves of characters, and without NUL."""
    return text.encode(errors="replace").decode().replace("\0", "")
