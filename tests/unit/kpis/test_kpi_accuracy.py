"""How good forecasts were (domain K21)."""

from decimal import Decimal

import pytest

from syncer.kpis.asked.memory import FrozenDay
from syncer.kpis.asked.ports import DealDate, DealSum
from syncer.kpis.measure import measure
from syncer.kpis.periods import ALL, parse_as_of, parse_period
from syncer.kpis.result import Status
from tests.unit.kpis.counts import LOST, WON
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, question
from tests.unit.kpis.money_rows import day, ended, move, stood

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
    past |= {day("2026-10-28"): [forecast_of("a", 5)], day("2026-11-25"): [forecast_of("a", 9)]}
    past |= {day("2026-12-23"): [forecast_of("a", 13)]}
    given = Won(by_date={DealDate.CLOSE: [won_by("a", 10)]}, past=past)
    found = measure(given, question(**OVER), ["K21"])
    forecasts = {row.segment["age"]: row.notes["forecast"] for row in found if row.id == "K21"}
    assert forecasts == {
        "quarter_start": 10,
        "week_5": 5,
        "week_9": 9,
        "week_13": 13,
        "60_days": 60,
        "30_days": 30,
        "7_days": 7,
    }


def test_ages_that_have_not_come_are_left_out_and_a_running_quarter_is_immature():
    given = Given(past={EVE: [forecast_of("a", 10)]}, by_date={DealDate.CLOSE: [won_by("a", 10)]})
    found = [row for row in measure(given, question(period=Q4), ["K21"]) if row.id == "K21"]
    assert [row.segment["age"] for row in found] == ["quarter_start", "week_5", "60_days"]
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
    assert [found[id_].notes["forecast"] for id_ in ("K21", "K21.bias", "K21.weighted")] == [100, 100, 50]


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
    worth = found["K21.commit_value"]
    assert (worth.value, worth.k, worth.n, worth.status) == (None, 2, 4, Status.FEW)
    assert worth.excluded == {"no_amount": 1}
    more = of_age(Given(past={EVE: [*deals, deals[0]]}), "quarter_start", "K21")["K21.commit_value"]
    assert (more.value, more.k, more.n) == (0.5, 3, 5)
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
    sums.append(won_by("b", 0)._replace(with_amount=0, units=2))
    row = of_age(Won(by_date={DealDate.CLOSE: sums}), "quarter_start", "K21")["K21"]
    assert (row.notes["won"], row.n, row.excluded) == (7, 1, {"won_no_fx": 1, "won_no_amount": 2})


def test_a_commit_deal_without_an_amount_then_adds_nothing_to_the_value_kept():
    known, unknown = (stood(amount, forecast_category="COMMIT") for amount in (100, None))
    deals = [move(known, ended(known, "lost"), segment=("a",))] * 5
    deals.append(move(unknown, ended(unknown, "won", amount=Decimal(900)), segment=("a",)))
    worth = of_age(Given(past={EVE: deals}), "quarter_start", "K21")["K21.commit_value"]
    assert (worth.value, worth.k, worth.n, worth.excluded) == (0, 0, 5, {"no_amount": 1})
