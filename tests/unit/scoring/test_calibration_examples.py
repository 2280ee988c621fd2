"""The worked examples of calibration (domain D6), and the table of what a sample allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.kpis.statistics.ranking import psi
from syncer.moments import DAY
from syncer.scoring.calibration import quality
from syncer.scoring.calibration.drift import Drift, drift
from syncer.scoring.calibration.sample import Allowed, allowed, may_publish, parameters
from syncer.scoring.calibration.scaling import Scale, logistic, logit
from syncer.scoring.calibration.split import time_split
from syncer.scoring.calibration.woe import Fate, Strength, information_value, strength, total, weights, woe
from tests.unit.scoring.calibration_rows import AS_OF, HORIZON, row

SCORES = (90, 80, 70, 60, 50, 40, 30, 20, 10, 5)
WON = tuple(one == "1" for one in "1101001000")
CHANCES = tuple(score / 100 for score in SCORES)
#: Demo requested and not.
DEMO = (Fate(24, 36), Fate(16, 124))


def test_pdo_scaling():
    scale = Scale()
    assert (scale.factor, scale.offset) == (pytest.approx(14.4270, abs=5e-5), pytest.approx(81.6993, abs=5e-5))
    assert scale.score(0.10) == pytest.approx(50.0)
    assert scale.score(0.25) == pytest.approx(65.85, abs=5e-3)
    found = [round(100 * scale.probability(score), 2) for score in (40, 50, 60, 70)]
    assert found == [5.26, 10.00, 18.18, 30.77]


def test_odds_have_no_end_and_are_kept_there():
    assert (logistic(-800), logistic(800)) == (0.0, 1.0)
    assert logit(logistic(-3.2)) == pytest.approx(-3.2)
    for certain in (0.0, 1.0):
        with pytest.raises(ValueError, match="no odds"):
            logit(certain)


def test_woe_iv_flag():
    plain, value = weights(DEMO), information_value(DEMO)
    assert [round(one, 4) for one in plain] == [0.9808, -0.6614]
    assert round(value, 4) == 0.6158
    assert strength(value) is Strength.SUSPICIOUS
    assert round(woe(DEMO[0], total(DEMO)), 4) == 0.9692
    assert [round(Scale().of_class(1.0, one), 2) for one in plain] == [14.15, -9.54]


def test_a_class_without_any_won_one_is_smoothed_and_one_sided_outcomes_say_nothing():
    bare = (Fate(0, 40), Fate(20, 40))
    assert weights(bare)[0] == pytest.approx(woe(bare[0], total(bare)))
    assert information_value([Fate(0, 40), Fate(0, 9)]) == information_value([Fate(3, 0)]) == 0.0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0.0, Strength.NONE),
        (0.02, Strength.WEAK),
        (0.1, Strength.MEDIUM),
        (0.3, Strength.STRONG),
        (0.5, Strength.STRONG),
        (0.51, Strength.SUSPICIOUS),
    ],
)
def test_an_information_value_has_a_name(value, says):
    assert strength(value) is says


def test_auc_ks_brier_psi():
    assert quality.area(SCORES, WON) == pytest.approx(0.8333, abs=5e-5)
    assert quality.kolmogorov_smirnov(SCORES, WON) == pytest.approx(0.5833, abs=5e-5)
    sharp = quality.sharpness(CHANCES, WON)
    assert (sharp.brier, sharp.reference) == (pytest.approx(0.1652, abs=1e-4), pytest.approx(0.24))
    assert sharp.skill == pytest.approx(0.3115, abs=5e-5)
    assert sharp.expected_by_observed == pytest.approx(1.1375)
    cut = quality.at_threshold(SCORES, WON, 60)
    assert (cut.hits, cut.flagged, cut.precision, cut.recall, cut.lift) == (3, 4, 0.75, 0.75, pytest.approx(1.875))
    assert quality.at_top(SCORES, WON, 0.2).lift == pytest.approx(2.5)
    index = psi({"a": 20, "b": 30, "c": 30, "d": 20}, {"a": 10, "b": 25, "c": 35, "d": 30})
    assert index == pytest.approx(0.1267, abs=5e-5)
    assert drift(index) is Drift.WATCH


def test_drift_has_two_borders():
    names = [drift(one) for one in (0.099, 0.1, 0.249, 0.25)]
    assert names == [Drift.STABLE, Drift.WATCH, Drift.WATCH, Drift.SHIFTED]


@pytest.mark.parametrize(
    ("events", "may"),
    [
        (0, Allowed.NOTHING),
        (19, Allowed.NOTHING),
        (20, Allowed.RATES),
        (49, Allowed.RATES),
        (50, Allowed.RESCALE),
        (99, Allowed.RESCALE),
        (100, Allowed.GROUPS),
        (199, Allowed.GROUPS),
        (200, Allowed.SCORECARD),
    ],
)
def test_the_smaller_class_says_what_is_allowed(events, may):
    assert allowed(events, 10_000) is allowed(10_000, events) is may


def test_a_fit_has_one_parameter_for_fifteen_wins_and_a_test_a_hundred_of_both():
    assert (parameters(14), parameters(100), parameters(199)) == (0, 6, 13)
    assert (may_publish(100, 100), may_publish(99, 500), may_publish(500, 99)) == (True, False, False)


def test_time_split_no_company_overlap():
    until = AS_OF / DAY - HORIZON
    old, late, young = until - 183, until - 182, until + 1
    rows = [
        row(1, True, day=old, company="a"),
        row(2, False, day=late, company="a"),
        row(3, False, day=late, company="b"),
        row(4, True, day=young, company="c"),
        row(5, True, day=-11, company="d"),
    ]
    split = time_split(rows, as_of=AS_OF, horizon_days=HORIZON)
    assert [one.contact_id for one in split.train] == ["1"]
    assert [one.contact_id for one in split.test] == ["3"]
    assert split.known_companies == 1


@given(st.lists(st.tuples(st.integers(0, 560), st.sampled_from("abcdefgh")), max_size=60))
def test_no_company_is_on_both_sides_and_every_test_row_is_later(drawn):
    rows = [row(number, True, day=day, company=name) for number, (day, name) in enumerate(drawn)]
    split = time_split(rows, as_of=AS_OF, horizon_days=HORIZON)
    assert not {one.company for one in split.train} & {one.company for one in split.test}
    assert max((one.t0 for one in split.train), default=0) <= min((one.t0 for one in split.test), default=AS_OF)
