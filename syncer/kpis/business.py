"""Business time by the hours and holidays that the agreement names (domain D8)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syncer.agreement.head import BusinessHours
from syncer.agreement.holidays import in_year
from syncer.moments import MINUTE, Millis, millis, moment


class _Year(NamedTuple):
    """The openings of one local year, ascending."""

    opens: Sequence[Millis]
    closes: Sequence[Millis]
    #: Milliseconds that were open before each opening, and at last altogether.
    before: Sequence[int]

    def until(self, at: int) -> int:
        """Return the milliseconds that were open from the beginning of the year to a moment."""
        place = bisect_right(self.opens, at) - 1
        return 0 if place < 0 else self.before[place] + min(at, self.closes[place]) - self.opens[place]


class BusinessTime:
    """Measures business minutes; every year is worked out once."""

    __slots__ = ("_hours", "_years", "_zone")

    def __init__(self, hours: BusinessHours) -> None:
        self._hours = hours
        self._zone = ZoneInfo(hours.tz)
        self._years: dict[int, _Year] = {}

    def minutes(self, start: int, end: int) -> int:
        """Return the whole business minutes from one moment to another; 0 where the end is not later."""
        if end <= start:
            return 0
        first, last = (moment(at).astimezone(self._zone).year for at in (start, end))
        whole = sum(self._year(year).before[-1] for year in range(first, last))
        return (whole + self._year(last).until(end) - self._year(first).until(start)) // MINUTE

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._opened(number)
        return found

    def _opened(self, number: int) -> _Year:
        first = date(number, 1, 1)
        days = [first + timedelta(days=place) for place in range((date(number + 1, 1, 1) - first).days)]
        off = frozenset[date]() if self._hours.holidays is None else in_year(self._hours.holidays, number)
        open_days = [day for day in days if day.weekday() in self._hours.weekdays and day not in off]
        opens = [self._at(day, self._hours.open_minute) for day in open_days]
        closes = [self._at(day, self._hours.close_minute) for day in open_days]
        lengths = (until - since for since, until in zip(opens, closes, strict=True))
        return _Year(opens, closes, list(accumulate(lengths, initial=0)))

    def _at(self, day: date, minute: int) -> Millis:
        return millis(datetime.combine(day, time(), self._zone) + timedelta(minutes=minute))
