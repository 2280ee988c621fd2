from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import EXPIRED, Cut, CycleCount, DayCount, Milestone
from syncer.kpis.figures.experience import DEFAULT_HORIZON, Experience, experience, horizon_days
from syncer.kpis.periods import Calendar
from syncer.moments import Millis
from tests.unit.kpis.fakes import Given

CUT = Cut(account="a", as_of=Millis(1_795_244_400_000), known_at=Millis(1_795_244_400_000), calendar=Calendar())


def lengths(*days):
    rows = [DayCount((), None, Outcome.WON, day, 1) for day in days]
    return Given(cycle_lengths={Milestone.FIRST_CONTACT: rows})


def test_the_horizon_is_when_nine_of_ten_have_ended_rounded_up_to_months():
    assert horizon_days(lengths(*range(10, 110, 10)), CUT) == 90
    assert horizon_days(lengths(*range(11, 111, 10)), CUT) == 120


def test_without_an_end_the_horizon_is_half_a_year():
    assert horizon_days(Given(), CUT) == DEFAULT_HORIZON
    still_open = Given(cycle_lengths={Milestone.FIRST_CONTACT: [DayCount((), None, Outcome.OPEN, 30, 5)]})
    assert horizon_days(still_open, CUT) == DEFAULT_HORIZON


def test_experience_counts_by_cell_what_was_real():
    rows = [
        CycleCount(("A2",), None, Outcome.WON, True, 3),
        CycleCount(("A2",), None, Outcome.LOST, False, 4),
        CycleCount(("A2",), EXPIRED, Outcome.VOID, False, 2),
        CycleCount(("A2",), "void", Outcome.VOID, False, 9),
        CycleCount((None,), None, Outcome.LOST, False, 9),
        CycleCount(("B1",), None, Outcome.OPEN, False, 1),
    ]
    found = experience(Given(by_entry={Milestone.SALES_READY: rows}), CUT, 180)
    assert found == {"A2": Experience(3, 9), "B1": Experience(0, 1)}
