"""The daemon's schedule: the only place that knows APScheduler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

#: Seconds by which rounds of several accounts are spread, so that they do not start at once.
_JITTER = 10


@dataclass(frozen=True, slots=True)
class Every:
    """Again after so many minutes, counted from the start."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Nightly:
    """Once a day at a full hour of a time zone."""

    hour: int
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """Something to do again and again."""

    name: str
    when: Every | Nightly
    work: Callable[[], Awaitable[None]]


class Schedule:
    """Keeps appointments on the running event loop: one at a time each, missed ones made up for once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def add(self, appointment: Appointment) -> None:
        """Keep an appointment from now on."""
        self._scheduler.add_job(
            appointment.work, _trigger(appointment.when), id=appointment.name, name=appointment.name
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more; what runs goes on."""
        self._scheduler.shutdown(wait=False)


def _trigger(when: Every | Nightly) -> BaseTrigger:
    match when:
        case Every(minutes):
            return IntervalTrigger(minutes=minutes, jitter=_JITTER, timezone="UTC")
        case Nightly(hour, zone):
            return CronTrigger(hour=hour, minute=0, jitter=_JITTER, timezone=zone)
        case _:
            assert_never(when)
