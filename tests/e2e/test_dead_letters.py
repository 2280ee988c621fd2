"""A dead letter waits for a person, and goes once its cause is gone."""

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.rounds import backfill_round, sync_round
from jobs.writing.replay import replay
from jobs.writing.setup import setup

NOW = "2026-05-04T10:00:00Z"


def _lines():
    deal = {"dealname": "x", "dealstage": "closedwon", "amount": "viel"}
    return [
        {"type": "contacts", "id": "1", "createdAt": NOW, "properties": {"email": "anna@firma.example"}},
        {"type": "deals", "id": "9", "createdAt": NOW, "properties": deal},
    ]


def _letters(desk):
    with desk.store.snapshot() as unit:
        return [letter.id for letter in unit.desk.dead_letters("hubspot")]


async def test_a_mended_record_settles_its_letter_in_the_next_round(serve, open_desk):
    crm = serve(lines=_lines())
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert _letters(desk) == ["deals:9"]
        crm.portal.edit_as_user("deals", "9", {"amount": "100"})
        await sync_round(desk)
        assert _letters(desk) == []


async def test_replay_reads_the_record_again_and_says_what_still_waits(serve, open_desk):
    crm = serve(lines=_lines())
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        assert await replay(desk, None) == (1, 1)
        crm.portal.edit_as_user("deals", "9", {"amount": "100"})
        assert await replay(desk, "deals:9") == (1, 0)
        with desk.store.snapshot() as unit:
            assert unit.mirror.deal("hubspot", "9").amount == 100


async def test_replay_sends_every_refused_value_of_a_record_and_none_that_is_out_of_date(serve, open_desk):
    ignored = Fault(trouble=Trouble.IGNORED_WRITE, times=3, path="/batch/update")
    crm = serve(contacts=20, faults=Faults(rules=[ignored]))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        refused = await sync_round(desk)
        assert refused.failed > len(_letters(desk)) > 0, "records with several refused values are the point"
        tried, waiting = await replay(desk, None)
        assert (tried > 0, waiting) == (True, 0)
        with desk.store.snapshot() as unit:
            assert unit.desk.outbox_counts("hubspot").get("failed", 0) == 0
        assert (await sync_round(desk)).planned == 0
