"""The worked examples about the market, goals, profiles, data quality and renewals."""

import tracemalloc
from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.agreement.head import BusinessHours, Goal
from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import ID, NO_RENEWAL, CycleCount, DealDate, DealRow, DealSum, Milestone
from syncer.kpis.asked.work import ConsentCount, DealGaps, MailCount, MarketCount, ProfileCount, Share, Tie
from syncer.kpis.business import BusinessTime
from syncer.kpis.measure import measure
from syncer.kpis.periods import parse_as_of, parse_period
from syncer.kpis.result import Status
from syncer.kpis.terms import Terms
from tests.unit.kpis.counts import OPEN, cycle, deal, percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import BERLIN, at, question, span
from tests.unit.kpis.work_fakes import GivenWork

TAM, SUSPECT, WON = FunnelStage.TAM, FunnelStage.SUSPECT, FunnelStage.CLOSED_WON


# K30, K36


def test_k30_example():
    firms = [
        MarketCount((), SUSPECT, has_contact=True, is_customer=False, units=220),
        MarketCount((), WON, has_contact=True, is_customer=True, units=40),
        MarketCount((), TAM, has_contact=False, is_customer=False, units=1_740),
    ]
    found = rows(Given(work=GivenWork(firms=firms)), "K30")
    assert [found[row].value for row in ("K30", "K30.customers", "K30.with_contact")] == [0.13, 0.02, 0.13]


def test_k36_example():
    agreed = [
        ConsentCount((), None, consented=True, reachable=True, units=24),
        ConsentCount((), None, consented=True, reachable=False, units=6),
        ConsentCount((), None, consented=False, reachable=True, units=20),
        ConsentCount((), None, consented=None, reachable=True, units=10),
        ConsentCount((), "test", consented=None, reachable=True, units=2),
    ]
    found = rows(Given(work=GivenWork(agreed=agreed)), "K36")
    assert percent(found["K36"]) == (40.0, 28.6, 52.6)
    assert (found["K36.reachable"].k, found["K36.reachable"].excluded) == (54, {"test": 2})


def test_k36_is_unknown_where_nobody_records_a_legal_basis():
    agreed = [ConsentCount((), None, consented=None, reachable=True, units=60)]
    found = rows(Given(work=GivenWork(agreed=agreed)), "K36")
    assert (found["K36"].value, found["K36"].notes) == (None, {"lacks": "legal_basis"})
    assert found["K36.reachable"].value == 1


def test_k36_click_rate_is_mails_clicked_of_mails_delivered():
    mailed = [
        MailCount((), None, recipients=3, delivered=60, clicked=24),
        MailCount((), "more_clicks", recipients=1, delivered=2, clicked=9),
        MailCount((), "test", recipients=2, delivered=500, clicked=0),
    ]
    row = rows(Given(work=GivenWork(mailed=mailed)), "K36.click_rate")["K36.click_rate"]
    assert percent(row) == (40.0, 28.6, 52.6)
    assert (row.k, row.n, row.notes) == (24, 60, {"recipients": 3})
    assert row.excluded == {"more_clicks": 1, "test": 2}


def test_k36_click_rate_of_a_few_mails_names_them_alone():
    mailed = [MailCount((), None, recipients=1, delivered=4, clicked=1)]
    row = rows(Given(work=GivenWork(mailed=mailed)), "K36.click_rate")["K36.click_rate"]
    assert (row.value, row.k, row.n, row.status) == (None, 1, 4, Status.FEW)


def test_k36_click_rate_is_unknown_where_nobody_carries_a_count():
    mailed = [MailCount((), "test", recipients=1, delivered=9, clicked=1)]
    row = rows(Given(work=GivenWork(mailed=mailed)), "K36.click_rate")["K36.click_rate"]
    assert (row.value, row.status, row.notes["lacks"]) == (None, Status.UNDEFINED, "deliveries")


# K35


def test_k35_example():
    known = [ProfileCount((), None, 5, 1, [1, 1, 1, 1, 1, 0])] * 6
    names = tuple("abcdef")
    found = measure(Given(work=GivenWork(known=known)), question(terms=Terms(profile=names)), ["K35"])
    assert round(100 * found[0].value) == 83
    assert found[0].n == 6
    assert {row.segment["property"]: row.k for row in found[1:]} == dict.fromkeys("abcde", 6) | {"f": 0}


def test_k35_leaves_out_what_does_not_count_and_knows_nothing_without_rules():
    known = [ProfileCount((), "void", 1, 3, [3])]
    found = rows(Given(work=GivenWork(known=known)), "K35", terms=Terms(profile=("a",)))
    assert (found["K35"].value, found["K35"].n, found["K35"].excluded) == (None, 0, {"void": 3})
    without_rules = rows(Given(), "K35")
    assert [one.notes for one in without_rules.values()] == [{"lacks": "fit_rules"}] * 2


# K39


def promised(delivered, **goal):
    given = Given(by_entry={Milestone.SALES_READY: [cycle(OPEN, delivered)]})
    return given, Terms(goal=Goal(metric="sales_ready", value=50, **goal))


def test_k39_example():
    given, terms = promised(24, per="month")
    # February 2027 has twenty business days; the sixteenth ends the twelfth.
    asked = question(terms=terms, as_of=parse_as_of("2027-02-16", BERLIN))
    found = {row.id: row for row in measure(given, asked, ["K39"])}
    assert (found["K39.pace"].value, found["K39.goal"].value, found["K39"].value) == (30, 50, 0.8)
    assert found["K39"].period == "2027-02"


def test_k39_by_source_measures_against_the_shares_that_the_goal_names():
    given = Given(by_entry={Milestone.SALES_READY: [CycleCount(("fair",), None, OPEN, False, 3)]})
    terms = Terms(goal=Goal(metric="sql", per="year", value=50, by_source={"webinar": 30}))
    asked = question(terms=terms, by=("source",), as_of=parse_as_of("2027-01-01", BERLIN))
    found = {(row.id, row.segment["source"]): row for row in measure(given, asked, ["K39"])}
    assert found["K39.goal", "webinar"].value == 30
    assert (found["K39", "webinar"].value, found["K39.delivered", "webinar"].value) == (0, 0)
    assert (found["K39", "fair"].value, found["K39", "fair"].notes) == (None, {"lacks": "goal"})


@pytest.mark.parametrize(
    ("goal", "period", "lacks"),
    [
        (None, None, "goal"),
        ({"metric": "won_amount"}, None, "goal_metric"),
        ({"metric": "mql"}, "2026-07", "goal_period"),
        ({"metric": "mql"}, "all", "goal_period"),
    ],
)
def test_k39_says_why_it_is_unknown(goal, period, lacks):
    terms = Terms(goal=None if goal is None else Goal(value=1, per="quarter", **goal))
    asked = {"terms": terms} | ({"period": parse_period(period, BERLIN)} if period else {})
    found = rows(Given(), "K39", **asked)
    assert {(row.value, row.status, row.notes["lacks"]) for row in found.values()} == {(None, Status.UNDEFINED, lacks)}


def test_k39_takes_a_past_period_of_its_own_kind():
    given, terms = promised(55, per="quarter")
    found = rows(given, "K39", terms=terms, period=parse_period("2026Q3", BERLIN))
    assert (found["K39"].value, found["K39.pace"].value) == (1.1, 50)


def test_k39_before_the_first_hour_has_no_pace():
    given, terms = promised(0, per="quarter")
    row = rows(given, "K39", terms=terms, as_of=at("2026-10-01", 1))["K39"]
    assert (row.value, row.status) == (None, Status.UNDEFINED)


def test_k39_of_a_period_without_business_hours_has_no_pace():
    given, terms = promised(3, per="month")
    hours = BusinessHours(days="Mon", opens="09:00", closes="09:00")
    closed = replace(terms, service=replace(terms.service, time=BusinessTime(hours)))
    assert rows(given, "K39", terms=closed)["K39"].value is None


# K42


def gaps(units, **faults):
    base = DealGaps((), None, False, False, False, False, False, units)
    return base._replace(**faults)


def test_k42_example():
    work = GivenWork(
        gaps=[gaps(4, no_amount=True), gaps(5, overdue=True, no_next_step=True), gaps(36), gaps(3, excluded="renewal")],
        silent=[Share((), None, 0, 6), Share((), None, 2, 2), Share((), "test", 1, 1)],
        ownerless=[Share((), None, 1, 10)],
        ahead=Share((), None, 1, 1_000),
    )
    deals = [
        DealSum((), why, Outcome.OPEN, None, None, units, 0, Decimal(0)) for why, units in ((None, 8), ("unmapped", 2))
    ]
    deals.append(DealSum((), "void", Outcome.VOID, None, None, 4, 0, Decimal(0)))
    found = rows(Given(work=work, by_date={DealDate.CREATED: deals}), "K42")
    assert percent(found["K42"]) == (20.0, 10.9, 33.8)
    assert [(found[f"K42.{gap}"].k, found[f"K42.{gap}"].n) for gap in ("no_amount", "overdue", "no_next_step")] == [
        (4, 45),
        (5, 45),
        (5, 45),
    ]
    assert found["K42"].excluded == {"renewal": 3}
    assert (found["K42.no_reason"].value, found["K42.no_reason"].excluded) == (0.25, {"test": 1})
    assert (found["K42.unmapped"].k, found["K42.unmapped"].n, found["K42.unmapped"].excluded) == (2, 10, {"void": 4})
    assert (found["K42.no_owner"].value, found["K42.future"].value) == (0.1, 0.001)


def test_k42_by_pipeline_speaks_of_deals_alone():
    found = measure(Given(), question(by=("pipeline",)), ["K42"])
    assert found == []
    by_owner = GivenWork(held=[Share(("7",), None, 1, 5)])
    found = measure(Given(work=by_owner), question(by=("owner",)), ["K42"])
    assert [(row.id, row.value) for row in found] == [("K42.overridden", 0.2)]


def each_deal(number, **faults):
    """Return open deals one by one; every hundredth has faults."""
    return [gaps(1, segment=(f"d{place:05d}",), **(faults if place % 100 == 0 else {})) for place in range(number)]


def test_k42_names_so_many_faulty_deals_of_each_fault_and_no_other():
    asked = question(by=(ID,), most=2)
    found = measure(Given(work=GivenWork(gaps=each_deal(500, no_amount=True, overdue=True))), asked, ["K42"])
    named = [(row.id, row.segment[ID]) for row in found]
    assert named == [(fault, one) for fault in ("K42", "K42.no_amount", "K42.overdue") for one in ("d00000", "d00100")]


def test_k42_names_no_lost_deal_that_has_its_reason():
    silent = [Share(("d1",), None, 1, 1), Share(("d2",), None, 0, 1)]
    found = measure(Given(work=GivenWork(silent=silent)), question(by=(ID,), most=2), ["K42"])
    named = {row.segment[ID] for row in found}
    assert "d1" in named
    assert "d2" not in named


def test_k42_of_faulty_deals_takes_no_room_for_the_others():
    def peak(most):
        deals = Given(work=GivenWork(gaps=each_deal(2_000, no_amount=True)))
        tracemalloc.start()
        measure(deals, question(by=(ID,), most=most), ["K42"])
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken

    peak(2)
    assert peak(2) < peak(None) / 20


# K43


def due(outcome, amount, closes="2026-10-01", **values):
    one = span(
        "r",
        "2026-01-01",
        outcome=outcome,
        amount=None if amount is None else Decimal(amount),
        close_date=None if closes is None else at(closes),
    )
    return DealRow((), values.get("excluded"), one)


def test_k43_is_the_value_renewed_of_the_value_due():
    given = Given(
        rows={
            Outcome.WON: [due(Outcome.WON, 60), *[due(Outcome.WON, 10)] * 3],
            Outcome.LOST: [due(Outcome.LOST, 5), due(Outcome.LOST, None), due(Outcome.LOST, 9, excluded=NO_RENEWAL)],
            Outcome.OPEN: [
                due(Outcome.OPEN, 5),
                due(Outcome.OPEN, 99, "2026-12-24"),
                due(Outcome.OPEN, 1, None),
                due(Outcome.OPEN, 1, excluded="unmapped"),
            ],
        }
    )
    found = rows(given, "K43")
    assert (found["K43"].value, found["K43"].n, found["K43"].k) == (0.9, 6, 4)
    assert found["K43"].excluded == {"no_amount": 1, "no_date": 1, "unmapped": 1}
    assert (found["K43.count"].k, found["K43.count"].n, found["K43.count"].notes["open"]) == (4, 7, 1)
    assert [found[row].value for row in ("K43.due", "K43.renewed", "K43.undecided")] == [100, 90, 5]


def test_k43_without_a_renewal_pipeline_is_unknown():
    given = Given(
        rows={Outcome.WON: [deal("d", 5, None, None)._replace(excluded=NO_RENEWAL)]}, work=GivenWork(renewing=False)
    )
    found = rows(given, "K43")
    assert {row.value for row in found.values()} == {None}
    assert found["K43"].notes["lacks"] == found["K43.reactivated"].notes["lacks"] == "renewals"


def test_k43_where_renewals_are_due_another_time_says_so():
    found = rows(Given(), "K43")
    assert (found["K43"].value, found["K43"].notes["lacks"]) == (None, "renewals_due")
    assert (found["K43.reactivated"].value, found["K43.reactivated_value"].value) == (0, 0)


def tie(customer, created, closed, outcome, *, kind="renewal", amount=10, excluded=None):
    one = span(
        f"{customer} {created}",
        created,
        outcome=outcome,
        pipeline_kind=kind,
        amount=None if amount is None else Decimal(amount),
        close_date=None if closed is None else at(closed),
    )
    return Tie(customer, at(created), DealRow((), excluded, one))


LOST = Outcome.LOST
BOUGHT = Outcome.WON


@pytest.mark.parametrize(
    ("deals", "back"),
    [
        pytest.param([("2025-01-01", "2025-03-01", LOST), ("2026-01-01", "2026-10-10", BOUGHT)], 1, id="came back"),
        pytest.param(
            [("2025-01-01", "2025-03-01", LOST), ("2026-01-01", "2026-07-10", BOUGHT)], 0, id="in another one"
        ),
        pytest.param([("2025-01-01", "2026-11-01", LOST), ("2026-01-01", "2026-10-10", BOUGHT)], 0, id="left later"),
        pytest.param([("2025-01-01", "2026-10-10", LOST), ("2026-10-11", "2026-10-10", BOUGHT)], 0, id="same moment"),
        pytest.param([("2025-01-01", "2025-03-01", LOST), ("2026-01-01", None, Outcome.OPEN)], 0, id="still open"),
        pytest.param(
            [("2025-01-01", "2025-03-01", LOST), ("2025-02-01", "2026-10-10", BOUGHT)], 0, id="the other ran on"
        ),
        pytest.param(
            [
                ("2025-01-01", "2025-03-01", LOST),
                ("2025-02-01", None, Outcome.OPEN),
                ("2026-01-01", "2026-10-10", BOUGHT),
            ],
            0,
            id="another is undecided to this day",
        ),
        pytest.param(
            [
                ("2025-01-01", "2025-03-01", LOST),
                ("2026-01-01", "2026-10-10", BOUGHT),
                ("2026-01-01", "2026-10-20", BOUGHT),
            ],
            1,
            id="counts once",
        ),
        pytest.param(
            [
                ("2025-01-01", "2025-03-01", LOST),
                ("2026-01-01", "2026-10-02", BOUGHT),
                ("2026-10-03", "2026-10-10", LOST),
                ("2026-10-11", "2026-10-20", BOUGHT),
            ],
            2,
            id="left twice",
        ),
        pytest.param(
            [("2025-01-01", None, LOST), ("2026-01-01", "2026-10-10", BOUGHT)], 0, id="lost nobody knows when"
        ),
    ],
)
def test_k43_reactivated_are_those_who_bought_again_after_they_had_left(deals, back):
    # A deal of the year 2026 comes from a pipeline of new business where it was created in January.
    tied = [
        tie("firm", made, closed, outcome, kind="new_business" if made == "2026-01-01" else "renewal")
        for made, closed, outcome in deals
    ]
    given = Given(work=GivenWork(tied=tied))
    found = rows(given, "K43", period=parse_period("2026Q4", BERLIN))
    assert (found["K43.reactivated"].value, found["K43.reactivated_value"].value) == (back, 10 * back)


def test_k43_reactivated_customers_by_their_own_deals_with_what_has_no_amount():
    tied = [
        tie("a", "2025-01-01", "2025-03-01", LOST),
        tie("a", "2026-01-01", "2026-10-10", BOUGHT, amount=None, kind="new_business"),
        tie("b", "2025-01-01", "2025-03-01", LOST),
        tie("b", "2026-01-01", "2026-10-10", BOUGHT, excluded="test"),
        tie("c", "2026-01-01", "2026-10-10", BOUGHT),
    ]
    found = rows(Given(work=GivenWork(tied=tied)), "K43")
    value = found["K43.reactivated_value"]
    assert (found["K43.reactivated"].value, found["K43.reactivated"].n) == (1, 1)
    assert (value.value, value.status, value.excluded) == (None, Status.UNDEFINED, {"no_amount": 1})
