"""A round that brings nothing costs no measuring."""

import asyncio
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.records import Token
from jobs.bootstrap import agreement_of
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round, pull_round
from jobs.serving.duties import Duty
from jobs.serving.shift import Program, Shift
from jobs.serving.work import Work, daemon_call
from syncer.moments import HOUR
from syncer.records import Kind
from tests.e2e.conftest import settings_for


class Here:
    """Counts in this process, by a clock that a test turns."""

    def __init__(self, store, clock) -> None:
        self._store, self._clock = store, clock

    async def measure(self, order, held) -> None:
        seat = SimpleNamespace(name=order.account, store=self._store, agreement=order.in_force, clock=self._clock)
        await measure_round(seat, Asked(), held=held, patient=order.patient)


def _runs(store) -> Counter:
    with store.snapshot() as unit:
        return Counter(run.job for run in unit.desk.runs("hubspot", 100))


def _work(crm, store, folder, apart):
    settings = settings_for(crm.server.base_url, folder)
    locks = {"hubspot": asyncio.Lock()}
    work = Work(settings=settings, store=store, in_force=agreement_of(settings), locks=locks, clock=crm.clock)
    return replace(work, apart=apart)


def _round(crm, store, folder):
    """Return how to do a round and to wait for the figures that follow it."""
    work = _work(crm, store, folder, Here(store, crm.clock))

    async def run() -> None:
        await daemon_call(work, "hubspot", Duty.SYNC)()
        await asyncio.gather(*work.beside.tasks)

    return run


async def test_what_brought_nothing_is_not_measured_again_and_what_changed_is(serve, sqlite_store, tmp_path):
    crm = serve(contacts=20)
    do = _round(crm, sqlite_store, tmp_path)
    await do()
    assert _runs(sqlite_store)["measure"] == 1
    await do()
    await do()
    crm.clock.ahead += HOUR
    await do()
    before = _runs(sqlite_store)
    await do()
    after = _runs(sqlite_store)
    assert after["sync"] == before["sync"] + 1
    assert after["measure"] == before["measure"]
    contact = next(iter(crm.portal.tables["contacts"].rows.values()))
    crm.portal.edit_as_user("contacts", contact.id, {"jobtitle": "Leiterin"})
    await do()
    assert _runs(sqlite_store)["measure"] == after["measure"], "so soon after the last figures"
    crm.clock.ahead += HOUR
    await do()
    assert _runs(sqlite_store)["measure"] == after["measure"] + 1


class Busy:
    """Counts the figures of others, and of this account nothing yet."""

    def __init__(self) -> None:
        self.asked = 0

    async def measure(self, order, held) -> None:
        self.asked += 1
        await asyncio.Event().wait()


async def test_the_next_round_does_not_wait_for_figures_however_long_they_take(serve, sqlite_store, tmp_path):
    crm, apart = serve(contacts=5), Busy()
    work = _work(crm, sqlite_store, tmp_path, apart)

    class Lookout:
        def leave(self) -> None: ...

        async def run(self) -> None: ...

    async def may() -> bool:
        return True

    shift = Shift(Program(first=[], appointments=[], lookout=Lookout(), beside=work.beside), may)
    shift.begin()
    for _ in range(2):
        await asyncio.wait_for(daemon_call(work, "hubspot", Duty.SYNC)(), 60)
    assert _runs(sqlite_store)["sync"] == 2
    [counting] = work.beside.tasks
    assert apart.asked == 1
    assert not shift.is_over
    await shift.leave()
    assert (counting.cancelled(), shift.is_over) == (True, True)


async def test_after_a_round_that_failed_nothing_is_measured(serve, sqlite_store, tmp_path):
    crm = serve(contacts=5, faults=Faults(rules=[Fault(trouble=Trouble.STATUS, status=401, times=100)]))
    do = _round(crm, sqlite_store, tmp_path)
    await do()
    assert _runs(sqlite_store)["measure"] == 0


async def test_what_the_token_may_not_read_is_asked_for_once_an_hour(serve, open_desk):
    """Refusals are errors that HubSpot counts, and an idle round is one search a stream."""
    crm = serve(contacts=5)
    scopes = {f"crm.objects.{kind}.{verb}" for kind in Kind for verb in ("read", "write")} | {"crm.objects.owners.read"}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes))
    refused = {"form_submissions", "email_clicks", "page_views", "emails", "campaigns"}
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert refused <= set(desk.source.usage.calls)
    async with open_desk(crm) as desk:
        result = await pull_round(desk)
        assert refused <= set(result.skipped)
        assert set(desk.source.usage.calls) == {*Kind, "calls", "meetings", "notes", "tasks", "communications"}
        crm.clock.ahead += HOUR
        await pull_round(desk)
        assert refused <= set(desk.source.usage.calls)
