"""A deal that goes to another of its people moves all of them, however it came to that."""

from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.state import Habits, MergedId
from jobs.rounds import backfill_round, sync_round
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY

_MADE = iso(TODAY - 60 * DAY)


def _contact(id_):
    return {"type": "contacts", "id": id_, "createdAt": _MADE, "properties": {"email": f"p{id_}@firma.example"}}


def _deal(*people):
    return {
        "type": "deals",
        "id": "20",
        "createdAt": _MADE,
        "properties": {"dealname": "Deal", "pipeline": "default", "dealstage": "appointmentscheduled"},
        "associations": [{"to": "contacts", "id": one, "label": "Entscheider"} for one in people],
    }


async def test_whom_a_merge_of_others_takes_a_deal_away_from_stands_without_it(serve, open_desk):
    lines = [_contact("1"), _contact("2"), _contact("3"), _deal("2", "3")]
    crm = serve(lines=lines, habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        await sync_round(desk, force=True)

        def stages():
            with desk.store.snapshot() as unit:
                return {one.contact_id: one.stage.value for one in unit.ledger.states(desk.name)}

        before = stages()
        with crm.portal.lock:
            rows = crm.portal.tables["contacts"].rows
            merge(crm.portal, BY_NAME["contacts"], rows["1"], rows["3"], at=crm.portal.clock())
        await sync_round(desk, force=True)
        after = stages()
    assert before == {"1": "TAM", "2": "LEAD_DEAL", "3": "TAM"}
    assert after == {"1": "LEAD_DEAL", "2": "TAM"}
