"""Forecasts looked back at: accuracy, slips and the waterfall (domain K21, K23, K24)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from syncer.errors import Bug
from syncer.funnel.facts import Outcome
from syncer.kpis import waterfall as falls
from syncer.kpis.measure import explain, measure
from syncer.kpis.memory import FrozenDay, PushCount
from syncer.kpis.periods import ALL, parse_as_of, parse_period
from syncer.kpis.ports import DealDate, DealSum
from syncer.kpis.result import Status
from tests.unit.kpis.counts import LOST, WON, percent
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, question
from tests.unit.kpis.money_rows import day, ended, move, rate, rates, stood

Q4 = parse_period("2026Q4", BERLIN)
OVER = {"as_of": parse_as_of("2027-01-10", BERLIN), "known_at": at("2027-01-10"), "period": Q4}
EVE = day("2026-09-30")


def rows(given, *ids, **changes):
    return {row.id: row for row in measure(given, question(**changes), ids)}


def of_age(given, age, *ids, **changes):
    found = measure(given, question(**(OVER | changes)), ids)
    return {row.id: row for row in found if row.segment["age"] == age}


def won_by(rep, amount):
    return DealSum((rep,), None, WON, "EUR", None, 1, 1, Decimal(amount))


def forecast_of(rep, amount, **values):
    return move(stood(amount, **values), segment=(rep,))


class Won(Given):
    """Answers with won deals at the end, and with none while the snapshot was taken."""

    def deals(self, cut, dated, window):
        return self.by_date.get(dated, ()) if cut.as_of >= question(**OVER).as_of else ()


def test_wape_with_zero_bias():
    given = Won(
        by_date={DealDate.CLOSE: [won_by("a", 80), won_by("b", 60), won_by("c", 10)]},
        past={EVE: [forecast_of("a", 100), forecast_of("b", 50)]},
    )
    found = of_age(given, "quarter_start", "K21")
    assert round(100 * found["K21"].value, 1) == 26.7
    assert round(100 * found["K21.mape"].value, 1) == 47.2
    assert found["K21.bias"].value == 0
    assert (found["K21"].n, found["K21"].status) == (3, Status.MATURE)
    assert found["K21"].notes["snapshots"] == [{"snapshot": "2026-09-30", "frozen_at": None}]


def test_errors_of_reps_do_not_cancel_out_and_by_rep_each_has_its_own():
    given = Won(
        by_date={DealDate.CLOSE: [won_by("a", 80), won_by("b", 60)]},
        past={EVE: [forecast_of("a", 100), forecast_of("b", 40)]},
    )
    found = measure(given, question(**OVER, by=()), ["K21"])
    assert next(row.value for row in found if row.id == "K21") == pytest.approx(40 / 140)


def test_what_was_won_by_the_snapshot_belongs_to_forecast_and_result():
    sums = {DealDate.CLOSE: [won_by("a", 50)]}
    given = Given(by_date=sums, past={EVE: [forecast_of("a", 100)]})
    row = of_age(given, "quarter_start", "K21")["K21"]
    assert (row.notes["forecast"], row.notes["won"], row.value) == (150, 50, 2.0)


def test_each_age_looks_at_its_own_day():
    last = day("2026-12-31")
    past = {EVE: [forecast_of("a", 10)], **{last - age: [forecast_of("a", age)] for age in (60, 30, 7)}}
    given = Won(by_date={DealDate.CLOSE: [won_by("a", 10)]}, past=past)
    found = measure(given, question(**OVER), ["K21"])
    forecasts = {row.segment["age"]: row.notes["forecast"] for row in found if row.id == "K21"}
    assert forecasts == {"quarter_start": 10, "60_days": 60, "30_days": 30, "7_days": 7}


def test_ages_that_have_not_come_are_left_out_and_a_running_quarter_is_immature():
    given = Given(past={EVE: [forecast_of("a", 10)]}, by_date={DealDate.CLOSE: [won_by("a", 10)]})
    found = [row for row in measure(given, question(period=Q4), ["K21"]) if row.id == "K21"]
    assert [row.segment["age"] for row in found] == ["quarter_start", "60_days"]
    assert {row.status for row in found} == {Status.IMMATURE}


def test_the_last_quarter_is_taken_where_none_is_asked_for():
    assert {row.period for row in measure(Given(), question(), ["K21"])} == {"2026Q3"}


def test_over_all_time_the_last_four_quarters_that_are_over_are_judged():
    past = {
        day(text): [forecast_of("a", 1, closes=closes)]
        for text, closes in (
            ("2026-06-30", "2026-08-01"),
            ("2026-03-31", "2026-05-01"),
            ("2025-12-31", "2026-02-01"),
            ("2025-09-30", "2025-11-01"),
            ("2025-06-30", "2025-08-01"),
        )
    }
    row = next(row for row in measure(Given(past=past), question(period=ALL), ["K21"]) if row.id == "K21")
    assert (row.n, row.notes["forecast"], row.value) == (4, 4, None)
    year = parse_period("2026", BERLIN)
    several = next(row for row in measure(Given(past=past), question(period=year), ["K21"]) if row.id == "K21")
    assert several.notes["forecast"] == 3


def test_only_deals_that_were_forecast_for_the_quarter_count():
    deals = [
        forecast_of("a", 1),
        replace_move(forecast_of("a", 2), promised=False),
        forecast_of("a", 4, closes="2027-02-01"),
        replace_move(forecast_of("a", 8), excluded="renewal"),
        forecast_of("a", None),
        forecast_of("a", 16, currency="USD"),
        move(None, stood(32), segment=("a",)),
    ]
    row = of_age(Given(past={EVE: deals}), "quarter_start", "K21")["K21"]
    assert row.notes["forecast"] == 1
    assert row.excluded == {"renewal": 1, "no_amount": 1, "no_fx": 1, "no_probability": 1}


def replace_move(one, **values):
    return one._replace(**values)


def test_a_frozen_day_says_when_and_what_the_agreement_said_then():
    frozen = FrozenDay(EVE, BERLIN.last_moment(at_day("2026-09-30")), at("2026-10-01", 2), "v1")
    unsaid = move(stood(5, forecast_category="COMMIT"), promised=None, segment=("a",))
    given = Given(past={EVE: [forecast_of("a", 1), unsaid]}, days={EVE: frozen})
    row = of_age(given, "quarter_start", "K21")["K21"]
    assert row.notes["forecast"] == 6
    assert row.notes["snapshots"] == [{"snapshot": "2026-09-30", "frozen_at": "2026-10-01T02:00:00.000+02:00"}]


def at_day(text):
    return BERLIN.day(at(text))


def test_the_weighted_forecast_has_an_error_of_its_own():
    given = Won(by_date={DealDate.CLOSE: [won_by("a", 50)]}, past={EVE: [forecast_of("a", 100, probability=0.5)]})
    found = of_age(given, "quarter_start", "K21")
    assert (found["K21"].value, found["K21.weighted"].value) == (1.0, 0.0)


def test_commit_hits_by_count_and_value_and_calibration_by_stage():
    commit = {"forecast_category": "commit", "probability": 0.9, "stage_id": "offer"}
    kept, cut, lost = (stood(amount, **commit) for amount in (100, 200, 100))
    late = stood(100, **commit)
    deals = [
        move(kept, ended(kept, "won"), segment=("a",)),
        move(cut, ended(cut, "won", amount=Decimal(100)), segment=("a",)),
        move(lost, ended(lost, "lost"), segment=("a",)),
        move(late, ended(late, "won", close_date=at("2027-01-05", 0)), segment=("a",)),
        move(stood(None, **commit), None, segment=("a",)),
        move(stood(10, probability=0.1, stage_id="demo"), segment=("a",)),
    ]
    found = of_age(Given(past={EVE: deals}), "quarter_start", "K21")
    assert (found["K21.commit_hits"].k, found["K21.commit_hits"].n) == (2, 5)
    assert found["K21.commit_value"].value == pytest.approx(200 / 500)
    assert found["K21.calibration"].value == pytest.approx(2 / 4.6)
    stages = found["K21.calibration"].notes["stages"]
    assert stages["offer"] == {"expected": pytest.approx(4.5), "won": 2}
    assert stages["demo"] == {"expected": pytest.approx(0.1), "won": 0}


def test_without_deals_nothing_can_be_said_of_accuracy():
    found = of_age(Given(), "quarter_start", "K21")
    assert {row.status for row in found.values()} == {Status.UNDEFINED}
    assert {row.value for row in found.values()} == {None}


def test_wins_that_do_not_count_or_have_no_rate_are_no_result():
    sums = [won_by("a", 7), won_by("a", 9)._replace(excluded="renewal"), won_by("a", 9)._replace(outcome=LOST)]
    sums.append(won_by("a", 9)._replace(currency="USD", day=EVE))
    row = of_age(Won(by_date={DealDate.CLOSE: sums}), "quarter_start", "K21")["K21"]
    assert (row.notes["won"], row.excluded) == (7, {"no_fx": 1})


def falling(*moves, **changes):
    given = Given(past={EVE: moves})
    return {row.id.removeprefix("K23."): row for row in measure(given, question(**({"period": Q4} | changes)), ["K23"])}


def worked_example():
    start = [stood(amount) for amount in (90, 70, 120, 50, 100, 70)]
    pushed, lost, won, other, raised, lowered = start
    return [
        move(pushed, replace(pushed, close_date=at("2027-02-01", 0))),
        move(lost, ended(lost, "lost")),
        move(won, ended(won, "won", amount=Decimal(999))),
        move(other, ended(other, "other")),
        move(raised, replace(raised, amount=Decimal(120))),
        move(lowered, replace(lowered, amount=Decimal(40))),
        move(None, stood(180)),
        move(stood(40, closes="2027-03-01"), stood(40)),
        move(stood(999, closes="2027-03-01")),
    ]


def test_waterfall_balances():
    found = falling(*worked_example())
    assert {name: row.value for name, row in found.items()} == {
        "K23": 380,
        "start": 500,
        "new": 180,
        "pulled_in": 40,
        "increased": 20,
        "decreased": 30,
        "pushed_out": 90,
        "lost": 70,
        "won": 120,
        "other": 50,
        "void": 0,
    }
    assert found["won"].notes["at_closing"] == 999


def test_a_deal_that_came_and_closed_within_the_period_came_in_and_went_out():
    found = falling(
        move(None, ended(stood(70), "won")),
        move(stood(30, closes="2027-03-01"), ended(stood(30), "lost")),
        move(None, ended(stood(5, closes="2027-03-01"), "won")),
    )
    assert [found[name].value for name in ("K23", "start", "new", "won", "pulled_in", "lost")] == [0, 0, 70, 70, 30, 30]


def test_outcome_goes_before_a_moved_date_and_that_before_a_changed_amount():
    one = stood(10)
    moved = ended(one, "lost", close_date=at("2027-02-01", 0), amount=Decimal(99))
    pushed = replace(one, close_date=at("2027-02-01", 0), amount=Decimal(99))
    undated = replace(one, close_date=None)
    found = falling(move(one, moved), move(one, pushed), move(one, undated))
    assert [found[name].value for name in ("lost", "pushed_out", "increased", "K23")] == [10, 20, 0, 0]


@pytest.mark.parametrize("after", [None, "void", "unmapped"])
def test_a_deal_that_is_gone_or_counts_no_longer_leaves_as_void(after):
    one = stood(10)
    found = falling(move(one, None if after is None else ended(one, after)))
    assert (found["void"].value, found["K23"].value) == (10, 0)


def test_an_amount_that_became_known_is_an_increase_and_one_that_was_lost_a_decrease():
    unknown = stood(None)
    known = stood(10)
    found = falling(move(unknown, replace(unknown, amount=Decimal(7))), move(known, replace(known, amount=None)))
    assert [found[name].value for name in ("start", "increased", "decreased", "K23")] == [10, 7, 10, 7]
    assert (found["start"].excluded, found["K23"].excluded) == ({"no_amount": 1}, {"no_amount": 1})


def test_the_waterfall_takes_one_rate_for_both_ends():
    dollars = stood(100, currency="USD")
    known = rates(rate("USD", "0.5", "2026-09-01"), rate("USD", "0.9", "2026-11-21"))
    found = falling(move(dollars), rates=known)
    assert (found["start"].value, found["K23"].value, found["increased"].value) == (90, 90, 0)
    lacking = falling(move(dollars))
    assert (lacking["start"].value, lacking["start"].excluded) == (None, {"no_fx": 1})
    assert lacking["start"].notes["no_rate"] == {"USD": ["2026-11-21"]}


def test_a_waterfall_of_a_past_quarter_ends_with_it():
    asked = []

    class Asked(Given):
        def moves(self, cut, since):
            asked.append(cut.as_of)
            return super().moves(cut, since)

    dollars = stood(100, currency="USD")
    known = rates(rate("USD", "0.5", "2026-09-01"), rate("USD", "0.9", "2027-01-01"))
    given = Asked(past={EVE: [move(dollars)]})
    row = rows(given, "K23", rates=known, **OVER)["K23"]
    assert (asked, row.value) == ([Q4.window.end - 1], 50)


@pytest.mark.parametrize("period", [ALL, parse_period("2027Q1", BERLIN)])
def test_a_period_without_a_beginning_or_not_begun_has_no_start_to_look_back_at(period):
    assert measure(Given(), question(period=period), ["K23", "K24.value"]) == []


def test_a_waterfall_that_does_not_balance_stops_the_report(monkeypatch):
    monkeypatch.setattr(falls, "buckets", lambda *_: [("new", Decimal(1))])
    with pytest.raises(Bug, match="balance"):
        falling(move(None, stood(180)))


SPANS = st.none() | st.builds(
    lambda amount, closes, outcome, currency: ended(stood(amount, closes=closes, currency=currency), outcome),
    st.none() | st.decimals(0, 10**9, places=2),
    st.sampled_from(["2026-08-01", "2026-10-01", "2026-12-15", "2027-02-01"]),
    st.sampled_from(["open", "won", "lost", "other", "void", "unmapped"]),
    st.sampled_from(["EUR", "USD", "GBP", None]),
)


@drawn(st.lists(st.tuples(SPANS, SPANS), max_size=30))
def test_the_waterfall_balances_whatever_becomes_of_deals(pairs):
    moves = [
        move(None if before is None else replace(before, outcome=Outcome.OPEN), after)
        for before, after in pairs
        if before or after
    ]
    found = falling(*moves, rates=rates(rate("USD", "0.923456789"), rate("EUR", "1.17", into="GBP")))
    added = sum(found[name].value or 0 for name in ("start", *falls.ADDED))
    taken = sum(found[name].value or 0 for name in ("K23", *falls.TAKEN))
    # Each figure is rounded to cents for itself.
    assert abs(added - taken) <= Decimal("0.06")


def test_excluded_deals_are_counted_in_no_bucket():
    found = falling(move(stood(10), excluded="renewal"))
    assert (found["K23"].value, found["K23"].excluded) == (0, {"renewal": 1})


def slipping(*moves, **changes):
    return rows(Given(past={EVE: moves}), "K24", **({"period": Q4} | changes))


def test_k24_slip_rate():
    stayed, late = stood(10), replace(stood(10), close_date=at("2027-02-01", 0))
    closed = [move(stayed, ended(stayed, outcome)) for outcome in ("won", "lost", "other") for _ in range(8)]
    found = slipping(*closed, *[move(stayed, late)] * 6, **OVER)
    assert percent(found["K24"]) == (20.0, 9.5, 37.3)
    assert (found["K24"].n, found["K24.value"].value) == (30, 0.2)
    assert found["K24"].notes["snapshot"] == "2026-09-30"


def test_k24_counts_only_what_was_forecast_and_names_what_it_leaves_out():
    one, late = stood(10), replace(stood(10), close_date=at("2027-02-01", 0))
    found = slipping(
        move(one, late),
        move(stood(None), None),
        move(stood(5, currency="USD")),
        move(one, late, promised=False),
        move(late),
        move(one, late, excluded="renewal"),
    )
    assert (found["K24"].k, found["K24"].n, found["K24"].notes["open"]) == (1, 3, 1)
    assert found["K24"].excluded == {"renewal": 1}
    assert found["K24.value"].excluded == {"renewal": 1, "no_amount": 1, "no_fx": 1}


def test_k24_a_deal_that_left_the_quarter_slipped_whatever_became_of_it_there():
    one = stood(10)
    later = {"close_date": at("2027-02-01", 0)}
    found = slipping(
        *(move(one, ended(one, outcome, **later)) for outcome in ("open", "won", "lost")),
        move(one, ended(one, "void", **later)),
        move(one, replace(one, close_date=None)),
        move(one, replace(one, close_date=at("2026-09-20", 0))),
        **OVER,
    )
    assert (found["K24"].k, found["K24"].n) == (4, 6)


def test_k24_by_the_agreement_where_the_day_was_not_frozen():
    asked = []

    def rule(one, moment):
        asked.append(moment)
        return True

    undated = replace(stood(10), close_date=None)
    found = slipping(move(stood(10), promised=None), move(undated, promised=None), in_forecast=rule)
    assert (found["K24"].n, asked) == (1, [at("2026-12-15", 0)])


def test_k24_pushes_by_outcome():
    pushed = [
        PushCount((), None, WON, 0, 3),
        PushCount((), None, WON, 2, 1),
        PushCount((), None, LOST, 3, 2),
        PushCount((), "renewal", WON, 9, 4),
    ]
    found = rows(Given(pushed=pushed), "K24", period=ALL)
    assert [found[f"K24.pushes_{name}"].value for name in ("won", "lost", "other")] == [0.5, 3, None]
    assert found["K24.pushes_won"].excluded == {"renewal": 4}
    assert "K24" not in found


def test_explain_names_the_deals_that_slipped():
    late = replace(stood(10), close_date=at("2027-02-01", 0))
    given = Given(past={EVE: [move(stood(10), late, segment=("d1",)), move(stood(10), segment=("d2",))]})
    why = {one.kpi.id: one for one in explain(ById(given), question(period=Q4), "K24")}
    assert (why["K24"].denominator, why["K24"].numerator) == (["d1", "d2"], ["d1"])


class ById:
    """Answers by id where that is asked for, else as one whole."""

    def __init__(self, given):
        self.given = given

    def __getattr__(self, name):
        return getattr(self.given, name)

    def moves(self, cut, since):
        found = self.given.moves(cut, since)
        return [one if cut.by else one._replace(segment=()) for one in found]
