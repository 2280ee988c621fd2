"""Where a simulation gives no precision it says why."""

import pytest

from jobs.cli.agreement_output import print_thresholds, simulation_dict
from jobs.deciding.simulate import Simulation, Variant
from syncer.agreement import load_default
from syncer.handover.simulation import Frame, Tally
from syncer.moments import Millis

FRAME = Frame(as_of=Millis(0), weeks=12, horizon_days=180)


def simulation(mature):
    tally = Tally(mature=mature, won=min(mature, 1))
    now = load_default()
    parts = {"now": now, "draft": now, "frame": FRAME, "level": 1, "before": tally, "after": tally}
    return Simulation(account="a", **parts, variants=[Variant(threshold=60.0, tally=tally)])


@pytest.mark.parametrize(("mature", "says", "status"), [(0, True, "none"), (4, True, "few"), (5, False, "sound")])
def test_too_few_hand_overs_are_the_reason_for_no_precision(capsys, mature, says, status):
    found = simulation(mature)
    print_thresholds(found, "en")
    assert ("no precision where fewer than 5 hand-overs are mature" in capsys.readouterr().out) is says
    print_thresholds(found, "de")
    assert ("keine Trefferquote, wo weniger als 5 Übergaben reif sind" in capsys.readouterr().out) is says
    assert simulation_dict(found, ids=False)["now"]["status"] == status
