"""The worked examples of the catalogue: days, cost, forecast and order value."""

from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.kpis.asked.ports import (
    AmountCount,
    DayCount,
    DealDate,
    DealRow,
    DealSum,
    Labels,
    Milestone,
)
from syncer.kpis.measure import measure
from syncer.kpis.periods import parse_period
from syncer.kpis.result import Basis, Status
from syncer.money import CostKind
from tests.unit.kpis.counts import LOST, OPEN, WON, cycle, days, deal, rows, sums
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, by_rep, cost, question
from tests.unit.kpis.money_rows import day, rate, rates


def test_k13_takes_open_cycles_into_the_median():
    cycles = days((20, WON), (40, WON), (50, OPEN), (60, WON), (90, OPEN))
    given = Given(cycle_lengths={Milestone.FIRST_CONTACT: cycles, Milestone.WON: days((20, WON), (40, WON), (60, WON))})
    found = rows(given, "K13")
    assert found["K13"].value == 60
    assert found["K13.median_won"].value == 40
    assert found["K13.restricted_mean"].value == pytest.approx(57)


def test_k13_of_a_cohort_counts_its_own_won_alone():
    cohort, period = days((20, WON), (30, OPEN)), days((99, WON))
    given = Given(cycle_lengths={Milestone.FIRST_CONTACT: cohort, Milestone.WON: period})
    assert rows(given, "K13", basis=Basis.COHORT)["K13.median_won"].value == 20
    assert rows(given, "K13")["K13.median_won"].value == 99


def test_k13_of_competing_outcomes():
    cycles = days((20, WON), (30, LOST), (40, WON), (50, OPEN), (60, LOST))
    row = rows(Given(cycle_lengths={Milestone.FIRST_CONTACT: cycles}), "K13.won_share")["K13.won_share"]
    assert row.value == pytest.approx(0.4)
    assert row.notes["day_30"] == pytest.approx(0.2)
    assert row.notes["day_90"] is None


def test_durations_without_a_date_or_below_zero_are_counted_and_left_out():
    cycles = [*days((20, WON), (-1, WON)), DayCount((), None, WON, None, 3)]
    row = rows(Given(cycle_lengths={Milestone.WON: cycles}), "K13.median_won")["K13.median_won"]
    assert (row.value, row.n, row.excluded) == (20, 1, {"negative": 1, "no_date": 3})


def test_durations_of_other_business_are_counted_by_reason_and_move_no_median():
    cycles = [*days((20, WON), (40, WON)), DayCount((), "expansion", WON, 900, 2)]
    row = rows(Given(cycle_lengths={Milestone.WON: cycles}), "K13.median_won")["K13.median_won"]
    assert (row.value, row.n, row.excluded) == (30, 2, {"expansion": 2})


def test_k14_counts_the_won_from_creation():
    given = Given(deal_lengths={DealDate.CLOSE: days((50, WON), (70, WON), (400, LOST))})
    found = rows(given, "K14")
    assert (found["K14"].value, found["K14.mean"].value, found["K14"].n) == (60, 60, 2)


def lines(amount):
    return [cost("google", amount)]


def test_k17_names_the_stage_it_divides_by():
    given = Given(lines=lines(9_000), by_entry={Milestone.MQL: [cycle(OPEN, 60)], Milestone.INQUIRY: [cycle(OPEN, 90)]})
    found = rows(given, "K17", period=parse_period("2026Q2", BERLIN))
    assert (found["K17"].value, found["K17.cpi"].value, found["K17.cp_sql"].value) == (150, 100, None)
    assert found["K17"].unit == "EUR"


def test_a_missing_cost_line_is_unknown_and_a_recorded_zero_is_zero():
    entered = {Milestone.MQL: [cycle(OPEN, 10)]}
    assert rows(Given(by_entry=entered), "K17")["K17"].value is None
    assert rows(Given(by_entry=entered, lines=lines(0)), "K17")["K17"].value == 0


def test_cost_spreads_evenly_over_its_days():
    given = Given(lines=[cost("google", 9_100)], by_entry={Milestone.MQL: [cycle(OPEN, 1)]})
    assert rows(given, "K17.cost", period=parse_period("2026-04", BERLIN))["K17.cost"].value == 3_000
    half = rows(given, "K17.cost", as_of=BERLIN.last_moment(BERLIN.day(at("2026-04-10"))))
    assert half["K17.cost"].value == 1_000


def test_cost_outside_the_period_is_no_cost_of_it():
    given = Given(lines=lines(9_000), by_entry={Milestone.MQL: [cycle(OPEN, 10)]})
    assert rows(given, "K17", period=parse_period("2026Q3", BERLIN))["K17"].value is None


def test_cost_in_another_currency_without_a_rate_is_counted_out():
    line = cost("google", 100)
    foreign = [type(line)(**{name: getattr(line, name) for name in line.__slots__} | {"currency": "USD"})]
    row = rows(Given(lines=foreign, by_entry={Milestone.MQL: [cycle(OPEN, 10)]}), "K17")["K17"]
    assert (row.value, row.excluded) == (None, {"cost_no_fx": 1})


def test_k18_with_sales_cost():
    won = {DealDate.CLOSE: sums((WON, 12, 1))}
    customers = {Milestone.WON: [cycle(WON, 10)]}
    effort = replace(cost(None, 21_000), kind=CostKind.SALES)
    found = rows(Given(lines=[*lines(9_000), effort], by_date=won, by_entry=customers), "K18")
    assert (found["K18"].value, found["K18.full"].value, found["K18.cac"].value) == (750, 2_500, 3_000)


def test_k18_of_a_cohort_divides_by_the_orders_of_those_who_first_came_then():
    first_came = [cycle(WON, 3), cycle(LOST, 9), cycle(OPEN, 4), cycle(WON, 2, excluded="expansion")]
    won_then = sums((WON, 90, 1))
    given = Given(
        lines=lines(9_000), by_entry={Milestone.FIRST_CONTACT: first_came}, by_date={DealDate.CLOSE: won_then}
    )
    cohort = rows(given, "K18", basis=Basis.COHORT, period=parse_period("2026Q2", BERLIN))["K18"]
    assert (cohort.value, cohort.n, cohort.excluded) == (3_000, 3, {"expansion": 2})
    assert rows(given, "K18", period=parse_period("2026Q2", BERLIN))["K18"].value == 100


def test_k18_without_sales_cost_leaves_the_full_cost_unknown():
    given = Given(lines=lines(9_000), by_date={DealDate.CLOSE: sums((WON, 12, 1))})
    found = rows(given, "K18")
    assert (found["K18"].value, found["K18.full"].value) == (750, None)


def quarter(*open_deals, won=0):
    return Given(rows={OPEN: open_deals}, by_date={DealDate.CLOSE: sums((WON, 1, won)) if won else []})


def test_k20_sum_weighted_categories_and_cumulative():
    given = quarter(
        deal("A", 10_000, "COMMIT", 0.9),
        deal("B", 20_000, "BEST_CASE", 0.5),
        deal("C", 30_000, "PIPELINE", 0.2),
        won=15_000,
    )
    found = rows(given, "K20")
    figures = {name: found[f"K20.{name}"].value for name in ("weighted", "weighted_pipeline", "won", "omitted")}
    assert found["K20"].value == 30_000
    assert figures == {"weighted": 19_000, "weighted_pipeline": 25_000, "won": 15_000, "omitted": 0}
    cumulative = [found[f"K20.{name}_cumulative"].value for name in ("commit", "best_case", "pipeline")]
    assert cumulative == [25_000, 45_000, 75_000]
    assert found["K20"].period == "2026Q4"


def test_k20_counts_deals_without_an_amount_and_never_takes_them_as_zero():
    found = rows(quarter(deal("A", None, "COMMIT", 0.9)), "K20")
    assert (found["K20"].value, found["K20.without_amount"].value, found["K20"].status) == (None, 1, Status.UNDEFINED)
    some = rows(quarter(deal("A", None, "COMMIT", 0.9), deal("B", 100, "COMMIT", 0.9)), "K20")
    assert (some["K20"].value, some["K20"].excluded) == (100, {"no_amount": 1})


def test_k20_risk_adjusted_leaves_overdue_and_candidates_for_closed_other_out():
    given = quarter(
        deal("A", 1_000, "COMMIT", 1.0),
        deal("B", 2_000, "COMMIT", 1.0, closes="2026-11-20"),
        deal("C", 4_000, "COMMIT", 1.0, proposal="CO6"),
        deal("D", 8_000, "COMMIT", 1.0, closes="2026-11-21"),
    )
    found = rows(given, "K20")
    assert (found["K20.weighted"].value, found["K20.risk_adjusted"].value, found["K20.overdue"].value) == (
        15_000,
        9_000,
        1,
    )


def test_k20_counts_what_the_rep_promised_without_an_offer_and_leaves_it_out():
    given = quarter(
        deal("A", 1_000, "COMMIT", 0.9, offer_at=at("2026-10-02")),
        deal("B", 2_000, "commit", 0.9),
        deal("C", 4_000, "BEST_CASE", 0.5),
        deal("D", 8_000, "PIPELINE", 0.5),
    )
    found = rows(given, "K20", in_forecast=lambda one, _moment: one.offer_at is not None)
    assert (found["K20"].value, found["K20"].excluded) == (1_000, {"no_offer": 2})
    assert (found["K20.commit"].value, found["K20.best_case"].value) == (3_000, 4_000)


def test_k20_of_another_quarter_asks_the_rule_for_that_quarter():
    asked = []

    def rule(one, moment):
        asked.append(moment)
        return by_rep(one, moment)

    next_quarter = parse_period("2027Q1", BERLIN)
    measure(quarter(deal("A", 1, "COMMIT", 1.0)), question(in_forecast=rule, period=next_quarter), ["K20"])
    assert asked == [next_quarter.window.start]


def test_k20_of_a_quarter_that_is_over_forecasts_nothing_that_is_overdue():
    late = quarter(deal("A", 100, "COMMIT", 0.5, closes="2026-08-31"), won=7)
    for period, forecast in (("2026Q3", 0), ("2026Q4", 100)):
        found = rows(late, "K20", period=parse_period(period, BERLIN))
        figures = [found[id_].value for id_ in ("K20", "K20.weighted", "K20.overdue", "K20.commit", "K20.won")]
        assert figures == [forecast, forecast / 2, bool(forecast), 100, 7]


def test_k20_weighs_no_deal_that_its_rep_leaves_out():
    found = rows(quarter(deal("A", 1_000, "OMIT", 0.9), deal("B", 100, None, 0.5)), "K20")
    assert (found["K20.omitted"].value, found["K20.weighted_pipeline"].value) == (1_000, 50)


def test_k20_without_a_probability_is_counted_and_not_weighted():
    found = rows(quarter(deal("A", 1_000, "COMMIT", None)), "K20")
    assert (found["K20"].value, found["K20.weighted"].value) == (1_000, None)
    assert found["K20.weighted"].excluded == {"no_probability": 1}


def test_k31_mean_median_and_sum():
    won = [AmountCount((), None, "EUR", None, Decimal(amount), 1) for amount in (12_000, 20_000, 9_000)]
    found = rows(Given(amounts=[*won, AmountCount((), None, "EUR", None, None, 2)]), "K31")
    assert (found["K31"].value, found["K31.median"].value, found["K31.sum"].value) == (
        Decimal("13666.67"),
        12_000,
        41_000,
    )
    assert (found["K31"].n, found["K31"].excluded) == (3, {"no_amount": 2})


def test_k31_converts_by_the_given_rate_alone():
    march = day("2026-03-02")
    won = [AmountCount((), None, "USD", march, Decimal(100), 2), AmountCount((), None, "GBP", march, Decimal(1), 1)]
    row = rows(Given(amounts=won), "K31.sum", rates=rates(rate("USD", "0.9")))["K31.sum"]
    assert (row.value, row.n, row.excluded) == (180, 2, {"no_fx": 1})
    assert row.notes["no_rate"] == {"GBP": ["2026-03-02"]}


def test_without_a_reporting_currency_the_one_most_deals_carry_is_used():
    given = Given(
        amounts=[AmountCount((), None, "CHF", None, Decimal(5), 1)],
        names=Labels(owners={}, pipelines={}, currency="CHF"),
    )
    row = rows(given, "K31.sum", currency=None)["K31.sum"]
    assert (row.value, row.unit) == (5, "CHF")


def test_cost_without_a_date_counts_over_all_time_and_in_no_period():
    undated = replace(cost("google", 100), starts_at=None, ends_at=None)
    given = Given(lines=[undated], by_entry={Milestone.MQL: [cycle(OPEN, 10)]})
    assert rows(given, "K17")["K17"].value == 10
    row = rows(given, "K17", period=parse_period("2026Q2", BERLIN))["K17"]
    assert (row.value, row.excluded) == (None, {"cost_no_date": 1})


def test_a_cost_line_without_an_end_belongs_to_its_first_day():
    given = Given(lines=[replace(cost("google", 100, "2026-04-10"), ends_at=None)])
    assert rows(given, "K17.cost", period=parse_period("2026-04-10..2026-04-10", BERLIN))["K17.cost"].value == 100
    assert rows(given, "K17.cost", period=parse_period("2026-04-11..2026-04-30", BERLIN))["K17.cost"].value is None


def test_deals_that_do_not_count_stand_beside_every_figure_of_money():
    upsell = {DealDate.CLOSE: [*sums((WON, 5, 500)), *sums((WON, 2, 999), excluded="expansion")]}
    effort = replace(cost("google", 0), kind=CostKind.SALES)
    orders = rows(Given(lines=[*lines(1_000), effort], by_date=upsell), "K18")
    assert (orders["K18"].value, orders["K18"].excluded) == (200, {"expansion": 2})
    assert orders["K18.cac"].value is None
    excluded = DealRow((), "renewal", deal("R", 999, "COMMIT", 1.0).span)
    unpriced = DealSum((), None, WON, "EUR", None, 1, 0, Decimal(0))
    open_deals = Given(rows={OPEN: [excluded]}, by_date={DealDate.CLOSE: [unpriced, *sums((LOST, 3, 7))]})
    found = rows(open_deals, "K20")
    assert (found["K20"].value, found["K20"].excluded) == (0, {"renewal": 1})
    assert (found["K20.won"].value, found["K20.won"].excluded) == (None, {"no_amount": 1})
    amounts = [
        AmountCount((), "expansion", "EUR", None, Decimal(9), 2),
        AmountCount((), None, "EUR", None, Decimal(4), 1),
    ]
    revenue = rows(Given(amounts=amounts), "K31.sum")["K31.sum"]
    assert (revenue.value, revenue.excluded) == (4, {"expansion": 2})


def test_money_is_rounded_to_the_coins_of_the_reporting_currency():
    won = [AmountCount((), None, None, None, Decimal(amount), 1) for amount in ("1.2345", "2.0005", "0.0010")]
    for currency, total, mean in (("KWD", "3.236", "1.079"), ("EUR", "3.24", "1.08"), ("JPY", "3", "1")):
        found = rows(Given(amounts=won), "K31", currency=currency)
        assert (str(found["K31.sum"].value), str(found["K31"].value)) == (total, mean)
