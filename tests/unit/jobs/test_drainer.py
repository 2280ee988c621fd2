"""The loop that keeps inboxes empty: woken at once, patient with failures, one drain at a time, gone when told."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from jobs.webhooks import drainer as drainer_module
from jobs.webhooks.drain import DrainResult
from jobs.webhooks.drainer import Drainer
from syncer.errors import Unavailable
from syncer.hints import Deed, Hint

NOW = 1_790_000_000_000


@pytest.fixture
def rig(sqlite_store, monkeypatch):
    """Return a drainer of one account whose drains are played by a function of the test's own."""
    monkeypatch.setattr(drainer_module, "_LOOK_EVERY", 0.02)
    monkeypatch.setattr(drainer_module, "_FIRST_REST", 0.01)

    @asynccontextmanager
    async def no_desk(_settings, _store, account, agreement=None):
        yield account

    monkeypatch.setattr(drainer_module, "opened_desk", no_desk)
    lock = asyncio.Lock()
    drainer = Drainer(None, sqlite_store, {"one": lock})

    def play(drain):
        monkeypatch.setattr(drainer_module, "drain_round", drain)

    def put(number: int) -> None:
        with sqlite_store.commit() as unit:
            unit.inbox.receive("one", [Hint(str(number), "contacts", "7", Deed.CHANGED, NOW)], NOW)

    def settle() -> None:
        with sqlite_store.commit() as unit:
            unit.inbox.settle("one", [one.id for one in unit.inbox.waiting("one", 100)], NOW)

    return drainer, lock, play, put, settle


async def drained_until(drainer, done: asyncio.Event) -> None:
    loop = asyncio.create_task(drainer.run())
    await asyncio.wait_for(done.wait(), 10)
    drainer.leave()
    await asyncio.wait_for(loop, 10)


async def test_what_another_process_put_in_is_found_and_what_is_left_is_drained_at_once(rig):
    drainer, _, play, put, settle = rig
    done, drains = asyncio.Event(), 0

    async def drain(account):
        nonlocal drains
        drains += 1
        if drains == 2:
            settle()
            done.set()
        return DrainResult(run="r", account=account, looked_at=1, waiting=2 - drains)

    play(drain)
    put(1)
    await drained_until(drainer, done)
    assert drains == 2


@pytest.mark.parametrize("error", [Unavailable("away", hint="wait"), ZeroDivisionError()])
async def test_a_drain_that_fails_is_logged_and_tried_again(rig, error):
    drainer, _, play, put, settle = rig
    done, drains = asyncio.Event(), 0

    async def drain(account):
        nonlocal drains
        drains += 1
        if drains < 3:
            raise error
        settle()
        done.set()

    play(drain)
    put(1)
    with capture_logs() as logs:
        await drained_until(drainer, done)
    assert drains == 3
    assert [one["event"] for one in logs] == ["run_failed"] * 2


async def test_an_inbox_that_cannot_be_looked_at_ends_nothing(rig, sqlite_store, monkeypatch):
    drainer, _, play, put, settle = rig
    done, looks = asyncio.Event(), 0
    plain = sqlite_store.snapshot

    def broken():
        nonlocal looks
        looks += 1
        if looks == 1:
            raise Unavailable("busy")
        return plain()

    async def drain(account):
        settle()
        done.set()

    play(drain)
    put(1)
    monkeypatch.setattr(sqlite_store, "snapshot", broken)
    with capture_logs() as logs:
        await drained_until(drainer, done)
    assert [one["event"] for one in logs] == ["run_failed"]


async def test_a_drain_waits_for_the_account_and_none_begins_once_it_is_to_leave(rig):
    drainer, lock, play, put, _ = rig
    drains = 0

    async def drain(account):
        nonlocal drains
        drains += 1

    play(drain)
    put(1)
    async with lock:
        loop = asyncio.create_task(drainer.run())
        drainer.call()
        await asyncio.sleep(0.1)
        assert drains == 0
        drainer.leave()
    await asyncio.wait_for(loop, 10)
    assert drains == 0
