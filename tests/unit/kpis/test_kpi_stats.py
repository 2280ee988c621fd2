from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from syncer.kpis.statistics.chance import chi_square_tail
from syncer.kpis.statistics.resampling import mean_interval, sum_interval
from syncer.kpis.statistics.stats import (
    Promoters,
    aalen_johansen,
    counted,
    in_coins,
    kaplan_meier,
    mean,
    median_interval,
    percentile,
    quantile,
    rank_interval,
    restricted_mean,
    shared_coins,
    wilson,
)

K13 = {20: {"won": 1}, 40: {"won": 1}, 50: {None: 1}, 60: {"won": 1}, 90: {None: 1}}
G12_OFFERS = {
    35: {"won": 1},
    51: {"lost": 1},
    77: {"other": 1},
    92: {"won": 1},
    93: {None: 1},
    96: {"won": 1},
    112: {None: 1},
}


@pytest.mark.parametrize(
    ("k", "n", "lo", "hi"),
    [
        (8, 10, 49.0, 94.3),
        (0, 10, 0.0, 27.8),
        (10, 10, 72.2, 100.0),
        (12, 50, 14.3, 37.4),
        (10, 28, 20.7, 54.2),
        (10, 40, 14.2, 40.2),
        (2, 8, 7.1, 59.1),
        (3, 7, 15.8, 75.0),
        (8, 40, 10.5, 34.8),
        (12, 40, 18.1, 45.4),
        (5, 12, 19.3, 68.0),
    ],
)
def test_wilson_table(k, n, lo, hi):
    low, high = wilson(k, n)
    assert (round(100 * low, 1), round(100 * high, 1)) == (lo, hi)


CENT = Decimal("0.01")


def test_wilson_of_nothing_is_unbounded():
    assert wilson(0, 0) == (None, None)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(case):
    k, n = case
    expected = scipy_stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_km_of_the_sales_cycle_example():
    curve = kaplan_meier(K13)
    assert [(point.day, round(point.survival, 4)) for point in curve] == [(20, 0.8), (40, 0.6), (60, 0.3)]
    assert quantile(curve) == 60
    assert restricted_mean(curve, 90) == pytest.approx(57)


def test_km_and_aalen_johansen_of_the_golden_offers():
    curve = kaplan_meier(G12_OFFERS)
    assert [(point.day, round(point.survival, 4)) for point in curve] == [
        (35, 0.8571),
        (51, 0.7143),
        (77, 0.5714),
        (92, 0.4286),
        (96, 0.2143),
    ]
    assert quantile(curve) == 92
    won = {step.day: round(step.share, 4) for step in aalen_johansen(G12_OFFERS, "won")}
    assert (won[35], won[92], won[96]) == (0.1429, 0.2857, 0.5)


def test_competing_outcomes_are_not_censored():
    histogram = {20: {"won": 1}, 30: {"lost": 1}, 40: {"won": 1}, 50: {None: 1}, 60: {"lost": 1}}
    assert aalen_johansen(histogram, "won")[-1].share == pytest.approx(0.4)
    assert aalen_johansen(histogram, "lost")[-1].share == pytest.approx(0.6)


def test_median_is_unknown_while_fewer_than_half_had_the_event():
    curve = kaplan_meier({5: {"won": 1}, 9: {None: 4}})
    assert quantile(curve) is None


days = st.dictionaries(
    st.integers(0, 60), st.fixed_dictionaries({"won": st.integers(0, 4), None: st.integers(0, 4)}), min_size=1
)


@given(days)
def test_survival_agrees_with_scipy(histogram):
    events = [day for day, counts in histogram.items() for _ in range(counts["won"])]
    censored = [day for day, counts in histogram.items() for _ in range(counts[None])]
    if not events:
        assert kaplan_meier(histogram) == []
        return
    expected = scipy_stats.ecdf(scipy_stats.CensoredData(uncensored=events, right=censored)).sf
    for point in kaplan_meier(histogram):
        assert point.survival == pytest.approx(float(expected.evaluate(point.day)), abs=1e-9)


@given(days)
def test_median_interval_holds_the_median(histogram):
    curve = kaplan_meier(histogram)
    low, high = median_interval(curve)
    median = quantile(curve)
    if median is not None:
        assert low is None or low <= median
        assert high is None or high >= median


def test_median_interval_of_the_golden_offers():
    assert median_interval(kaplan_meier(G12_OFFERS)) == (35, None)


def test_a_single_event_bounds_no_median():
    assert median_interval(kaplan_meier({7: {"won": 1}})) == (None, None)


def test_a_curve_that_steps_over_one_half_bounds_its_median_on_both_sides():
    curve = kaplan_meier({3: {"won": 1_000}, 5: {"won": 8_000}, 9: {"won": 1_000}})
    assert median_interval(curve) == (5, 5)


@given(st.lists(st.integers(0, 400), min_size=1))
def test_percentiles_interpolate_between_neighbours(values):
    ranked = counted(Counter(values))
    ordered = sorted(values)
    rank = Decimal("0.25") * (len(values) - 1)
    low = ordered[int(rank)]
    high = ordered[min(int(rank) + 1, len(values) - 1)]
    assert percentile(ranked, Decimal("0.25")) == low + (high - low) * (rank - int(rank))


def test_the_percentile_of_nothing_is_unknown():
    assert percentile(counted({}), Decimal("0.5")) is None
    assert mean({}) is None


def test_the_median_of_an_even_number_lies_between():
    assert percentile(counted({10: 1, 20: 1}), Decimal("0.5")) == 15


@pytest.mark.parametrize(("n", "low", "high"), [(5, None, None), (6, 0, 5), (10, 1, 8), (100, 39, 60)])
def test_order_statistic_ranks(n, low, high):
    assert rank_interval(counted(dict.fromkeys(range(n), 1))) == (low, high)


def test_order_statistic_ranks_of_many_follow_the_normal_distribution():
    low, high = rank_interval(counted(dict.fromkeys(range(40), 1000)))
    assert (low, high) == (19, 20)


def test_bootstrap_gives_the_same_interval_every_time():
    amounts = {Decimal(12_000): 5, Decimal(20_000): 3, Decimal(9_000): 2}
    first = mean_interval(amounts)
    assert first == mean_interval(dict(reversed(amounts.items())))
    assert first.lo < float(mean(amounts)) < first.hi


def test_bootstrap_and_normal_interval_agree_for_many():
    few = mean_interval({Decimal(1): 10_000, Decimal(3): 10_000})
    many = mean_interval({Decimal(1): 10_001, Decimal(3): 10_000})
    assert few == pytest.approx(many, abs=0.003)


def test_one_value_has_no_interval():
    assert mean_interval({Decimal(5): 1}) == (None, None)


def test_the_range_of_a_weighted_sum_is_that_of_its_outcomes():
    assert sum_interval([(Decimal(30_000), 0.9), (Decimal(18_000), 0.5)]) == (0, 48_000)
    assert sum_interval([(Decimal(100), 1.0)]) == (100, 100)
    assert sum_interval([]) == (None, None)


def test_nps_examples():
    hundred = Promoters(promoters=50, passives=30, detractors=20)
    assert (hundred.score, round(hundred.error, 2)) == (30, 7.81)
    assert [round(bound, 1) for bound in hundred.interval] == [14.7, 45.3]
    ten = Promoters(promoters=5, passives=3, detractors=2)
    assert [round(bound, 1) for bound in ten.interval] == [-18.4, 78.4]


def test_nps_of_nobody_is_unknown():
    nobody = Promoters(promoters=0, passives=0, detractors=0)
    assert (nobody.score, nobody.error, nobody.interval) == (None, None, (None, None))


@pytest.mark.parametrize(("exact", "shown"), [("0.005", "0.00"), ("0.015", "0.02"), ("1166.6666", "1166.67")])
def test_money_rounds_half_to_even(exact, shown):
    assert str(in_coins(Decimal(exact), CENT)) == shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((), ()),
        (("33.3333", "33.3333", "33.3334"), ("33.33", "33.33", "33.34")),
        (("0.005", "0.005", "0.005"), ("0.01", "0.01", "0.00")),
        (("0.006", "0.006", "0.006", "0.002"), ("0.00", "0.01", "0.01", "0.00")),
        (("-0.006", "0.026"), ("-0.01", "0.03")),
    ],
)
def test_the_parts_of_a_whole_are_rounded_to_sum_to_it(parts, shown):
    exact = [Decimal(part) for part in parts]
    found = shared_coins(exact, CENT)
    assert [str(part) for part in found] == list(shown)
    assert sum(found) == in_coins(sum(exact, Decimal(0)), CENT)
    assert all(abs(one - other) < CENT for one, other in zip(found, exact, strict=True))


@given(st.floats(0, 200), st.integers(1, 40))
def test_the_tail_of_a_chi_square_is_the_librarys(value: float, freedom: int) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(scipy_stats.chi2.sf(value, freedom), rel=1e-9, abs=1e-300)
