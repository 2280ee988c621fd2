"""From an answer's bytes to a shape of ours."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def decoded(body: bytes, *, shape: type[T]) -> T:
    """Return a body in a shape. Values of `properties` become text or None whatever they were.

    Raises msgspec.DecodeError for what does not fit.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return msgspec.convert(_with_text_values(msgspec.json.decode(body)), shape)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error.reason)) from error


def _with_text_values(raw: object) -> object:
    if isinstance(raw, list):
        return [_with_text_values(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {
        key: {name: _as_text(item) for name, item in value.items()}
        if key == "properties" and isinstance(value, dict)
        else _with_text_values(value)
        for key, value in raw.items()
    }


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
