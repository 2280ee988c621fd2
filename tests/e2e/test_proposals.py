"""Questions to the owners of deals that seem postponed: each once, few at a time, in the CRM."""

import pytest

from connectors.sandbox.state import Habits
from jobs.rounds import sync_round
from jobs.switches import HandoverForm
from jobs.writing.undo import undo_run
from syncer.agreement import InForce, parse_agreement
from syncer.moments import DAY, iso
from syncer.records import Kind
from tests.e2e.conftest import TODAY
from tests.e2e.test_handover_cards import anchors, lines, live, open_telling, ready

__all__ = ["open_telling"]


def deals(number, *, owner="71"):
    """Open deals whose close date went by a month ago, silent ever since."""
    for index in range(number):
        created, close = iso(TODAY - (120 + index) * DAY), iso(TODAY - 30 * DAY)
        properties = {
            "dealname": f"Anlage {index}",
            "pipeline": "default",
            "dealstage": "qualifiedtobuy",
            "closedate": close,
            "createdate": created,
            "hubspot_owner_id": owner,
        }
        yield {
            "type": "deals",
            "id": str(800 + index),
            "createdAt": created,
            "properties": properties,
            "associations": [{"to": "contacts", "id": "101"}],
        }


async def test_the_owner_of_a_silent_overdue_deal_is_asked_once(serve, open_telling):
    crm = serve(lines=[*lines(), *deals(1)], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE) as desk:
        first = await ready(desk)
        crm.clock.ahead = 2 * DAY
        again = await sync_round(desk)
    assert (first.notices, again.notices) == (1, 0)
    [task] = live(crm)
    assert anchors(crm, task, "deals") == ["800"]
    said = task.properties
    assert said["hubspot_owner_id"] == "71"
    assert said["hs_task_subject"] == "Is this deal postponed? Anlage 0"
    assert said["hs_task_body"].startswith("Overdue and silent.<br>")
    assert "set “Funnel outcome” (fn_outcome) to “Other (postponed)”" in said["hs_task_body"]
    due = TODAY + 14 * DAY
    assert said["hs_timestamp"][:10] == iso(due)[:10]


@pytest.mark.parametrize(
    ("outcome", "how"),
    [
        ("fn_outcome", "Verschoben: „Funnel-Ergebnis“ (fn_outcome) auf „Other (verschoben)“ setzen"),
        ("null", "Verschoben: Deal als verloren schließen"),
    ],
)
async def test_the_question_names_what_the_crm_shows(serve, open_telling, outcome, how):
    """Who made German what sales reads finds labels and options under the very words of the question."""
    text = f"write_back: {{language: de, deals: {{outcome: {outcome}}}}}"
    agreement = InForce(agreement=parse_agreement(text, "agreement.yaml"))
    crm = serve(lines=[*lines(), *deals(1)])
    async with open_telling(crm, HandoverForm.NONE, agreement) as desk:
        await ready(desk)
        made = await desk.source.definitions(Kind.DEAL)
        held = {name: (one.label, one.description, dict(one.options)) for name, one in made.items()}
    [task] = live(crm)
    assert how in task.properties["hs_task_body"]
    label, description, options = held["fn_other_reason"]
    assert (label, description) == ("Grund der Verschiebung", "Warum der Deal verschoben wurde.")
    assert options["project_postponed"] == "Projekt verschoben"
    if outcome in held:
        assert (held[outcome][0], held[outcome][2]["other"]) == ("Funnel-Ergebnis", "Other (verschoben)")


async def test_the_answer_that_it_is_postponed_decides_and_nobody_is_asked_again(serve, open_telling):
    crm = serve(lines=[*lines(), *deals(1)])
    async with open_telling(crm, HandoverForm.NONE) as desk:
        await ready(desk)
        crm.portal.edit_as_user("deals", "800", {"fn_outcome": "other"})
        await sync_round(desk)
        last = await sync_round(desk)
        with desk.store.snapshot() as unit:
            [decision] = unit.ledger.deal_decisions("hubspot", ["800"])
    assert (decision.spans[-1].outcome, decision.spans[-1].rule) == ("other", "CO2")
    assert (last.notices, len(live(crm))) == (0, 1)


async def test_an_owner_has_five_questions_at_a_time(serve, open_telling):
    crm = serve(lines=[*lines(), *deals(8)])
    async with open_telling(crm, HandoverForm.NONE) as desk:
        first = await ready(desk)
        second = await sync_round(desk)
        answered = [deal for task in live(crm) for deal in anchors(crm, task, "deals")][:2]
        for deal in answered:
            crm.portal.edit_as_user("deals", deal, {"fn_outcome": "other"})
        third = await sync_round(desk)
    assert (first.notices, second.notices, third.notices) == (5, 0, 2)


async def test_undo_takes_questions_back_for_good(serve, open_telling):
    crm = serve(lines=[*lines(), *deals(1)])
    async with open_telling(crm, HandoverForm.NONE) as desk:
        first = await ready(desk)
        await undo_run(desk, first.run, apply=True)
        after = await sync_round(desk)
    assert (live(crm), after.notices) == ([], 0)


async def test_where_silence_decides_everybody_is_asked_and_the_grace_ends_by_itself(serve, open_telling):
    text = "closed_other: {propose: {auto_apply_after_grace: true}}"
    agreement = InForce(agreement=parse_agreement(text, "agreement.yaml"))
    crm = serve(lines=[*lines(), *deals(7)], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, agreement) as desk:
        await ready(desk)
        with desk.store.snapshot() as unit:
            outcomes = {one.spans[-1].outcome for one in unit.ledger.deal_decisions("hubspot")}
    assert outcomes == {"other"}
    assert {row.properties["fn_outcome"] for row in crm.portal.tables["deals"].rows.values()} == {"other"}


async def test_a_question_says_what_silence_means_and_an_answer_in_time_counts(serve, open_telling):
    since = iso(TODAY - DAY)[:10]
    text = f"{{agreement: {{valid_from: {since}}}, closed_other: {{propose: {{auto_apply_after_grace: true}}}}}}"
    agreement = InForce(agreement=parse_agreement(text, "agreement.yaml"))
    crm = serve(lines=[*lines(), *deals(7)], habits=Habits(index_lag=0))
    async with open_telling(crm, HandoverForm.NONE, agreement) as desk:
        first = await ready(desk)
        crm.portal.edit_as_user("deals", "800", {"fn_outcome": "open"})
        crm.clock.ahead = 16 * DAY
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            found = {one.deal_id: one.spans[-1].outcome for one in unit.ledger.deal_decisions("hubspot")}
    assert first.notices == 7
    assert all(
        "Without an answer the deal then counts as postponed" in one.properties["hs_task_body"] for one in live(crm)
    )
    assert found == {"800": "open", **{str(800 + index): "other" for index in range(1, 7)}}
