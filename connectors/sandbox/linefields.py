"""Fields of a JSON line, read with a reason for everything that is wrong with them. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from connectors.sandbox.kinds import Kind, find_kind
from connectors.sandbox.values import parsed_moment, text
from syncer.moments import Millis

Line = Mapping[str, object]

#: Seconds and days written in digits; as milliseconds they would lie in the first months of 1970.
_TOO_FEW_DIGITS: Final = re.compile("[0-9]{8,10}")


class LineError(Exception):
    """A line that cannot be taken in; the text says why."""


def required(line: Line, name: str) -> str:
    """Return a field as non-empty text."""
    value = text(line.get(name))
    if not value:
        raise LineError(f"{name} is missing")
    return value


def optional(line: Line, name: str) -> str | None:
    """Return a field as text, or None where it is absent."""
    return text(line.get(name))


def when(line: Line, name: str) -> Millis | None:
    """Return a field as a moment: ISO 8601 or milliseconds; None where it is absent."""
    raw = text(line.get(name))
    if raw is None:
        return None
    if _TOO_FEW_DIGITS.fullmatch(raw):
        raise LineError(f"{name} is a number of {len(raw)} digits: write ISO 8601, or milliseconds")
    found = parsed_moment(raw)
    if found is None:
        raise LineError(f"{name} is no date")
    return found


def must_when(line: Line, name: str) -> Millis:
    """Return a field as a moment that has to be there."""
    found = when(line, name)
    if found is None:
        raise LineError(f"{name} is missing")
    return found


def mapping(line: Line, name: str) -> Mapping[str, object]:
    """Return a field as an object; absent is empty."""
    value = line.get(name) or {}
    if not isinstance(value, Mapping):
        raise LineError(f"{name} is no object")
    return value


def rows(line: Line, name: str) -> Iterator[Line]:
    """Yield a field's objects; absent is none."""
    value = line.get(name) or []
    if not isinstance(value, list):
        raise LineError(f"{name} is no list")
    for item in value:
        if not isinstance(item, Mapping):
            raise LineError(f"{name} holds something that is no object")
        yield item


def kind_named(line: Line, name: str) -> Kind:
    """Return the kind that a field names."""
    found = find_kind(required(line, name))
    if found is None:
        raise LineError(f"{name} is no kind of record")
    return found


def texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return properties as text, without those that have no value."""
    return {name: value for name, raw in values.items() if (value := raw if isinstance(raw, str) else text(raw))}
