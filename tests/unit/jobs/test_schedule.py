"""When the daemon's appointments fall due."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from jobs.schedule import Appointment, Every, Nightly, Schedule
from jobs.settings_file import ScheduleFile

BERLIN = ZoneInfo("Europe/Berlin")


async def _nothing() -> None:
    pass


def _next(when, now: datetime) -> datetime:
    schedule = Schedule()
    schedule.add(Appointment(name="a", when=when, work=_nothing))
    [job] = schedule._scheduler.get_jobs()
    job.trigger.jitter = None
    return job.trigger.get_next_fire_time(None, now)


@pytest.mark.parametrize("day", [1, 7])
def test_a_nightly_appointment_falls_on_its_hour_there_in_summer_and_winter(day):
    now = datetime(2026, day, 15, 12, 0, tzinfo=BERLIN)
    assert _next(Nightly(3, BERLIN), now) == datetime(2026, day, 16, 3, 0, tzinfo=BERLIN)


def _nights(hour: int, first: datetime, number: int) -> list[str]:
    """Return on which moments a nightly appointment falls, asked a moment after each."""
    found, now = [], first.astimezone(UTC)
    for _ in range(number):
        now = _next(Nightly(hour, BERLIN), now)
        found.append(f"{now.astimezone(BERLIN):%d %H:%M %Z}")
        now += timedelta(seconds=11)
    return found


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=BERLIN), ["28 02:00 CET", "29 03:00 CEST", "30 02:00 CEST"]),
        (datetime(2026, 10, 23, 12, tzinfo=BERLIN), ["24 02:00 CEST", "25 02:00 CEST", "26 02:00 CET"]),
    ],
    ids=["spring", "autumn"],
)
def test_it_falls_once_on_each_day_whatever_clocks_do(first, expected):
    assert _nights(2, first, 3) == expected


@pytest.mark.parametrize("hour", range(24))
def test_every_hour_comes_once_a_local_day_for_a_year(hour):
    now, days = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(365):
        now = _next(Nightly(hour, BERLIN), now)
        days.append(now.astimezone(BERLIN).date())
    assert len(set(days)) == 365
    assert (days[-1] - days[0]).days == 364


def test_it_comes_a_few_seconds_late_so_that_not_all_begin_at_once():
    schedule = Schedule()
    schedule.add(Appointment(name="a", when=Nightly(3, BERLIN), work=_nothing))
    [job] = schedule._scheduler.get_jobs()
    now = datetime(2026, 7, 15, 12, 0, tzinfo=BERLIN)
    late = {(job.trigger.get_next_fire_time(None, now) - datetime(2026, 7, 16, 1, tzinfo=UTC)) for _ in range(50)}
    assert len(late) > 10
    assert all(timedelta() <= one < timedelta(seconds=10) for one in late)


async def test_nights_that_were_missed_are_made_up_for_once_and_no_job_overlaps_itself():
    schedule, began, running, most = Schedule(), 0, 0, 0

    async def work() -> None:
        nonlocal began, running, most
        began, running = began + 1, running + 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    schedule.add(Appointment(name="a", when=Nightly(3, BERLIN), work=work))
    schedule.start()
    [job] = schedule._scheduler.get_jobs()
    job.modify(next_run_time=datetime.now(UTC) - timedelta(days=5))
    await asyncio.sleep(0.3)
    schedule.stop()
    assert (began, most) == (1, 1)


def test_an_interval_counts_in_minutes():
    now = datetime.now(BERLIN)
    assert 0 < (_next(Every(5), now) - now).total_seconds() <= 301


def test_accounts_are_spread_over_the_interval():
    now = datetime.now(BERLIN)
    assert 440 < (_next(Every(5, offset=0.5), now) - now).total_seconds() <= 451


def test_the_full_compare_is_nightly_unless_somebody_says_never():
    assert ScheduleFile().reconcile_hour == 3
    assert ScheduleFile.model_validate({"reconcile_hour": None}).reconcile_hour is None
    with pytest.raises(ValidationError):
        ScheduleFile.model_validate({"reconcile_hour": 24})


async def test_it_may_be_stopped_twice_and_before_it_began():
    schedule = Schedule()
    schedule.stop()
    schedule.start()
    schedule.stop()
    await asyncio.sleep(0)
    schedule.stop()


async def test_where_the_clock_is_set_back_nobody_waits_until_it_has_caught_up():
    back = 0.0
    schedule = Schedule(wall=lambda: time.time() - back, look_every=0.01)
    for name, when in (("a", Every(5)), ("b", Nightly(3, BERLIN))):
        schedule.add(Appointment(name=name, when=when, work=_nothing))
    schedule.start()
    for job in schedule._scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=30))
    await asyncio.sleep(0.1)
    ahead = [job.next_run_time - datetime.now(UTC) for job in schedule._scheduler.get_jobs()]
    assert min(ahead) > timedelta(hours=29)
    back = 3 * 3_600.0
    await asyncio.sleep(0.1)
    found = {job.id: job.next_run_time - datetime.now(UTC) for job in schedule._scheduler.get_jobs()}
    schedule.stop()
    assert found["a"] < timedelta(minutes=11)
    assert found["b"] < timedelta(hours=25)


def test_the_library_says_nothing_in_the_log():
    code = "import logging, jobs.schedule; logging.getLogger('apscheduler.executors.default').error('a trace')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stderr == b""
