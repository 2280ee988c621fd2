"""A rebuild from nothing says bit for bit what many small rounds said."""

import random

from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from jobs.deciding.derive import derive
from jobs.pulling.look import look
from jobs.rounds import backfill_round, read_changes
from syncer.store import open_store
from tests.databases import new_database
from tests.e2e.conftest import Crm
from tests.e2e.rebuilding import Clock, held, hours_later, lasting, live_on, portal_of, without_decisions


async def _after_rounds(desk, crm, *, rounds, changes, seed):
    dice = random.Random(seed)
    await backfill_round(desk)
    portal = await look(desk)
    for _ in range(rounds):
        live_on(crm.portal, dice, changes)
        hours_later(crm.clock, dice)
        await read_changes(desk, portal)
        await derive(desk)


async def test_a_rebuild_equals_the_rounds_bit_for_bit(open_desk, tmp_path):
    clock = Clock()
    account = portal_of(300, 7, clock)
    grown, rebuilt = tmp_path / "grown.db", tmp_path / "rebuilt.db"
    with running(account, limits=UNLIMITED) as server:
        crm = Crm(portal=account, server=server, clock=clock)
        store = open_store(new_database(grown))
        async with open_desk(crm, store=store) as desk:
            await _after_rounds(desk, crm, rounds=20, changes=12, seed=5)
            small = held(grown)
            without_decisions(grown, rebuilt)
            await derive(desk, full=True)
            again = held(grown)
        other = open_store(f"sqlite:///{rebuilt}")
        async with open_desk(crm, store=other) as desk:
            await derive(desk, full=True)
        afresh = held(rebuilt)
        store.close()
        other.close()
    assert all(len(rows) > 20 for rows in afresh.values())
    for table, rows in afresh.items():
        assert again[table] == rows, table
    for table, rows in lasting(afresh).items():
        assert lasting(small)[table] == rows, table
    fades = zip(small["contact_states"], afresh["contact_states"], strict=True)
    assert all(-0.01 <= before["engagement"] - now["engagement"] <= 5.02 for before, now in fades)
