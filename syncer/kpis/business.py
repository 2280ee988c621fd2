"""Business time by the hours and holidays that the agreement names (domain D8)."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncer.agreement.head import BusinessHours
from syncer.agreement.holidays import in_year
from syncer.moments import DAY, MINUTE, Millis, millis, moment, reached

#: Nobody worked before 1970 or works after 2199: moments beyond are errors of whoever typed them.
_EARLIEST, _LATEST = 0, millis(datetime(2199, 12, 1, tzinfo=UTC))


class BusinessTime:
    """Measures business minutes. The openings of the years asked about are worked out once and lie in one list."""

    __slots__ = (
        "_before",
        "_closes",
        "_ended",
        "_first",
        "_from",
        "_hours",
        "_last",
        "_open_after",
        "_open_before",
        "_opens",
        "_started",
        "_until",
        "_zone",
    )

    def __init__(self, hours: BusinessHours) -> None:
        self._hours = hours
        self._zone = ZoneInfo(hours.tz)
        self._opens: list[Millis] = []
        self._closes: list[Millis] = []
        #: Milliseconds that were open before each opening.
        self._before: list[int] = []
        #: The years worked out, and moments that lie inside them in every time zone.
        self._first = self._last = 0
        self._from = self._until = 0
        #: The moments asked about last, and how long was open before each.
        self._started = self._ended = -1
        self._open_before = self._open_after = 0

    def minutes(self, start: int, end: int) -> int:
        """Return the whole business minutes from one moment to another; 0 where the end is not later."""
        return self.spent(start, end) // MINUTE

    def spent(self, start: int, end: int) -> int:
        """Return the same to the millisecond: what is agreed is over with its last minute, not with the next one."""
        if start < self._from or end >= self._until:
            start, end = max(start, _EARLIEST), min(end, _LATEST)
            if end > start and (start < self._from or end >= self._until):
                self._reach(moment(start).year - 1, moment(end).year + 1)
        if end <= start:
            return 0
        # Several limits are measured from one moment, and many moments up to the same one.
        if start != self._started:
            self._started, self._open_before = start, self._open_until(start)
        if end != self._ended:
            self._ended, self._open_after = end, self._open_until(end)
        return self._open_after - self._open_before

    def _open_until(self, at: int) -> int:
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0
        closes = self._closes[place]
        return self._before[place] + min(closes, at) - self._opens[place]

    def _reach(self, first: int, last: int) -> None:
        """Work out all openings from one year to another, those known before included."""
        if self._until:
            first, last = min(first, self._first), max(last, self._last)
        self._first, self._last = first, last
        self._started = self._ended = -1
        self._opens, self._closes, self._before = [], [], []
        spent = 0
        for year in range(first, last + 1):
            for day in self._open_days(year):
                opens, closes = self._at(day, self._hours.open_minute), self._at(day, self._hours.close_minute)
                self._opens.append(opens)
                self._closes.append(closes)
                self._before.append(spent)
                spent += closes - opens
        self._from = max(self._at(date(first, 1, 1), 0) + DAY, _EARLIEST)
        self._until = self._at(date(last, 12, 31), 0) - DAY

    def _open_days(self, year: int) -> list[date]:
        first = date(year, 1, 1)
        days = (first + timedelta(days=place) for place in range((date(year + 1, 1, 1) - first).days))
        off = frozenset[date]() if self._hours.holidays is None else in_year(self._hours.holidays, year)
        return [day for day in days if day.weekday() in self._hours.weekdays and day not in off]

    def _at(self, day: date, minute: int) -> Millis:
        return reached(day, minute, self._zone)
