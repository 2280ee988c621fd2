"""What a look at another time says, as JSON: names and counts."""

from jobs.deciding.survey import Survey
from syncer.funnel.facts import FunnelStage, Outcome


def test_stages_and_outcomes_are_counted_by_their_names():
    found = Survey(contacts=3, deals=2)
    found.stages.update([FunnelStage.TAM, FunnelStage.TAM, FunnelStage.INQUIRY])
    found.outcomes.update([Outcome.OPEN, Outcome.OPEN])
    assert found.as_dict() == {
        "contacts": 3,
        "deals": 2,
        "stages": {"TAM": 2, "INQUIRY": 1},
        "outcomes": {"open": 2},
    }
