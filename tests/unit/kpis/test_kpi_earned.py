"""Cost, orders and revenue by who earned them: the worked examples of K17, K18, K19 and K28."""

from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.kpis.asked.journeys import Journey
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import parse_period
from syncer.kpis.result import Basis, Status
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.touches import Origin, Reaction
from syncer.moments import DAY, Millis
from syncer.money import CostKind
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, cost, question
from tests.unit.kpis.money_rows import day, rate, rates

START = at("2026-04-10")
Q2 = parse_period("2026Q2", BERLIN)


def subject(reaction):
    return Origin(reaction.subject, None)


def way(unit, *names, amount=None, lead=None, deal=None, **values):
    """The way to a lead or an order, its touches a day apart and named by their source; the first is the contact's."""
    moments = [Millis(START + place * DAY) for place in range(len(names))]
    reactions = [Reaction(one, "page_view", name, None, None) for one, name in zip(moments, names, strict=True)]
    own = Journey(
        unit=unit,
        excluded=None,
        source=names[0] if names else None,
        campaign=None,
        cycle_type="acquisition",
        outcome="won",
        first_at=moments[0] if moments else None,
        lead_at=None if lead is None else moments[lead],
        deal_at=None if deal is None else moments[deal],
        until=moments[-1] if moments else None,
        amount=None if amount is None else Decimal(amount),
        currency="EUR",
        reactions=reactions[1:],
    )
    return own._replace(**values)


def by_source(given, row_id, model, **changes):
    asked = question(by=("source",), model=model, origin=subject, **changes)
    return {row.segment["source"]: row.value for row in figures(given, asked, row_id)}


def figures(given, asked, row_id):
    return [row for row in measure(given, asked, [row_id]) if row.id == row_id]


LEADS = [way("1", "linkedin", "google"), way("2", "google", "linkedin"), way("3", "linkedin", "linkedin", "google")]
COSTS = [cost("google", 300), cost("linkedin", 300)]


@pytest.mark.parametrize(("model", "google", "linkedin"), [(Model.LAST, 150, 300), (Model.LINEAR, 225, 180)])
def test_k17_by_source_divides_by_the_leads_in_parts(model, google, linkedin):
    assert by_source(Given(lines=COSTS, ways=LEADS), "K17", model) == {"google": google, "linkedin": linkedin}


def test_the_units_in_parts_stand_beside_the_figure():
    asked = question(by=("source",), model=Model.LINEAR, origin=subject)
    row = next(
        row for row in measure(Given(lines=COSTS, ways=LEADS), asked, ["K17"]) if row.segment["source"] == "google"
    )
    assert (row.n, row.notes["model"], round(row.notes["units"], 4)) == (3, "linear", 1.3333)


def test_a_model_changes_nothing_where_nothing_is_split_by_source():
    given = Given(lines=COSTS, ways=LEADS)
    whole = measure(given, question(model=Model.LINEAR), ["K17"])[0]
    assert (whole.value, "model" in whole.notes) == (None, False)


WON = [way("d", "google", "linkedin", "webinar", "email", "demo", amount=10_000, lead=2, deal=4)]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Model.W, {"google": 3_000, "linkedin": 500, "webinar": 3_000, "email": 500, "demo": 3_000}),
        (Model.LINEAR, dict.fromkeys(("google", "linkedin", "webinar", "email", "demo"), 2_000)),
        (Model.FIRST, {"google": 10_000}),
        (Model.LAST, {"demo": 10_000}),
    ],
)
def test_k28_revenue_of_the_worked_example(model, expected):
    assert by_source(Given(won=WON), "K28", model) == expected


def test_k28_shows_every_model_by_source_where_nothing_is_asked_for():
    found = [row for row in measure(Given(won=WON), question(origin=subject), ["K28"]) if row.id == "K28"]
    assert {row.segment["model"] for row in found} == set(Model)
    for model in Model:
        # Each part is rounded to cents for itself.
        whole = sum(row.value for row in found if row.segment["model"] == model)
        assert abs(whole - 10_000) <= Decimal("0.02")


def test_k28_by_campaign_names_the_campaign_of_each_touch():
    given = Given(won=[way("d", "google", amount=100, campaign="brand")])
    [row] = figures(given, question(by=("campaign",), model=Model.LAST, origin=subject), "K28")
    assert (row.segment, row.value) == ({"campaign": "brand", "model": "last"}, 100)


def test_revenue_in_parts_sums_to_the_whole_cent():
    names = ("google", "linkedin", "webinar")
    given = Given(won=[way("1", *names, amount=100), way("2", *reversed(names), amount="0.01")])
    for model in (Model.LINEAR, Model.TIME_DECAY, Model.W):
        assert sum(by_source(given, "K28", model).values()) == Decimal("100.01")
        assert by_source(given, "K19.revenue", model) == by_source(given, "K28", model)


def test_k28_without_orders_earned_nothing():
    rows = measure(Given(), question(), ["K28.orders"])
    assert {row.value for row in rows} == {0}


def test_a_touch_without_a_source_keeps_its_part_as_unknown():
    assert by_source(Given(won=[way("d", "google", None, amount=100)]), "K28", Model.LINEAR) == {"google": 50, None: 50}


def test_an_order_without_a_contact_belongs_to_the_deals_own_source():
    lone = way("d", amount=100, source="outbound", until=None)
    dated = way("e", amount=100, source="outbound", until=START)
    assert by_source(Given(won=[lone, dated]), "K28", Model.W) == {"outbound": 200}


def test_orders_that_do_not_count_are_counted_by_reason_and_expired_leads_did_enter():
    given = Given(won=[way("d", "google", amount=1, excluded="renewal")])
    [row] = figures(given, question(model=Model.LAST, origin=subject), "K28")
    assert (row.value, row.excluded) == (0, {"renewal": 1})
    expired = Given(lines=COSTS, ways=[way("c", "google", excluded="expired")])
    assert by_source(expired, "K17", Model.LAST)["google"] == 300


def test_k18_under_a_model_shares_orders_and_new_customers():
    customers = [way("c1", "google", "linkedin"), way("c2", "google", "linkedin", cycle_type="winback")]
    effort = [replace(cost("google", 100), kind=CostKind.SALES), replace(cost("linkedin", 100), kind=CostKind.SALES)]
    given = Given(lines=[*COSTS, *effort], won=[way("d1", "google", "linkedin", amount=1)], ways=customers)
    assert by_source(given, "K18", Model.LINEAR) == {"google": 600, "linkedin": 600}
    assert by_source(given, "K18.full", Model.LINEAR) == {"google": 800, "linkedin": 800}
    assert by_source(given, "K18.cac", Model.LINEAR) == {"google": 800, "linkedin": 800}
    cohort = {"basis": Basis.COHORT, "period": Q2}
    assert by_source(given, "K18", Model.LAST, **cohort) == {"google": None, "linkedin": 150}
    assert by_source(given, "K18.cac", Model.LAST, **cohort) == {"google": None, "linkedin": 400}


def test_k17_of_a_cohort_under_a_model():
    found = by_source(Given(lines=COSTS, ways=LEADS), "K17", Model.LAST, basis=Basis.COHORT, period=Q2)
    assert found == {"google": 150, "linkedin": 300}


def rows(given, *ids, **changes):
    return {row.id: row for row in measure(given, question(**changes), ids)}


def test_k19_return_and_roas():
    given = Given(lines=[cost("google", 9_000)], won=[way("d", "google", amount=60_000)])
    found = rows(given, "K19", gross_margin=Decimal("0.4"))
    assert (round(found["K19"].value, 3), round(found["K19.roas"].value, 2)) == (1.667, 6.67)
    assert found["K19.revenue"].value == 60_000


def test_k19_without_a_margin_is_unknown_and_roas_is_not():
    given = Given(lines=[cost("google", 100)], won=[way("d", "google", amount=200)])
    found = rows(given, "K19")
    assert (found["K19"].value, found["K19"].status, found["K19.roas"].value) == (None, Status.UNDEFINED, 2)


@pytest.mark.parametrize("lines", [[], [cost("google", 0)]])
def test_k19_without_cost_has_no_return(lines):
    found = rows(Given(lines=lines, won=[way("d", "google", amount=200)]), "K19", gross_margin=Decimal("0.4"))
    assert (found["K19"].value, found["K19.roas"].value, found["K19.revenue"].value) == (None, None, 200)


def test_k19_of_orders_without_an_amount_is_unknown():
    found = rows(Given(lines=COSTS, won=[way("d", "google")]), "K19", gross_margin=Decimal("0.4"))
    assert (found["K19"].value, found["K19.revenue"].value, found["K19"].excluded) == (None, None, {"no_amount": 1})


def test_k19_nothing_won_is_the_whole_cost_lost():
    found = rows(Given(lines=COSTS), "K19", gross_margin=Decimal("0.4"))
    assert (found["K19"].value, found["K19.roas"].value) == (-1, 0)


def test_k19_of_a_cohort_counts_the_orders_whose_first_contact_lies_in_the_period():
    won = [way("d1", "google", amount=100), way("d2", "google", amount=900, first_at=at("2026-03-31"))]
    won += [way("d3", "google", amount=900, first_at=at("2026-07-01")), way("d4", amount=900)]
    given = Given(lines=COSTS, won=won)
    assert rows(given, "K19.revenue", period=Q2)["K19.revenue"].value == 100
    assert rows(given, "K19.revenue", basis=Basis.PERIOD, period=Q2)["K19.revenue"].value == 2_800


def test_k19_by_source_leaves_cost_of_no_source_to_nobody():
    given = Given(lines=[*COSTS, cost(None, 50)], won=[way("d", None, amount=100)])
    found = figures(given, question(by=("source",), gross_margin=Decimal("0.5")), "K19")
    assert {row.segment["source"]: row.value for row in found} == {"google": -1, "linkedin": -1, None: None}


def test_revenue_in_another_currency_takes_the_rate_of_its_closing():
    given = Given(won=[way("d", "google", amount=100, currency="USD", day=day("2026-05-05"))])
    known = rates(rate("USD", "0.8"))
    assert rows(given, "K19.revenue", rates=known)["K19.revenue"].value == 80
    lacking = rows(given, "K19.revenue")["K19.revenue"]
    assert (lacking.value, lacking.notes["no_rate"]) == (None, {"USD": ["2026-05-05"]})


def test_sales_cost_is_no_cost_of_a_lead_and_every_kind_stands_for_itself():
    lines = [
        cost("google", 100),
        replace(cost(None, 70), kind=CostKind.SALES),
        replace(cost("x", 5), kind=CostKind.TOOLS),
    ]
    given = Given(lines=lines)
    assert rows(given, "K17.cost")["K17.cost"].value == 105
    found = {row.segment["kind"]: row.value for row in measure(given, question(), ["K17.cost_by_kind"])}
    assert found == {
        "media": 100,
        "agency": None,
        "tools": 5,
        "content": None,
        "events": None,
        "sales": 70,
        "internal": None,
    }


def test_cost_by_kind_names_its_lines_and_splits_by_source():
    given = Given(lines=[cost("google", 100), replace(cost("x", 5), kind=CostKind.TOOLS)])
    found = figures(given, question(by=("source",)), "K17.cost_by_kind")
    assert {(row.segment["kind"], row.segment["source"]): row.value for row in found} == {
        ("media", "google"): 100,
        ("tools", "x"): 5,
    }
    why = {one.kpi.segment["kind"]: one.denominator for one in explain(given, question(), "K17.cost_by_kind")}
    assert (why["media"], why["tools"], why["sales"]) == (["google-2026-04-01"], ["x-2026-04-01"], [])


def test_explain_names_the_orders_behind_a_return():
    given = Given(lines=COSTS, won=[way("d1", "google", amount=1), way("d2", "google", amount=1, excluded="test")])
    why = {one.kpi.id: one for one in explain(given, question(), "K19")}
    assert (why["K19"].denominator, why["K19"].excluded) == (["d1"], {"test": ["d2"]})
    [last] = [one for one in explain(given, question(model=Model.LAST), "K28") if one.kpi.id == "K28"]
    assert (last.kpi.segment, last.denominator) == ({"model": "last", "source": "google"}, ["d1"])


def test_by_first_touch_k19_and_k28_give_each_order_to_the_same_source():
    plain = way("a", "google", "linkedin", amount=1_000)
    undated = way("b", "mail", "google", amount=400, source="offline", first_at=None)
    unknown = way("c", None, "google", amount=70)
    near = [Reaction(Millis(START + 60_000), "page_view", "google", None, None)]
    untold = way("d", None, amount=8, until=Millis(START + DAY), reactions=near)
    given = Given(won=[plain, undated, unknown, untold])
    expected = {"google": 1_000, "offline": 400, None: 78}
    assert by_source(given, "K28", Model.FIRST) == expected
    assert by_source(given, "K19.revenue", None) == expected
    assert by_source(given, "K19.revenue", Model.FIRST) == expected


def test_a_first_contact_without_a_date_has_its_part_in_every_model():
    undated = way("b", "mail", "google", amount=300, source="offline", first_at=None)
    # Of its reactions the one on the second day is left: the contact's own first is the cycle's, before it.
    assert by_source(Given(won=[undated]), "K28", Model.LINEAR) == {"offline": 150, "google": 150}
    assert by_source(Given(won=[undated]), "K28", Model.LAST) == {"google": 300}
