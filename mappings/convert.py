"""A vendor's text into typed values.

Every converter takes non-empty text and raises ValueError with a reason that never repeats the value, since values are
people's data.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite

from mappings.countries import iso_country
from mappings.history import change_source
from syncer.moments import Millis, in_calendar, millis
from syncer.money import rounded

Converted = str | int | float | bool | Decimal | tuple[str, ...] | None

_SHORTEST_EPOCH_MILLIS = 9
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})
_CURRENCY_LENGTH = 3
#: Sources, seniorities and the like: a portal has few of them, each in thousands of records.
_FEW_WORDS = 1_024


def moment(text: str) -> Millis:
    """Return milliseconds for ISO 8601, a plain date (midnight UTC) or epoch milliseconds."""
    if text[4:5] != "-" and len(text) >= _SHORTEST_EPOCH_MILLIS and text.removeprefix("-").isdecimal():
        return in_calendar(int(text))
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date or time") from None
    return in_calendar(millis(parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)))


def number(text: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not isfinite(value):
        raise ValueError("is not a finite number")
    return value


def integer(text: str) -> int:
    """Return a whole number; `51.0` counts as one."""
    value = number(text)
    if value != int(value):
        raise ValueError("is not a whole number")
    return int(value)


def money(text: str) -> Decimal:
    """Return an amount, to six decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("is not an amount of money") from None
    if not value.is_finite():
        raise ValueError("is not a finite amount of money")
    return rounded(value)


def flag(text: str) -> bool:
    """Return true or false."""
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError("is neither true nor false")


def email(text: str) -> str:
    """Return the address in lower case."""
    name, at, host = text.strip().lower().rpartition("@")
    if not (name and at and host):
        raise ValueError("is not an e-mail address")
    return f"{name}@{host}"


def emails(text: str) -> tuple[str, ...]:
    """Return the addresses of a `;`-separated list; what is no address joins nothing and is left out."""
    found: dict[str, None] = {}
    for part in text.split(";"):
        try:
            found[email(part)] = None
        except ValueError:
            continue
    return tuple(found)


def currency(text: str) -> str:
    """Return an ISO 4217 code in upper case."""
    code = text.strip().upper()
    if len(code) != _CURRENCY_LENGTH or not code.isalpha():
        raise ValueError("is not a currency code")
    return code


@lru_cache(_FEW_WORDS)
def slug(text: str) -> str:
    """Return the value as rules compare it: lower case, words joined by underscores."""
    return "_".join(text.lower().split())


def ids(text: str) -> tuple[str, ...]:
    """Return the ids of a `;`-separated list, without the time that some entries carry (`vid:ms`)."""
    return tuple(part.partition(":")[0].strip() for part in text.split(";") if part.strip())


def lower(text: str) -> str:
    """Return the text trimmed and in lower case."""
    return text.strip().lower()


def writer(text: str) -> str:
    """Return who stands behind a write, from the vendor's word for it: a `ChangeSource`."""
    return change_source(text.strip()).value


#: Names of types in the definition files.
CONVERTERS: dict[str, Callable[[str], Converted]] = {
    "text": str.strip,
    "lower": lower,
    "slug": slug,
    "id": str.strip,
    "ids": ids,
    "email": email,
    "emails": emails,
    "integer": integer,
    "number": number,
    "money": money,
    "currency": currency,
    "flag": flag,
    "moment": moment,
    "country": iso_country,
    "writer": writer,
}
