"""A sick account is asked less and less often, says so, and comes back by itself."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from jobs.health.failures import count_failure, failures
from jobs.health.readiness import troubles
from jobs.health.status import read_status
from jobs.serving import work as work_module
from jobs.serving.breaker import counts, end_pause, is_paused, note_failure, note_health, sickness, worse
from jobs.serving.work import Work, asking
from jobs.settings_file import ScheduleFile
from syncer.errors import AuthFailed, Rejected, Unavailable
from syncer.moments import HOUR, MINUTE

NOW = 1_790_000_000_000


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Desk:
    calls: dict = field(default_factory=lambda: {"contacts": 1})

    @property
    def source(self):
        return SimpleNamespace(usage=SimpleNamespace(calls=self.calls))


@pytest.fixture
def rig(sqlite_store, monkeypatch):
    """Return guarded work of the test's own, the clock it goes by, and what it did."""
    clock, desk, done = Clock(), Desk(), []
    errors: list[Exception | None] = []

    @asynccontextmanager
    async def opened(*_arguments, **_more):
        yield desk

    async def do(_desk):
        done.append(clock.now)
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    monkeypatch.setattr(work_module, "opened_desk", opened)
    work = Work(settings=None, store=sqlite_store, in_force=None, locks={"one": asyncio.Lock()}, clock=clock)
    return asking(work, "one", do), clock, done, errors, desk


async def _rounds(call, clock, number: int, every: int = 5 * MINUTE) -> None:
    for _ in range(number):
        await call()
        clock.now += every


async def test_after_three_failures_it_is_asked_less_often_and_at_least_every_twenty_minutes(rig):
    call, clock, done, errors, _ = rig
    errors.extend([Unavailable("away")] * 1_000)
    await _rounds(call, clock, 12 * 24)
    gaps = [(after - before) // MINUTE for before, after in pairwise(done)]
    assert gaps[:4] == [5, 5, 10, 20]
    assert set(gaps[4:]) == {20}


async def test_it_comes_back_by_itself_and_says_both(rig, sqlite_store):
    call, clock, done, errors, _ = rig
    errors.extend([AuthFailed("the token is revoked")] * 3)
    with capture_logs() as logs:
        await _rounds(call, clock, 3)
        status = read_status(sqlite_store, "one", clock.now)
        assert status.sickness.failures == 3
        assert "token is revoked" in " ".join(one.what for one in troubles(status, ScheduleFile()))
        await _rounds(call, clock, 4)
    assert len(done) >= 4
    assert [one["event"] for one in logs if one["event"].startswith("account_")] == [
        "account_paused",
        "account_recovered",
    ]
    assert read_status(sqlite_store, "one", clock.now).sickness is None


async def test_once_something_else_reached_the_crm_the_next_round_comes_by_the_clock_and_failures_stay_told(
    rig, sqlite_store
):
    call, clock, done, errors, _ = rig
    errors.extend([Unavailable("away")] * 4)
    await _rounds(call, clock, 3)
    end_pause(sqlite_store, "one", clock.now)
    found = read_status(sqlite_store, "one", clock.now).sickness
    assert (found.failures, found.is_left_alone) == (3, False)
    assert "the next one tries again" in found.message
    await _rounds(call, clock, 2)
    assert len(done) == 4
    assert read_status(sqlite_store, "one", clock.now).sickness.failures == 4
    end_pause(sqlite_store, "one", clock.now)
    await call()
    assert read_status(sqlite_store, "one", clock.now).sickness is None
    end_pause(sqlite_store, "one", clock.now)
    assert read_status(sqlite_store, "one", clock.now).sickness is None


async def test_another_process_at_work_is_no_sickness(rig, sqlite_store):
    call, clock, done, errors, desk = rig
    desk.calls = {}
    errors.extend([Unavailable("another syncer is at work on this account")] * 9)
    await _rounds(call, clock, 9)
    assert len(done) == 9
    assert read_status(sqlite_store, "one", clock.now).sickness is None


@pytest.mark.parametrize(
    ("error", "was_asked", "sick"),
    [
        (Unavailable("x"), True, True),
        (Unavailable("x"), False, False),
        (AuthFailed("x"), False, True),
        (Rejected("x", status=400), True, False),
    ],
)
def test_what_counts_as_sickness(error, was_asked, sick):
    assert counts(error, was_asked=was_asked) is sick


def test_a_clock_that_went_back_ends_every_pause(sqlite_store):
    for _ in range(9):
        found = note_failure(sqlite_store, "one", "Unavailable", "away", NOW)
    assert is_paused(sqlite_store, "one", NOW)
    assert not is_paused(sqlite_store, "one", NOW - 1)
    assert not is_paused(sqlite_store, "one", found.until)
    assert worse(found, "Unavailable", "away", NOW - HOUR).since == NOW - HOUR
    assert note_health(sqlite_store, "one")
    assert not note_health(sqlite_store, "one")


def test_what_cannot_be_read_is_forgotten(sqlite_store):
    with sqlite_store.commit() as unit:
        for key in ("breaker", "failures"):
            unit.desk.keep_cursor("one", "account", key, "{nonsense")
        assert sickness(unit, "one") is None
        assert failures(unit, "one") == {}
        count_failure(unit, "one", AuthFailed("x"))
        count_failure(unit, "one", AuthFailed("x"))
        assert failures(unit, "one") == {"AuthFailed": 2}
