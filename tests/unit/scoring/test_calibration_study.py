"""What outcomes say about points: nothing beyond what the sample allows, and never a reversed rule (domain D6, D7)."""

from dataclasses import replace

import pytest

from syncer.agreement import load_default
from syncer.scoring.calibration.card import scorecard
from syncer.scoring.calibration.points import engagement_of, groups_of, points_of
from syncer.scoring.calibration.proposal import regroup, repoint, rescale
from syncer.scoring.calibration.rates import RuleRate, Verdict, rule_rates
from syncer.scoring.calibration.rows import Hit
from syncer.scoring.calibration.sample import Allowed
from syncer.scoring.calibration.study import study
from syncer.scoring.calibration.woe import Fate
from tests.unit.scoring.calibration_rows import AS_OF, HORIZON, MODEL, drawn, row

#: What really moves the odds: demos and webinars, hardly the pricing page, nothing else.
EFFECTS = {"E1": 1.3, "E2": 0.2, "E4": 1.0}
GROUPS = groups_of(MODEL)


def _study(rows):
    return study(load_default(), rows, rows, as_of=AS_OF, horizon_days=HORIZON)


@pytest.fixture(scope="module")
def large():
    return _study(drawn(3000, EFFECTS))


@pytest.mark.parametrize(
    ("count", "may"),
    [(40, Allowed.NOTHING), (100, Allowed.RATES), (200, Allowed.RESCALE), (450, Allowed.GROUPS)],
)
def test_a_small_sample_says_no_more_than_it_allows(count, may):
    found = _study(drawn(count, EFFECTS))
    assert found.points_allowed is found.rates_allowed is may
    assert bool(found.rates) is (may >= Allowed.RATES)
    assert (found.line is not None) is (may >= Allowed.RESCALE)
    assert (found.proposal is not None) is found.is_provisional is (may is Allowed.GROUPS)
    assert found.card is found.tested is None
    assert found.changes == (found.proposal.changes if found.proposal else ())


def test_a_large_sample_finds_what_moves_the_odds(large):
    assert large.points_allowed is Allowed.SCORECARD
    assert not large.is_provisional
    changed = {one.rule: one.after - one.before for one in large.changes}
    assert changed["E1"] > 0 > changed["E2"]
    assert changed["E4"] > 0
    assert {one.rule for one in large.card.characteristics} == {"E1", "E2", "E4"}


def test_points_after_rounding_rank_later_months_better_than_before(large):
    tested = large.tested
    assert tested.proposed.area > tested.today.area
    assert tested.card.area > tested.today.area
    assert tested.card.cut is None
    assert tested.today.cut.units == tested.fate.n == sum(one.fate.n for one in tested.today.tenths)
    assert tested.known_companies > 0


def test_the_size_of_points_stays_so_that_thresholds_keep_their_meaning(large):
    rows = drawn(3000, EFFECTS)
    means = [
        sum(engagement_of(one, groups, MODEL) for one in rows) / len(rows) for groups in (GROUPS, large.proposal.groups)
    ]
    assert means[1] == pytest.approx(means[0], rel=0.1)


def test_a_scorecard_foretells_its_own_rows_on_the_whole(large):
    rows = drawn(3000, EFFECTS)
    card = scorecard(rows, ["E1", "E2", "E4"])
    expected = sum(card.scale.probability(card.score(one)) for one in rows)
    assert expected == pytest.approx(sum(one.is_won for one in rows), rel=0.01)
    assert card.base == pytest.approx(card.scale.offset + card.scale.factor * card.fit.intercept)


def test_a_test_too_small_is_counted_and_not_told():
    found = _study(drawn(650, EFFECTS))
    assert found.points_allowed is Allowed.SCORECARD
    assert found.tested.fate.won < 100
    assert (found.tested.today, found.tested.proposed, found.tested.card) == (None, None, None)


def test_outcomes_without_any_pattern_change_nothing():
    found = _study(drawn(3000, {}, base=-1.0))
    assert (found.changes, found.card.characteristics) == ((), [])
    assert found.tested.today is not None
    assert found.tested.proposed is None


def test_without_a_row_to_learn_from_there_is_neither_proposal_nor_test():
    late = [replace(one, t0=AS_OF - (HORIZON + 1) * 86_400_000) for one in drawn(900, EFFECTS)]
    found = _study(late)
    assert (found.points_allowed, found.proposal, found.tested) == (Allowed.SCORECARD, None, None)


def test_a_rule_that_parts_too_well_is_not_learned_from():
    rows = [row(number, number % 2 == 0, {"E1": Hit(1, 1.0)} if number % 2 == 0 else {}) for number in range(500)]
    assert scorecard(rows, ["E1"]).characteristics == []
    found = _study(rows)
    assert ("E1", "too_good") in [(one.rule, one.leak) for one in found.suspicions]


def test_groups_keep_their_size_together_and_are_weighed_against_each_other():
    found = regroup(drawn(450, {"E1": 0.6, "E4": 1.0, "E5": 1.0}, base=-2.5), GROUPS, ())
    weights = {one.group: one.after / one.before for one in found.changes if one.rule in {"E1", "E4"}}
    assert weights.get("content", 1.0) > 1 > weights["intent"]
    caps = {one.group: one.after for one in found.changes if one.rule is None}
    assert caps["content"] == 80
    assert caps["web"] == 5


def test_a_group_that_outcomes_speak_against_keeps_its_points():
    found = regroup(drawn(450, {"E1": -1.5, "E2": -1.0, "E3": -1.0, "E4": 1.0}, base=0.5), GROUPS, ())
    assert "intent" in found.against
    assert found.groups["intent"] == GROUPS["intent"]


def test_a_group_with_a_doubtful_rule_is_left_alone_and_too_few_wins_weigh_none():
    rows = drawn(450, EFFECTS)
    assert all(one.group != "intent" for one in regroup(rows, GROUPS, {"E1"}).changes)
    few = regroup(rows[:20], GROUPS, ())
    assert (few.changes, few.groups) == ((), GROUPS)


def test_where_outcomes_speak_against_every_group_nothing_changes():
    rows = drawn(450, dict.fromkeys(("E1", "E2", "E3", "E4", "E5", "E6"), -1.0), base=6.0)
    found = regroup(rows, GROUPS, ())
    assert (found.changes, found.groups) == ((), GROUPS)


def test_no_rule_is_reversed():
    groups = {"one": replace(GROUPS["web"], points={"E6": -20.0, "E4": 20.0}, cap=40.0)}
    rows = drawn(900, {"E4": 0.8, "E6": 0.6})
    found = repoint(rows, groups, scorecard(rows, ["E4", "E6"]))
    assert found.against == ["E6"]
    assert found.groups["one"].points["E6"] == -20.0


def test_no_rule_is_switched_off_or_on_and_none_more_than_halved_or_doubled():
    groups = {
        "one": replace(GROUPS["intent"], points={"E1": 20.0, "E5": 0.0, "E6": -1.0}),
        "content": GROUPS["content"],
    }
    found = regroup(drawn(450, {"E1": 0.3, "E4": 1.5}), groups, ())
    assert found.groups["one"].points == {"E1": 10.0, "E5": 0.0, "E6": -1.0}
    assert found.groups["one"].cap == 30.0


def test_a_rule_that_parts_nobody_gives_half_of_its_points_to_those_that_do(large):
    changed = {one.rule: (one.before, one.after) for one in large.changes}
    assert large.card.idle == ["E3", "E5", "E6"]
    assert (changed["E3"], changed["E5"]) == ((20.0, 10.0), (5.0, 2.0))


def test_a_deduction_that_parts_nobody_upwards_stays():
    rows = drawn(3000, EFFECTS)
    groups = {"one": replace(GROUPS["intent"], points={"E1": 5.0, "E4": 20.0, "E5": -5.0})}
    card = scorecard(rows, ["E1", "E4", "E5"])
    assert card.idle == ["E5"]
    assert repoint(rows, groups, card).groups["one"].points["E5"] == -5.0


def test_a_rule_too_rare_to_be_judged_is_not_called_idle():
    plain = enumerate(drawn(900, {}))
    rows = [replace(one, hits={"E5": Hit(1, 1.0)} if number < 9 else {}) for number, one in plain]
    assert scorecard(rows, ["E5"]).idle == []


def test_one_group_or_rule_alone_has_nothing_to_be_weighed_against():
    rows = drawn(900, {"E4": 1.5})
    assert regroup(rows, {"content": GROUPS["content"]}, ()).changes == ()
    assert repoint(rows, GROUPS, scorecard(rows, ["E4"])).changes == ()


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_moves_no_group(seed):
    assert regroup(drawn(450, {}, seed=seed, base=-0.8), GROUPS, ()).changes == ()


def test_a_scorecard_whose_wins_fall_with_a_characteristic_keeps_its_points():
    rows = drawn(2000, {"E1": 0.5, "E4": 1.0})
    card = scorecard(rows, ["E1", "E4"])
    flat = replace(card, fit=replace(card.fit, coefficients=(0.0, *card.fit.coefficients[1:])))
    found = repoint(rows, GROUPS, flat)
    assert found.against == ["E1"]
    assert found.groups["intent"].points["E1"] == 40.0


def test_more_engagement_never_lowers_the_line():
    rows = drawn(200, {"E1": -2.0, "E2": -1.0, "E3": -1.0}, base=1.0)
    assert rescale(rows).coefficients[0] == pytest.approx(0.0, abs=1e-6)


def test_rules_are_over_and_under_scored_only_where_the_whole_interval_says_so():
    hit = {"E3": Hit(1, 1.0)}
    rows = [row(number, number < 2, hit) for number in range(40)]
    rows += [row(number, number % 2 == 0, {"E4": Hit(1, 1.0), "N4": Hit(1, 1.0)}) for number in range(40, 100)]
    rows += [row(number, number % 3 == 0, {"E5": Hit(1, 1.0), "N3": Hit(1, 1.0)}) for number in range(100, 130)]
    rows += [replace(row(number, number % 3 == 0), profile=frozenset({"F1"})) for number in range(130, 160)]
    found = {one.rule: one for one in rule_rates(rows, points_of(MODEL))}
    assert set(found) == {"E3", "E4", "E5", "F1", "N3", "N4"}
    assert found["E3"].verdict is Verdict.OVER_SCORED
    assert found["E4"].verdict is found["N4"].verdict is Verdict.UNDER_SCORED
    assert found["F1"].verdict is None
    deduction = replace(found["E3"], points=-20.0)
    assert deduction.verdict is None


def test_points_of_a_model_name_every_rule_and_deduction():
    points = points_of(MODEL)
    assert (points["F3"], points["E1"], points["N1"], points["N3"]) == (-15, 40, -10, -30)


def test_what_a_row_would_have_had_keeps_caps_deductions_and_the_scale():
    full = row(1, True, {"E1": Hit(1, 1.0), "E2": Hit(3, 3.0), "N4": Hit(1, 1.0)})
    assert full.engagement == 60 - 20
    assert row(2, True, {"N3": Hit(1, 1.0)}).engagement == 0.0


def test_a_rule_that_never_counted_has_no_verdict():
    assert RuleRate(rule="E1", points=40.0, hit=Fate(0, 0), missed=Fate(3, 4)).verdict is None
