"""Local days of one time zone over integer moments, without a datetime on the usual path."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncer.moments import DAY, SECOND, Millis, moment
from syncer.notation import clock_text

#: Day 0 is 1970-01-01.
DAY_ZERO = date(1970, 1, 1)


class LocalDays:
    """Counts the local days of one time zone; offsets are looked up once a UTC day."""

    __slots__ = ("of", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        #: Returns the number of the local day that contains a moment.
        self.of = _counter(zone)

    def midnight(self, day: int) -> Millis:
        """Return the first moment of a local day."""
        guess = day * DAY - _offset(self.zone, day * DAY)
        start = day * DAY - _offset(self.zone, guess)
        # Where the clock jumps over midnight, the day begins at the jump; where it falls back over it, an hour earlier.
        if self.of(start) == day and self.of(start - 1) < day:
            return Millis(start)
        return Millis(_first(start - DAY, start + DAY, lambda at: self.of(at) >= day))

    def next_midnight(self, at: int) -> Millis:
        """Return the first local midnight after a moment."""
        return self.midnight(self.of(at) + 1)

    def plus(self, midnight: int, days: int) -> Millis:
        """Return the midnight that lies a number of local days after another."""
        return self.midnight(self.of(midnight) + days)

    def date(self, at: int) -> date:
        """Return the local calendar day of a moment."""
        return DAY_ZERO + timedelta(days=self.of(at))

    def clock(self, at: int) -> str:
        """Return the local time of day of a moment as HH:MM."""
        return clock_text(moment(at).astimezone(self.zone))


def _counter(zone: ZoneInfo) -> Callable[[int], int]:
    """Return a counter of local days that remembers the offset of each UTC day on which it stands still."""
    still: dict[int, int] = {}
    changes: dict[int, tuple[int, int, int]] = {}

    def of(at: int) -> int:
        number = at // DAY
        offset = still.get(number)
        if offset is None:
            change = changes.get(number) or learn(number)
            offset = change[1] if at < change[0] else change[2]
        return (at + offset) // DAY

    def learn(number: int) -> tuple[int, int, int]:
        start, end = number * DAY, (number + 1) * DAY
        before, after = _offset(zone, start), _offset(zone, end - 1)
        if before == after:
            still[number] = before
            return end, before, after
        changes[number] = (_first(start, end, lambda at: _offset(zone, at) == after), before, after)
        return changes[number]

    return of


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first moment in (low, high] from which something holds."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone)
    offset = local.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND
