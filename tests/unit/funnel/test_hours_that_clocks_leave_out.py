"""Business hours around the hour that spring leaves out and the one that autumn repeats; holidays at weekends."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncer.agreement.head import BusinessHours
from syncer.funnel.periods import BusinessClock
from syncer.kpis.business import BusinessTime
from syncer.moments import MINUTE, Millis, millis, moment

BERLIN = ZoneInfo("Europe/Berlin")
_CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("Africa/Cairo", "2026-04-24"),
    ("America/Havana", "2026-11-01"),
    ("America/Santiago", "2026-04-04"),
    ("America/Santiago", "2026-09-06"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
]
_HOURS = [
    ("02:30", "10:00"),
    ("01:00", "02:30"),
    ("02:15", "02:45"),
    ("00:00", "23:59"),
    ("00:30", "03:00"),
    ("23:15", "23:45"),
]


def clock_of(hours: BusinessHours) -> BusinessClock:
    return BusinessClock(
        zone=ZoneInfo(hours.tz),
        weekdays=hours.weekdays,
        opens=hours.open_minute,
        closes=hours.close_minute,
        holidays=hours.holidays,
    )


def reference(hours: BusinessHours, first: date, days: int) -> list[int]:
    """Return every open minute of some days, looked up minute by minute on the wall."""
    zone = ZoneInfo(hours.tz)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    walls = [(start + timedelta(minutes=one)) for one in range((days + 2) * 1440)]
    shown = [(at, at.astimezone(zone).replace(tzinfo=None)) for at in walls]
    return [minute for ahead in range(days) for minute in _open(hours, shown, first + timedelta(days=ahead))]


def _open(hours: BusinessHours, shown: list[tuple[datetime, datetime]], day: date) -> Iterator[int]:
    midnight = datetime.fromisoformat(day.isoformat())
    begin = next(at for at, wall in shown if wall >= midnight + timedelta(minutes=hours.open_minute))
    end = next(at for at, wall in shown if wall >= midnight + timedelta(minutes=hours.close_minute))
    while begin < end:
        yield millis(begin)
        begin += timedelta(minutes=1)


@pytest.mark.parametrize(("zone", "day"), _CHANGES)
@pytest.mark.parametrize(("opens", "closes"), _HOURS)
def test_hours_begin_and_end_when_the_clock_on_the_wall_says_so(zone: str, day: str, opens: str, closes: str) -> None:
    hours = BusinessHours.model_validate({"tz": zone, "days": "Mon-Sun", "from": opens, "to": closes})
    clock, time = clock_of(hours), BusinessTime(hours)
    first = date.fromisoformat(day) - timedelta(days=1)
    minutes = reference(hours, first, 4)
    begin = Millis(minutes[0])
    for number in range(7, len(minutes), 11):
        assert clock.after(begin, number) == minutes[number - 1] + MINUTE
    for at in range(begin, minutes[-1], 17 * MINUTE):
        assert time.minutes(begin, at) == bisect_left(minutes, at)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # Saturday the 3rd of October, Sunday the 1st of May, and Christmas on a Friday and a Saturday.
        ("2026-10-02T17:30", "2026-10-05T09:30"),
        ("2033-04-29T17:30", "2033-05-02T09:30"),
        ("2026-12-24T17:30", "2026-12-28T09:30"),
    ],
)
def test_a_holiday_at_a_weekend_takes_no_working_day(start: str, due: str) -> None:
    hours = BusinessHours.model_validate({"holidays": "DE-BY"})
    at = millis(datetime.fromisoformat(start).replace(tzinfo=BERLIN))
    assert moment(clock_of(hours).after(at, 60)) == datetime.fromisoformat(due).replace(tzinfo=BERLIN)


def test_a_promise_over_the_change_of_the_clocks_is_kept_in_open_hours() -> None:
    """Friday evening to Monday morning, with Sunday an hour shorter or longer."""
    hours = BusinessHours()
    for day in ("2026-03-27", "2026-10-23"):
        at = millis(datetime.fromisoformat(f"{day}T17:30").replace(tzinfo=BERLIN))
        due = moment(clock_of(hours).after(at, 60)).astimezone(BERLIN)
        assert (due.weekday(), due.hour, due.minute) == (0, 9, 30)
