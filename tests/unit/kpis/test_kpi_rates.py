"""The worked examples of the catalogue: conversion and win rates."""

from decimal import Decimal

import pytest

from syncer.kpis.asked.ports import (
    DealDate,
    DealSum,
    Milestone,
)
from syncer.kpis.measure import measure
from syncer.kpis.periods import parse_period
from syncer.kpis.result import Basis, Status
from tests.unit.kpis.counts import LOST, OPEN, OTHER, VOID, WON, cycle, percent, rows, sums
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, question
from tests.unit.kpis.money_rows import rate, rates


def test_k02_counts_who_reached_the_next_stage():
    given = Given(by_entry={Milestone.INQUIRY: [cycle(OPEN, 8, reached=True), cycle(LOST, 32)]})
    [step] = [row for row in measure(given, question(), ["K02"]) if row.segment["from"] == "INQUIRY"]
    assert percent(step) == (20.0, 10.5, 34.8)
    assert step.segment == {"from": "INQUIRY", "to": "LEAD_MQL"}


def test_k02_counts_expired_cycles_as_entered_and_says_what_the_rate_is_without_them():
    expired = [cycle(VOID, 4, reached=True, excluded="expired"), cycle(VOID, 6, excluded="expired")]
    given = Given(by_entry={Milestone.INQUIRY: [cycle(OPEN, 8, reached=True), cycle(LOST, 32), *expired]})
    [step] = [row for row in measure(given, question(), ["K02"]) if row.segment["from"] == "INQUIRY"]
    assert (step.k, step.n, step.value, step.notes["open"]) == (12, 50, 0.24, 0)
    assert step.notes["without_expired"] == {"k": 8, "n": 40, "value": 0.2}


def test_k02_by_period_is_a_flow_that_may_exceed_one_and_says_so():
    given = Given(by_entry={Milestone.INQUIRY: [cycle(OPEN, 5)], Milestone.MQL: [cycle(WON, 10)]})
    found = measure(given, question(basis=Basis.PERIOD), ["K02"])
    [flow] = [row for row in found if row.segment["from"] == "INQUIRY"]
    assert (flow.value, flow.lo, flow.basis) == (2.0, None, "period")
    assert "cohort" in str(flow.notes["flow"])


def test_open_cycles_of_a_cohort_give_its_bounds():
    given = Given(by_entry={Milestone.SALES_READY: [cycle(WON, 4), cycle(LOST, 6), cycle(OTHER, 2), cycle(OPEN, 8)]})
    row = rows(given, "K06")["K06"]
    assert (row.value, row.notes["lower"], row.notes["upper"]) == (0.2, 0.2, 0.6)
    assert row.notes["resolved_only"] == pytest.approx(1 / 3)
    assert row.status is Status.IMMATURE


def test_a_cohort_is_mature_when_at_most_a_tenth_is_open():
    given = Given(by_entry={Milestone.SALES_READY: [cycle(WON, 27), cycle(OPEN, 3)]})
    assert rows(given, "K06")["K06"].status is Status.MATURE


def test_a_cohort_is_mature_when_its_horizon_has_passed():
    given = Given(by_entry={Milestone.SALES_READY: [cycle(WON, 20), cycle(OPEN, 20)]})
    period = parse_period("2026Q1", BERLIN)
    assert rows(given, "K06", period=period, horizon_days=180)["K06"].status is Status.MATURE
    assert rows(given, "K06", period=period, horizon_days=365)["K06"].status is Status.IMMATURE


def test_null_not_zero():
    row = rows(Given(), "K06")["K06"]
    assert (row.value, row.n, row.k, row.lo, row.status) == (None, 0, 0, None, Status.UNDEFINED)


def test_below_five_there_is_no_percentage():
    given = Given(by_entry={Milestone.SALES_READY: [cycle(WON, 3), cycle(LOST, 1)]})
    row = rows(given, "K06")["K06"]
    assert (row.value, row.k, row.n, row.lo, row.hi, row.status) == (None, 3, 4, None, None, Status.FEW)
    assert "lower" not in row.notes


def test_excluded_cycles_are_counted_by_reason_and_nowhere_else():
    given = Given(
        by_entry={
            Milestone.SALES_READY: [cycle(WON, 30), cycle(VOID, 4, excluded="void"), cycle(OPEN, 2, excluded="out")]
        }
    )
    row = rows(given, "K06")["K06"]
    assert (row.n, row.excluded) == (30, {"out": 2, "void": 4})


def test_k10_by_count_and_by_value():
    given = Given(by_date={DealDate.CLOSE: sums((WON, 10, 120_000), (LOST, 18, 200_000), (OTHER, 12, 80_000))})
    found = rows(given, "K10")
    assert percent(found["K10"]) == (35.7, 20.7, 54.2)
    assert percent(found["K10.broad"]) == (25.0, 14.2, 40.2)
    assert (found["K10.value_narrow"].value, found["K10.value_broad"].value) == (0.375, 0.3)
    assert [found[f"K10.{name}"].value for name in ("won", "lost", "other")] == [10, 18, 12]


def test_k10_counts_deals_of_other_business_by_reason_and_in_no_rate():
    deals = [*sums((WON, 5, 50), (LOST, 5, 50)), *sums((WON, 3, 900), excluded="expansion")]
    found = rows(Given(by_date={DealDate.CLOSE: deals}), "K10")
    assert (found["K10"].value, found["K10"].n, found["K10"].excluded) == (0.5, 10, {"expansion": 3})
    assert (found["K10.won"].value, found["K10.value_narrow"].value) == (5, 0.5)


def test_k10_of_the_created_cohort():
    given = Given(by_date={DealDate.CREATED: sums((WON, 4, 1), (LOST, 6, 1), (OTHER, 2, 1), (OPEN, 8, 1))})
    row = rows(given, "K10.created")["K10.created"]
    assert (row.value, row.notes["lower"], row.notes["upper"]) == (0.2, 0.2, 0.6)
    assert row.notes["resolved_only"] == pytest.approx(1 / 3)
    assert rows(given, "K10.open")["K10.open"].value == 8


def test_k10_as_a_cohort_counts_open_offers_in():
    given = Given(by_date={DealDate.OFFER: sums((WON, 5, 1), (LOST, 5, 1), (OPEN, 10, 1))})
    assert rows(given, "K10", basis=Basis.COHORT)["K10"].value == 0.25


def test_value_rates_leave_deals_without_amount_or_rate_out_and_count_them():
    deals = [
        DealSum((), None, WON, "EUR", None, 6, 5, Decimal(300)),
        DealSum((), None, LOST, "CHF", 20_000, 5, 5, Decimal(100)),
        DealSum((), None, LOST, "USD", 20_000, 2, 2, Decimal(999)),
        DealSum((), None, LOST, None, None, 1, 0, Decimal(0)),
    ]
    given = Given(by_date={DealDate.CLOSE: deals})
    row = rows(given, "K10.value_narrow", rates=rates(rate("CHF", "1.0")))["K10.value_narrow"]
    assert (row.value, row.n, row.k) == (0.75, 10, 5)
    assert row.excluded == {"no_amount": 2, "no_fx": 2}


def test_a_dotted_id_gives_that_row_alone():
    assert list(rows(Given(), "K10.broad")) == ["K10.broad"]
