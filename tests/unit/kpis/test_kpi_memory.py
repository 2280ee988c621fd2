"""Pipelines looked back at: the waterfall and slips (domain K23, K24)."""

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

from syncer.errors import Bug
from syncer.funnel.facts import Outcome
from syncer.kpis.asked.memory import PushCount
from syncer.kpis.figures import waterfall as falls
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import ALL, parse_as_of, parse_period
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


def test_the_waterfall_begins_on_the_eve_of_any_day_inside_the_quarter_and_still_balances():
    given = Given(past={EVE: [move(stood(1))], day("2026-11-23"): worked_example()})
    since = measure(given, question(**OVER, since=at("2026-11-24")), ["K23"])
    assert {row.id: row.value for row in since}["K23.start"] == 500
    assert since[0].notes["snapshot"] == "2026-11-23"
    ahead = measure(
        given, question(period=Q4, as_of=at("2026-11-20"), known_at=at("2026-11-20"), since=at("2026-11-24")), ["K23"]
    )
    assert ahead == []


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
        def moves(self, cut, since, closing=None):
            asked.append(cut.as_of)
            return super().moves(cut, since, closing)

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
    few = found["K24.value"]
    assert (few.value, few.k, few.n, few.status) == (None, 1, 1, Status.FEW)


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

    def moves(self, cut, since, closing=None):
        found = self.given.moves(cut, since, closing)
        return [one if cut.by else one._replace(segment=()) for one in found]


def test_k24_within_the_quarter_looks_at_what_was_forecast_before_weeks_five_nine_and_thirteen():
    stayed, late = stood(10), replace(stood(10), close_date=at("2027-02-01", 0))
    won = move(stayed, ended(stayed, "won"))
    past = {
        day("2026-10-28"): [*[won] * 6, *[move(stayed, late)] * 2],
        day("2026-11-25"): [
            *[won] * 9,
            move(stayed, late),
            move(stayed, late, excluded="renewal"),
            move(stayed, late, promised=False),
        ],
        day("2026-12-23"): [*[won] * 5, move(late)],
    }
    found = [row for row in measure(Given(past=past), question(**OVER), ["K24"]) if row.id == "K24.within"]
    assert [(row.segment["age"], row.k, row.n) for row in found] == [
        ("week_5", 2, 8),
        ("week_9", 1, 10),
        ("week_13", 0, 5),
    ]
    assert [row.value for row in found] == [0.25, 0.1, 0]
    assert found[1].excluded == {"renewal": 1}
    assert found[0].notes["snapshots"] == [{"snapshot": "2026-10-28", "frozen_at": None}]
    running = [row for row in measure(Given(past=past), question(period=Q4), ["K24"]) if row.id == "K24.within"]
    assert [row.segment["age"] for row in running] == ["week_5"]
