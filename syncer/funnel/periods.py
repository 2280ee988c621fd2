"""Months, quarters and business hours of the reporting calendar, as integers over moments."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncer.agreement.calendar import Calendar
from syncer.agreement.holidays import in_year
from syncer.moments import MINUTE, Millis, moment, reached
from syncer.scoring.days import LocalDays

_MONTHS = 12


def month_of(at: int, calendar: Calendar) -> int:
    """Return the number of the local calendar month that contains a moment; later months have higher numbers."""
    local = moment(at).astimezone(calendar.zone)
    return local.year * _MONTHS + local.month


def quarter_of(at: int, calendar: Calendar) -> int:
    """Return the number of the fiscal quarter that contains a moment; later quarters have higher numbers."""
    return bisect_right(calendar.quarter_starts, at)


class Evenings:
    """Local midnights, at which scores are looked at once a day; each is worked out once."""

    __slots__ = ("_days", "_known")

    def __init__(self, days: LocalDays) -> None:
        self._days = days
        self._known: dict[int, Millis] = {}

    def after(self, at: int) -> Millis:
        """Return the first local midnight after a moment."""
        return self.later(at, 1)

    def later(self, at: int, days: int) -> Millis:
        """Return the local midnight with which the day begins that is some days after a moment's."""
        day = self._days.of(at) + days
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = self._days.midnight(day)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessClock:
    """When the service clock runs (domain D8). Minutes of the local day; Monday is 0."""

    zone: ZoneInfo
    weekdays: Collection[int]
    opens: int
    closes: int
    #: Code of the calendar whose days off stop the clock; None knows none.
    holidays: str | None = None

    def after(self, start: int, minutes: int) -> Millis:
        """Return the moment at which `minutes` of business time have passed since `start`."""
        day, left = moment(start).astimezone(self.zone).date(), minutes * MINUTE
        while True:
            opens, closes = self._hours(day)
            begin = max(start, opens)
            if begin < closes:
                spent = closes - begin
                if left <= spent:
                    return Millis(begin + left)
                left -= spent
            day += timedelta(days=1)

    def _hours(self, day: date) -> tuple[int, int]:
        """Return when a local day opens and closes; on a day off at the same time."""
        if day.weekday() not in self.weekdays or self._is_holiday(day):
            return 0, 0
        return reached(day, self.opens, self.zone), reached(day, self.closes, self.zone)

    def _is_holiday(self, day: date) -> bool:
        return self.holidays is not None and day in in_year(self.holidays, day.year)
