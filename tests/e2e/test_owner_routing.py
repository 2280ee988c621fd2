"""A lead without an owner is assigned to whom routing leads: previewed, once, and never against a person."""

from connectors.sandbox.state import Habits
from jobs.rounds import dry_round, sync_round
from jobs.switches import HandoverForm
from jobs.writing.undo import undo_run
from syncer.agreement import InForce, parse_agreement
from syncer.moments import DAY
from syncer.records import Kind
from tests.e2e.conftest import TODAY
from tests.e2e.test_handover_cards import lines, live, open_telling, ready, request

__all__ = ["open_telling"]

ASSIGNING = """
write_back: {contacts: {owner: hubspot_owner_id, nurture_track: fn_nurture_track}}
agreement:
  routing:
    - {if: owner(company) exists, to: owner(company)}
    - {if: country == DE, to: owner.71}
    - {else: queue.default}
"""
SECOND = {"type": "owners", "id": "72", "email": "second@own.example", "firstName": "Sam", "lastName": "Second"}
AGREED = InForce(agreement=parse_agreement(ASSIGNING, "agreement.yaml"))


def unowned(**more):
    return [*lines(hubspot_owner_id="", country="Germany", **more), SECOND]


def owner(crm):
    return crm.value("contacts", "101", "hubspot_owner_id") or None


async def test_a_lead_without_an_owner_is_assigned_once_and_the_plan_shows_it_before(serve, open_telling):
    crm = serve(lines=unowned(), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.TASK, AGREED) as desk:
        plan = await dry_round(desk)
        before = owner(crm)
        await ready(desk)
        second, third = await sync_round(desk), await sync_round(desk)
    [row] = [one for one in plan.rows if one.property == "hubspot_owner_id"]
    assert (row.kind, row.record_id, row.value, row.rule) == (Kind.CONTACT, "101", "71", "routing")
    assert (before, owner(crm)) == (None, "71")
    assert (second.written, third.written) == (0, 0)
    [task] = live(crm)
    assert task.properties["hubspot_owner_id"] == "71"


async def test_a_person_who_takes_our_owner_away_is_not_contradicted(serve, open_telling):
    crm = serve(lines=unowned(), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, AGREED) as desk:
        await ready(desk)
        crm.portal.edit_as_user("contacts", "101", {"hubspot_owner_id": ""})
        await sync_round(desk)
        taken = owner(crm)
        crm.portal.edit_as_user("contacts", "101", {"hubspot_owner_id": "72"})
        await sync_round(desk)
    assert (taken, owner(crm)) == (None, "72")


async def test_whoever_has_an_owner_keeps_it_and_without_the_key_nobody_is_assigned(serve, open_telling):
    crm = serve(lines=[*lines(hubspot_owner_id="72", country="Germany"), SECOND])
    async with open_telling(crm, HandoverForm.NONE, AGREED) as desk:
        await ready(desk)
    assert owner(crm) == "72"
    other = serve(lines=unowned())
    async with open_telling(other, HandoverForm.NONE) as desk:
        await ready(desk)
    assert owner(other) is None


async def test_undo_takes_an_assignment_back_for_good(serve, open_telling):
    crm = serve(lines=unowned(), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, AGREED) as desk:
        first = await ready(desk)
        await undo_run(desk, first.run, apply=True)
        taken = owner(crm)
        await sync_round(desk)
    assert (taken, owner(crm)) == (None, None)


async def test_a_postponed_contact_is_nurtured_on_by_the_reason(serve, open_telling):
    crm = serve(lines=unowned(), habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, AGREED) as desk:
        await ready(desk)
        crm.portal.edit_as_user("contacts", "101", {"hs_lead_status": "BAD_TIMING"})
        await sync_round(desk)
        postponed = crm.value("contacts", "101", "fn_nurture_track")
        crm.clock.ahead = 2 * DAY
        crm.portal.load([request("101", TODAY + 2 * DAY)])
        await sync_round(desk)
    assert (postponed, crm.value("contacts", "101", "fn_nurture_track") or None) == ("bad_timing", None)
