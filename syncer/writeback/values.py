"""Property values as CRMs spell them: text; empty text, None and absence are the same."""

import re
from datetime import UTC, datetime
from decimal import Decimal

from syncer.moments import SECOND, iso, millis

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def number(value: float) -> str:
    """Return a number as text without a needless fraction."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def moment_text(value: int | None) -> str | None:
    """Return a moment as ISO 8601 in UTC; None clears."""
    return iso(value)


def truth(value: object) -> str:
    """Return whether a value holds, as CRMs spell it."""
    return "true" if value else "false"


def same_value(left: str | None, right: str | None, *, within: int = SECOND) -> bool:
    """Return whether two spellings mean one value: `5` and `5.0`, ISO and milliseconds, empty and absent.

    Moments less than `within` milliseconds apart are one: a CRM may keep seconds alone.
    """
    if left == right or (not left and not right):
        return True
    if not left or not right:
        return False
    one, other = _plain(left), _plain(right)
    if isinstance(one, Decimal) and isinstance(other, Decimal) and (_is_moment(left) or _is_moment(right)):
        return abs(one - other) < within
    return one == other


def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None


def _plain(text: str) -> str | Decimal:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if _MOMENT.fullmatch(text):
        return _moment(text)
    lowered = text.lower()
    return lowered if lowered in ("true", "false") else text


def _moment(text: str) -> str | Decimal:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return Decimal(millis(read if read.tzinfo else read.replace(tzinfo=UTC)))
