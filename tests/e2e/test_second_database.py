"""A fresh database on a portal that an earlier installation wrote to: its words are ours, and no evidence."""

import pytest

from jobs.pulling.forebears import EARLIER
from jobs.rounds import backfill_round, dry_round, sync_round
from jobs.writing.setup import setup
from syncer.records import Kind
from tests.databases import new_store

NOW = "2026-05-04T10:00:00Z"


@pytest.fixture
def fresh(tmp_path):
    with new_store(tmp_path / "second.db") as store:
        yield store


def _competitor() -> list[dict]:
    properties = {
        "email": "anna@wettbewerb.example",
        "lifecyclestage": "marketingqualifiedlead",
        "hs_lifecyclestage_marketingqualifiedlead_date": NOW,
        "fn_competitor": "true",
    }
    return [{"type": "contacts", "id": "1", "createdAt": NOW, "properties": properties}]


async def test_a_lead_status_that_we_wrote_is_no_rejection_by_sales(serve, open_desk, fresh):
    crm = serve(lines=_competitor())
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await sync_round(desk)
        assert crm.portal.find("contacts", "1").properties["hs_lead_status"] == "UNQUALIFIED"
    async with open_desk(crm, store=fresh) as desk:
        await backfill_round(desk)
        assert list((await dry_round(desk)).rows) == []
        with fresh.snapshot() as unit:
            assert unit.mirror.contact(desk.name, "1").lead_status is None
            written = unit.desk.written_values(desk.name, Kind.CONTACT, ["1"])["1"]
            assert [one.value for one in written["hs_lead_status"]] == ["UNQUALIFIED"]
        await backfill_round(desk, restart=True)
        assert (await sync_round(desk)).planned == 0


async def test_a_rejection_by_a_person_after_our_word_counts_for_both(serve, open_desk, fresh):
    crm = serve(lines=_competitor())
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await sync_round(desk)
    crm.portal.edit_as_user("contacts", "1", {"hs_lead_status": "BAD_TIMING"})
    async with open_desk(crm, store=fresh) as desk:
        await backfill_round(desk)
        with fresh.snapshot() as unit:
            assert unit.mirror.contact(desk.name, "1").lead_status == "BAD_TIMING"


async def test_a_second_database_changes_at_most_since_when_a_sale_counts_as_postponed(serve, open_desk, fresh):
    crm = serve(contacts=150)
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        assert (await sync_round(desk)).written > 500
    async with open_desk(crm, store=fresh) as desk:
        await backfill_round(desk)
        # Since when a sale is postponed only the first database knew: the CRM tells when it was told.
        assert {row.property for row in (await dry_round(desk)).rows} <= {"fn_stage_since"}
        assert (await sync_round(desk)).planned <= 1
        assert (await sync_round(desk)).planned == 0


async def test_a_database_that_wrote_itself_takes_none_of_its_words_for_an_earlier_ones(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await sync_round(desk)
        for row in list(crm.portal.tables["contacts"].rows)[:6]:
            crm.portal.edit_as_user("contacts", row, {"hs_lead_status": "OPEN"})
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.of_run(desk.name, EARLIER) == []
