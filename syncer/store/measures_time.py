"""Business time in SQL: local days of a zone by whole numbers alone, the same on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, literal_column, or_, true

from syncer.kpis.periods import Calendar, Window
from syncer.moments import DAY, HOUR

#: Any SQL expression: SQLAlchemy's own types do not tell a nullable one.
Expression = ColumnElement[Any]

#: Added before dividing and taken off after: databases truncate towards zero, days before 1970 must not.
_SHIFT_DAYS = 1_000_000


def number(value: int) -> Expression:
    """Return a whole number as it stands, so that a statement of many numbers needs no parameters."""
    return literal_column(str(int(value)), Integer)


def local_day(at: Expression, calendar: Calendar) -> Expression:
    """Return the number of the local day of a moment, counted from 1970-01-01."""
    shifted = at + _stepwise(at, calendar.offsets()) + number(_SHIFT_DAYS * DAY)
    return shifted // number(DAY) - number(_SHIFT_DAYS)


def local_hour(at: Expression, calendar: Calendar) -> Expression:
    """Return the hour of the local day of a moment, 0..23."""
    shifted = at + _stepwise(at, calendar.offsets()) + number(_SHIFT_DAYS * DAY)
    return shifted // number(HOUR) % number(DAY // HOUR)


def period_number(at: Expression, calendar: Calendar, grain: str) -> Expression:
    """Return a number that all moments of one local month, fiscal quarter or fiscal year share."""
    return _stepwise(at, calendar.edges(grain))


def _stepwise(at: Expression, steps: Sequence[tuple[int, int]]) -> Expression:
    """Return the value of the last step that begins at or before a moment, found by halving."""
    if len(steps) == 1:
        return number(steps[0][1])
    middle = len(steps) // 2
    later = _stepwise(at, steps[middle:])
    return case((at < number(steps[middle][0]), _stepwise(at, steps[:middle])), else_=later)


def inside(at: Expression, window: Window) -> Expression:
    """Return whether a moment falls into a window; of an unbounded one, whether it is known."""
    bounds: list[Expression] = [at.is_not(None)]
    if window.start is not None:
        bounds.append(at >= window.start)
    if window.end is not None:
        bounds.append(at < window.end)
    return and_(*bounds)


def inside_or_unknown(at: Expression, window: Window) -> Expression:
    """Return whether a moment falls into a window or is missing."""
    return or_(at.is_(None), inside(at, window)) if window.bounded else true()
