"""Nightly work is done once for each of its moments, whoever leads and whatever becomes of leaders."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from jobs.schedule import Appointment, Nightly, _trigger, last_due
from jobs.serving.nights import Night
from jobs.serving.rota import appointments, of_the_database
from jobs.serving.shift import Program, Shift
from jobs.serving.work import Work
from jobs.settings_file import ScheduleFile
from syncer.agreement import in_force
from syncer.errors import Unavailable
from syncer.moments import millis
from tests.e2e.conftest import settings_for

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Leader:
    """One daemon after the other on one database, with a clock that a test sets."""

    store: object
    now: datetime
    hour: int = 2
    done: list[str] = field(default_factory=list)
    error: Exception | None = None

    @property
    def night(self) -> Night:
        return Night(
            store=self.store,
            clock=lambda: millis(self.now),
            account="hubspot",
            name="reconcile",
            when=Nightly(self.hour, BERLIN),
        )

    async def work(self) -> None:
        if self.error is not None:
            raise self.error
        self.done.append(f"{self.now.astimezone(BERLIN):%d %H:%M:%S}")

    async def begins(self, *at: int) -> None:
        self.now = datetime(2026, 11, *at, tzinfo=BERLIN)
        await self.night.catch_up(self.work)

    async def falls_due(self, *at: int) -> None:
        self.now = datetime(2026, 11, *at, tzinfo=BERLIN)
        await self.night.on_time(self.work)


@pytest.fixture
def leader(sqlite_store):
    return Leader(sqlite_store, datetime(2026, 11, 1, tzinfo=BERLIN))


async def test_a_moment_without_a_leader_is_made_up_for_by_the_next_one_and_once(leader):
    await leader.begins(10, 20)
    await leader.falls_due(11, 2, 0, 4)
    await leader.begins(12, 2, 0, 3)
    await leader.begins(12, 9)
    await leader.falls_due(12, 9, 1)
    assert leader.done == ["11 02:00:04", "12 02:00:03"]


async def test_nothing_is_made_up_for_before_anything_was_known_or_for_another_hour(leader):
    await leader.begins(10, 20)
    assert not leader.done
    leader.hour = 19
    await leader.begins(10, 20, 5)
    assert not leader.done
    await leader.begins(11, 20)
    assert leader.done == ["11 20:00:00"]


async def test_a_leader_that_was_stopped_does_not_do_what_its_successor_did(leader):
    await leader.begins(10, 20)
    await leader.begins(11, 2, 0, 20)
    await leader.falls_due(11, 2, 10)
    assert leader.done == ["11 02:00:20"]


async def test_a_moment_whose_work_could_not_be_begun_is_left_to_the_next_leader(leader):
    await leader.begins(10, 20)
    leader.error = Unavailable("the queue is away")
    with suppress(Unavailable):
        await leader.falls_due(11, 2)
    leader.error = None
    await leader.begins(11, 2, 1)
    assert leader.done == ["11 02:01:00"]


async def test_a_clock_that_went_back_neither_repeats_nor_loses_nights(leader):
    await leader.begins(20, 20)
    await leader.begins(10, 20)
    assert not leader.done
    await leader.falls_due(11, 2)
    assert leader.done == ["11 02:00:00"]


def test_the_moment_up_to_now_is_the_hours_beginning_there_whatever_clocks_do():
    when, now = Nightly(2, BERLIN), datetime(2026, 3, 27, 12, tzinfo=BERLIN).astimezone(UTC)
    found = {last_due(when, now + timedelta(hours=one)) for one in range(80)}
    told = [f"{one.astimezone(BERLIN):%d %H:%M %Z}" for one in sorted(found)]
    assert told == ["27 02:00 CET", "28 02:00 CET", "29 03:00 CEST", "30 02:00 CEST"]
    assert last_due(when, min(found)) == min(found)


#: Nights in which clocks change, by half an hour in one place, over midnight in others, and by a whole day once.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2020, 9, 27)),
    ("Pacific/Apia", date(2021, 4, 4)),
    ("Pacific/Apia", date(2011, 12, 31)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Africa/Cairo", date(2026, 10, 30)),
]


@pytest.mark.parametrize("hour", [0, 1, 2, 3, 8, 23])
@pytest.mark.parametrize(("name", "day"), CHANGES)
async def test_each_local_day_has_its_night_once_where_clocks_change(sqlite_store, name, day, hour):
    zone = ZoneInfo(name)
    begin = datetime.combine(day, time(12), zone).astimezone(UTC) - timedelta(days=3)
    end, now, done = begin + timedelta(days=6), begin, []
    night = Night(
        store=sqlite_store, clock=lambda: millis(now), account="hubspot", name="digest", when=Nightly(hour, zone)
    )

    async def work() -> None:
        done.append(now.astimezone(zone).date())

    await night.catch_up(work)
    trigger = _trigger(Nightly(hour, zone))
    while (now := trigger.get_next_fire_time(None, now)) < end:
        await night.on_time(work)
        # A daemon that is started anew, shortly after and in the middle of every hour that follows.
        for _ in range(6):
            await night.catch_up(work)
            now += timedelta(minutes=31)
    hours = {(begin + timedelta(hours=number)).astimezone(zone).date() for number in range(6 * 24)}
    assert done == [one for one in sorted(hours) if done[0] <= one <= done[-1]]
    assert len(done) == 6


class Lookout:
    def call(self) -> None: ...

    def leave(self) -> None: ...

    async def run(self) -> None: ...


async def test_a_shift_makes_up_for_nights_and_begins_nothing_by_the_clock_once_it_may_not():
    done: list[str] = []

    async def note(what: str) -> None:
        done.append(what)

    night = Nightly(2, BERLIN)
    appointment = Appointment(
        name="night", when=night, work=lambda: note("on time"), catch_up=lambda: note("made up for")
    )
    for may in (True, False):

        async def answer(may: bool = may) -> bool:
            return may

        shift = Shift(Program(first=[lambda: note("first")], appointments=[appointment], lookout=Lookout()), answer)
        shift.begin()
        [job] = shift._schedule._scheduler.get_jobs()
        job.modify(next_run_time=datetime.now(UTC) - timedelta(seconds=20))
        await asyncio.sleep(0.7)
        await shift.leave()
    assert Counter(done) == {"first": 2, "made up for": 2, "on time": 1}


async def test_what_is_begun_first_is_begun_one_after_the_other_and_not_at_all_after_a_stop():
    begun: list[int] = []

    async def note(number: int) -> None:
        begun.append(number)

    async def may() -> bool:
        return True

    first = [partial(note, number) for number in range(100)]
    shift = Shift(Program(first=first, appointments=[], lookout=Lookout()), may)
    shift.begin()
    await asyncio.sleep(0.1)
    assert begun == [0]
    await asyncio.sleep(0.3)
    await shift.leave()
    assert 2 <= len(begun) < 10
    await asyncio.sleep(0.3)
    assert len(begun) < 10


def test_whatever_is_nightly_can_be_made_up_for_and_nothing_else(sqlite_store, tmp_path):
    plan = ScheduleFile(backup_hour=1, backup_folder=tmp_path)
    settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(update={"schedule": plan})
    work = Work(settings=settings, store=sqlite_store, in_force=in_force(tmp_path / "none.yaml"), locks={})
    found = [*appointments(work, "hubspot"), *of_the_database(work)]
    assert {one.name for one in found if one.catch_up is not None} == {
        one.name for one in found if isinstance(one.when, Nightly)
    }
    assert {"backup", "hubspot/reconcile"} <= {one.name for one in found if one.catch_up is not None}
