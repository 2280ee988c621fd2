"""When the daemon's appointments fall due."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from jobs.schedule import Appointment, Every, Nightly, Schedule
from jobs.settings import ScheduleFile

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


def test_an_interval_counts_in_minutes():
    now = datetime.now(BERLIN)
    assert 0 < (_next(Every(5), now) - now).total_seconds() <= 301


def test_the_full_compare_is_nightly_unless_somebody_says_never():
    assert ScheduleFile().reconcile_hour == 3
    assert ScheduleFile.model_validate({"reconcile_hour": None}).reconcile_hour is None
    with pytest.raises(ValidationError):
        ScheduleFile.model_validate({"reconcile_hour": 24})
