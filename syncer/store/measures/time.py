"""Business time in SQL: local days of a zone by whole numbers alone, the same on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, literal_column, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from syncer.kpis.periods import Calendar, Window
from syncer.moments import DAY, HOUR

#: Any SQL expression: SQLAlchemy's own types do not tell a nullable one.
Expression = ColumnElement[Any]

#: Added before dividing and taken off after: databases truncate towards zero, days before 1970 must not.
_SHIFT_DAYS = 1_000_000


def number(value: int) -> Expression:
    """Return a whole number as it stands, so that a statement of many numbers needs no parameters."""
    return literal_column(str(int(value)), Integer)


class _Stepwise(FunctionElement[int]):
    """The value of the last step that begins at or before a moment.

    Written as text at once: a zone has over a hundred steps, which as elements of SQLAlchemy cost more than the
    statement around them.
    """

    type = BigInteger()
    inherit_cache = False

    def __init__(self, at: Expression, steps: Sequence[tuple[int, int]]) -> None:
        super().__init__(at)
        self.steps = steps


@compiles(_Stepwise)
def _written(element: _Stepwise, compiler: SQLCompiler, **options: object) -> str:
    return _halved(f"({compiler.process(element.clauses, **options)})", element.steps)


def _halved(at: str, steps: Sequence[tuple[int, int]]) -> str:
    """Return the search for a step by halving."""
    if len(steps) == 1:
        return str(steps[0][1])
    middle = len(steps) // 2
    sooner, later = _halved(at, steps[:middle]), _halved(at, steps[middle:])
    return f"CASE WHEN {at} < {steps[middle][0]} THEN {sooner} ELSE {later} END"


def local_day(at: Expression, calendar: Calendar) -> Expression:
    """Return the number of the local day of a moment, counted from 1970-01-01.

    Only where the zone's offsets differ in the day is it asked which of them held: in Berlin for one hour of the day.
    """
    steps = calendar.offsets()
    offsets = [offset for _, offset in steps]
    latest = at + number(max(offsets) + _SHIFT_DAYS * DAY)
    differ = latest % number(DAY) < number(max(offsets) - min(offsets))
    # NULL goes the short way.
    return case((differ, _day(_moved(at, steps))), else_=_day(latest))


def _day(moved: Expression) -> Expression:
    return moved // number(DAY) - number(_SHIFT_DAYS)


def _moved(at: Expression, steps: Sequence[tuple[int, int]]) -> Expression:
    return at + _Stepwise(at, steps) + number(_SHIFT_DAYS * DAY)


def local_hour(at: Expression, calendar: Calendar) -> Expression:
    """Return the hour of the local day of a moment, 0..23."""
    return _moved(at, calendar.offsets()) // number(HOUR) % number(DAY // HOUR)


def period_number(at: Expression, calendar: Calendar, grain: str) -> Expression:
    """Return a number that all moments of one local month, fiscal quarter or fiscal year share."""
    return _Stepwise(at, calendar.edges(grain))


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
