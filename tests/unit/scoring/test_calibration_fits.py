"""Classes, fits and measures beyond the worked examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.scoring.calibration.classes import coarse_classes
from syncer.scoring.calibration.quality import (
    area,
    area_interval,
    at_threshold,
    at_top,
    calibration_line,
    kolmogorov_smirnov,
    sharpness,
    tenths,
)
from syncer.scoring.calibration.regression import fit_logit
from syncer.scoring.calibration.woe import Fate


def _units(*fates):
    """One feature value a class, with so many won and others."""
    features, won = [], []
    for value, (good, bad) in fates:
        features += [[value]] * (good + bad)
        won += [True] * good + [False] * bad
    return features, won


def test_a_fit_without_ridge_gives_the_odds_of_both_classes():
    features, won = _units((0.0, (16, 124)), (1.0, (24, 36)))
    found = fit_logit(features, won, ridge=0.0)
    assert found.intercept == pytest.approx(math.log(16 / 124), abs=1e-5)
    assert found.coefficients[0] == pytest.approx(math.log(24 / 36) - math.log(16 / 124), abs=1e-5)
    assert found.probability([1.0]) == pytest.approx(0.4, abs=1e-5)


def test_ridge_shrinks_and_keeps_parted_classes_finite():
    features, won = _units((0.0, (0, 20)), (1.0, (20, 0)))
    weak, strong = (fit_logit(features, won, ridge=one).coefficients[0] for one in (0.1, 10.0))
    assert 0 < strong < weak < 20


def test_a_reversed_feature_stays_at_zero_where_signs_are_bound():
    features, won = _units((0.0, (30, 10)), (1.0, (10, 30)))
    assert fit_logit(features, won).coefficients[0] < -1
    bound = fit_logit(features, won, positive=True)
    assert bound.coefficients[0] == pytest.approx(0.0, abs=1e-9)
    assert bound.probability([1.0]) == pytest.approx(0.5, abs=1e-6)


def test_without_features_a_fit_is_the_base_rate():
    found = fit_logit([[], [], [], []], [True, False, False, False])
    assert found.probability([]) == pytest.approx(0.25, abs=1e-6)


def test_thin_classes_join_the_neighbour_whose_rate_is_nearer():
    fates = {0.0: Fate(20, 180), 1.0: Fate(2, 18), 2.0: Fate(30, 30), None: Fate(1, 4)}
    bands = coarse_classes(fates)
    assert [(one.low, one.high, one.fate) for one in bands] == [
        (0.0, 1.0, Fate(22, 198)),
        (2.0, 2.0, Fate(30, 30)),
        (None, None, Fate(1, 4)),
    ]
    upward = coarse_classes({0.0: Fate(20, 180), 1.0: Fate(9, 10), 2.0: Fate(30, 30)})
    assert [(one.low, one.high) for one in upward] == [(0.0, 0.0), (1.0, 2.0)]


def test_a_falling_rate_is_no_class_of_its_own_and_ends_join_inward():
    assert len(coarse_classes({0.0: Fate(40, 40), 1.0: Fate(10, 40)})) == 1
    assert [one.low for one in coarse_classes({0.0: Fate(1, 50), 1.0: Fate(30, 60), 2.0: Fate(50, 20)})] == [0.0, 2.0]
    assert coarse_classes({}) == []


@given(st.dictionaries(st.integers(0, 8), st.tuples(st.integers(0, 40), st.integers(1, 60)), min_size=1))
def test_classes_keep_every_unit_are_large_enough_and_never_fall(drawn):
    bands = coarse_classes({float(value): Fate(*fate) for value, fate in drawn.items()})
    units = sum(sum(fate) for fate in drawn.values())
    assert sum(one.fate.n for one in bands) == units
    if len(bands) > 1:
        assert all(one.fate.won >= 10 and one.fate.n >= 0.05 * units for one in bands)
    rates = [one.fate.won / one.fate.n for one in bands]
    assert rates == sorted(rates)


def test_without_one_of_the_classes_ranking_is_unknown():
    assert area([1, 2], [True, True]) is None
    assert kolmogorov_smirnov([1, 2], [False, False]) is None
    assert area_interval([3, 2, 1], [True, False, False]) == (None, None)
    assert sharpness([0.1, 0.2], [False, False]).expected_by_observed is None
    assert sharpness([0.1, 0.2], [False, False]).skill is None


def test_the_interval_of_an_area_holds_it_and_is_the_same_every_time():
    scores, won = list(range(200)), [number % 3 == 0 or number > 150 for number in range(200)]
    low, high = area_interval(scores, won)
    assert low < area(scores, won) < high
    assert high - low < 0.2
    assert area_interval(scores, won) == (low, high)


def test_a_perfect_calibration_is_the_line_from_nothing_with_slope_one():
    chances = [0.2] * 50 + [0.6] * 50
    won = [True] * 10 + [False] * 40 + [True] * 30 + [False] * 20
    intercept, slope = calibration_line(chances, won)
    assert (intercept, slope) == (pytest.approx(0.0, abs=1e-4), pytest.approx(1.0, abs=1e-4))


@pytest.mark.parametrize(
    ("chances", "won"),
    [
        ([0.2, 0.4], [False, False]),
        ([0.2, 0.4], [True, True]),
        ([0.2, 0.4], [False, True]),
        ([0.4, 0.2], [False, True]),
        ([0.3, 0.3], [False, True]),
    ],
)
def test_where_a_cut_parts_the_classes_there_is_no_line(chances, won):
    assert calibration_line(chances, won) is None


def test_tenths_are_ranked_and_hold_everybody():
    chances, won = [number / 100 for number in range(1, 96)], [number > 60 for number in range(95)]
    found = tenths(chances, won)
    assert len(found) == 10
    assert sum(one.fate.n for one in found) == 95
    assert [one.expected for one in found] == sorted((one.expected for one in found), reverse=True)
    assert found[0].fate.others == found[-1].fate.won == 0
    assert len(tenths(chances[:4], won[:4])) == 4


def test_ties_at_a_cut_count_and_nobody_flagged_is_unknown():
    tied = at_top([5, 5, 5, 1], [True, False, False, True], 0.25)
    assert (tied.flagged, tied.hits) == (3, 1)
    none = at_threshold([1, 2], [False, False], 9)
    assert (none.precision, none.recall, none.lift, none.interval) == (None, None, None, (None, None))
    assert at_threshold([1, 2], [False, False], 1).lift is None
