"""A token that opens another portal than the mirror holds: nothing is read, nothing is written."""

from dataclasses import replace

import pytest

from jobs.pulling.look import look
from jobs.rounds import backfill_round, dry_round, plan_round, pull_round, push_round, sync_round
from jobs.writing.setup import setup
from jobs.writing.undo import undo_run
from syncer.errors import ConfigError


async def _taken_back(desk):
    with desk.store.snapshot() as unit:
        (run, *_) = [one for one in unit.desk.runs(desk.name, limit=9) if one.job == "plan"]
    await undo_run(desk, run.id, apply=True)


ROUNDS = {
    "backfill": backfill_round,
    "sync": sync_round,
    "dry run": dry_round,
    "pull": pull_round,
    "push": push_round,
    "undo": _taken_back,
}


@pytest.mark.parametrize("round_", ROUNDS)
async def test_another_portals_token_reads_and_writes_nothing(serve, open_desk, round_):
    ours, theirs = serve(), serve(seed=4)
    theirs.portal.account = replace(theirs.portal.account, portal_id=5)
    async with open_desk(ours) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await plan_round(desk, full=False, force=True)
    async with open_desk(theirs) as desk:
        before = _state(theirs), _counts(desk)
        for _ in range(2):
            with pytest.raises(ConfigError, match="opens portal 5"):
                await ROUNDS[round_](desk)
        assert (_state(theirs), _counts(desk)) == before
    async with open_desk(ours) as desk:
        assert (await push_round(desk)).written > 0


async def test_another_token_of_the_same_portal_goes_on(serve, open_desk):
    first, moved = serve(), serve()
    async with open_desk(first) as desk:
        await backfill_round(desk)
    async with open_desk(moved) as desk:
        await push_round(desk)
        assert (await look(desk)).streams


def _counts(desk):
    with desk.store.snapshot() as unit:
        return unit.mirror.counts(desk.name), unit.desk.outbox_counts(desk.name)


def _state(crm):
    return {
        (kind, row.id): dict(row.properties)
        for kind in crm.portal.tables
        for row in crm.portal.tables[kind].rows.values()
    }
