"""Figures are counted in a process of their own, which ends with whoever wants them, however that ends."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec import structs

from jobs.figures.apart import Apart
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.figures.ordering import Order
from jobs.figures.splits import OWN
from jobs.rounds import backfill_round
from syncer.agreement import load_default
from syncer.errors import Bug, Unavailable
from syncer.log import LogFormat
from tests.e2e.daemons import Daemon
from tests.e2e.test_daemon import _until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


class Held:
    """Holds an account, and says once one state of it was in sight: the first time it is only looked at."""

    def __init__(self) -> None:
        self.lock, self.seen, self.looks = asyncio.Lock(), asyncio.Event(), 0

    async def __aenter__(self) -> None:
        await self.lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self.lock.release()
        self.looks += 1
        if self.looks == 2:
            self.seen.set()


@pytest.fixture
def order(sqlite_url):
    return Order(
        account="hubspot",
        database_url=sqlite_url,
        agreement=load_default().model_dump_json(),
        notice=None,
        patient=False,
        log=LogFormat.JSON,
        traces=None,
    )


@pytest.fixture
async def apart():
    one = Apart()
    yield one
    await one.close()
    assert children_of(os.getpid()) == []


def children_of(pid: int) -> list[int]:
    """Return the processes that count figures for a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid and b"jobs.figures.counter" in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def kept(desk) -> list[dict]:
    with desk.store.snapshot() as unit:
        last = unit.desk.last_snapshot(desk.name)
        assert last is not None
        return list(unit.desk.snapshot(desk.name, last.run, OWN))


def measurings(desk) -> list[str]:
    with desk.store.snapshot() as unit:
        return [run.status for run in unit.desk.runs(desk.name, 100) if run.job == "measure"]


async def test_what_is_counted_apart_is_what_is_counted_here_by_one_process_for_all(serve, open_desk, order, apart):
    async with open_desk(serve(contacts=25)) as desk:
        await backfill_round(desk)
        await measure_round(desk, Asked(as_of=None))
        here = [(row["id"], row["segment"], row["value"]) for row in kept(desk)]
        held = Held()
        await apart.measure(order, held)
        (process,) = children_of(os.getpid())
        assert [(row["id"], row["segment"], row["value"]) for row in kept(desk)] == here
        # Of two at once the second would be refused.
        await asyncio.gather(*(apart.measure(order, held) for _ in range(2)))
        assert children_of(os.getpid()) == [process]
        assert os.getpriority(os.PRIO_PROCESS, process) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        assert measurings(desk) == ["done"] * 4


async def test_the_account_is_held_until_one_state_is_in_sight_and_no_longer(serve, open_desk, order, apart):
    async with open_desk(serve(contacts=60)) as desk:
        await backfill_round(desk)
        held = Held()
        async with held.lock:
            measuring = asyncio.create_task(apart.measure(order, held))
            await asyncio.to_thread(_until, lambda: measurings(desk) == ["running"], 60)
            await asyncio.sleep(0.5)
            assert not held.seen.is_set()
        await asyncio.wait_for(held.seen.wait(), 60)
        assert not measuring.done()
        await measuring


class TakenAfterwards:
    """Is free when looked at, and worked on without end by the time it is to be held for the first time."""

    def __init__(self) -> None:
        self.looks = 0

    async def __aenter__(self) -> None:
        self.looks += 1
        if self.looks == 2:
            await asyncio.Event().wait()

    async def __aexit__(self, *_: object) -> None:
        pass


async def test_an_account_that_somebody_stays_at_work_on_keeps_no_other_from_its_figures(order, sqlite_store):
    other = structs.replace(order, account="other")
    apart, held, taken = Apart(patience=0.3), Held(), TakenAfterwards()
    await held.lock.acquire()
    waiting = [asyncio.create_task(apart.measure(order, held)), asyncio.create_task(apart.measure(order, taken))]
    await asyncio.to_thread(_until, lambda: taken.looks >= 2, 60)
    await asyncio.wait_for(apart.measure(other, Held()), 60)
    with sqlite_store.snapshot() as unit:
        assert [run.status for run in unit.desk.runs("other", 10)] == ["done"]
    await asyncio.wait({waiting[1]}, timeout=60)
    assert taken.looks > 2
    assert not waiting[0].done()
    held.lock.release()
    await asyncio.wait_for(asyncio.gather(*waiting), 60)
    await apart.close()


async def test_who_is_told_to_leave_breaks_the_counting_off(serve, open_desk, order, apart):
    async with open_desk(serve(contacts=60)) as desk:
        await backfill_round(desk)
        held = Held()
        measuring = asyncio.create_task(apart.measure(order, held))
        await held.seen.wait()
        measuring.cancel()
        with pytest.raises(asyncio.CancelledError):
            await measuring
        assert children_of(os.getpid()) == []
        assert measurings(desk) == ["interrupted"]
        await apart.measure(order, held)
        assert measurings(desk) == ["done", "interrupted"]


async def test_a_process_that_was_killed_costs_one_measuring_and_no_account(serve, open_desk, order, apart):
    async with open_desk(serve(contacts=60)) as desk:
        await backfill_round(desk)
        held = Held()
        measuring = asyncio.create_task(apart.measure(order, held))
        await held.seen.wait()
        (process,) = children_of(os.getpid())
        for harmless in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(process, harmless)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(Unavailable, match="process that counts figures ended"):
            await measuring
        assert not held.lock.locked()
        await apart.measure(order, held)
        assert measurings(desk) == ["done", "interrupted"]


async def test_what_is_wrong_comes_back_as_an_error_and_the_process_goes_on(serve, open_desk, order, apart):
    async with open_desk(serve(contacts=5)) as desk:
        await backfill_round(desk)
        with (
            desk.store.side_lock(desk.name, "measure"),
            pytest.raises(Unavailable, match="at the same on this account") as refused,
        ):
            await apart.measure(order, Held())
        assert refused.value.account == "hubspot"
        (process,) = children_of(os.getpid())
        with pytest.raises(Bug):
            await apart.measure(structs.replace(order, agreement="{}"), Held())
        await apart.measure(order, Held())
        assert children_of(os.getpid()) == [process]


async def test_it_ends_where_nothing_is_to_be_counted_for_a_while(serve, open_desk, order):
    apart = Apart(linger=0.2)
    async with open_desk(serve(contacts=5)) as desk:
        await backfill_round(desk)
        for _ in range(2):
            await apart.measure(order, Held())
            assert await asyncio.to_thread(_until, lambda: children_of(os.getpid()) == [], 10)


def test_it_ends_with_a_daemon_that_was_killed(serve, tmp_path):
    config = "accounts: {hubspot: {tier: unlimited, streams: [contacts, companies, deals]}}\n"
    (tmp_path / "syncer.yaml").write_text(config, encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=serve(contacts=60).server.base_url)
    with daemon.running() as process:
        daemon.until_logged("run_started", job="measure")
        (counting,) = children_of(process.pid)
        process.kill()
        assert _until(lambda: not Path(f"/proc/{counting}/fd/0").exists(), 10)
    assert {status for (status,) in daemon.ask("SELECT status FROM runs WHERE job = 'measure'")} == {"interrupted"}


def test_a_daemon_at_rest_has_not_loaded_what_only_figures_need():
    code = "import sys, jobs.cli.frame, jobs.daemon; print([one for one in ('numpy', 'scipy') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
