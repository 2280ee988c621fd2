"""Moments that count by the day and name no instant: what is kept of a person's passage through the funnel."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncer.moments import Millis, millis, moment


def blur_of(moments: Iterable[int], zone: ZoneInfo, draw: Callable[[int, int], int]) -> int:
    """Return milliseconds to shift all of a person's moments by, so that each stays within its own local day.

    Order and distances stay, so every figure that counts days or distances stays; the instants, by which a row could
    be matched with somebody else's log, are gone. `draw` returns a whole number between two bounds, both included.
    """
    rooms = [_room(one, zone) for one in set(moments)]
    if not rooms:
        return 0
    return draw(max(low for low, _ in rooms), min(high for _, high in rooms))


def _room(at: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return how far a moment may move back and forth within its local day."""
    day = moment(at).astimezone(zone).date()
    return _midnight(day, zone) - at, _midnight(day + timedelta(days=1), zone) - 1 - at


def _midnight(day: date, zone: ZoneInfo) -> Millis:
    return millis(datetime.combine(day, time(), zone))
