"""Figures are counted beside all other work: of one state, and of nobody who was erased meanwhile."""

import asyncio
import threading

import pytest

from jobs.figures import measuring
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.figures.splits import OWN
from jobs.privacy.forget import erase
from jobs.rounds import backfill_round, sync_round
from jobs.webhooks.drain import drain_round
from syncer.errors import Unavailable
from tests.e2e.hooking import listening, quiet_contact
from tests.e2e.test_forgetting import busiest, eraser_of


class Slowly:
    """Counts as `every_split` does, once it is let; every time after the first at once."""

    def __init__(self) -> None:
        self.begun, self.go, self.times = threading.Event(), threading.Event(), 0
        self._count = measuring.every_split

    def __call__(self, unit, asked):
        self.times += 1
        self.begun.set()
        assert self.go.wait(60)
        return self._count(unit, asked)


@pytest.fixture
def slowly(monkeypatch):
    counting = Slowly()
    monkeypatch.setattr(measuring, "every_split", counting)
    yield counting
    counting.go.set()


def _kept(desk) -> list[dict]:
    with desk.store.snapshot() as unit:
        last = unit.desk.last_snapshot(desk.name)
        return [] if last is None else list(unit.desk.snapshot(desk.name, last.run, OWN))


def _inventory(desk) -> list[tuple]:
    return [(row["id"], row["segment"], row["value"]) for row in _kept(desk) if row["id"].startswith("K01")]


def _measurings(desk) -> list[str]:
    with desk.store.snapshot() as unit:
        return [run.status for run in unit.desk.runs(desk.name, 100) if run.job == "measure"]


async def test_hints_are_looked_into_while_figures_are_counted_and_change_none_of_them(serve, open_desk, slowly):
    crm = serve(contacts=25)
    held = asyncio.Lock()
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        slowly.go.set()
        await measure_round(desk, Asked())
        before = _inventory(desk)
        slowly.go.clear()
        slowly.begun.clear()
        measured = asyncio.create_task(measure_round(desk, Asked(), held=held))
        await asyncio.to_thread(slowly.begun.wait, 60)
        assert not held.locked()
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"hs_lead_status": "IN_PROGRESS"})
            told.receive(desk.store, crm)
            async with held:
                drained = await drain_round(desk)
        assert drained.derived > 0
        assert not measured.done()
        slowly.go.set()
        await measured
        assert _inventory(desk) == before
        await measure_round(desk, Asked())
        assert _inventory(desk) != before


async def test_who_is_erased_while_figures_are_counted_is_not_counted(serve, open_desk, slowly):
    crm = serve(contacts=40)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        measured = asyncio.create_task(measure_round(desk, Asked()))
        await asyncio.to_thread(slowly.begun.wait, 60)
        await asyncio.to_thread(erase, eraser_of(desk), desk.name, busiest(desk).id, actor="DPO")
        slowly.go.set()
        await measured
        assert slowly.times == 2
        kept = _inventory(desk)
        await measure_round(desk, Asked())
        assert _inventory(desk) == kept != []


async def test_two_do_not_measure_at_once_and_a_round_leaves_the_run_of_who_measures_alone(serve, open_desk, slowly):
    crm = serve(contacts=5)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        measured = asyncio.create_task(measure_round(desk, Asked()))
        await asyncio.to_thread(slowly.begun.wait, 60)
        with (
            pytest.raises(Unavailable, match="at the same on this account"),
            desk.store.side_lock(desk.name, "measure"),
        ):
            pass
        await sync_round(desk)
        assert _measurings(desk) == ["running"]
        slowly.go.set()
        await measured
        assert _measurings(desk) == ["done"]
