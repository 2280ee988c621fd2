"""The daemon's schedule: the only place that knows APScheduler."""

import asyncio
import logging
import secrets
import time as clocks
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

# Its lines tell of rounds that are broken off with their traces, and of those that are left out; ours say what counts.
logging.getLogger("apscheduler").addHandler(logging.NullHandler())
logging.getLogger("apscheduler").propagate = False

#: Seconds by which rounds of several accounts are spread, so that they do not start at once.
_JITTER = 10
#: Seconds between two looks whether the machine's clock was set back, and how far before that is noticed.
_LOOK_EVERY, _SET_BACK = 15.0, 30.0


@dataclass(frozen=True, slots=True)
class Every:
    """Again after so many minutes, counted from the start."""

    minutes: int
    #: The part of the minutes by which the first time comes later, so that not all accounts come at once.
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Nightly:
    """Once each local day at a full hour of a time zone, whatever clocks do.

    In the night when the hour is left out it is the moment after the gap, in the one when it comes twice the first.
    """

    hour: int
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """Something to do again and again."""

    name: str
    when: Every | Nightly
    work: Callable[[], Coroutine[Any, Any, None]]
    #: Done when a schedule begins, for moments that fell into a time without one.
    catch_up: Callable[[], Coroutine[Any, Any, None]] | None = None


def last_due(when: Nightly, now: datetime) -> datetime:
    """Return the latest moment up to now at which something nightly fell due."""
    return next(one for one in _moments(when, now, (1, 0, -1, -2)) if one <= now)


def _moments(when: Nightly, now: datetime, days: Iterable[int]) -> Iterator[datetime]:
    """Yield when it falls due on days counted from the present one, in UTC."""
    today = now.astimezone(when.zone).date()
    for ahead in days:
        yield datetime.combine(today + timedelta(days=ahead), time(when.hour), when.zone).astimezone(UTC)


class Schedule:
    """Keeps appointments on the running event loop: one at a time each, missed ones made up for once.

    Where the machine's clock is set back they are made anew: nobody waits until it has caught up.
    """

    def __init__(self, wall: Callable[[], float] = clocks.time, look_every: float = _LOOK_EVERY) -> None:
        """Take the machine's clock, and after how many seconds it is looked at again."""
        self._wall = wall
        self._look_every = look_every
        self._kept: dict[str, Appointment] = {}
        self._watching: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def add(self, appointment: Appointment) -> None:
        """Keep an appointment from now on."""
        self._kept[appointment.name] = appointment
        self._scheduler.add_job(
            appointment.work, _trigger(appointment.when), id=appointment.name, name=appointment.name
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch())

    def stop(self) -> None:
        """Begin nothing more, and break off what was begun; once more is no harm."""
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _watch(self) -> None:
        ahead = self._wall() - clocks.monotonic()
        while True:
            await asyncio.sleep(self._look_every)
            before, ahead = ahead, self._wall() - clocks.monotonic()
            if ahead < before - _SET_BACK:
                for name, one in self._kept.items():
                    self._scheduler.reschedule_job(name, trigger=_trigger(one.when))


def _trigger(when: Every | Nightly) -> "BaseTrigger | _Daily":
    match when:
        case Every(minutes, offset):
            first = datetime.now(UTC) + timedelta(minutes=minutes * (1 + offset))
            return IntervalTrigger(minutes=minutes, jitter=_JITTER, timezone="UTC", start_date=first)
        case Nightly():
            return _Daily(when)
        case _:
            assert_never(when)


class _Daily:
    """A daily trigger of our own: the library's cron fires twice where an hour comes twice."""

    def __init__(self, when: Nightly) -> None:
        self.jitter: int | None = _JITTER
        self._when = when

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first moment after now that begins the hour, a few seconds late."""
        del previous_fire_time
        late = timedelta(seconds=0 if self.jitter is None else secrets.randbelow(self.jitter * 1_000) / 1_000)
        return next(one for one in _moments(self._when, now, (0, 1, 2)) if one > now) + late


# The library asks for a trigger of its own kind, and it ships no types to inherit from.
BaseTrigger.register(_Daily)
