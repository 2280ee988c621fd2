"""From an answer's bytes to a shape of ours."""

from typing import TypeVar

import msgspec

T = TypeVar("T")

#: What is text in every shape and a number in some answers.
_TEXTS = frozenset({"id", "createdAt", "updatedAt", "archivedAt"})


def decoded(body: bytes, *, shape: type[T]) -> T:
    """Return a body in a shape. Values of `properties`, ids and moments become text or None whatever they were.

    Raises msgspec.DecodeError for what does not fit.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return msgspec.convert(_with_text_values(msgspec.json.decode(body)), shape, strict=False)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error.reason)) from error


def _with_text_values(raw: object) -> object:
    if isinstance(raw, list):
        return [_with_text_values(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: _member(key, value) for key, value in raw.items()}


def _member(key: str, value: object) -> object:
    if key == "properties" and isinstance(value, dict | None):
        return {name: _as_text(item) for name, item in (value or {}).items()}
    if key in _TEXTS and isinstance(value, int):
        return _as_text(value)
    return _with_text_values(value)


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
