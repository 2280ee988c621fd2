"""Business time: zone, fiscal year, and the periods people name. Edges are local midnights, DST included."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from syncer.errors import ConfigError, Problem
from syncer.moments import DAY, Millis, millis, moment, reportable

_EPOCH_DAY = date(1970, 1, 1).toordinal()

#: UTC offsets are listed between these years; moments outside take the nearest one.
_OFFSET_YEARS = (1970, 2070)

#: Months, quarters and years are told apart between these years.
_EDGE_YEARS = (1999, 2070)

_FORMS = "2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31 or all"


def day_of(number: int) -> date:
    """Return the day that is `number` days after 1970-01-01."""
    return date.fromordinal(_EPOCH_DAY + number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch of time, `start` inclusive and `end` exclusive; None is unbounded."""

    start: Millis | None = None
    end: Millis | None = None

    @property
    def bounded(self) -> bool:
        """True when a record without a date cannot belong to it."""
        return self.start is not None or self.end is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A window with the name that people gave it."""

    label: str
    window: Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """The reporting time zone and the month in which the fiscal year begins."""

    zone: str = "Europe/Berlin"
    #: 1..12. A fiscal year carries the number of the calendar year in which it begins.
    fiscal_year_start: int = 1

    def midnight(self, day: date) -> Millis:
        """Return the first moment of a local day."""
        return millis(datetime.combine(day, time(), ZoneInfo(self.zone)))

    def day_number(self, at: int) -> int:
        """Return the local day of a moment as days since 1970-01-01."""
        starts, offsets, end = _steps(self.zone)
        if starts[0] <= at < end:
            return (at + offsets[bisect_right(starts, at) - 1]) // DAY
        return self.day(at).toordinal() - _EPOCH_DAY

    def day(self, at: int) -> date:
        """Return the local day of a moment."""
        return moment(at).astimezone(ZoneInfo(self.zone)).date()

    def last_moment(self, day: date) -> Millis:
        """Return the last millisecond of a local day: what `as of that day` includes."""
        return Millis(self.midnight(day + timedelta(days=1)) - 1)

    def offsets(self) -> Sequence[tuple[Millis, int]]:
        """Return (from, UTC offset in milliseconds), ascending; the first also serves everything before it."""
        return _offsets(self.zone)

    def fiscal_year(self, day: date) -> int:
        """Return the number of the fiscal year of a day."""
        return day.year if day.month >= self.fiscal_year_start else day.year - 1

    def quarter_label(self, day: date) -> str:
        """Return the fiscal quarter of a day as `2026Q2`."""
        months = (day.month - self.fiscal_year_start) % 12
        return f"{self.fiscal_year(day)}Q{months // 3 + 1}"

    def label(self, day: date, grain: str) -> str:
        """Return the name of the month, fiscal quarter or fiscal year of a day."""
        match grain:
            case "month":
                return f"{day.year:04d}-{day.month:02d}"
            case "quarter":
                return self.quarter_label(day)
            case _:
                return f"{self.fiscal_year(day):04d}"

    def edges(self, grain: str) -> Sequence[tuple[Millis, int]]:
        """Return (first moment, number) of every month, fiscal quarter or fiscal year, ascending."""
        return _edges(self, grain)

    def quarter(self, at: int) -> Period:
        """Return the fiscal quarter that contains a moment."""
        return parse_period(self.quarter_label(self.day(at)), self)

    def trailing(self, as_of: int, days: int) -> Period:
        """Return the last `days` local days up to and including that of `as_of`."""
        last = self.day(as_of)
        return self.between(last - timedelta(days=days - 1), last)

    def between(self, first: date, last: date, label: str | None = None) -> Period:
        """Return the period from one local day to another, both included."""
        window = Window(start=self.midnight(first), end=self.midnight(last + timedelta(days=1)))
        return Period(label=label or f"{first.isoformat()}..{last.isoformat()}", window=window)

    def describe(self, as_of: int) -> str:
        """Return `as_of` as people give it: a date where it ends a local day, else the local instant."""
        day = self.day(as_of)
        if as_of == self.last_moment(day):
            return day.isoformat()
        return moment(as_of).astimezone(ZoneInfo(self.zone)).isoformat(timespec="milliseconds")


@lru_cache(maxsize=32)
def _edges(calendar: Calendar, grain: str) -> tuple[tuple[Millis, int], ...]:
    length = {"month": 1, "quarter": 3}.get(grain, 12)
    first = date(_EDGE_YEARS[0], calendar.fiscal_year_start, 1)
    count = (_EDGE_YEARS[1] - _EDGE_YEARS[0]) * 12 // length
    return tuple((calendar.midnight(_add_months(first, place * length)), place) for place in range(count))


@lru_cache(maxsize=32)
def _offsets(zone: str) -> tuple[tuple[Millis, int], ...]:
    here = ZoneInfo(zone)
    start, end = (millis(datetime(year, 1, 1, tzinfo=UTC)) for year in _OFFSET_YEARS)
    found = [(start, _offset(start, here))]
    for at in range(start + 7 * DAY, end, 7 * DAY):
        if _offset(at, here) != found[-1][1]:
            edge = _edge(at - 7 * DAY, at, here)
            found.append((edge, _offset(edge, here)))
    return tuple(found)


@lru_cache(maxsize=32)
def _steps(zone: str) -> tuple[Sequence[Millis], Sequence[int], Millis]:
    """Return since when each offset holds, the offsets, and the moment from which on they are not listed."""
    found = _offsets(zone)
    end = millis(datetime(_OFFSET_YEARS[1], 1, 1, tzinfo=UTC))
    return [start for start, _ in found], [offset for _, offset in found], end


def _offset(at: int, zone: ZoneInfo) -> int:
    offset = moment(at).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(milliseconds=1)


def _edge(before: int, after: int, zone: ZoneInfo) -> Millis:
    """Return the first moment in (before, after] that has the offset of `after`."""
    target = _offset(after, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == target:
            after = middle
        else:
            before = middle
    return Millis(after)


ALL = Period(label="all", window=Window())


def parse_period(text: str, calendar: Calendar) -> Period:
    """Return the period that a person named; raises ConfigError naming the accepted forms."""
    try:
        return _parse(text.strip(), calendar)
    except (ValueError, OverflowError) as error:
        raise ConfigError([Problem(message=f"{text!r} is no period", key="--period", hint=_FORMS)]) from error


def _parse(text: str, calendar: Calendar) -> Period:
    if text.lower() == "all":
        return ALL
    if ".." in text:
        first, last = (date.fromisoformat(part.strip()) for part in text.split("..", 1))
        if last < first:
            raise ValueError("the period ends before it begins")
        return _named(calendar, first, last)
    if match := re.fullmatch(r"(\d{4})W(\d{1,2})", text, re.IGNORECASE):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return _named(calendar, monday, monday + timedelta(days=6), f"{int(match[1])}W{int(match[2]):02d}")
    first, months, label = _months(text, calendar.fiscal_year_start)
    return _named(calendar, first, _add_months(first, months) - timedelta(days=1), label)


def _named(calendar: Calendar, first: date, last: date, label: str | None = None) -> Period:
    for day in (first, last):
        reportable(calendar.midnight(day))
    return calendar.between(first, last, label)


def _months(text: str, fiscal_start: int) -> tuple[date, int, str]:
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return date(int(match[1]), int(match[2]), 1), 1, text
    if match := re.fullmatch(r"(\d{4})Q([1-4])", text, re.IGNORECASE):
        year = date(int(match[1]), fiscal_start, 1)
        return _add_months(year, 3 * (int(match[2]) - 1)), 3, text.upper()
    if re.fullmatch(r"\d{4}", text):
        return date(int(text), fiscal_start, 1), 12, text
    raise ValueError("unknown form")


def _add_months(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def parse_as_of(text: str, calendar: Calendar) -> Millis:
    """Return a moment: a date means the end of that local day; a time without zone is local. Raises ConfigError."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            return reportable(calendar.last_moment(date.fromisoformat(text.strip())))
        named = datetime.fromisoformat(text.strip())
        return reportable(millis(named if named.tzinfo else named.replace(tzinfo=ZoneInfo(calendar.zone))))
    except (ValueError, OverflowError) as error:
        hint = "2026-11-21 or 2026-11-21T09:30:00+01:00"
        raise ConfigError([Problem(message=f"{text!r} is no date or time", key="--as-of", hint=hint)]) from error
