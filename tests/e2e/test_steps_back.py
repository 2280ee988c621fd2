"""A person moves a contact to where its versions seem to tell nothing: an edit like any other (domain R11)."""

from dataclasses import replace

import pytest

from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.agreement import Agreement
from syncer.funnel.facts import FunnelStage
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY

_CONTACT = {
    "type": "contacts",
    "id": "501",
    "createdAt": iso(TODAY - 60 * DAY),
    "properties": {"email": "rita@firma.example", "lifecyclestage": "lead"},
}


async def _state(desk):
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.states("hubspot", ["501"])))


@pytest.mark.parametrize("back", ["lead", "subscriber", ""])
async def test_a_rep_who_takes_a_contact_back_is_heard(serve, open_desk, back):
    crm = serve(lines=[_CONTACT])
    crm.portal.edit_as_user("contacts", "501", {"lifecyclestage": "salesqualifiedlead"}, at=TODAY - 20 * DAY)
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk, force=True)
        before = await _state(desk)
        crm.portal.edit_as_user("contacts", "501", {"lifecyclestage": back, "hs_lead_status": ""})
        await sync_round(desk, force=True)
        after, again = await _state(desk), await sync_round(desk, force=True)
    assert before.stage is FunnelStage.LEAD_SQL
    assert after.stage in {FunnelStage.TAM, FunnelStage.SUSPECT, FunnelStage.INQUIRY}
    assert crm.value("contacts", "501", "fn_stage") in {None, after.stage}
    assert again.written == 0


async def test_a_step_back_before_the_first_backfill_is_part_of_the_story(serve, open_desk):
    crm = serve(lines=[_CONTACT])
    crm.portal.edit_as_user("contacts", "501", {"lifecyclestage": "salesqualifiedlead"}, at=TODAY - 20 * DAY)
    crm.portal.edit_as_user("contacts", "501", {"lifecyclestage": "lead"}, at=TODAY - 10 * DAY)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        state = await _state(desk)
    assert (state.stage, state.overridden_until) == (FunnelStage.INQUIRY, TODAY + 20 * DAY)


async def test_a_reps_lifecycle_is_heard_where_the_agreement_writes_none(serve, open_desk):
    crm = serve(lines=[_CONTACT])
    async with open_desk(crm) as written:
        terms = written.agreement.agreement.model_dump(by_alias=True)
        terms["write_back"]["contacts"] |= {"lifecycle": None, "lead_status": None}
        desk = replace(written, agreement=replace(written.agreement, agreement=Agreement.model_validate(terms)))
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk, force=True)
        crm.portal.edit_as_user("contacts", "501", {"lifecyclestage": "salesqualifiedlead"})
        await sync_round(desk, force=True)
        state = await _state(desk)
    assert (state.stage, state.overridden_until is None) == (FunnelStage.LEAD_SQL, False)
