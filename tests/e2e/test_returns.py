"""Delayed sales that come back: the owner's task, fourteen days before, once for each return."""

import pytest

from connectors.sandbox import writes
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.state import Habits
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import sync_round
from jobs.switches import HandoverForm
from jobs.writing.undo import undo_run
from syncer.agreement import load_default
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY
from tests.e2e.test_handover_cards import GERMAN, anchors, lines, live, open_telling, ready, request

__all__ = ["open_telling"]

ON = {"resumes": True, "proposals": False}
#: The sponsor has left: the sale comes back after fourteen days, a postponed project after ninety.
_POSTPONED = "Projekt verschoben"


def in_ninety_days(days):
    """Return the moment ninety local days after so many days ago."""
    return load_default().calendar.days_later(TODAY - days * DAY, 90)


def delayed(deal="800", *, days=1, reason=_POSTPONED, owner="71"):
    """A deal that was closed so many days ago, for a reason that says later."""
    created, closed = iso(TODAY - 120 * DAY), iso(TODAY - days * DAY)
    moves = [("closedlost", closed), ("qualifiedtobuy", created)]
    properties = {
        "dealname": f"Anlage {deal}",
        "pipeline": "default",
        "dealstage": "closedlost",
        "closed_lost_reason": reason,
        "closedate": closed,
        "createdate": created,
        "hubspot_owner_id": owner,
    }
    return {
        "type": "deals",
        "id": deal,
        "createdAt": created,
        "properties": properties,
        "history": {"dealstage": [{"value": value, "timestamp": at, "sourceType": "CRM_UI"} for value, at in moves]},
        "associations": [{"to": "contacts", "id": "101"}],
    }


async def test_the_owner_hears_of_a_return_once_fourteen_days_before(serve, open_telling):
    crm = serve(lines=[*lines(), delayed()], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        told = [(await ready(desk)).notices]
        for days in (74, 75, 76, 90, 100):
            crm.clock.ahead = days * DAY
            told.append((await sync_round(desk)).notices)
    assert told == [0, 0, 1, 0, 0, 0]
    [task] = live(crm)
    assert anchors(crm, task, "deals") == ["800"]
    said = task.properties
    back, since = iso(in_ninety_days(1))[:10], iso(TODAY - DAY)[:10]
    assert said["hubspot_owner_id"] == "71"
    assert said["hs_task_subject"] == f"Take up again by {back}: Anlage 800"
    assert said["hs_task_body"].startswith(
        f"Postponed since {since}: project postponed.<br>Agreed to come back on {back}:"
    )
    assert said["hs_timestamp"][:10] == iso(in_ninety_days(1) - 14 * DAY)[:10]
    assert said["hs_task_status"] == "NOT_STARTED"


async def test_a_return_is_told_in_the_agreements_language(serve, open_telling):
    crm = serve(lines=[*lines(), delayed(reason="Ansprechpartner gewechselt")])
    async with open_telling(crm, HandoverForm.NONE, GERMAN, switches=ON) as desk:
        first = await ready(desk)
    assert first.notices == 1
    [task] = live(crm)
    assert task.properties["hs_task_subject"].startswith("Wieder aufnehmen bis ")
    assert "Vereinbarte Wiedervorlage" in task.properties["hs_task_body"]


async def test_nobody_hears_of_a_return_that_was_long_ago_or_is_switched_off(serve, open_telling):
    crm = serve(lines=[*lines(), delayed("800", days=99), delayed("801", days=80)])
    async with open_telling(crm, HandoverForm.NONE) as desk:
        off = await ready(desk)
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        on = await sync_round(desk)
    assert (off.notices, on.notices) == (0, 1)
    [task] = live(crm)
    assert anchors(crm, task, "deals") == ["801"]


@pytest.mark.parametrize("stage", ["qualifiedtobuy", "closedwon"])
async def test_a_deal_that_is_back_before_its_date_brings_no_task(serve, open_telling, stage):
    crm = serve(lines=[*lines(), delayed(days=70)], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        await ready(desk)
        crm.portal.edit_as_user("deals", "800", {"dealstage": stage})
        crm.clock.ahead = 8 * DAY
        later = await sync_round(desk)
    assert (later.notices, live(crm)) == (0, [])


async def test_undo_takes_a_return_back_for_good(serve, open_telling):
    crm = serve(lines=[*lines(), delayed(days=80)])
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        first = await ready(desk)
        await undo_run(desk, first.run, apply=True)
        after = await sync_round(desk)
    assert (first.notices, live(crm), after.notices) == (1, [], 0)


def later(contact="101", *, days=80, status="BAD_TIMING"):
    """What sales said of a lead that asked for a demo, so many days ago."""
    asked, said = iso(TODAY - (days + 5) * DAY), iso(TODAY - days * DAY)
    return [
        {"type": "owners", "id": "71", "email": "rep@own.example", "firstName": "Rita", "lastName": "Rep"},
        {"type": "forms", "id": "f", "name": "Demo anfordern", "createdAt": iso(TODAY - 200 * DAY)},
        {
            "type": "contacts",
            "id": contact,
            "createdAt": asked,
            "properties": {
                "email": f"p{contact}@muster.example",
                "firstname": "Anna",
                "lastname": "Muster",
                "hubspot_owner_id": "71",
                "hs_lead_status": status,
                "createdate": asked,
            },
            "history": {"hs_lead_status": [{"value": status, "timestamp": said, "sourceType": "CRM_UI"}]},
        },
        {
            "type": "form_submissions",
            "formId": "f",
            "submittedAt": TODAY - (days + 5) * DAY,
            "values": [{"name": "email", "value": f"p{contact}@muster.example"}],
        },
    ]


def cycles(desk, contact="101"):
    with desk.store.snapshot() as unit:
        return unit.ledger.cycles(desk.name, contact, desk.clock())


async def test_the_owner_hears_once_of_a_lead_that_comes_back(serve, open_telling):
    crm = serve(lines=later(), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        told = [(await ready(desk)).notices]
        for days in (1, 5, 12):
            crm.clock.ahead = days * DAY
            told.append((await sync_round(desk)).notices)
        [cycle] = cycles(desk)
    assert told == [1, 0, 0, 0]
    assert (cycle.outcome, iso(cycle.resume_at)) == ("other", iso(in_ninety_days(80)))
    [task] = live(crm)
    assert anchors(crm, task) == ["101"]
    assert task.properties["hubspot_owner_id"] == "71"
    assert task.properties["hs_task_subject"] == f"Take up again by {iso(in_ninety_days(80))[:10]}: Anna Muster"
    assert "bad timing" in task.properties["hs_task_body"]


async def test_a_date_that_the_rep_enters_later_moves_the_return_of_a_lead(serve, open_telling):
    day = {"type": "properties", "object": "contacts", "name": "planned_purchase_date"}
    crm = serve(lines=[day | {"dataType": "date", "fieldType": "date"}, *later()], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON | {"resumes": False}) as desk:
        await ready(desk)
        crm.portal.edit_as_user("contacts", "101", {"planned_purchase_date": iso(TODAY + 200 * DAY)[:10]})
        crm.clock.ahead = DAY
        await sync_round(desk)
        [cycle] = cycles(desk)
    assert iso(cycle.resume_at)[:10] == iso(TODAY + 200 * DAY)[:10]


@pytest.mark.parametrize("gone", ["archived", "asked again"])
async def test_a_lead_that_is_back_or_gone_before_its_date_brings_no_task(serve, open_telling, gone):
    crm = serve(lines=later(days=70), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        await ready(desk)
        if gone == "archived":
            row = crm.portal.tables["contacts"].rows["101"]
            writes.archive(crm.portal, BY_NAME["contacts"], row, at=TODAY + 2 * DAY)
            await reconcile_round(desk, orders=Orders(apply=True))
        else:
            crm.portal.load([request("101", at=crm.clock())])
        crm.clock.ahead = 8 * DAY
        after = await sync_round(desk)
    assert (after.notices, live(crm)) == (0, [])
