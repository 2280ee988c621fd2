"""Property values as HubSpot takes them: checks and normal forms, type by type. Pure."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from connectors.sandbox.definitions import Definition
from syncer.moments import DAY, Millis, iso, millis, moment

MAX_TEXT = 65_536
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class InvalidValueError(Exception):
    """A value that its property refuses; `code` is HubSpot's word for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text(raw: object) -> str | None:
    """Return a JSON value as HubSpot's text; None stays None."""
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)


@lru_cache(maxsize=65_536)
def parsed_moment(value: str) -> Millis | None:
    """Return a date or datetime value as milliseconds, or None where it is neither."""
    if value.lstrip("-").isdigit():
        return Millis(int(value))
    try:
        found = datetime.fromisoformat(value)
        return millis(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=65_536)
def parsed_number(value: str) -> float | None:
    """Return a number value, or None where it is none."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def normal(definition: Definition, value: str, *, allowed: Collection[str] | None, lenient: bool) -> str:
    """Return a non-empty value in the form HubSpot stores.

    `allowed` are the values of a property whose options live elsewhere; None means that anything goes. `lenient` paths
    cut a date's time of day instead of refusing it. Raises InvalidValueError.
    """
    if definition.name == "email":
        return _email(value)
    if definition.type == "enumeration":
        return _choice(definition, value, allowed)
    if definition.type == "date":
        return _date(value, lenient=lenient)
    return _NORMAL[definition.type](value)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value.strip()):
        raise InvalidValueError("INVALID_EMAIL", f"Email address {value} is invalid")
    return value.strip().lower()


def _string(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise InvalidValueError("VALUE_TOO_LONG", f"The value must not exceed {MAX_TEXT} characters.")
    return value


def _number(value: str) -> str:
    if parsed_number(value) is None:
        raise InvalidValueError("INVALID_INTEGER", f"{value} was not a valid number.")
    return value.strip()


def _bool(value: str) -> str:
    if value.lower() not in {"true", "false"}:
        raise InvalidValueError("INVALID_BOOLEAN", f"{value} was not a valid boolean.")
    return value.lower()


def _datetime(value: str) -> str:
    found = parsed_moment(value)
    if found is None:
        raise InvalidValueError("INVALID_DATE", f"{value} was not a valid date.")
    return iso(found) or ""


def _date(value: str, *, lenient: bool) -> str:
    found = parsed_moment(value)
    if found is None or (found % DAY and not lenient):
        raise InvalidValueError("INVALID_DATE", f"{value} was not a valid date.")
    return moment(found).date().isoformat()


def _choice(definition: Definition, value: str, allowed: Collection[str] | None) -> str:
    known = allowed if definition.external else {option.value for option in definition.options}
    chosen = value.split(";") if definition.multiple else [value]
    for item in chosen:
        if item and known is not None and item not in known:
            raise InvalidValueError(
                "INVALID_OWNER_ID" if definition.owner else "INVALID_OPTION",
                f"{item} was not one of the allowed options: [{', '.join(sorted(known))}]",
            )
    return value


_NORMAL: Mapping[str, Callable[[str], str]] = {
    "string": _string,
    "number": _number,
    "bool": _bool,
    "datetime": _datetime,
}
