"""Money over time on both databases: rates by day, journeys, frozen pipelines and what became of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from syncer.funnel.facts import Outcome
from syncer.kpis.attribution import Model
from syncer.kpis.measure import explain, measure
from syncer.kpis.memory import FrozenDay
from syncer.kpis.periods import parse_as_of, parse_period
from syncer.kpis.ports import Cut
from syncer.kpis.result import Basis
from syncer.kpis.targets import Target
from syncer.kpis.touches import Origin
from syncer.moments import Millis
from syncer.money import RateOrigin
from syncer.records import Activity, ActivityKind
from syncer.store import tables
from syncer.store.evidence import evidence_row
from syncer.store.freezing import freeze
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, EARLY, Ledger, at, by_rep, cost, g12, question, span
from tests.unit.kpis.ledger_rows import measuring, new_store, write
from tests.unit.kpis.money_rows import day, rate, rates

Q2, Q4 = (parse_period(text, BERLIN) for text in ("2026Q2", "2026Q4"))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_money") as store:
        yield store


def rows(measures, *ids, **changes):
    return {row.id: row for row in measure(measures, question(**changes), ids)}


def test_g12_all_values(database):
    """What test_measures_golden does not look at: return, pace, forecast figures and the waterfall of domain E1."""
    with measuring(database, g12()) as golden:
        cohort = {"basis": Basis.COHORT, "period": Q2, "gross_margin": Decimal("0.4")}
        found = rows(golden, "K17", "K18", "K19", **cohort)
        assert [found[row].value for row in ("K17.cpi", "K17", "K18")] == [1050, Decimal("1166.67"), 3500]
        assert round(100 * found["K19"].value, 2) == 56.19
        assert round(found["K19.roas"].value, 4) == round(41_000 / 10_500, 4)
        assert found["K19.revenue"].value == 41_000
        forecast = rows(golden, "K20")
        assert [forecast[f"K20.{name}"].value for name in ("commit", "best_case", "won")] == [30_000, 18_000, 20_000]
        assert (forecast["K20"].value, forecast["K20.weighted"].value) == (48_000, 36_000)
        assert forecast["K20.risk_adjusted"].value == 36_000
        fall = rows(golden, "K23", period=Q4)
        assert {name: row.value for name, row in fall.items() if row.value} == {
            "K23": 48_000,
            "K23.start": 68_000,
            "K23.won": 20_000,
        }
        by_source = measure(golden, question(by=("source",), **cohort), ["K19"])
        revenue = {row.segment["source"]: row.value for row in by_source if row.id == "K19.revenue"}
        assert revenue == {"google": 12_000, "linkedin": 20_000, "outbound": 9_000, "webinar": 0}
        romi = {row.segment["source"]: row.value for row in by_source if row.id == "K19"}
        assert (romi["google"], romi["webinar"], romi["outbound"]) == (-0.2, -1, None)
        pace = rows(golden, "K16")
        assert [pace[f"K16.{name}"].value for name in ("deals", "mean_amount", "win_rate", "days")] == [
            2,
            24_000,
            0.6,
            92,
        ]


def foreign():
    ledger = Ledger()
    for deal_id, closed, currency, amount in (
        ("d1", "2026-03-10", "USD", 100),
        ("d2", "2026-03-11", "USD", 100),
        ("d3", "2026-03-11", "EUR", 10),
        ("d4", "2026-03-12", None, 1),
        ("d5", "2026-03-11", "GBP", 7),
    ):
        common = {"amount": Decimal(amount), "currency": currency, "close_date": at(closed, 0)}
        won = span(deal_id, closed, outcome=Outcome.WON, **common)
        ledger.deal(deal_id, span(deal_id, "2026-03-01", closed, **common), won)
    return ledger


def test_sums_are_converted_at_the_rate_of_each_closing_day(database):
    known = rates(rate("USD", "0.50", "2026-03-01"), rate("USD", "0.80", "2026-03-11"))
    with measuring(database, foreign()) as measures:
        found = rows(measures, "K31", "K10", rates=known)
        assert (found["K31.sum"].value, found["K31.sum"].excluded) == (141, {"no_fx": 1})
        assert found["K31.sum"].notes["no_rate"] == {"GBP": ["2026-03-11"]}
        assert found["K31.median"].value == 30
        assert found["K10.value_narrow"].notes["won_amount"] == 141
        constant = rows(measures, "K31.sum", rates=known, constant_day=day("2026-03-01"))["K31.sum"]
        assert constant.value == 111


def test_open_deals_take_the_rate_of_as_of(database):
    ledger = Ledger()
    ledger.deal("d1", span("d1", "2026-03-01", amount=Decimal(100), currency="USD", close_date=at("2026-12-15", 0)))
    known = rates(rate("USD", "0.50", "2026-03-01"), rate("USD", "0.80", "2026-11-01"))
    with measuring(database, ledger) as measures:
        assert rows(measures, "K20.uncategorised", rates=known)["K20.uncategorised"].value == 80
        early = parse_as_of("2026-10-31", BERLIN)
        assert rows(measures, "K20.uncategorised", rates=known, as_of=early)["K20.uncategorised"].value == 50


def subject(reaction):
    return Origin(reaction.subject, None)


def reaction(number, moment, name, kind=ActivityKind.PAGE_VIEW, outcome=None):
    return Activity(id=str(number), stream="page_views", kind=kind, occurred_at=moment, subject=name, outcome=outcome)


def with_reactions(measures, contact_id, *activities, known_from=EARLY):
    rows_ = [
        evidence_row(
            ACCOUNT,
            contact_id,
            (ACCOUNT, one.stream, one.id, one.kind.value, one.occurred_at, one.subject, None, None, one.outcome, None),
            known_from,
        )
        for one in activities
    ]
    names = [column.name for column in tables.evidence.columns]
    measures.connection.execute(tables.evidence.insert(), [dict(zip(names, row, strict=True)) for row in rows_])


def by_source(measures, row_id, **changes):
    asked = question(by=("source",), origin=subject, **changes)
    return {row.segment["source"]: row.value for row in measure(measures, asked, [row_id]) if row.id == row_id}


def journey():
    ledger = Ledger()
    ledger.cycle(
        "c1",
        first_contact_at=at("2026-02-01"),
        mql_at=at("2026-02-10"),
        deal_at=at("2026-03-01"),
        ended_at=at("2026-03-20"),
        outcome=Outcome.WON,
        deal_id="d1",
        source="google",
        campaign="brand",
    )
    closed = {"outcome": Outcome.WON, "amount": Decimal(1000), "close_date": at("2026-03-20", 0)}
    ledger.deal("d1", span("d1", "2026-03-01", "2026-03-20"), span("d1", "2026-03-20", **closed), contact_id="c1")
    ledger.deal("d2", span("d2", "2026-03-01", "2026-03-20"), span("d2", "2026-03-20", **closed), source="partner")
    ledger.costs += [cost("google", 100, "2026-02-01", "2026-02-10"), cost("webinar", 60, "2026-02-01", "2026-02-10")]
    return ledger


TOUCHES = (
    reaction(1, at("2026-01-15"), "before"),
    reaction(2, at("2026-02-05"), "webinar"),
    reaction(3, at("2026-02-07"), "webinar", ActivityKind.MEETING, "NO_SHOW"),
    reaction(4, at("2026-02-20"), "mail", ActivityKind.EMAIL_CLICK),
    reaction(5, at("2026-02-21"), "ours", ActivityKind.EMAIL_OUT),
    reaction(6, at("2026-04-20"), "after"),
)


def test_journeys_hold_what_the_contact_did_between_first_contact_and_order(database):
    with measuring(database, journey()) as measures:
        with_reactions(measures, "c1", *TOUCHES)
        found = by_source(measures, "K28", model=Model.LINEAR)
        assert found == {
            "google": Decimal("333.33"),
            "webinar": Decimal("333.33"),
            "mail": Decimal("333.33"),
            "partner": 1000,
        }
        assert by_source(measures, "K28", model=Model.LAST) == {"mail": 1000, "partner": 1000}
        assert by_source(measures, "K28", model=Model.FIRST) == {"google": 1000, "partner": 1000}
        assert by_source(measures, "K17", model=Model.LINEAR) == {"google": 200, "webinar": 120}
        early = at("2026-02-06")
        assert by_source(measures, "K17.cpi", model=Model.LINEAR, as_of=early) == {"google": None, "webinar": None}
        [why] = [
            one
            for one in explain(measures, question(model=Model.LAST, origin=subject), "K28")
            if one.kpi.id == "K28" and one.kpi.segment["source"] == "mail"
        ]
        assert why.denominator == ["d1"]


def test_journeys_forget_what_was_not_known_yet(database):
    with measuring(database, journey()) as measures:
        with_reactions(measures, "c1", *TOUCHES, known_from=at("2026-11-23"))
        assert by_source(measures, "K28", model=Model.LAST)["mail"] == 1000
        assert by_source(measures, "K28", model=Model.LAST, known_at=at("2026-11-22")) == {
            "google": 1000,
            "partner": 1000,
        }


def test_a_deal_goes_the_way_of_the_cycle_that_carries_it_else_of_the_latest(database):
    ledger = journey()
    ledger.cycle("c1", started_at=at("2026-06-01"), first_contact_at=at("2026-06-01"), source="mail")
    closed = {"outcome": Outcome.WON, "amount": Decimal(7), "close_date": at("2026-07-20", 0)}
    ledger.deal("d9", span("d9", "2026-07-01", "2026-07-20"), span("d9", "2026-07-20", **closed), contact_id="c1")
    with measuring(database, ledger) as measures:
        assert by_source(measures, "K28", model=Model.FIRST) == {"google": 1000, "mail": 7, "partner": 1000}
        period = parse_period("2026Q1", BERLIN)
        assert by_source(measures, "K28", model=Model.FIRST, period=period, basis=Basis.PERIOD) == {
            "google": 1000,
            "partner": 1000,
        }
        assert by_source(measures, "K28", model=Model.FIRST, period=period) == {"google": 1000}


def test_cost_of_the_cohort_by_kind_and_source(database):
    with measuring(database, journey()) as measures:
        assert rows(measures, "K17.cost")["K17.cost"].value == 160


EVE = "2026-09-30"
FROZEN = FrozenDay(day(EVE), parse_as_of(EVE, BERLIN), at("2026-10-01", 2), "v1")


def pipeline():
    """Five deals of the fourth quarter and what became of them by the end of November."""
    ledger = Ledger()
    ledger.owners["7"] = {"first_name": "Ada", "team": "north"}
    common = {"close_date": at("2026-12-15", 0), "forecast_category": "COMMIT", "probability": 0.5}
    common["offer_at"] = at("2026-09-02")

    def deal(deal_id, amount, *later, created="2026-09-01", owner="7"):
        first = span(deal_id, created, later[0][0] if later else None, amount=Decimal(amount), **common)
        spans = [first]
        for place, (moment, values) in enumerate(later):
            end = later[place + 1][0] if place + 1 < len(later) else None
            until = None if end is None else at(end)
            spans.append(replace(first, valid_from=at(moment), valid_to=until, **values))
        ledger.deal(deal_id, *spans, owner_id=owner)

    deal("stays", 100)
    deal("slips", 200, ("2026-11-01", {"close_date": at("2027-02-01", 0), "month_pushes": 2, "quarter_pushes": 1}))
    deal("wins", 300, ("2026-10-20", {"outcome": Outcome.WON, "close_date": at("2026-10-20", 0), "month_pushes": 1}))
    deal("loses", 400, ("2026-10-25", {"outcome": Outcome.LOST, "close_date": at("2026-10-25", 0)}), owner="8")
    deal("grows", 500, ("2026-10-05", {"amount": Decimal(600)}))
    deal("comes", 50, created="2026-10-10")
    deal("was closed", 9, ("2026-09-10", {"outcome": Outcome.LOST, "close_date": at("2026-09-10", 0)}))
    deal("goes on", 5, ("2026-09-10", {"outcome": Outcome.LOST}), ("2026-10-10", {"outcome": Outcome.OPEN}))
    return ledger


def fall(measures, **changes):
    return {name: row.value for name, row in rows(measures, "K23", period=Q4, **changes).items() if row.value}


EXPECTED = {
    "K23": 755,
    "K23.start": 1500,
    "K23.new": 55,
    "K23.increased": 100,
    "K23.pushed_out": 200,
    "K23.won": 300,
    "K23.lost": 400,
}


def frozen(measures, unit_day=FROZEN, rule=by_rep, **changes):
    cut = _cut(as_of=unit_day.as_of, known_at=unit_day.frozen_at, **changes)
    return freeze(measures.connection, cut, unit_day, lambda one: rule(one, one.close_date))


def _cut(**changes):
    base = question()
    return Cut(**({"account": ACCOUNT, "as_of": base.as_of, "known_at": base.known_at, "calendar": BERLIN} | changes))


def test_the_waterfall_of_the_quarter_from_the_ledger(database):
    with measuring(database, pipeline()) as measures:
        found = fall(measures)
        assert found == EXPECTED


def test_a_frozen_pipeline_is_the_one_that_the_ledger_remembers_of_that_moment(database):
    """The proof that a day on which nothing ran can be made up for: both give the same rows and the same figures."""
    with measuring(database, pipeline()) as measures:
        remembered = list(measures.moves(_cut(), FROZEN.as_of))
        figures = [rows(measures, one, period=Q4) for one in ("K21", "K23", "K24")]
        assert frozen(measures) == 5
        kept = list(measures.moves(_cut(), FROZEN))
        assert [(one.segment, one.excluded, plain(one.before), one.after) for one in kept] == [
            (one.segment, one.excluded, plain(one.before), one.after) for one in remembered
        ]
        assert {one.promised for one in kept if one.before} == {True}
        again = [rows(measures, one, period=Q4) for one in ("K21", "K23", "K24")]
        assert [values(one) for one in again] == [values(one) for one in figures]
        assert again[2]["K24"].notes["frozen_at"] == "2026-10-01T02:00:00.000+02:00"


def plain(one):
    """A span without what says since when it holds: a frozen day does not keep that."""
    return one and replace(one, valid_from=Millis(0), valid_to=None, rule="", resume_at=None)


def values(found):
    return {name: (row.value, row.n, row.k, row.excluded) for name, row in found.items()}


def amounts(measures, cut, since):
    return {move.before.deal_id: move.before.amount for move in measures.moves(cut, since) if move.before}


def test_what_was_frozen_stays_when_the_past_is_corrected_and_known_at_brings_back_what_was_known(database):
    corrected = Ledger()
    corrected.deal("stays", span("stays", "2026-09-01", amount=Decimal(1), close_date=at("2026-12-15", 0)))
    with measuring(database, pipeline()) as measures:
        frozen(measures)
        late, row = at("2026-11-01"), tables.deal_spans
        old = row.c.deal_id == "stays"
        measures.connection.execute(row.update().where(old).values(superseded_at=late))
        state = tables.deal_states
        measures.connection.execute(state.delete().where(state.c.deal_id == "stays"))
        write(measures.connection, corrected, late)
        assert rows(measures, "K23.start", period=Q4)["K23.start"].value == 1500
        assert amounts(measures, _cut(), FROZEN)["stays"] == 100
        assert amounts(measures, _cut(), FROZEN.as_of)["stays"] == 1
        assert amounts(measures, _cut(known_at=FROZEN.frozen_at), FROZEN.as_of)["stays"] == 100


def test_a_day_frozen_later_than_known_at_is_not_believed_yet(database):
    with measuring(database, pipeline()) as measures:
        frozen(measures)
        assert measures.frozen(_cut(), FROZEN.day) == FROZEN
        assert measures.frozen(_cut(known_at=FROZEN.frozen_at - 1), FROZEN.day) is None
        assert measures.frozen(_cut(account="other"), FROZEN.day) is None


def test_days_that_change_nothing_take_no_further_rows(database):
    with measuring(database, pipeline()) as measures:
        frozen(measures)
        for number in range(1, 12):
            moment = date.fromordinal(date.fromisoformat(EVE).toordinal() + number)
            as_of = BERLIN.last_moment(moment)
            frozen(measures, FrozenDay(FROZEN.day + number, as_of, Millis(as_of + 7_200_000), "v1"))
        kept = measures.connection.execute(tables.frozen_deals.select()).all()
        first = {(row.deal_id, row.first_day - FROZEN.day): row.last_day - FROZEN.day for row in kept}
        assert first == {
            ("stays", 0): 11,
            ("slips", 0): 11,
            ("wins", 0): 11,
            ("loses", 0): 11,
            ("grows", 0): 4,
            ("grows", 5): 11,
            ("comes", 10): 11,
            ("goes on", 10): 11,
        }
        assert [
            move.before.amount
            for move in measures.moves(_cut(), FROZEN)
            if move.before and move.before.deal_id == "grows"
        ] == [500]


def test_a_deal_that_the_ledger_lost_leaves_the_frozen_pipeline_as_void(database):
    with measuring(database, pipeline()) as measures:
        frozen(measures)
        for table in (tables.deal_spans, tables.deal_states):
            measures.connection.execute(table.delete().where(table.c.deal_id == "stays"))
        found = fall(measures)
        assert (found["K23.start"], found["K23.void"]) == (1500, 100)
        by_owner = measure(measures, question(by=("owner",), period=Q4), ["K23.void"])
        assert {row.segment["owner"]: row.value for row in by_owner} == {"7": 100, "8": 0}


def test_the_owner_of_then_answers_for_the_forecast_of_then(database):
    with measuring(database, pipeline()) as measures:
        frozen(measures)
        state = tables.deal_states
        measures.connection.execute(state.update().where(state.c.deal_id == "stays").values(owner_id="9"))
        found = measure(measures, question(by=("owner",), period=Q4), ["K23.start"])
        assert {row.segment["owner"]: row.value for row in found} == {"7": 1100, "8": 400}
        teams = measure(measures, question(by=("team",), period=Q4), ["K23.start"])
        assert {row.segment["team"]: row.value for row in teams} == {"north": 1100, None: 400}


def test_slips_and_pushes_from_history(database):
    with measuring(database, pipeline()) as measures:
        found = rows(measures, "K24", period=Q4)
        assert (found["K24"].k, found["K24"].n, found["K24"].notes["open"]) == (1, 5, 2)
        assert round(found["K24.value"].value, 4) == round(200 / 1500, 4)
        assert [found[f"K24.pushes_{name}"].value for name in ("won", "lost")] == [1, 0]
        why = {one.kpi.id: one for one in explain(measures, question(period=Q4), "K24")}
        assert (why["K24"].denominator, why["K24"].numerator) == (
            ["grows", "loses", "slips", "stays", "wins"],
            ["slips"],
        )


def test_accuracy_by_rep_from_the_ledger(database):
    asked = {"period": Q4, "as_of": parse_as_of("2027-01-05", BERLIN), "known_at": at("2027-01-06")}
    with measuring(database, pipeline()) as measures:
        found = [row for row in measure(measures, question(**asked), ["K21"]) if row.segment["age"] == "quarter_start"]
        row = next(row for row in found if row.id == "K21")
        # Rep 7 forecast 1,100 and won 300, rep 8 forecast 400 and won nothing.
        assert row.value == pytest.approx((800 + 400) / 300)
        assert (row.n, row.notes["forecast"], row.notes["won"]) == (2, 1500, 300)
        by_owner = [
            row
            for row in measure(measures, question(by=("owner",), **asked), ["K21"])
            if row.id == "K21" and row.segment["age"] == "quarter_start"
        ]
        assert {row.segment["owner"]: row.notes["forecast"] for row in by_owner} == {"7": 1100, "8": 400}


def test_coverage_against_the_goal(database):
    goal = Target(metric="won_amount", months=3, value=Decimal(1055))
    with measuring(database, pipeline()) as measures:
        found = rows(measures, "K22", period=Q4, target=goal)
        assert (found["K22"].value, found["K22.pipeline"].value, found["K22.lacking"].value) == (1.0, 755, 755)


def test_renewals_are_no_pipeline(database):
    ledger = Ledger()
    common = {"amount": Decimal(9), "close_date": at("2026-12-15", 0), "pipeline_kind": "renewal"}
    ledger.deal("r", span("r", "2026-09-01", **common))
    with measuring(database, ledger) as measures:
        row = rows(measures, "K23", period=Q4)["K23"]
        assert (row.value, row.excluded) == (0, {"renewal": 1})


def test_rates_are_believed_from_when_to_when(database):
    first, second = rate("USD", "0.5", "2026-01-01"), rate("USD", "0.6", "2026-01-01")
    crm = rate("CHF", "1.05", "2026-01-01", origin=RateOrigin.CRM)
    with database.commit() as unit:
        assert unit.money.keep_rates("fx", [first, crm], Millis(100)).created == 2
        assert unit.money.keep_rates("fx", [first], Millis(200)).unchanged == 1
        assert unit.money.keep_rates("fx", [second], Millis(300)).updated == 1
    with database.snapshot() as unit:
        known = {
            moment: {one.currency: str(one.rate) for one in unit.money.rates("fx", moment)}
            for moment in (99, 100, 299, 300)
        }
    assert known == {
        99: {},
        100: {"USD": "0.5", "CHF": "1.05"},
        299: {"USD": "0.5", "CHF": "1.05"},
        300: {"USD": "0.6", "CHF": "1.05"},
    }
