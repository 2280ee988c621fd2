"""A round that finds a few changes looks up a few rows: no statement of it walks through all of a large table."""

from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from jobs.webhooks.drain import drain_round
from jobs.writing.setup import setup
from tests.e2e.hooking import listening, quiet_contact, rep
from tests.walks import executed, is_walk, walks


async def test_a_round_with_a_few_changes_walks_through_no_large_table(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        person, sale = quiet_contact(crm), next(iter(crm.portal.tables["deals"].live()))
        rep(crm, "PATCH", f"/crm/v3/objects/contacts/{person.id}", json={"properties": {"hs_lead_status": "CONNECTED"}})
        rep(crm, "PATCH", f"/crm/v3/objects/deals/{sale.id}", json={"properties": {"amount": "4711"}})
        with executed() as statements:
            done = await sync_round(desk)
        with desk.store.snapshot() as unit:
            found = walks(unit, statements)

    assert done.derived
    assert done.written
    assert found == []


async def test_a_full_pull_looks_the_records_of_a_page_up(crm, open_desk):
    async with open_desk(crm) as desk:
        with executed() as statements:
            await backfill_round(desk)
        with desk.store.snapshot() as unit:
            found = [one for one in walks(unit, statements) if "json_each" in one]

    assert any("json_each" in one for one in statements)
    assert found == []


async def test_a_webhook_of_an_edit_walks_through_no_large_table(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"hs_lead_status": "IN_PROGRESS"})
            with executed() as statements:
                told.receive(desk.store, crm)
                drained = await drain_round(desk)
        with desk.store.snapshot() as unit:
            found = walks(unit, statements)

    assert drained.written
    assert found == []


async def test_a_merge_an_archived_and_a_new_record_are_looked_up(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        one, two, three = (quiet_contact(crm, place).id for place in range(3))
        rep(crm, "POST", "/crm/v3/objects/contacts/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
        rep(crm, "DELETE", f"/crm/v3/objects/contacts/{three}")
        rep(crm, "POST", "/crm/v3/objects/contacts", json={"properties": {"email": "neu@firma.example"}})
        with executed() as statements:
            await sync_round(desk)
            await reconcile_round(desk, orders=Orders(apply=True))
            await sync_round(desk)
        with desk.store.snapshot() as unit:
            found = [one for one in walks(unit, statements) if "json_each" in one]

    assert any("json_each" in one for one in statements)
    assert found == []


def test_a_walk_is_told_from_a_look_up():
    assert is_walk("SCAN contacts")
    assert is_walk("SEARCH contacts USING COVERING INDEX sqlite_autoindex_contacts_1 (account=? AND id>? AND id<?)")
    assert is_walk("SEARCH contacts USING INDEX ix_contacts_company (account=? AND company_id>?)")
    assert not is_walk("SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (account=? AND id=?)")
    assert not is_walk("SEARCH outbox USING INDEX ix_outbox_open (account=?)")
    assert not is_walk("SEARCH contact_states USING COVERING INDEX ix_contact_states_due (account=? AND due_at<?)")
    assert not is_walk("SCAN json_each VIRTUAL TABLE INDEX 1:")
