"""Companies are decided by themselves: what they are changes, and people leave them."""

from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.state import Habits, MergedId
from jobs.deciding.derive import derive
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY
from tests.e2e.hooking import rep

_MADE = iso(TODAY - 60 * DAY)


def _company(id_):
    return {"type": "companies", "id": id_, "createdAt": _MADE, "properties": {"name": f"Firma {id_}"}}


def _contact(id_, company):
    return {
        "type": "contacts",
        "id": id_,
        "createdAt": _MADE,
        "properties": {"email": f"p{id_}@firma.example", "lifecyclestage": "lead"},
        "associations": [{"to": "companies", "id": company, "primary": True}],
    }


async def _begun(desk):
    await setup(desk, apply=True)
    await backfill_round(desk)
    await sync_round(desk, force=True)


async def test_a_new_company_without_contacts_is_told_whether_it_is_in_the_market(serve, open_desk):
    crm = serve(lines=[_company("10"), _contact("1", "10")])
    async with open_desk(crm) as desk:
        await _begun(desk)
        made = rep(crm, "POST", "/crm/v3/objects/companies", json={"properties": {"name": "Neue Firma"}})
        await sync_round(desk, force=True)
        idle = await sync_round(desk, force=True)
    assert crm.value("companies", made["id"], "fn_in_tam") == crm.value("companies", "10", "fn_in_tam") == "true"
    assert (idle.derived, idle.written) == (0, 0)


async def test_a_company_whose_last_contact_went_elsewhere_is_back_in_the_market(serve, open_desk):
    crm = serve(lines=[_company("10"), _company("11"), _contact("1", "10")])
    crm.portal.edit_as_user("contacts", "1", {"lifecyclestage": "salesqualifiedlead"}, at=TODAY - 20 * DAY)
    async with open_desk(crm) as desk:
        await _begun(desk)
        before = crm.value("companies", "10", "fn_stage")
        primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
        rep(crm, "DELETE", "/crm/v4/objects/contacts/1/associations/companies/10")
        rep(crm, "PUT", "/crm/v4/objects/contacts/1/associations/companies/11", json=primary)
        await reconcile_round(desk, orders=Orders(apply=True))
        await sync_round(desk, force=True)
    assert before == "LEAD_SQL"
    assert crm.value("companies", "10", "fn_stage") == "TAM"


def _deal(id_, company):
    return {
        "type": "deals",
        "id": id_,
        "createdAt": _MADE,
        "properties": {"dealname": f"Deal {id_}", "pipeline": "default", "dealstage": "appointmentscheduled"},
        "associations": [{"to": "companies", "id": company, "primary": True}],
    }


def _own(desk, *companies):
    with desk.store.snapshot() as unit:
        return [
            [one.deal_id for one in unit.ledger.cycles(desk.name, f"company:{company}", desk.clock())]
            for company in companies
        ]


async def test_a_deal_without_people_that_went_into_another_leaves_no_cycle_behind(serve, open_desk):
    lines = [_company("10"), _company("11"), _deal("20", "10"), _deal("21", "11"), _deal("22", "11")]
    crm = serve(lines=lines, habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    async with open_desk(crm) as desk:
        await _begun(desk)
        before = _own(desk, "10", "11")
        with crm.portal.lock:
            deals = crm.portal.tables["deals"].rows
            merge(crm.portal, BY_NAME["deals"], deals["22"], deals["20"], at=crm.portal.clock())
            crm.portal.links.unlink("deals", "22", "companies", "10")
            merge(crm.portal, BY_NAME["deals"], deals["22"], deals["21"], at=crm.portal.clock())
        await sync_round(desk, force=True)
        after = _own(desk, "10", "11")
    assert before == [["20"], ["21"]]
    assert after == [[], ["22"]]


async def test_a_company_that_went_into_another_with_its_deal_leaves_no_cycle_behind(serve, open_desk):
    lines = [_company("10"), _company("11"), _deal("20", "10"), _deal("21", "11")]
    crm = serve(lines=lines, habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    async with open_desk(crm) as desk:
        await _begun(desk)
        with crm.portal.lock:
            deals, companies = (crm.portal.tables[kind].rows for kind in ("deals", "companies"))
            merge(crm.portal, BY_NAME["deals"], deals["21"], deals["20"], at=crm.portal.clock())
            merge(crm.portal, BY_NAME["companies"], companies["11"], companies["10"], at=crm.portal.clock())
        await sync_round(desk, force=True)
        assert _own(desk, "10", "11") == [[], ["21"]]


async def test_a_full_derive_takes_back_cycles_of_companies_that_are_there_no_more(serve, open_desk):
    crm = serve(lines=[_company("10"), _deal("20", "10")])
    async with open_desk(crm) as desk:
        await _begun(desk)
        with desk.store.commit() as unit:
            [cycle] = unit.ledger.cycles(desk.name, "company:10", desk.clock())
            unit.ledger.save_company_cycles(desk.name, {"99": [cycle]}, now=desk.clock(), agreement="v0")
        before = _own(desk, "10", "99")
        await derive(desk, full=True)
        assert (before, _own(desk, "10", "99")) == ([["20"], ["20"]], [["20"], []])
