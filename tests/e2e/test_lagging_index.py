"""Search's index shows records as they were a while ago: what is known better stays known."""

from functools import partial

import pytest

from connectors.sandbox.state import Habits
from jobs.counts import PullCount
from jobs.pulling.intake import Intake
from jobs.pulling.lagging import as_they_are
from jobs.pulling.look import look
from jobs.pulling.reading import Reader, chunks
from jobs.rounds import sync_round
from jobs.webhooks.drain import drain_round
from jobs.writing.setup import setup
from syncer.moments import MINUTE, SECOND
from syncer.records import Kind
from tests.e2e.hooking import COUNTED, listening, quiet_contact, rep

_LAG = 60 * SECOND


@pytest.fixture
def crm(serve):
    """Return a CRM whose index is a minute behind; a step of its clock is one of ours."""
    crm = serve(contacts=25, habits=Habits(index_lag=_LAG))
    crm.portal.clock = crm.clock
    return crm


@pytest.fixture
def open_desk(open_desk):
    return partial(open_desk, streams=COUNTED)


async def _edited_twice(crm, desk, contact_id):
    """Let a record be changed twice: a round sees the first edit, a webhook tells of what comes later."""
    await setup(desk, apply=True)
    await sync_round(desk, force=True)
    crm.portal.edit_as_user("contacts", contact_id, {"lastname": "Zuerst"})
    crm.clock.ahead += 2 * MINUTE
    await sync_round(desk, force=True)


async def test_what_a_webhook_told_is_not_taken_back_by_a_round(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await _edited_twice(crm, desk, row.id)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", row.id, {"lastname": "Danach"})
        told.receive(desk.store, crm)
        await drain_round(desk)
        behind = await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            contact = unit.mirror.contact("hubspot", row.id)
    assert contact.last_name == "Danach"
    assert behind.derived == 0


async def test_a_deleted_contact_that_search_still_shows_is_left_out(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await _edited_twice(crm, desk, row.id)
        portal = await look(desk)
        window = {"since": crm.clock() - 5 * MINUTE, "until": crm.clock(), "properties": portal.properties["contacts"]}
        shown = [chunk async for chunk in chunks(desk.source.changes("contacts", **window))]
        with listening(crm) as told:
            rep(crm, "DELETE", f"/crm/v3/objects/contacts/{row.id}")
        told.receive(desk.store, crm)
        await drain_round(desk)
        intake = Intake(desk=desk, portal=portal, reader=Reader(desk, portal, ()), count=PullCount())
        left = [raw.id for chunk in shown for raw in (await as_they_are(intake, chunk)).records]
    assert row.id in {raw.id for chunk in shown for raw in chunk.records}
    assert row.id not in left


async def test_a_contact_that_was_restored_comes_back_though_nothing_changed_its_date(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await _edited_twice(crm, desk, row.id)
        with listening(crm) as told:
            rep(crm, "DELETE", f"/crm/v3/objects/contacts/{row.id}")
        told.receive(desk.store, crm)
        await drain_round(desk)
        crm.portal.restore_as_user("contacts", row.id)
        await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            assert unit.mirror.live("hubspot", Kind.CONTACT, [row.id]) == {row.id}


async def test_a_round_knows_what_the_last_one_wrote(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await sync_round(desk, force=True)
        crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
        crm.clock.ahead += 2 * MINUTE
        first = await sync_round(desk, force=True)
        again = await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            held = unit.mirror.held("hubspot", Kind.CONTACT, [row.id])[row.id]
    assert (first.written > 0, again.written) == (True, 0)
    assert held["fn_stage"] == crm.value("contacts", row.id, "fn_stage")


async def test_an_index_that_is_up_to_date_costs_no_further_call(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await sync_round(desk, force=True)
        crm.clock.ahead += 5 * MINUTE
        before = desk.source.usage.calls["contacts"]
        echo = await sync_round(desk, force=True)
        calls = desk.source.usage.calls["contacts"] - before
    assert echo.streams["contacts"].read > 0
    assert calls == 1
