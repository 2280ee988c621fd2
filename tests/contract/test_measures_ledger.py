"""What counts and when: single rules of the populations on both databases."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import update

from syncer.funnel.facts import CycleType, FunnelStage, Origin, Outcome
from syncer.kpis.asked.ports import Cohort, Cut, DealDate, Milestone, Scope
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import Calendar, parse_as_of, parse_period
from syncer.kpis.result import Basis
from syncer.money import CostKind
from syncer.records import Answer
from syncer.store import tables
from tests.unit.kpis.asking import segments
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, Ledger, at, cost, question, span, won
from tests.unit.kpis.ledger_rows import measuring, new_store, write

NEXT_YEAR = parse_as_of("2027-01-31", BERLIN)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_ledger") as store:
        yield store


@pytest.fixture
def open_ledger(database):
    return partial(measuring, database)


def first(measures, row_id, **changes):
    return measure(measures, question(**changes), [row_id])[0]


# exclusions


def test_deals_that_do_not_count_are_counted_by_reason(open_ledger):
    ledger = Ledger()
    won(ledger, "good")
    won(ledger, "void", outcome=Outcome.VOID)
    won(ledger, "renewal", pipeline_kind="renewal")
    won(ledger, "ignored", pipeline_kind="ignore")
    won(ledger, "partner", pipeline_kind="partner")
    won(ledger, "upsell", pipeline_kind="expansion")
    won(ledger, "existing", deal_type="existingbusiness")
    won(ledger, "unmapped", outcome=Outcome.UNMAPPED)
    won(ledger, "nobody", pipeline_kind=None)
    won(ledger, "undated", close_date=None)
    won(ledger, "tester", contact_id="t")
    ledger.out_states["t"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        row = first(measures, "K10.won", period=parse_period("2026Q2", BERLIN))
    assert row.value == 1
    assert row.excluded == {
        "expansion": 2,
        "ignored": 1,
        "no_date": 1,
        "partner": 1,
        "renewal": 1,
        "test": 1,
        "unmapped": 2,
        "void": 1,
    }


def test_existing_customers_count_when_the_split_asks_for_them(open_ledger):
    ledger = Ledger()
    won(ledger, "new", deal_type="newbusiness")
    won(ledger, "old", deal_type="existingbusiness")
    with open_ledger(ledger) as measures:
        assert segments(measures, "K10.won", "dealtype") == {("existingbusiness",): 1, ("newbusiness",): 1}


def test_cycles_that_do_not_count_are_counted_by_reason(open_ledger):
    ledger = Ledger()
    ready = {"sales_ready_at": at("2026-02-01")}
    ended = {"ended_at": at("2026-05-01")}
    ledger.cycle("good", **ready)
    ledger.cycle("void", outcome=Outcome.VOID, **ready, **ended)
    ledger.cycle("expired", outcome=Outcome.VOID, **ready, **ended)
    ledger.event("expired", FunnelStage.TAM, "2026-05-01", rule="expired")
    ledger.cycle("upsell", type=CycleType.EXPANSION, **ready)
    for contact, outcome in (("left", Outcome.OPEN), ("stayed", Outcome.WON)):
        ledger.cycle(contact, outcome=outcome, **ready, **(ended if outcome is Outcome.WON else {}))
        ledger.event(contact, FunnelStage.OUT, "2026-06-01", rule="objected")
    ledger.cycle("tester", **ready)
    ledger.out_states["tester"] = '["is_test"]'
    ledger.cycle("back", **ready)
    ledger.event("back", FunnelStage.OUT, "2026-06-01", rule="objected")
    ledger.event("back", FunnelStage.TAM, "2026-06-02", rule="returned")
    with open_ledger(ledger) as measures:
        row = first(measures, "K06")
        [why] = explain(measures, question(), "K06")
    assert (row.n, row.k) == (4, 1)
    assert row.excluded == {"expansion": 1, "out": 1, "test": 1, "void": 1}
    assert "expired#1" in why.denominator
    assert why.excluded == {
        "expansion": ["upsell#1"],
        "out": ["left#1"],
        "test": ["tester#1"],
        "void": ["void#1"],
    }


@pytest.mark.parametrize("row_id", ["K02", "K05", "K05.filled", "K06", "K09", "K15", "K17.cpi", "K17.cp_sql"])
def test_what_did_not_count_before_it_expired_does_not_count_thereafter(open_ledger, row_id):
    ledger = Ledger()
    reached = {f"{name}_at": at("2026-02-01") for name in ("first_contact", "inquiry", "mql", "sales_ready")}
    for contact, kind in (
        ("lead", CycleType.ACQUISITION),
        ("customer", CycleType.EXPANSION),
        ("us", CycleType.WINBACK),
    ):
        ledger.cycle(contact, type=kind, outcome=Outcome.VOID, ended_at=at("2026-05-01"), **reached)
        ledger.event(contact, FunnelStage.INQUIRY, "2026-02-01")
        ledger.event(contact, FunnelStage.TAM, "2026-05-01", rule="expired")
    ledger.out_states["us"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        found = [row for row in measure(measures, question(), [row_id]) if row.n]
        why = [one for one in explain(measures, question(), row_id) if one.denominator]
    assert {row.n for row in found} == {1}
    # A stay is named by its cycle and its place there.
    assert {tuple(one.denominator) for one in why} == {("lead#1/0",) if row_id == "K15" else ("lead#1",)}


@pytest.mark.parametrize("row_id", ["K04", "K05.filled", "K09", "K11"])
def test_a_win_without_any_date_is_told_in_every_split_and_undated_in_a_period(open_ledger, row_id):
    ledger = Ledger()
    ledger.cycle("undated", outcome=Outcome.WON)
    ledger.cycle("dated", mql_at=at("2026-02-01"), first_contact_at=at("2026-02-01"), inquiry_at=at("2026-02-01"))
    with open_ledger(ledger) as measures:
        whole, *_ = measure(measures, question(), [row_id])
        months = measure(measures, question(by=("month",)), [row_id])
        why, *_ = explain(measures, question(), row_id)
        spring = first(measures, row_id, period=parse_period("2026-02", BERLIN))
    assert whole.n == 2
    assert {row.segment["month"]: row.n for row in months if row.id == row_id} == {"2026-02": 1, None: 1}
    assert why.denominator == ["dated#1", "undated#1"]
    assert (spring.n, spring.excluded) == (1, {"no_date": 1})


def test_cycles_that_silence_ended_are_no_ending(open_ledger):
    ledger = Ledger()
    ledger.cycle("expired", outcome=Outcome.VOID, ended_at=at("2026-05-01"), first_contact_at=at("2026-02-01"))
    ledger.event("expired", FunnelStage.TAM, "2026-05-01", rule="expired")
    with open_ledger(ledger) as measures:
        recycled, lasted = first(measures, "K27"), first(measures, "K13")
    assert (recycled.n, recycled.excluded) == (0, {"expired": 1})
    assert (lasted.n, lasted.excluded) == (0, {"expired": 1})


def test_cost_is_idle_where_no_mql_names_its_source_or_campaign(open_ledger):
    ledger = Ledger()
    ledger.costs += [
        replace(cost("fair", 10), campaign="spring", id="1"),
        replace(cost("fair", 20), campaign="autumn", id="2"),
        replace(cost("google", 40), campaign="brand", id="3"),
    ]
    ledger.cycle("a", mql_at=at("2026-05-01"), source="offline", campaign="spring")
    ledger.cycle("b", mql_at=at("2026-05-01"), source="google", campaign="other")
    with open_ledger(ledger) as measures:
        assert first(measures, "K17.cost_without_leads").value == 20


def test_an_ending_without_a_date_counts_over_all_time_and_in_no_period(open_ledger):
    ledger = Ledger()
    ledger.cycle("imported", outcome=Outcome.OTHER, origin=Origin.IMPORT)
    with open_ledger(ledger) as measures:
        assert first(measures, "K27").n == 1
        row = first(measures, "K27", period=parse_period("2026", BERLIN))
    assert (row.n, row.excluded) == (0, {"no_date": 1})


def test_a_deal_without_a_contact_counts(open_ledger):
    ledger = Ledger()
    won(ledger, "alone", company_id="f", source="referral")
    ledger.companies["f"] = {"industry": "retail"}
    with open_ledger(ledger) as measures:
        assert segments(measures, "K31.sum", "source", "industry", "grade") == {("referral", "retail", None): 100}


# time


def test_an_ending_that_a_reopening_took_back_counts_while_it_stood(open_ledger):
    ledger = Ledger()
    ledger.cycle(
        "c",
        sales_ready_at=at("2026-02-01"),
        outcome=Outcome.WON,
        ended_at=at("2026-08-01"),
        reopened_outcome=Outcome.LOST,
        reopened_from=at("2026-04-01"),
        reopened_to=at("2026-04-20"),
    )
    cut = {"account": ACCOUNT, "known_at": NEXT_YEAR, "calendar": BERLIN}
    cohort = Cohort(entry=Milestone.SALES_READY)
    with open_ledger(ledger) as measures:
        fates = {
            day: [row.outcome for row in measures.cycles(Cut(as_of=parse_as_of(day, BERLIN), **cut), cohort)]
            for day in ("2026-03-01", "2026-04-10", "2026-05-01", "2026-09-01")
        }
    assert fates == {
        "2026-03-01": [Outcome.OPEN],
        "2026-04-10": [Outcome.LOST],
        "2026-05-01": [Outcome.OPEN],
        "2026-09-01": [Outcome.WON],
    }


def test_a_superseded_decision_is_what_was_known_then(open_ledger):
    before, after = Ledger(), Ledger()
    before.cycle("c", sales_ready_at=at("2026-02-01"))
    after.cycle("c", sales_ready_at=at("2026-02-01"), outcome=Outcome.WON, ended_at=at("2026-03-01"))
    after.contacts.clear()
    with open_ledger() as measures:
        connection = measures.connection
        write(connection, before, recorded_at=100)
        connection.execute(update(tables.cycles).values(superseded_at=200))
        write(connection, after, recorded_at=200)
        assert [first(measures, "K06", known_at=then).k for then in (199, 200)] == [0, 1]
        assert first(measures, "K06", known_at=99).n == 0


def test_period_edges_are_local_midnights_start_inside_end_outside(open_ledger):
    ledger = Ledger()
    for contact, moment in (
        ("before", at("2026-04-01", 0) - 1),
        ("first", at("2026-04-01", 0)),
        ("last", at("2026-07-01", 0) - 1),
        ("after", at("2026-07-01", 0)),
    ):
        ledger.cycle(contact, sales_ready_at=moment)
    with open_ledger(ledger) as measures:
        [why] = explain(measures, question(period=parse_period("2026Q2", BERLIN)), "K06")
    assert why.denominator == ["first#1", "last#1"]


def test_months_are_those_of_the_reporting_zone(open_ledger):
    ledger = Ledger()
    new_year = at("2027-01-01", 0)
    won(ledger, "d", day="2026-12-30", close_date=new_year)
    with open_ledger(ledger) as measures:
        assert segments(measures, "K31.sum", "month", as_of=NEXT_YEAR) == {("2027-01",): 100}
        utc = Calendar(zone="UTC", fiscal_year_start=7)
        assert segments(measures, "K31.sum", "month", as_of=NEXT_YEAR, calendar=utc) == {("2026-12",): 100}
        assert segments(measures, "K31.sum", "quarter", as_of=NEXT_YEAR, calendar=utc) == {("2026Q2",): 100}


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        (at("2026-03-28", 23), at("2026-03-29", 1), 1),
        (at("2026-10-24", 23), at("2026-10-26", 0), 2),
        (at("2026-10-25", 0), at("2026-10-25", 23), 0),
        (at("1969-12-31", 10), at("1970-01-02", 10), 2),
    ],
)
def test_days_are_differences_of_local_dates(open_ledger, start, end, length):
    ledger = Ledger()
    ledger.cycle("c", started_at=start, first_contact_at=start, outcome=Outcome.WON, ended_at=end)
    with open_ledger(ledger) as measures:
        assert first(measures, "K13.median_won").value == length


def test_open_cycles_last_until_the_day_of_as_of(open_ledger):
    ledger = Ledger()
    ledger.cycle("c", first_contact_at=at("2026-11-01"))
    with open_ledger(ledger) as measures:
        row = first(measures, "K13.restricted_mean")
    assert row.notes["horizon_days"] == 20


def test_a_deal_closed_when_its_present_outcome_began(open_ledger):
    ledger = Ledger()
    ledger.deal(
        "d",
        span("d", "2026-01-01", "2026-02-01"),
        span("d", "2026-02-01", "2026-02-10", outcome=Outcome.LOST),
        span("d", "2026-02-10", "2026-03-02"),
        span("d", "2026-03-02", "2026-05-01", outcome=Outcome.WON, amount=Decimal(1)),
        span("d", "2026-05-01", outcome=Outcome.WON, amount=Decimal(2)),
    )
    with open_ledger(ledger) as measures:
        assert first(measures, "K14").value == 60
        assert first(measures, "K31.sum").value == 2
        assert first(measures, "K31.sum", as_of=parse_as_of("2026-04-01", BERLIN)).value == 1


def test_a_deal_that_was_always_closed_closed_when_its_first_span_began(open_ledger):
    ledger = Ledger()
    created = at("2026-01-01")
    ledger.deal("d", span("d", "2026-01-11", outcome=Outcome.WON), created_at=created)
    with open_ledger(ledger) as measures:
        assert first(measures, "K14").value == 10


def test_offers_after_as_of_do_not_exist_yet(open_ledger):
    ledger = Ledger()
    ledger.deal("d", span("d", "2026-01-01", offer_at=at("2026-12-24")))
    with open_ledger(ledger) as measures:
        assert first(measures, "K14.offer_median").n == 0
        assert first(measures, "K14.offer_median", as_of=NEXT_YEAR).n == 1


def _skipped_offers():
    ledger = Ledger()
    offer = {"offer_at": at("2026-03-01")}
    for name, outcome in (("won", Outcome.WON), ("lost", Outcome.LOST)):
        for has, more in (("offered", offer), ("skipped", {})):
            deal_id = f"{has} {name}"
            closed = {"outcome": outcome, "amount": Decimal(100), "close_date": at("2026-04-10"), **more}
            spans = (span(deal_id, "2026-02-01", "2026-04-10", **more), span(deal_id, "2026-04-10", **closed))
            ledger.deal(deal_id, *spans)
    ledger.deal("waits", span("waits", "2026-02-01"))
    return ledger


def test_a_deal_won_without_an_offer_on_record_passed_it_when_it_was_won(open_ledger):
    with open_ledger(_skipped_offers()) as measures:
        asked = question(basis=Basis.COHORT)
        found = {row.id: row for row in measure(measures, asked, ["K10"])}
        assert (found["K10"].k, found["K10"].n) == (2, 3)
        assert (found["K10.broad"].n, found["K10.won"].value, found["K10.lost"].value) == (3, 2, 1)
        assert found["K10.value_narrow"].notes["won_amount"] == 200
        quarters = {
            period: first(measures, "K10", basis=Basis.COHORT, period=parse_period(period, BERLIN))
            for period in ("2026Q1", "2026Q2")
        }
        assert {name: (row.k, row.n) for name, row in quarters.items()} == {"2026Q1": (1, 2), "2026Q2": (1, 1)}
        why = explain(measures, asked, "K10")[0]
    assert set(why.numerator) == {"offered won", "skipped won"}
    assert set(why.denominator) == {"offered won", "skipped won", "offered lost"}


def test_what_passed_the_offer_unseen_has_no_time_from_it_and_is_counted(open_ledger):
    with open_ledger(_skipped_offers()) as measures:
        found = {row.id: row for row in measure(measures, question(), ["K14"])}
        assert (found["K14.offer_median"].value, found["K14.offer_median"].n) == (40, 2)
        share = found["K14.offer_won_share"]
        assert (share.value, share.k, share.n) == (None, 1, 2)
        early = first(measures, "K14.offer_median", as_of=parse_as_of("2026-03-15", BERLIN))
    assert [found[name].excluded for name in ("K14.offer_median", "K14.offer_won_share", "K14")] == [
        {"virtual": 1},
        {"virtual": 1},
        {},
    ]
    assert (early.n, early.excluded) == (2, {})


# recycling, surveys, money


def test_a_recycled_cycle_is_found_again_in_the_next_one(open_ledger):
    ledger = Ledger()
    parked = {"outcome": Outcome.OTHER, "ended_at": at("2026-03-01")}
    ledger.cycle("back", **parked)
    ledger.cycle("back", started_at=at("2026-04-30"), recycled_from=1, outcome=Outcome.WON, ended_at=at("2026-06-01"))
    ledger.cycle("away", **parked)
    ledger.cycle("upsell", type=CycleType.EXPANSION, **parked)
    with open_ledger(ledger) as measures:
        found = {row.id: row for row in measure(measures, question(), ["K27"])}
        early = {row.id: row for row in measure(measures, question(as_of=parse_as_of("2026-04-01", BERLIN)), ["K27"])}
    assert (found["K27.reentry"].k, found["K27.reentry"].n) == (1, 2)
    assert (found["K27.reentry_won"].k, found["K27.reentry_days"].value) == (1, 60)
    assert (early["K27.reentry"].k, early["K27.reentry"].notes["open"]) == (0, 2)


def test_a_void_cycle_is_no_reentry_and_one_that_silence_ended_is(open_ledger):
    ledger = Ledger()
    for contact in ("spam", "silent"):
        ledger.cycle(contact, outcome=Outcome.OTHER, ended_at=at("2026-10-01"))
        ledger.cycle(
            contact, started_at=at("2026-10-11"), recycled_from=1, outcome=Outcome.VOID, ended_at=at("2026-10-12")
        )
    ledger.event("silent", FunnelStage.TAM, "2026-10-12", cycle_no=2, rule="expired")
    with open_ledger(ledger) as measures:
        found = {row.id: row for row in measure(measures, question(), ["K27"])}
    assert (found["K27.reentry"].k, found["K27.reentry"].n, found["K27.reentry"].notes["open"]) == (1, 2, 1)
    assert (found["K27.reentry_won"].n, found["K27.reentry_days"].k) == (0, 1)


def test_k37_horizon_is_that_of_all_cycles_whatever_period_is_asked_about(open_ledger):
    ledger = Ledger()
    for number in range(20):
        begun, closed = ("2026-01-05", "2026-01-15") if number < 4 else ("2026-02-05", "2026-05-15")
        dates = {"started_at": at(begun), "first_contact_at": at(begun), "sales_ready_at": at(begun)}
        ledger.cycle(f"c{number}", ended_at=at(closed), outcome=Outcome.LOST, **dates)
    with open_ledger(ledger) as measures:
        asked = (question(), question(period=parse_period("2026-01", BERLIN)))
        found = [measure(measures, one, ["K37"])[0] for one in asked]
    assert [row.notes["horizon_days"] for row in found] == [120, 120]
    assert [row.n for row in found] == [20, 4]


def test_a_recycled_cycle_that_came_back_twice_is_one_cycle(open_ledger):
    ledger = Ledger()
    ledger.cycle("c", outcome=Outcome.OTHER, ended_at=at("2026-03-01"))
    silent = {"outcome": Outcome.VOID, "ended_at": at("2026-06-10")}
    ledger.cycle("c", started_at=at("2026-03-11"), recycled_from=1, **silent)
    ledger.event("c", FunnelStage.TAM, "2026-06-10", cycle_no=2, rule="expired")
    ledger.cycle("c", started_at=at("2026-07-01"), recycled_from=1, outcome=Outcome.WON, ended_at=at("2026-08-01"))
    with open_ledger(ledger) as measures:
        found = {row.id: row for row in measure(measures, question(), ["K27"])}
    assert (found["K27.reentry"].k, found["K27.reentry"].n) == (1, 1)
    assert (found["K27.reentry_won"].n, found["K27.reentry_days"].n) == (0, 1)


def test_the_latest_answer_of_a_contact_and_survey_counts(open_ledger):
    ledger = Ledger()
    ledger.contacts["c"] = {"country": "CH"}
    given = [
        ("c", "w1", "NPS", 3, "2026-10-01"),
        ("c", "w1", "nps", 10, "2026-10-02"),
        ("c", "w2", "NPS", 9, "2026-10-03"),
    ]
    given += [
        (None, "w1", "NPS", 0, "2026-10-04"),
        (None, "w1", "NPS", 1, "2026-10-04"),
        ("c", "w3", "CSAT", 1, "2026-10-05"),
    ]
    given += [("c", "w1", "NPS", 1, "2026-12-01"), ("c", "w1", "NPS", 1, "2026-01-01")]
    ledger.answers += [
        Answer(id=str(number), contact_id=who, survey_id=survey, survey_type=kind, value=value, answered_at=at(day))
        for number, (who, survey, kind, value, day) in enumerate(given)
    ]
    ledger.contacts["t"] = {}
    ledger.out_states["t"] = '["is_test"]'
    ledger.answers.append(
        Answer(id="t", contact_id="t", survey_id="w1", survey_type="NPS", value=10, answered_at=at("2026-10-02"))
    )
    with open_ledger(ledger) as measures:
        rows = measure(measures, question(), ["K26"])
        found = {row.id: row.value for row in rows}
        assert rows[0].excluded == {"test": 1}
        assert segments(measures, "K26.promoters", "country", "survey") == {
            ("CH", "w1"): 1,
            ("CH", "w2"): 1,
            (None, "w1"): 0,
        }
    assert (found["K26.promoters"], found["K26.detractors"]) == (2, 2)


def test_a_survey_that_is_asked_again_in_another_quarter_is_another_wave(open_ledger):
    ledger = Ledger()
    given = [("2026-01-31", 10), ("2026-02-01", 1), ("2026-03-31", 9), ("2026-04-01", 0)]
    ledger.answers += [
        Answer(id=day, contact_id="c", survey_id="w", survey_type="NPS", value=value, answered_at=at(day))
        for day, value in given
    ]
    year = {"period": parse_period("2026", BERLIN)}
    with open_ledger(ledger) as measures:
        assert segments(measures, "K26.promoters", **year) == {(): 0}
        assert segments(measures, "K26.promoters", "quarter", **year) == {("2026Q1",): 1, ("2026Q2",): 0}
        by_month = segments(measures, "K26.promoters", "month", **year)
    assert by_month == {("2026-01",): 1, ("2026-02",): 0, ("2026-03",): 1, ("2026-04",): 0}


def test_a_custom_survey_that_asks_the_nps_question_counts_where_it_is_named(open_ledger):
    ledger = Ledger()
    given = [("13", "CUSTOM", 10), ("13", "CUSTOM", 9), ("14", "CUSTOM", 1), ("w1", "NPS", 0)]
    ledger.answers += [
        Answer(
            id=str(number),
            contact_id=None,
            survey_id=survey,
            survey_type=kind,
            value=value,
            answered_at=at("2026-10-01"),
        )
        for number, (survey, kind, value) in enumerate(given)
    ]
    with open_ledger(ledger) as measures:
        unnamed = {row.id: row.value for row in measure(measures, question(), ["K26"])}
        named = {row.id: row.value for row in measure(measures, question(nps_scales={"13": "0-10"}), ["K26"])}
    assert (unnamed["K26.promoters"], unnamed["K26.detractors"]) == (0, 1)
    assert (named["K26.promoters"], named["K26.detractors"]) == (2, 1)


def test_money_is_summed_exactly_and_apart_by_currency(open_ledger):
    ledger = Ledger()
    won(ledger, "a", amount="0.1")
    won(ledger, "b", amount="0.2")
    won(ledger, "c", amount="5", currency="USD")
    won(ledger, "d", amount="0.7", currency=None)
    with open_ledger(ledger) as measures:
        cut = Cut(account=ACCOUNT, as_of=NEXT_YEAR, known_at=NEXT_YEAR, calendar=BERLIN, scope=Scope.EVERY)
        found = {
            row.currency: row.amount for row in measures.deals(cut, DealDate.CLOSE, parse_period("all", BERLIN).window)
        }
        row = first(measures, "K31.sum")
    assert found == {"EUR": Decimal("0.3"), "USD": Decimal(5), None: Decimal("0.7")}
    assert (row.value, row.excluded) == (Decimal("1.00"), {"no_fx": 1})


def test_costs_come_back_as_they_were_given(open_ledger):
    ledger = Ledger()
    ledger.costs += [cost("google", "0.01"), cost(None, "3")]
    cut = Cut(account=ACCOUNT, as_of=NEXT_YEAR, known_at=NEXT_YEAR, calendar=BERLIN)
    with open_ledger(ledger) as measures:
        assert sorted(measures.costs(cut), key=lambda line: line.id) == sorted(ledger.costs, key=lambda line: line.id)


def test_cost_of_no_source_stays_in_the_total_and_carries_no_lead(open_ledger):
    ledger = Ledger()
    ledger.costs += [cost("google", 100), cost(None, 50), cost("print", 7)]
    ledger.cycle("c", mql_at=at("2026-05-01"), source="google")
    ledger.cycle("d", mql_at=at("2026-05-01"), source=None)
    with open_ledger(ledger) as measures:
        assert first(measures, "K17").value == Decimal("78.50")
        assert first(measures, "K17.cost_without_leads").value == 57
        assert segments(measures, "K17", "source") == {("google",): 100, ("print",): None, (None,): None}


def test_the_currency_most_deals_carry_is_named(open_ledger):
    ledger = Ledger()
    for deal_id, currency in (("a", "CHF"), ("b", "CHF"), ("c", "EUR")):
        won(ledger, deal_id, currency=currency)
    with open_ledger(ledger) as measures:
        assert measures.labels(ACCOUNT).currency == "CHF"
        assert measures.labels("nobody").currency is None


def test_pipelines_have_their_names(open_ledger):
    stage = {"account": ACCOUNT, "pipeline_id": "default", "pipeline_label": "Vertrieb", "label": "s", "position": 0}
    with open_ledger() as measures:
        measures.connection.execute(tables.stages.insert(), stage | {"stage_id": "s", "is_closed": False})
        assert measures.labels(ACCOUNT).pipelines == {"default": "Vertrieb"}


def test_a_company_becomes_a_customer_once_with_the_first_contact_won(open_ledger):
    ledger = Ledger()
    won = {"outcome": Outcome.WON, "first_contact_at": at("2026-01-10")}
    for contact, company, ended, values in (
        ("a", "acme", "2026-03-02", {"source": "late"}),
        ("b", "acme", "2026-03-01", {"source": "first"}),
        ("c", "acme", "2026-03-01", {"source": "same"}),
        ("d", None, "2026-03-05", {"source": "alone"}),
        ("e", "other", "2026-02-01", {"source": "upsold", "type": CycleType.EXPANSION}),
        ("f", "other", "2026-03-04", {"source": "other"}),
        ("g", "lost", "2026-02-01", {"source": "lost", "outcome": Outcome.LOST}),
    ):
        ledger.cycle(contact, ended_at=at(ended), **(won | values))
        ledger.contacts[contact] = {"company_id": company}
    ledger.costs += [cost(None, 900, "2026-03-01", "2026-03-31"), replace(cost(None, 0), kind=CostKind.SALES)]
    with open_ledger(ledger) as measures:
        by_source = {
            row.segment["source"]: row.n
            for row in measure(measures, question(by=("source",), basis=Basis.PERIOD), ["K18.cac"])
        }
        assert by_source == {"first": 1, "alone": 1, "other": 1, None: 0}
        assert first(measures, "K18.cac").value == 300
        assert first(measures, "K18.cac", basis=Basis.COHORT).n == 3
        assert first(measures, "K18.cac", basis=Basis.PERIOD, period=parse_period("2026-02", BERLIN)).n == 0
