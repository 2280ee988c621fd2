"""The golden fixture G12 (domain E1) on both databases."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.kpis.asked.ports import Cohort, Cut, Milestone
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import Window, parse_as_of, parse_period
from syncer.kpis.result import Basis, Status
from tests.unit.kpis.asking import rows
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, g12, question
from tests.unit.kpis.ledger_rows import measuring, new_store

Q2 = parse_period("2026Q2", BERLIN)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_golden") as store:
        yield store


@pytest.fixture
def golden(database):
    with measuring(database, g12()) as measures:
        yield measures


#: What every split divides without a rest.
ADDITIVE = {"K01", "K01.companies", "K01.deals", "K03", "K08.accepted", "K10.won", "K16.deals", "K20", "K23", "K31.sum"}


def by_stage(measures, row_id, **changes):
    found = measure(measures, question(**changes), [row_id])
    return {row.segment["stage"]: row.value for row in found if row.value and row.id == row_id}


def steps(measures, **changes):
    found = measure(measures, question(**changes), ["K02"])
    return {(row.segment["from"], row.segment["to"]): (row.k, row.n) for row in found}


def test_k01_inventory_at_as_of(golden):
    assert by_stage(golden, "K01") == {
        "TAM": 1,
        "SUSPECT": 1,
        "INQUIRY": 2,
        "LEAD_MQL": 1,
        "LEAD_SQL": 1,
        "FORECAST": 2,
        "CLOSED_WON": 3,
        "CLOSED_LOST": 1,
    }
    assert by_stage(golden, "K01.value") == {"FORECAST": 48_000}


def test_k02_steps(golden):
    found = steps(golden)
    assert found["INQUIRY", "LEAD_MQL"] == (9, 10)
    assert found["LEAD_MQL", "LEAD_SQL"] == (8, 9)
    assert found["LEAD_SQL", "LEAD_SAL"] == (6, 8)


def test_k02_within_a_horizon_counts_only_what_came_in_time(golden):
    found = steps(golden, horizon_days=10)
    assert found["INQUIRY", "LEAD_MQL"] == (1, 10)


def test_k06_and_k07_end_in_customers(golden):
    found = rows(golden, "K06", "K07")
    sql, sal = found["K06"], found["K07"]
    assert (sql.k, sql.n, sql.value, sql.status) == (2, 8, 0.25, Status.IMMATURE)
    assert (sql.notes["lower"], sql.notes["upper"]) == (0.25, 0.75)
    assert (round(100 * sql.lo, 1), round(100 * sql.hi, 1)) == (7.1, 59.1)
    assert (sal.k, sal.n, round(100 * sal.lo, 1), round(100 * sal.hi, 1)) == (3, 7, 15.8, 75.0)
    assert [(found[row].k, found[row].n) for row in ("K07.with_sql", "K07.without_sql")] == [(2, 6), (1, 1)]
    assert found["K07.without_sql"].value is None


def test_k10_win_rates(golden):
    found = rows(golden, "K10")
    assert [(found[row].k, found[row].n) for row in ("K10", "K10.broad")] == [(3, 4), (3, 5)]
    assert found["K10.broad"].value == 0.6
    assert round(100 * found["K10.value_broad"].value, 2) == 64.06
    amounts = found["K10.value_narrow"].notes
    assert round(100 * amounts["won_amount"] / (amounts["won_amount"] + amounts["lost_amount"]), 2) == Decimal("83.67")


def test_k13_and_k14_durations(golden):
    found = rows(golden, "K13", "K14")
    assert (found["K13.mean_won"].value, found["K13.median_won"].value) == (113, 120)
    assert found["K14.offer_median"].value == 92
    survival = {day: round(share, 4) for day, share in found["K14.offer_median"].notes["survival"]}
    assert survival == {35: 0.8571, 51: 0.7143, 77: 0.5714, 92: 0.4286, 96: 0.2143}
    assert found["K14.offer_won_share"].value == 0.5


#: Ratios that are no share of units: errors, returns, and a mean of shares.
NO_SHARES = ("K19", "K21", "K21.weighted", "K21.bias", "K21.mape", "K35")


@pytest.mark.parametrize("by", ["source", "month"])
def test_no_share_of_fewer_than_five_units_is_a_percentage(golden, by):
    found = [row for row in measure(golden, question(by=(by,))) if row.status is Status.FEW]
    few = [row for row in found if row.unit == "ratio" and row.id not in NO_SHARES]
    assert {"K06", "K13.won_share", "K14.offer_won_share"} <= {row.id for row in few}
    assert [(row.id, row.segment) for row in few if row.value is not None or row.lo is not None] == []
    assert [(row.id, row.segment) for row in few if row.k is None] == []


def test_k17_and_k18_of_the_cohort(golden):
    found = rows(golden, "K17", "K18", basis=Basis.COHORT, period=Q2)
    assert [found[row].value for row in ("K17.cpi", "K17", "K18")] == [1050, Decimal("1166.67"), 3500]


def test_k17_and_k18_by_source(golden):
    found = measure(golden, question(basis=Basis.COHORT, period=Q2, by=("source",)), ["K17", "K18"])
    leads = {row.segment["source"]: row.value for row in found if row.id == "K17"}
    orders = {row.segment["source"]: row.value for row in found if row.id == "K18"}
    assert leads == {"google": 1200, "linkedin": 1000, "webinar": 1500, "outbound": None}
    assert orders == {"google": 6000, "linkedin": 3000, "webinar": None, "outbound": 0}


def test_k17_by_period_counts_entries_of_the_period(golden):
    assert rows(golden, "K17", period=Q2)["K17"].value == 2100


def test_k20_forecast_of_the_quarter(golden):
    found = rows(golden, "K20")
    assert [found[row].value for row in ("K20", "K20.weighted", "K20.won")] == [48_000, 36_000, 20_000]


def test_k27_and_k31(golden):
    found = rows(golden, "K27", "K31")
    assert (found["K27"].k, found["K27"].n, found["K27"].value) == (1, 5, 0.2)
    assert (found["K31"].value, found["K31.median"].value) == (Decimal("13666.67"), 12_000)


def test_k31_revenue_by_quarter_of_the_closing_date(golden):
    found = measure(golden, question(by=("quarter",)), ["K31.sum"])
    assert {row.segment["quarter"]: row.value for row in found} == {"2026Q3": 21_000, "2026Q4": 20_000}


@pytest.mark.parametrize("or_later", [False, True])
@pytest.mark.parametrize("entry", [one for one in Milestone if one is not Milestone.ENDED])
def test_cohorts_over_all_time_are_those_of_an_endless_period(golden, entry, or_later):
    asked = question()
    cut = Cut(account=ACCOUNT, as_of=asked.as_of, known_at=asked.known_at, calendar=BERLIN, by=("source",))
    always = Cohort(entry=entry, reached=(Milestone.OFFER, Milestone.WON), or_later=or_later)
    endless = replace(always, window=Window(start=0, end=asked.as_of * 2))
    counted = [sorted(golden.cycles(cut, cohort), key=repr) for cohort in (always, endless)]
    assert counted[0] == counted[1]
    assert counted[0]


def test_the_past_is_measured_as_it_stood(golden):
    september = {"as_of": parse_as_of("2026-09-01", BERLIN)}
    found = rows(golden, "K06", "K10", "K31", **september)
    assert (found["K06"].k, found["K06"].n, found["K06"].notes["open"]) == (1, 8, 6)
    assert [found[f"K10.{name}"].value for name in ("won", "lost", "other", "open")] == [1, 1, 0, 5]
    assert found["K31.sum"].value == 12_000
    assert by_stage(golden, "K01", **september) == {"SUSPECT": 12}


def test_milestones_after_as_of_are_not_reached(golden):
    found = steps(golden, as_of=parse_as_of("2026-06-10", BERLIN))
    assert found["INQUIRY", "LEAD_MQL"] == (3, 6)


def test_nothing_is_known_before_it_was_recorded(golden):
    assert rows(golden, "K06", known_at=0)["K06"].n == 0
    assert by_stage(golden, "K01", known_at=0) == {"TAM": 12}


def test_another_account_has_figures_of_its_own(golden):
    assert rows(golden, "K06", account="other")["K06"].n == 0


def test_explain_names_the_ids_behind_a_figure(golden):
    [why] = explain(golden, question(), "K06")
    assert why.denominator == [f"c{number}#1" for number in (1, 12, 2, 3, 4, 5, 7, 8)]
    assert why.numerator == ["c1#1", "c3#1"]
    assert (why.kpi.n, why.config_version) == (8, "1")
    assert why.formula.startswith("Cycles sales-ready")


def test_explain_gives_each_row_of_a_kpi_its_own_ids(golden):
    contacts = [why for why in explain(golden, question(), "K01") if why.kpi.id == "K01"]
    found = {why.kpi.segment["stage"]: why.denominator for why in contacts}
    assert found["INQUIRY"] == ["c4", "c9"]
    assert found["LEAD_SAL"] == []


def test_explain_names_the_deals_of_the_forecast(golden):
    [why] = [why for why in explain(golden, question(), "K20") if why.kpi.id == "K20"]
    assert why.denominator == ["d7", "d8"]


def test_every_figure_can_be_split_by_what_it_declares_and_the_parts_make_the_whole(golden):
    def sums(*by):
        found = Counter()
        for row in measure(golden, question(by=by)):
            if row.id in ADDITIVE:
                found[row.id, *(value for name, value in row.segment.items() if name not in by)] += row.value
        return +found

    whole = sums()
    for dim in sorted({dim for declaration in catalogue().values() for dim in declaration.dims}):
        parts = sums(dim)
        told = {row_id for row_id, *_ in parts}
        assert parts == {key: value for key, value in whole.items() if key[0] in told}, dim
