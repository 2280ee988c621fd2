"""Records that left the CRM unseen: the write that misses them looks at them by id, and the mirror follows."""

import pytest

from connectors.sandbox import writes
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.state import Habits, MergedId
from jobs.pulling.look import look
from jobs.rounds import backfill_round, push_round, sync_round
from jobs.writing.plan import plan
from jobs.writing.setup import setup
from syncer.moments import MINUTE
from syncer.records import Kind


async def _planned(desk):
    """Fill the outbox and return the ids of planned records by kind."""
    await setup(desk, apply=True)
    await backfill_round(desk)
    rows = (await plan(desk, await look(desk), run="r1", force=True)).rows
    return {kind: sorted({row.record_id for row in rows if row.kind is kind}) for kind in Kind}


def _archive(crm, kind, id_):
    writes.archive(crm.portal, BY_NAME[kind], crm.portal.tables[kind].rows[id_], at=crm.clock())


def _live(desk, kind, ids):
    with desk.store.snapshot() as unit:
        return unit.mirror.live(desk.name, kind, ids)


@pytest.mark.parametrize("kind", Kind)
async def test_what_was_archived_unseen_leaves_the_mirror_with_the_write_that_misses_it(crm, open_desk, kind):
    async with open_desk(crm) as desk:
        gone, *others = (await _planned(desk))[kind]
        _archive(crm, kind, gone)
        await push_round(desk)
        assert _live(desk, kind, [gone, *others]) == set(others)
        again = await plan(desk, await look(desk), run="r2", full=True, force=True, keep=False)
    assert (kind, gone) not in {(row.kind, row.record_id) for row in again.rows}


async def test_what_comes_back_from_the_bin_is_told_what_was_decided_before(crm, open_desk):
    async with open_desk(crm) as desk:
        gone = (await _planned(desk))[Kind.CONTACT][0]
        _archive(crm, "contacts", gone)
        await push_round(desk)
        await sync_round(desk)
        crm.portal.restore_as_user("contacts", gone)
        crm.portal.edit_as_user("contacts", gone, {"lastname": "Zurück"})
        crm.clock.ahead = 5 * MINUTE
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            (state,) = unit.ledger.states(desk.name, [gone])
    assert crm.value("contacts", gone, "fn_stage") == state.stage.value


async def test_what_was_merged_away_unseen_goes_into_its_survivor(serve, open_desk):
    crm = serve(habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    async with open_desk(crm) as desk:
        kept, away = (await _planned(desk))[Kind.CONTACT][:2]
        rows = crm.portal.tables["contacts"].rows
        merge(crm.portal, BY_NAME["contacts"], rows[kept], rows[away], at=crm.clock())
        await push_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.survivors(desk.name, Kind.CONTACT, [away]) == {away: kept}


async def test_what_the_crm_does_not_know_at_all_waits_for_the_full_compare(crm, open_desk):
    async with open_desk(crm) as desk:
        ids = (await _planned(desk))[Kind.CONTACT]
        del crm.portal.tables["contacts"].rows[ids[0]]
        await push_round(desk)
        assert _live(desk, Kind.CONTACT, ids) == set(ids)
