"""Moments: integer milliseconds since the Unix epoch, UTC. Aware datetimes at the edges, integers inside."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

#: Milliseconds since 1970-01-01T00:00:00Z. The mirror, the ledger and every decision carry moments in this form.
Millis = NewType("Millis", int)

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECONDS = 1_000
#: Of the years 1900 and 2200.
_FIRST, _LAST = ((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND for year in (1900, 2200))
#: A day within either end of the calendar: beyond, a zone's clock may show none.
_BEGIN, _END = ((datetime(*day, tzinfo=UTC) - _EPOCH) // _MILLISECOND for day in ((1, 1, 2), (9999, 12, 31)))


def millis(moment: datetime) -> Millis:
    """Return an aware datetime as milliseconds; a naive one raises ValueError, since its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    since = moment - _EPOCH
    # In parts, since dividing by a timedelta takes three times as long: a backfill reads three moments a contact.
    return Millis(since.days * DAY + since.seconds * SECOND + since.microseconds // _MICROSECONDS)


def moment(value: int) -> datetime:
    """Return milliseconds as an aware UTC datetime."""
    return _EPOCH + value * _MILLISECOND


def in_calendar(value: int) -> Millis:
    """Return milliseconds as a moment; ValueError for one that no calendar has, such as a moment in microseconds."""
    if not _BEGIN <= value <= _END:
        raise ValueError("is beyond the calendar")
    return Millis(value)


def reportable(value: Millis) -> Millis:
    """Return a moment that a person named; OverflowError for one near an end of the calendar: reports look back."""
    if not _FIRST <= value < _LAST:
        raise OverflowError("beyond what can be reported on")
    return value


def iso(value: int | None) -> str | None:
    """Return milliseconds as ISO 8601 with a trailing Z, or None for None."""
    if value is None:
        return None
    return moment(value).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reached(day: date, minute: int, zone: ZoneInfo) -> Millis:
    """Return when a zone's clock first shows a minute of a day or a later one: where it leaps over it, the leap."""
    wall = datetime.combine(day, time.min, zone) + timedelta(minutes=minute)
    late, early = millis(wall), millis(wall.replace(fold=1))
    shown = wall.replace(tzinfo=None)
    # Only of a time that the clock leaps over does the second reading lie before the first.
    while late - early > 1:
        middle = (late + early) // 2
        is_shown = moment(middle).astimezone(zone).replace(tzinfo=None) >= shown
        late, early = (Millis(middle), early) if is_shown else (late, Millis(middle))
    return late
