"""Whether the pipeline is enough: velocity, coverage and the reverse funnel (domain K16, K22, K38)."""

from decimal import Decimal

import pytest

from syncer.funnel.facts import FunnelStage
from syncer.kpis.asked.ports import AmountCount, DayCount, DealDate, DealSum, Milestone, StageCount, Unit
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import ALL, parse_period
from syncer.kpis.result import Status
from syncer.kpis.targets import Target
from tests.unit.kpis.counts import LOST, OPEN, OTHER, VOID, WON, cycle, days, deal, rows, sums
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, question
from tests.unit.kpis.money_rows import day, ended, move, rate, rates, stood

Q4 = parse_period("2026Q4", BERLIN)
GOAL = Target(metric="won_amount", months=3, value=Decimal(200))


def offer(name, amount, **values):
    return deal(name, amount, "PIPELINE", 0.2, offer_at=at("2026-10-01"), **values)


def moving(*open_deals, closed=(), lengths=()):
    return Given(
        rows={OPEN: open_deals},
        by_date={DealDate.CLOSE: [*sums((WON, 10, 1), (LOST, 18, 1), (OTHER, 12, 1)), *closed]},
        deal_lengths={DealDate.CLOSE: [*days((60, WON)), *lengths]},
    )


def test_k16_velocity():
    found = rows(moving(*(offer(f"d{number}", 12_000) for number in range(40))), "K16")
    assert found["K16"].value == 2_000
    assert [found[f"K16.{name}"].value for name in ("deals", "mean_amount", "win_rate", "days")] == [
        40,
        12_000,
        0.25,
        60,
    ]
    assert found["K16"].unit == "EUR"


def test_k16_leaves_stale_offers_and_deals_without_an_offer_out_and_counts_them():
    open_deals = [
        offer("a", 100),
        offer("b", 900, proposal="CO7"),
        offer("c", 900, proposal="CO8"),
        offer("d", 300, proposal="CO6"),
        deal("e", 900, None, None),
        offer("f", 900)._replace(excluded="renewal"),
        offer("g", None),
    ]
    found = rows(moving(*open_deals), "K16")
    assert (found["K16.deals"].value, found["K16.mean_amount"].value) == (3, 200)
    assert found["K16"].excluded == {"no_amount": 1, "no_offer": 1, "renewal": 1, "stale": 2}


def test_k16_takes_only_what_counts_into_rate_and_cycle():
    closed = [*sums((WON, 5, 1), excluded="expansion"), *sums((VOID, 5, 1))]
    odd = [DayCount((), "test", WON, 1, 9), DayCount((), None, LOST, 1, 9), DayCount((), None, WON, None, 9)]
    found = rows(moving(offer("a", 100), closed=closed, lengths=[*odd, DayCount((), None, WON, -5, 9)]), "K16")
    assert (found["K16.win_rate"].value, found["K16.days"].value) == (0.25, 60)
    assert found["K16.win_rate"].lo < 0.25 < found["K16.win_rate"].hi


@pytest.mark.parametrize("given", [Given(), Given(rows={OPEN: [offer("a", 5)]}), moving()])
def test_k16_is_unknown_where_any_of_its_parts_is(given):
    found = rows(given, "K16")
    assert (found["K16"].value, found["K16"].status) == (None, Status.UNDEFINED)


def covered(pipeline, won, past=None, **changes):
    given = Given(
        rows={OPEN: [deal("A", pipeline, None, None)]},
        by_date={DealDate.CLOSE: sums((WON, 1, won), (LOST, 1, 999))},
        past=past or {},
    )
    return rows(given, "K22", **({"target": GOAL, "period": Q4} | changes))


def test_k22_coverage():
    found = covered(300, 50)
    assert found["K22"].value == 2.0
    assert [found[f"K22.{name}"].value for name in ("pipeline", "target", "lacking")] == [300, 200, 150]


def test_k22_required_and_gap_come_from_pipelines_of_the_same_age():
    then = {"2026-08-21": "2026-09-10", "2026-05-22": "2026-06-10"}
    past = {}
    for text, closes in then.items():
        one = stood(25, closes=closes)
        past[day(text)] = [move(one, ended(one, outcome)) for outcome in ("won", "lost", "lost", "other")]
    found = covered(300, 50, past)
    assert (found["K22.required"].value, found["K22.required"].n, found["K22.gap"].value) == (4.0, 8, 2.0)


def test_k22_takes_only_decided_deals_of_that_quarter_into_the_requirement():
    one, foreign = stood(25, closes="2026-09-10"), stood(25, closes="2026-09-10", currency="USD")
    moves = [
        *[move(one, ended(one, "won"))] * 5,
        move(one, ended(one, "lost"), excluded="renewal"),
        move(one, None),
        move(one),
        move(stood(25, closes="2026-10-10"), ended(one, "lost")),
        move(foreign, ended(foreign, "lost")),
    ]
    row = covered(300, 50, {day("2026-08-21"): moves})["K22.required"]
    assert (row.value, row.n) == (1.0, 5)


def test_k22_does_not_judge_by_fewer_than_five_deals():
    one = stood(25, closes="2026-09-10")
    found = covered(300, 50, {day("2026-08-21"): [move(one, ended(one, "won"))] * 4})
    assert (found["K22.required"].value, found["K22.gap"].value) == (None, None)


def test_k22_a_target_that_is_reached_has_no_coverage():
    found = covered(300, 200)
    assert (found["K22"].value, found["K22"].notes["reached"], found["K22.lacking"].value) == (None, True, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": None},
        {"target": Target(metric="sales_ready", months=3, value=Decimal(5))},
        {"period": parse_period("2026W40", BERLIN)},
        {"period": ALL},
    ],
)
def test_k22_without_a_goal_for_the_period_is_unknown(changes):
    found = covered(300, 50, **changes)
    assert (found["K22"].value, found["K22.target"].value, found["K22.pipeline"].value) == (None, None, 300)


@pytest.mark.parametrize(("period", "expected"), [("2026Q4", 200), ("2026", 800), ("2026-10", "66.67")])
def test_a_goal_is_cut_to_the_period(period, expected):
    found = covered(300, 0, period=parse_period(period, BERLIN))
    assert found["K22.target"].value == Decimal(expected)


def test_k22_counts_what_it_leaves_out():
    given = Given(
        rows={OPEN: [deal("A", None, None, None), deal("B", 9, None, None)._replace(excluded="renewal")]},
        by_date={DealDate.CLOSE: [DealSum((), None, WON, "USD", day("2026-10-10"), 2, 1, Decimal(5))]},
    )
    row = rows(given, "K22", target=GOAL, period=Q4)["K22"]
    assert row.excluded == {"no_amount": 1, "renewal": 1, "won_no_amount": 1, "won_no_fx": 1}


def test_k22_is_unknown_where_no_deal_has_a_usable_amount():
    unpriced = Given(rows={OPEN: [deal("A", None, None, None)]}, by_date={DealDate.CLOSE: sums((WON, 1, 50))})
    found = rows(unpriced, "K22", target=GOAL, period=Q4)
    assert (found["K22"].value, found["K22.pipeline"].value, found["K22.lacking"].value) == (None, None, 150)
    won = Given(
        rows={OPEN: [deal("A", 300, None, None)]},
        by_date={DealDate.CLOSE: [DealSum((), None, WON, "USD", None, 2, 0, Decimal(0))]},
    )
    found = rows(won, "K22", target=GOAL, period=Q4)
    assert (found["K22"].value, found["K22.lacking"].value, found["K22"].notes["won"]) == (None, None, None)
    assert found["K22"].excluded == {"won_no_amount": 2}


def test_explain_names_the_deals_of_the_coverage():
    found = [deal("A", 5, None, None), deal("B", None, None, None), deal("C", 5, None, None)._replace(excluded="void")]
    given = ById(Given(rows={OPEN: [one._replace(segment=(one.span.deal_id,)) for one in found]}))
    why = {one.kpi.id: one for one in explain(given, question(target=GOAL, period=Q4), "K22")}
    assert (why["K22"].denominator, why["K22"].excluded) == (["A"], {"no_amount": ["B"], "void": ["C"]})


class ById:
    """Answers deals by id where that is asked for, else as one whole."""

    def __init__(self, given):
        self.given = given

    def __getattr__(self, name):
        return getattr(self.given, name)

    def deal_rows(self, cut, outcome, window):
        found = self.given.deal_rows(cut, outcome, window)
        return [one if cut.by else one._replace(segment=()) for one in found]


ORDERS = Target(metric="won_deals", months=3, value=Decimal(10))
RATES = {
    Milestone.OFFER: [cycle(WON, 25, reached=True), cycle(LOST, 75)],
    Milestone.MQL: [cycle(WON, 40, reached=True), cycle(LOST, 60)],
    Milestone.INQUIRY: [cycle(WON, 20, reached=True), cycle(LOST, 80)],
}


def needed(row_id, given=None, **changes):
    found = measure(given or Given(by_entry=RATES), question(**({"target": ORDERS, "period": Q4} | changes)), [row_id])
    return {row.segment.get("step"): row.value for row in found if row.id == row_id}


def test_k38_reverse_funnel():
    assert needed("K38") == {"offer": 40, "mql": 100, "inquiry": 500}
    assert needed("K38.orders") == {None: 10}


def test_k38_is_cautious_by_the_lower_bounds():
    found = needed("K38.cautious")
    assert round(found["offer"], 1) == 57.0
    assert found["inquiry"] > 2 * 500


def test_k38_subtracts_what_the_inventory_will_bring():
    standing = [
        StageCount((), FunnelStage.FORECAST, 8),
        StageCount((), FunnelStage.LEAD_SAL, 20),
        StageCount((), FunnelStage.INQUIRY, 50),
        StageCount((), FunnelStage.TAM, 999),
    ]
    given = Given(by_entry=RATES, standing={Unit.CONTACTS: standing})
    # 8 x .25 + 20 x .1 + 50 x .02 = 5 orders are on their way.
    assert needed("K38.missing", given) == {"offer": 20, "mql": 50, "inquiry": 250}
    assert needed("K38.standing", given) == {"offer": 8, "mql": 20, "inquiry": 50}


def test_k38_needs_nothing_where_the_inventory_is_enough():
    given = Given(by_entry=RATES, standing={Unit.CONTACTS: [StageCount((), FunnelStage.OPPORTUNITY, 100)]})
    assert needed("K38.missing", given) == {"offer": 0, "mql": 0, "inquiry": 0}


def test_k38_turns_a_goal_of_money_into_orders_by_the_mean_order():
    won = [
        AmountCount((), None, "EUR", None, Decimal(20), 3),
        AmountCount((), None, "USD", day("2026-05-05"), Decimal(40), 1),
        AmountCount((), "renewal", "EUR", None, Decimal(999), 1),
        AmountCount((), None, "EUR", None, None, 1),
    ]
    given = Given(by_entry=RATES, amounts=won)
    assert needed("K38.orders", given, target=GOAL, rates=rates(rate("USD", "0.5"))) == {None: 10}
    assert needed("K38.orders", target=GOAL) == {None: None}


@pytest.mark.parametrize(
    "changes", [{"target": None}, {"target": Target(metric="sales_ready", months=3, value=Decimal(5))}, {"period": ALL}]
)
def test_k38_without_a_goal_of_orders_is_unknown(changes):
    assert needed("K38", **changes) == {"offer": None, "mql": None, "inquiry": None}


def test_k38_beyond_a_stage_that_nobody_passed_is_unknown():
    given = Given(by_entry=RATES | {Milestone.MQL: [cycle(LOST, 60)]})
    assert needed("K38", given) == {"offer": 40, "mql": None, "inquiry": None}
    assert needed("K38.missing", given) == {"offer": None, "mql": None, "inquiry": None}


def test_k38_says_how_long_the_way_takes():
    lengths = [*days((30, WON), (50, WON), (9, LOST), (-4, WON)), DayCount((), "test", WON, 1, 9)]
    lengths.append(DayCount((), None, WON, None, 2))
    given = Given(by_entry=RATES, cycle_lengths={Milestone.WON: lengths})
    assert needed("K38.days", given) == {"offer": 40, "mql": 40, "inquiry": 40}


def test_k38_looks_at_cycles_that_have_had_their_time():
    asked = []

    class Asked(Given):
        def cycles(self, cut, cohort):
            asked.append(cohort.window)
            return super().cycles(cut, cohort)

    needed("K38", Asked(by_entry=RATES), horizon_days=30)
    assert {BERLIN.day(window.end - 1).isoformat() for window in asked} == {"2026-10-22"}


def test_explain_names_the_cycles_behind_the_reverse_funnel():
    one = {Milestone.OFFER: [cycle(WON, 1, reached=True, segment=("c1#1",)), cycle(LOST, 1, segment=("c2#1",))]}
    why = [
        why for why in explain(Given(by_entry=RATES), question(target=ORDERS, period=Q4), "K38") if why.kpi.id == "K38"
    ]
    assert [reason.kpi.segment for reason in why] == [{"step": "offer"}, {"step": "mql"}, {"step": "inquiry"}]
    found = measure(Given(by_entry=one), question(by=("id",), target=ORDERS, period=Q4), ["K38"])
    assert [(row.segment["id"], row.n, row.k) for row in found if row.id == "K38"] == [("c1#1", 1, 1), ("c2#1", 1, 0)]


def calibrated(deals, wins, probability=0.5, **changes):
    one = stood(10, closes="2026-09-10", probability=probability)
    moves = [move(one, ended(one, "won" if number < wins else "lost")) for number in range(deals)]
    given = Given(rows={OPEN: [deal("A", 1_000, "COMMIT", 0.8)]}, past={day("2026-08-21"): [*moves, *changes.values()]})
    return rows(given, "K20.risk_adjusted")["K20.risk_adjusted"]


def test_k20_risk_adjusted_allows_for_how_far_probabilities_were_off():
    row = calibrated(40, 10)
    assert (row.value, row.notes["calibration"], row.notes["calibrated_on"]) == (400, 0.5, 40)


def test_k20_risk_adjusted_never_goes_beyond_certainty():
    assert calibrated(40, 40).value == 1_000


def test_k20_risk_adjusted_does_not_recalibrate_by_a_few_deals():
    assert (calibrated(29, 0).value, calibrated(29, 0).notes["calibration"]) == (800, 1.0)
    assert calibrated(40, 0, probability=0.0).value == 800


def test_k20_recalibrates_by_what_was_to_close_in_that_quarter_alone():
    one = stood(10, closes="2026-09-10", probability=0.5)
    row = calibrated(
        30,
        15,
        renewal=move(one, ended(one, "won"), excluded="renewal"),
        later=move(stood(10, closes="2026-10-10", probability=0.5)),
        unsaid=move(stood(10, closes="2026-09-10"), ended(one, "won")),
        new=move(None, one),
        gone=move(one, None),
    )
    assert (row.notes["calibrated_on"], row.notes["calibration"]) == (31, 15 / 15.5)
