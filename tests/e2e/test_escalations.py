"""Leads that nobody touched in the agreed time: each rung of the agreement's escalation is told once, to a person."""

from connectors.sandbox.state import Habits
from jobs.digest.content import gather
from jobs.rounds import dry_round, sync_round
from jobs.switches import HandoverForm
from syncer.agreement import InForce, parse_agreement
from syncer.moments import DAY, HOUR, Millis, iso
from tests.e2e.conftest import TODAY
from tests.e2e.test_handover_cards import anchors, lines, live, open_telling, ready

__all__ = ["open_telling"]

LEAD = {"type": "owners", "id": "72", "email": "lead@own.example", "firstName": "Lea", "lastName": "Lead"}
ON = {"escalations": True, "proposals": False, "people": {"team_lead": "Lead@own.example"}}


def untouched(desk):
    """Return how many leads the morning report calls untouched."""
    now = desk.clock()
    return gather(desk.store, desk.agreement, desk.name, since=Millis(now - DAY), until=now).overdue


def told(crm):
    return sorted((one.properties["hubspot_owner_id"], one.properties["hs_task_subject"]) for one in live(crm))


async def test_every_rung_is_told_once_to_whom_it_reaches(serve, open_telling):
    crm = serve(lines=[*lines(), LEAD], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        rounds = [(await ready(desk)).notices]
        for hours in (0, 24, 72, 96, 240):
            crm.clock.ahead = hours * HOUR
            rounds.append((await sync_round(desk)).notices)
        assert untouched(desk) == 1
    assert sum(rounds) == 2
    assert rounds[-1] == 0
    assert [owner for owner, _ in told(crm)] == ["71", "72"]
    assert all(title.startswith("Nobody got in touch: Anna <Muster> 101, Muster AG · due ") for _, title in told(crm))
    first, second = sorted(live(crm), key=lambda one: one.properties["hubspot_owner_id"])
    assert "untouched after 1 times the agreed span, so this goes to: owner." in first.properties["hs_task_body"]
    assert "untouched after 2 times the agreed span, so this goes to: team lead." in second.properties["hs_task_body"]
    assert [anchors(crm, first), anchors(crm, first, "companies")] == [["101"], ["900"]]
    assert first.properties["hs_task_priority"] == "HIGH"


async def test_whoever_was_called_is_not_escalated(serve, open_telling):
    call = {
        "type": "calls",
        "id": "501",
        "createdAt": iso(TODAY - HOUR),
        "properties": {"hs_timestamp": iso(TODAY - HOUR), "hubspot_owner_id": "71"},
        "associations": [{"to": "contacts", "id": "101"}],
    }
    crm = serve(lines=[*lines(), LEAD, call], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        await ready(desk)
        crm.clock.ahead = 3 * DAY
        later = await sync_round(desk)
        assert untouched(desk) == 0
    assert (later.notices, live(crm)) == (0, [])


async def test_an_old_breach_is_no_news_when_escalation_is_switched_on(serve, open_telling):
    crm = serve(lines=[*lines(), LEAD], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE) as desk:
        await ready(desk)
        crm.clock.ahead = 20 * DAY
        await sync_round(desk)
    async with open_telling(crm, HandoverForm.NONE, switches=ON) as desk:
        on = await sync_round(desk)
    assert (on.notices, live(crm)) == (0, [])


async def test_a_rung_that_nobody_is_named_for_is_a_problem_of_the_plan(serve, open_telling):
    crm = serve(lines=[*lines(), LEAD], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, switches=ON | {"people": {}}) as desk:
        at_once = await ready(desk)
        crm.clock.ahead = 3 * DAY
        plan = await dry_round(desk)
        later = await sync_round(desk)
    assert "nobody of the CRM is named as team_lead: accounts.hubspot.write_back.people of syncer.yaml" in plan.problems
    assert [owner for owner, _ in told(crm)] == ["71"]
    # Whether the first rung is reached at once depends on the hour: business time runs from nine to five.
    assert at_once.notices + later.notices == 1


async def test_a_rung_may_name_an_owner_itself(serve, open_telling):
    text = "agreement: {sla: {escalation: [{after: 3x, to: owner.72}]}}"
    agreement = InForce(agreement=parse_agreement(text, "agreement.yaml"))
    crm = serve(lines=[*lines(), LEAD], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, agreement, switches=ON | {"people": {}}) as desk:
        await ready(desk)
        crm.clock.ahead = 3 * DAY
        await sync_round(desk)
        plan = await dry_round(desk)
    assert [owner for owner, _ in told(crm)] == ["72"]
    assert not plan.problems
