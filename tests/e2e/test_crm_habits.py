"""What HubSpot does one way or the other, and whoever is right, rounds end the same."""

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.state import Backward, Habits, MergedId
from jobs.look import look
from jobs.rounds import backfill_round, dry_round, push_round, sync_round
from jobs.setup import setup
from syncer.errors import RateLimited
from syncer.records import Kind


def _goes_back(planned, options):
    order = {value: place for place, value in enumerate(options)}
    return [
        row
        for row in planned.rows
        if row.property == "lifecyclestage" and row.previous and order[row.value] < order[row.previous]
    ]


@pytest.mark.parametrize("backward", Backward)
async def test_a_step_back_arrives_whether_it_is_ignored_or_refused(serve, open_desk, backward):
    crm = serve(habits=Habits(index_lag=0, backward=backward))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        options = (await look(desk)).options[Kind.CONTACT]["lifecyclestage"]
        rows = _goes_back(await dry_round(desk), options)
        assert rows, "the generated portal has somebody who goes back"
        result = await sync_round(desk)
    assert result.failed == 0
    for row in rows:
        assert crm.value("contacts", row.record_id, "lifecyclestage") == row.value
        assert crm.value("contacts", row.record_id, "fn_stage") is not None


@pytest.mark.parametrize("merged_id", MergedId)
async def test_a_merge_leaves_one_contact_under_either_id(serve, open_desk, merged_id):
    crm = serve(habits=Habits(index_lag=0, merged_id=merged_id))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        first, second = list(crm.portal.tables["contacts"].rows)[:2]
        survivor = merge(
            crm.portal,
            BY_NAME["contacts"],
            *(crm.portal.tables["contacts"].rows[one] for one in (first, second)),
            at=crm.clock(),
        )
        await sync_round(desk)
        again = await sync_round(desk)
        with desk.store.snapshot() as unit:
            live = unit.mirror.live("hubspot", Kind.CONTACT, [first, second, survivor.id])
            count = unit.mirror.counts("hubspot")["contacts"]
    assert set(live) == {survivor.id}
    assert count == sum(1 for row in crm.portal.tables["contacts"].rows.values() if row.archived_at is None)
    assert again.written == 0


def _spent(*, skip=0, times=1):
    return Faults(rules=(Fault(trouble=Trouble.DAILY_LIMIT, path="contacts/batch/update", skip=skip, times=times),))


async def test_a_step_back_that_was_cut_off_after_clearing_is_finished_by_the_next_round(serve, open_desk):
    crm = serve(faults=_spent(skip=2))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        options = (await look(desk)).options[Kind.CONTACT]["lifecyclestage"]
        rows = _goes_back(await dry_round(desk), options)
        with pytest.raises(RateLimited):
            await sync_round(desk)
    assert [crm.value("contacts", row.record_id, "lifecyclestage") for row in rows] == [None] * len(rows)
    async with open_desk(crm) as desk:
        result = await push_round(desk)
    assert (result.conflicts, result.failed) == (0, 0)
    assert [crm.value("contacts", row.record_id, "lifecyclestage") for row in rows] == [row.value for row in rows]


async def test_a_week_of_spent_days_fails_no_value(serve, open_desk):
    crm = serve(faults=_spent(times=7))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
    for _ in range(7):
        async with open_desk(crm) as desk:
            with pytest.raises(RateLimited):
                await sync_round(desk)
    async with open_desk(crm) as desk:
        result = await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.dead_letters("hubspot") == []
    assert result.failed == 0
    assert result.written > 0
