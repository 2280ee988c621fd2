from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncer.moments import DAY, HOUR, millis, moment
from syncer.scoring.days import LocalDays

BERLIN = LocalDays(ZoneInfo("Europe/Berlin"))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "UTC")


@pytest.mark.parametrize("name", ZONES)
def test_days_agree_with_the_calendar_around_every_change_of_the_clock(name):
    zone = ZoneInfo(name)
    days = LocalDays(zone)
    start = datetime(2018, 1, 1, tzinfo=UTC)
    for step in range(0, 24 * 365, 7):
        at = start + timedelta(hours=step, minutes=step % 60)
        local = at.astimezone(zone).date()
        assert days.of(millis(at)) == (local - date(1970, 1, 1)).days
        assert days.date(millis(at)) == local


@pytest.mark.parametrize("name", ZONES)
def test_midnight_is_the_first_moment_of_its_day(name):
    days = LocalDays(ZoneInfo(name))
    first = days.of(millis(datetime(2018, 1, 1, 12, tzinfo=UTC)))
    for day in range(first, first + 366):
        midnight = days.midnight(day)
        assert days.of(midnight) == day
        assert days.of(midnight - 1) == day - 1


def test_a_day_of_the_spring_change_has_23_hours_and_of_the_autumn_change_25():
    spring = BERLIN.of(millis(datetime(2026, 3, 29, 10, tzinfo=UTC)))
    autumn = BERLIN.of(millis(datetime(2026, 10, 25, 10, tzinfo=UTC)))
    assert BERLIN.midnight(spring + 1) - BERLIN.midnight(spring) == 23 * HOUR
    assert BERLIN.midnight(autumn + 1) - BERLIN.midnight(autumn) == 25 * HOUR


def test_next_midnight_is_after_the_moment_even_at_midnight():
    midnight = BERLIN.midnight(20_000)
    assert BERLIN.next_midnight(midnight) == BERLIN.midnight(20_001)
    assert BERLIN.next_midnight(midnight - 1) == midnight
    assert BERLIN.plus(midnight, 3) == BERLIN.midnight(20_003)


def test_clock_tells_local_time():
    assert BERLIN.clock(millis(datetime(2026, 7, 1, 6, 5, tzinfo=UTC))) == "08:05"


def test_a_second_look_at_a_day_gives_the_same_answer():
    at = millis(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert [BERLIN.of(at + shift) for shift in (0, DAY, 0)] == [BERLIN.of(at), BERLIN.of(at) + 1, BERLIN.of(at)]
    assert moment(BERLIN.midnight(BERLIN.of(at))).hour == 23
