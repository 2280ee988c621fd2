"""The CRM's own automation against our write-back: both come to rest, and nobody is written to again and again."""

from collections import Counter

import pytest

from connectors.sandbox.state import Backward, Habits
from connectors.sandbox.workflows import Workflow
from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.moments import HOUR

ROUNDS = 5
#: A stage that steps back is cleared and set; a day that begins meanwhile may move it once more.
AT_MOST = 3


def contacts(**more) -> Workflow:
    return Workflow(kind="contacts", **more)


RACES = {
    "a cleared stage is filled at once": contacts(property="lifecyclestage", turns="", sets={"lifecyclestage": "lead"}),
    "a cleared stage is filled with the highest": contacts(
        property="lifecyclestage", turns="", sets={"lifecyclestage": "customer"}
    ),
    "our stage moves theirs": contacts(property="fn_stage", sets={"lifecyclestage": "opportunity"}),
    "a status is taken back": contacts(property="hs_lead_status", sets={"hs_lead_status": "IN_PROGRESS"}),
    "a status is cleared": contacts(property="hs_lead_status", sets={"hs_lead_status": ""}),
    "a value of ours is overwritten": contacts(property="fn_stage", sets={"fn_stage": "SUSPECT"}),
    "a value of ours is cleared": contacts(property="fn_cell", sets={"fn_cell": ""}),
    "a deal's outcome is cleared": Workflow(kind="deals", property="fn_outcome", sets={"fn_outcome": ""}),
}


def ours(crm, race: Workflow) -> Counter:
    """Count by record and property how often we wrote where the workflow writes or listens."""
    return Counter(
        (row.id, name)
        for row in crm.portal.tables[race.kind].rows.values()
        for name in {race.property, *race.sets}
        for version in row.versions(name)
        if version.source_type == "INTEGRATION"
    )


CASES = [
    (race, backward)
    for race, workflow in RACES.items()
    for backward in (Backward if "lifecyclestage" in {workflow.property, *workflow.sets} else (Backward.IGNORED,))
]


@pytest.mark.parametrize(("race", "backward"), CASES)
async def test_a_workflow_that_answers_our_writes_ends_in_a_stable_state(serve, open_desk, race, backward):
    crm = serve(contacts=30, habits=Habits(index_lag=0, backward=backward, workflows=(RACES[race],)))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
    before = ours(crm, RACES[race])
    for turn in range(ROUNDS):
        crm.clock.ahead = turn * HOUR
        async with open_desk(crm) as desk:
            await sync_round(desk)
    written = ours(crm, RACES[race]) - before
    assert written
    assert max(written.values()) <= AT_MOST
