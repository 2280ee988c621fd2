"""The worked examples about how far cycles come, how long they stay, where they move, and the score behind them."""

import pytest

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import ID, CycleCount, Milestone
from syncer.kpis.asked.work import Effort, Move, Newcomers
from syncer.kpis.measure import measure
from syncer.kpis.result import Status
from syncer.kpis.statistics.ranking import auc, auc_interval, brier, psi
from syncer.kpis.statistics.stats import kaplan_meier
from tests.unit.kpis.counts import LOST, OPEN, OTHER, VOID, WON, cycle, days, percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import question
from tests.unit.kpis.work_fakes import GivenWork, seen, stay

TAM, SUSPECT, INQUIRY, MQL = FunnelStage.TAM, FunnelStage.SUSPECT, FunnelStage.INQUIRY, FunnelStage.LEAD_MQL
OPPORTUNITY, FORECAST, CLOSED = FunnelStage.OPPORTUNITY, FunnelStage.FORECAST, FunnelStage.CLOSED_LOST


# K02, K05, K09, K11


def test_k02_example():
    given = Given(by_entry={Milestone.INQUIRY: [cycle(OPEN, 8, reached=True), cycle(OPEN, 32)]})
    found = [row for row in measure(given, question(), ["K02"]) if row.segment["from"] == "INQUIRY"]
    assert percent(found[0]) == (20.0, 10.5, 34.8)


def test_k05_and_k09_are_cohort_rates_with_bounds():
    given = Given(
        by_entry={
            Milestone.INQUIRY: [cycle(OPEN, 9, reached=True), cycle(OPEN, 1)],
            Milestone.MQL: [cycle(WON, 7, reached=True), cycle(LOST, 2), cycle(OPEN, 1)],
        }
    )
    found = rows(given, "K05", "K09")
    assert (found["K05"].k, found["K05"].n, found["K05"].notes["upper"]) == (9, 10, 1.0)
    assert (found["K09"].value, found["K09"].notes["upper"]) == (0.7, 0.8)


def test_k11_example():
    given = Given(
        by_entry={Milestone.MQL: [cycle(WON, 12), cycle(LOST, 48)]},
        work=GivenWork(seen=[seen("google", 4_000), seen("direct", 800)]),
    )
    found = rows(given, "K11")
    assert (found["K11"].value, found["K11.visits"].value) == (5.0, 400)
    assert found["K11"].lo < 5 < found["K11"].hi


def test_k11_without_an_order_is_unknown():
    found = rows(Given(by_entry={Milestone.MQL: [cycle(LOST, 48)]}), "K11")
    assert [(row.value, row.lo, row.hi, row.status) for row in found.values()] == [
        (None, None, None, Status.UNDEFINED)
    ] * 2
    assert found["K11.visits"].notes == {"lacks": "visits"}


def test_k11_knows_visits_as_a_whole_and_by_source():
    given = Given(
        by_entry={Milestone.MQL: [CycleCount(("google",), None, WON, False, 6)]},
        work=GivenWork(seen=[seen("google", 60)]),
    )
    found = rows(given, "K11", by=("source",))
    assert (found["K11.visits"].value, found["K11.visits"].n) == (10, 6)
    by_owner = rows(given, "K11", by=("owner",))["K11.visits"]
    assert by_owner.notes == {"lacks": "visits_by_source"}


def test_k04_counts_the_bottom_of_those_that_came_to_the_middle():
    class Bands(Given):
        def cycles(self, cut, cohort):
            middle = Milestone.INQUIRY in cohort.reached
            return [
                cycle(OPEN, 3, reached=middle),
                cycle(WON, 6, reached=True),
                cycle(VOID, 1, excluded="expired"),
                cycle(VOID, 2, excluded="void"),
            ]

    found = rows(Bands(), "K04")
    assert [(row.k, row.n, row.notes["open"]) for row in found.values()] == [(9, 10, 0), (6, 9, 3)]
    assert [row.excluded for row in found.values()] == [{"void": 2}] * 2


def test_k41_example():
    new = [
        Newcomers((), None, advanced=True, pending=False, units=30),
        Newcomers((), None, advanced=False, pending=False, units=8),
        Newcomers((), "expired", advanced=False, pending=False, units=2),
        Newcomers((), "void", advanced=False, pending=False, units=4),
    ]
    row = rows(Given(work=GivenWork(new=new)), "K41")["K41"]
    assert percent(row) == (75.0, 59.8, 85.8)
    assert row.excluded == {"void": 4}


def test_k41_new_contacts_of_the_last_days_are_still_open():
    new = [Newcomers((), None, advanced=False, pending=True, units=5)]
    row = rows(Given(work=GivenWork(new=new)), "K41")["K41"]
    assert (row.notes["open"], row.status) == (5, Status.IMMATURE)


# K03


def test_k03_rows_make_up_all_moves_and_steps_back_have_exceptions():
    moved = [
        Move((), None, TAM, SUSPECT, 5),
        Move((), None, SUSPECT, INQUIRY, 3),
        Move((), None, INQUIRY, SUSPECT, 1),
        Move((), None, FORECAST, OPPORTUNITY, 2),
        Move((), None, CLOSED, TAM, 2),
        Move((), None, MQL, FunnelStage.OUT, 1),
        Move((), "virtual", SUSPECT, INQUIRY, 4),
    ]
    whole, *pairs, backward = measure(Given(work=GivenWork(moved=moved)), question(), ["K03"])
    assert (whole.value, whole.segment, whole.excluded) == (14, {}, {"virtual": 4})
    assert sum(row.value for row in pairs) == 14
    assert {(row.segment["from"], row.segment["to"]): row.value for row in pairs}["INQUIRY", "SUSPECT"] == 1
    assert (backward.k, backward.n) == (1, 14)


# K15


def test_k15_example():
    stayed = [stay(5), stay(9), stay(14), stay(12, left=False), stay(30, left=False)]
    found = [
        row
        for row in measure(Given(work=GivenWork(stayed=stayed)), question(), ["K15"])
        if row.segment["stage"] == "LEAD_SAL"
    ]
    median, p75, _, overdue = found
    assert (median.value, median.n, median.k, median.notes["inside"]) == (14, 5, 3, 2)
    assert p75.value is None
    assert (overdue.value, overdue.notes) == (None, {"lacks": "won_passes"})
    histogram = {5: {"left": 1}, 9: {"left": 1}, 14: {"left": 1}, 12: {None: 1}, 30: {None: 1}}
    survival = {point.day: round(point.survival, 2) for point in kaplan_meier(histogram)}
    assert survival == {5: 0.8, 9: 0.6, 14: 0.3}


def test_k15_overdue_are_inside_for_longer_than_nine_tenths_of_the_won():
    won = [stay(length, outcome=Outcome.WON) for length in range(1, 12)]
    inside = [stay(10, left=False), stay(11, left=False), stay(12, left=False, units=2)]
    left_out = [stay(3, excluded="void", units=4), stay(-1), stay(2, excluded="expired")]
    found = measure(Given(work=GivenWork(stayed=[*won, *inside, *left_out])), question(), ["K15"])
    late = {row.id: row for row in found if row.segment["stage"] == "LEAD_SAL"}
    assert (late["K15.overdue"].value, late["K15.overdue"].n) == (3, 4)
    assert late["K15.overdue"].notes == {"limit_days": 10.0}
    assert (late["K15"].n, late["K15"].excluded) == (16, {"negative": 1, "void": 4})


def test_k15_one_by_one_are_late_by_the_same_limit():
    stays = {"won": stay(10, outcome=Outcome.WON), "late": stay(11, left=False), "early": stay(9, left=False)}
    stayed = [one._replace(segment=(unit,)) for unit, one in stays.items()]
    found = measure(Given(work=GivenWork(stayed=stayed)), question(by=(ID,)), ["K15.overdue"])
    late = {row.segment[ID]: (row.n, row.k) for row in found if row.segment["stage"] == "LEAD_SAL"}
    assert late == {"won": (0, 0), "late": (1, 1), "early": (1, 0)}


# K32


def test_k32_example():
    given = Given(
        by_entry={Milestone.ENDED: [cycle(WON, 10), cycle(LOST, 20), cycle(OTHER, 3), cycle(VOID, 2, excluded="void")]},
        work=GivenWork(done=[Effort((), "call", 200), Effort((), "meeting", 40), Effort((), "email_out", 100)]),
    )
    found = rows(given, "K32")
    assert (found["K32"].value, found["K32"].n, found["K32"].k) == (34.0, 10, 340)
    assert found["K32.minutes"].value == (200 * 15 + 40 * 60 + 100 * 5) / 10
    assert found["K32.activities"].value == 340
    assert found["K32"].notes == {"kinds": {"call": 200, "email_out": 100, "meeting": 40}, "cycles": 33}


def test_k32_without_an_order_is_unknown():
    given = Given(by_entry={Milestone.ENDED: [cycle(LOST, 3)]}, work=GivenWork(done=[Effort((), "call", 9)]))
    found = rows(given, "K32")
    assert (found["K32"].value, found["K32"].status, found["K32.activities"].value) == (None, Status.UNDEFINED, 9)


# K37


def test_k37_example():
    given = Given(
        by_entry={
            Milestone.SALES_READY: [cycle(WON, 12, reached=True), cycle(OPEN, 30), cycle(LOST, 8)],
            Milestone.WON: [cycle(WON, 12, reached=True), cycle(WON, 4)],
            Milestone.INQUIRY: [cycle(WON, 20, reached=True), cycle(LOST, 180), cycle(VOID, 3, excluded="void")],
        }
    )
    found = rows(given, "K37")
    assert percent(found["K37"]) == (24.0, 14.3, 37.4)
    assert (found["K37.base"].value, found["K37.lift"].value) == (0.1, 2.4)
    assert found["K37.recall"].value == 0.75
    assert found["K37"].notes == {"horizon_days": 180}


def test_k37_horizon_is_when_nine_tenths_have_closed_in_steps_of_thirty():
    lengths = days(*[(length, LOST) for length in range(1, 100)])
    given = Given(cycle_lengths={Milestone.FIRST_CONTACT: lengths})
    assert rows(given, "K37")["K37"].notes == {"horizon_days": 90}
    assert rows(given, "K37", horizon_days=60)["K37"].notes == {"horizon_days": 60}


def test_k37_small_numbers_have_no_lift():
    found = rows(Given(), "K37")
    assert [row.value for row in found.values()] == [None] * 10
    few = Given(
        by_entry={
            Milestone.SALES_READY: [cycle(WON, 2, reached=True)],
            Milestone.INQUIRY: [cycle(WON, 2, reached=True)],
        }
    )
    assert rows(few, "K37")["K37.lift"].status is Status.FEW


def test_k37_ranks_by_grade_and_sees_cells_shift():
    class Graded(Given):
        def cycles(self, cut, cohort):
            if not cut.by:
                return []
            if cohort.entry is Milestone.INQUIRY:
                counts = [("A", 8, True), ("A", 2, False), ("C", 2, True), ("C", 8, False), (None, 5, False)]
                return [CycleCount((grade,), None, WON, won, units) for grade, units, won in counts]
            old = cohort.window.start is None
            cells = [("A1", 20 if old else 10), ("B2", 30 if old else 25), (None, 3)]
            return [CycleCount((cell,), None, OPEN, False, units) for cell, units in cells]

    found = rows(Graded(), "K37.auc", "K37.psi")
    assert (found["K37.auc"].value, found["K37.auc"].n, found["K37.auc"].k) == (0.8, 20, 10)
    assert found["K37.auc"].lo < 0.8 < found["K37.auc"].hi
    assert (round(found["K37.psi"].value, 4), found["K37.psi"].n) == (0.0584, 85)


def test_k37_precision_by_cell_adds_up_to_the_whole_and_names_no_cell_where_nobody_was_handed_over():
    class Celled(Given):
        def cycles(self, cut, cohort):
            if cut.by != ("cell",) or Milestone.WON not in cohort.reached:
                return super().cycles(cut, cohort)
            counts = [("A1", 6, True), ("A1", 4, False), ("B2", 1, True), ("B2", 2, False), (None, 30, False)]
            return [CycleCount((cell,), None, WON, won, units) for cell, units, won in counts]

    found = measure(Celled(), question(), ["K37", "K37.cell"])
    cells = {row.segment["cell"]: (row.k, row.n, row.value) for row in found if row.id == "K37.cell"}
    assert cells == {"A1": (6, 10, 0.6), "B2": (1, 3, None), None: (0, 30, 0.0)}
    assert (found[0].k, found[0].n) == (7, 43)
    [empty] = measure(Given(), question(), ["K37.cell"])
    assert (empty.segment, empty.n, empty.status) == ({"cell": None}, 0, Status.UNDEFINED)
    assert measure(Given(), question(by=("source",)), ["K37.cell"]) == []


def test_auc_and_psi_examples():
    scores = [(1, 0), (1, 0), (0, 1), (1, 0), (0, 1), (0, 1), (1, 0), (0, 1), (0, 1), (0, 1)]
    assert round(auc(scores), 4) == 0.8333
    shift = psi({"a": 20, "b": 30, "c": 30, "d": 20}, {"a": 10, "b": 25, "c": 35, "d": 30})
    assert round(shift, 4) == 0.1267
    assert auc([(1, 1)]) == 0.5
    assert auc([(3, 0)]) is None
    assert psi({}, {"a": 1}) is None
    assert psi({"a": 10}, {"b": 10}) > 0.25
    assert auc_interval(1.0, 5, 5) == (1.0, 1.0)


def test_k37_ranks_hand_overs_by_level_and_weighs_what_their_cells_foretell():
    class Celled(Given):
        def cycles(self, cut, cohort):
            if cut.by != ("cell",) or Milestone.WON not in cohort.reached:
                return super().cycles(cut, cohort)
            counts = [("A1", 6, True), ("A1", 4, False), ("B2", 1, True), ("B2", 2, False), ("C4", 1, True)]
            return [CycleCount((cell,), None, WON, won, units) for cell, units, won in [*counts, (None, 30, False)]]

    found = rows(Celled(), "K37")
    # Each of level 1 won beats the two of level 2 and half of the four of its own; the one of level 2 half of two.
    assert (found["K37.auc_level"].value, found["K37.auc_level"].n) == (pytest.approx(25 / 48), 14)
    # A1: 6 * (4/9)² + 4 * (6/9)², B2: 1 * (2/2)² + 2 * (1/2)², of 13 units; C4 stands alone.
    assert found["K37.brier"].value == pytest.approx((240 / 81 + 1.5) / 13)
    assert (found["K37.brier"].n, found["K37.brier"].k, found["K37.brier"].excluded) == (13, 7, {"alone": 1})
    assert found["K37.skill"].value == pytest.approx(1 - (240 / 81 + 1.5) / 13 / (7 / 13 * 6 / 13))
    assert round(found["K37.skill"].value, 4) == -0.3814


def test_k37_foretells_nothing_where_too_few_were_handed_over_or_all_were_won():
    class Celled(Given):
        def cycles(self, cut, cohort):
            is_asked = cut.by == ("cell",) and Milestone.WON in cohort.reached
            return [CycleCount(("A1",), None, WON, True, self.units)] if is_asked else super().cycles(cut, cohort)

    class Few(Celled):
        units = 3

    class Sure(Celled):
        units = 40

    assert [rows(Few(), "K37")[f"K37.{name}"].value for name in ("auc_level", "brier", "skill")] == [None, None, None]
    sure = rows(Sure(), "K37")
    assert (sure["K37.brier"].value, sure["K37.brier"].status) == (0, Status.MATURE)
    assert (sure["K37.skill"].value, sure["K37.skill"].status) == (None, Status.UNDEFINED)


def test_brier_of_classes_of_one_is_unknown():
    assert brier([(1, 0), (0, 1)]) is None
    assert brier([(3, 1), (1, 3)]) == pytest.approx(1 / 3)
