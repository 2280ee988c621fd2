"""Limits, locks and moves that pass: rounds end as on a calm day, and nothing that waits is lost."""

import pytest

from connectors.patience import Patience
from connectors.sandbox.faults import Fate, Fault, Faults, Trouble
from jobs.bootstrap import opened_desk
from jobs.pulling.look import look
from jobs.rounds import backfill_round, push_round, sync_round
from jobs.writing.plan import plan
from jobs.writing.setup import setup
from syncer.errors import RateLimited
from tests.e2e.conftest import at_once, settings_for

TROUBLES = [Trouble.BURST_LIMIT, Trouble.SEARCH_LIMIT, Trouble.LOCKED]


def _quick(crm, store, folder):
    patience = Patience(sleep=at_once, jitter=lambda: 0.0)
    settings = settings_for(crm.server.base_url, folder)
    return opened_desk(settings, store, "hubspot", clock=crm.clock, patience=patience, sleep=at_once)


def _outbox(desk) -> set[str]:
    with desk.store.snapshot() as unit:
        return {status for status, count in unit.desk.outbox_counts("hubspot").items() if count}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_that_passes_is_waited_out(serve, sqlite_store, tmp_path, trouble):
    path = "/search" if trouble is Trouble.SEARCH_LIMIT else ""
    crm = serve(faults=Faults(seed=4, rules=(Fault(trouble=trouble, path=path, probability=0.25),)))
    async with _quick(crm, sqlite_store, tmp_path) as desk:
        await setup(desk, apply=True)
        read = await backfill_round(desk)
        first, second = await sync_round(desk), await sync_round(desk)
        assert crm.server.server.fate.dealt[trouble] > 5
    assert (read.halted, read.parked, first.halted, first.failed) == ({}, None, {}, 0)
    assert all(one.complete for one in read.proof.values())
    assert first.written > 0
    assert second.written == 0


async def test_an_account_that_moves_for_hours_ends_the_push_and_loses_nothing(serve, sqlite_store, tmp_path):
    crm = serve()
    async with _quick(crm, sqlite_store, tmp_path) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await plan(desk, await look(desk), run="r1")
    server = crm.server.server
    calm, moving = server.fate, Faults(rules=(Fault(trouble=Trouble.MIGRATING, probability=1.0),))
    object.__setattr__(server, "fate", Fate(moving))
    for _ in range(7):
        async with _quick(crm, sqlite_store, tmp_path) as desk:
            with pytest.raises(RateLimited, match="data centre") as refused:
                await push_round(desk)
            assert refused.value.account == "hubspot"
            assert _outbox(desk) == {"pending"}
    object.__setattr__(server, "fate", calm)
    async with _quick(crm, sqlite_store, tmp_path) as desk:
        done = await push_round(desk)
        assert (done.failed, done.conflicts) == (0, 0)
        assert _outbox(desk) <= {"written", "unchanged", "cancelled"}
    assert done.written > 0
