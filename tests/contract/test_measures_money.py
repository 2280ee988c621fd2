"""Money over time on both databases: rates by day, journeys, the golden fixture."""

from decimal import Decimal

import pytest

from syncer.funnel.facts import Outcome
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import parse_as_of, parse_period
from syncer.kpis.result import Basis
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.touches import Origin
from syncer.moments import Millis
from syncer.money import RateOrigin
from syncer.records import Activity, ActivityKind
from syncer.store import tables
from syncer.store.mirror.evidence import evidence_row
from tests.unit.kpis.asking import rows
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, EARLY, Ledger, at, cost, g12, question, span
from tests.unit.kpis.ledger_rows import measuring, new_store
from tests.unit.kpis.money_rows import day, rate, rates

Q2, Q4 = (parse_period(text, BERLIN) for text in ("2026Q2", "2026Q4"))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_money") as store:
        yield store


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


def test_amounts_that_name_no_currency_stand_in_the_accounts_own_whatever_reports_stand_in(database):
    known = rates(rate("EUR", "1.25", into="USD"), rate("EUR", "2", "2026-03-12", into="USD"))
    ledger = foreign()
    ledger.deal("d6", span("d6", "2026-03-01", amount=Decimal(10), close_date=at("2026-12-15", 0)))
    with measuring(database, ledger) as measures:
        found = rows(measures, "K31", "K20.uncategorised", rates=known, currency="USD", own_currency="EUR")
        assert (found["K31.sum"].value, found["K31.sum"].excluded) == (Decimal("214.5"), {"no_fx": 1})
        assert found["K31.median"].value == Decimal("56.25")
        assert found["K20.uncategorised"].value == 20
        lacking = rows(measures, "K31.sum", currency="CHF", own_currency="EUR")["K31.sum"]
        assert lacking.notes["no_rate"]["EUR"] == ["2026-03-11..2026-03-12"]


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
            "google": Decimal("333.34"),
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


def test_an_order_was_created_with_its_own_deal_and_not_with_another_of_its_cycle(database):
    ledger = Ledger()
    march, april, may = at("2026-03-01"), at("2026-04-01"), at("2026-05-01")
    ledger.cycle(
        "c",
        started_at=march,
        first_contact_at=march,
        mql_at=march,
        deal_at=march,
        ended_at=may,
        outcome=Outcome.WON,
        deal_id="second",
        source="google",
    )
    money = {"amount": Decimal(1000), "close_date": may}
    ledger.deal("second", span("second", "2026-04-01", "2026-05-01"), contact_id="c", created_at=april)
    ledger.deals[-1].spans = [*ledger.deals[-1].spans, span("second", "2026-05-01", outcome=Outcome.WON, **money)]
    touches = [reaction(1, april, "linkedin"), reaction(2, at("2026-04-20"), "webinar")]
    with measuring(database, ledger) as measures:
        with_reactions(measures, "c", *touches)
        assert by_source(measures, "K28", model=Model.W) == {"google": 600, "linkedin": 300, "webinar": 100}
