"""Cells of a sheet that a person filled in: numbers and dates as Germans and others write them.

Every reader raises ValueError with a reason that never repeats the value. What may mean two things is refused.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple


class Signed(NamedTuple):
    """A number that a spreadsheet shows beside the sign of a currency."""

    number: Decimal
    sign: str


class Unreadable(NamedTuple):
    """A cell that tells no value."""

    #: Why, as what follows the cell's name in a sentence.
    reason: str


#: What a cell tells: text, or the number or day of a spreadsheet.
Value = str | Decimal | date | Signed
Cell = Value | Unreadable

_SIGN = re.compile(r"[€$£]|EUR|USD|CHF|GBP", re.IGNORECASE)
_NOISE = re.compile(rf"[\s\u00a0\u202f'\u2019]|{_SIGN.pattern}", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}([.,])\d{3}")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DOTTED = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4}|\d{2})")
_MONTH = re.compile(r"(\d{1,2})/(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NAMED = re.compile(r"([^\W\d_]+)\.? (\d{4})")
_MONTHS = (
    "januar january jänner",
    "februar february",
    "märz march maerz mrz",
    "april",
    "mai may",
    "juni june",
    "juli july",
    "august",
    "september",
    "oktober october",
    "november",
    "dezember december",
)
_SHORTEST_MONTH = 3
_CENTURY = 100
#: No two currencies lie more powers of ten apart.
_FARTHEST = 12
#: Years of which anybody has costs or rates.
_YEARS = range(1970, 2101)
_LAST_MONTH = 12


class Mark(StrEnum):
    """What stands before the decimals."""

    COMMA = ","
    POINT = "."


class Days(NamedTuple):
    """A stretch of days, both included."""

    first: date
    last: date


def signs(cell: Value) -> frozenset[str]:
    """Return the signs and codes of currencies that stand beside an amount."""
    match cell:
        case str():
            return frozenset(sign.upper() for sign in _SIGN.findall(cell))
        case Signed():
            return frozenset({cell.sign.strip().upper()})
        case _:
            return frozenset()


def decimal_mark(cells: Iterable[Cell]) -> Mark | None:
    """Return what stands before the decimals in a column, as far as all of its numbers agree; None where none tells."""
    found = {mark for cell in cells if isinstance(cell, str) and (mark := _own_mark(_bare(cell))) is not None}
    return found.pop() if len(found) == 1 else None


def amount(cell: Value, mark: Mark | None) -> Decimal:
    """Return an exact amount; `mark` is what the column's other numbers tell."""
    match cell:
        case Decimal():
            return cell
        case Signed():
            return cell.number
        case date():
            raise ValueError("is a date, not an amount")
        case _:
            return _amount(_bare(cell), mark)


def rate(cell: Value) -> Decimal:
    """Return what a currency is worth: its only mark stands before the decimals, since nothing costs thousands."""
    match cell:
        case Decimal():
            found = cell
        case Signed():
            found = cell.number
        case date():
            raise ValueError("is a date, not a rate")
        case _:
            found = _decimal(_bare(cell).replace(",", "."), Mark.POINT)
    if found <= 0:
        raise ValueError("is not above zero")
    if abs(found.adjusted()) > _FARTHEST:
        raise ValueError("is no rate that a currency has")
    return found


def days(cell: Value) -> Days:
    """Return the day, or the whole month, that a cell names."""
    match cell:
        case Decimal() | Signed():
            raise ValueError("is a number, not a date")
        case date():
            return _within(Days(cell, cell))
        case _:
            return _named(" ".join(cell.split()))


def _named(text: str) -> Days:
    year, month, day = _parts(text)
    try:
        first = date(year, month, day or 1)
        last = first if day else _month_end(year, month)
    except ValueError:
        raise ValueError("is a day that no calendar has") from None
    return _within(Days(first, last))


def _within(found: Days) -> Days:
    if found.first.year not in _YEARS:
        raise ValueError(f"is not in the years {_YEARS[0]} to {_YEARS[-1]}")
    return found


def _amount(text: str, mark: Mark | None) -> Decimal:
    own = _own_mark(text)
    if own is None and _GROUPED.fullmatch(text):
        if mark is None:
            raise ValueError("may mean thousands or decimals")
        own = mark
    return _decimal(text, own or Mark.POINT)


def _bare(text: str) -> str:
    return _NOISE.sub("", text).replace("\u2212", "-")


def _own_mark(text: str) -> Mark | None:
    """Return what stands before a number's decimals, None where it has none or may have none."""
    marks = [char for char in text if char in {",", "."}]
    if not marks or (len(marks) == 1 and _GROUPED.fullmatch(text)):
        return None
    if len(marks) > 1 and len(set(marks)) == 1:
        return Mark.POINT if marks[0] == "," else Mark.COMMA
    return Mark(marks[-1])


def _decimal(text: str, mark: Mark) -> Decimal:
    groups = "." if mark is Mark.COMMA else ","
    whole, _, rest = text.partition(mark)
    if groups in rest or (groups in whole and not re.fullmatch(rf"-?\d{{1,3}}(\{groups}\d{{3}})+", whole)):
        raise ValueError("is not a number")
    try:
        found = Decimal(text.replace(groups, "").replace(mark, "."))
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not found.is_finite():
        raise ValueError("is not a finite number")
    return found


def _parts(text: str) -> tuple[int, int, int]:
    """Return year, month and day; day 0 is the whole month."""
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3] or 0)
    if match := _DOTTED.fullmatch(text):
        year = int(match[3])
        if year < _CENTURY and not match[1]:
            raise ValueError("lacks a day or a year of four digits")
        return year + 2000 if year < _CENTURY else year, int(match[2]), int(match[1] or 0)
    if match := _MONTH.fullmatch(text):
        return int(match[2]), int(match[1]), 0
    if match := _SLASHED.fullmatch(text):
        return _slashed(int(match[1]), int(match[2]), int(match[3]))
    if (match := _NAMED.fullmatch(text)) and (month := _month_named(match[1])):
        return int(match[2]), month, 0
    raise ValueError("is not a date")


def _slashed(first: int, second: int, year: int) -> tuple[int, int, int]:
    if first > _LAST_MONTH or first == second:
        return year, second, first
    if second > _LAST_MONTH:
        return year, first, second
    raise ValueError("may mean day/month or month/day")


def _month_named(word: str) -> int:
    asked = word.casefold()
    if len(asked) < _SHORTEST_MONTH:
        return 0
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(asked) for name in names.split()):
            return number
    return 0


def _month_end(year: int, month: int) -> date:
    following = date(year + month // _LAST_MONTH, month % _LAST_MONTH + 1, 1)
    return following - timedelta(days=1)
