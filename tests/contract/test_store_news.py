"""What the morning report counts, the same on both databases."""

from decimal import Decimal

from msgspec.structs import replace

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import Millis
from syncer.records import Contact, Deal
from syncer.store import Store
from syncer.store.reports.news import Closings, SetBack, Waiting
from tests.contract.store_build import ACCOUNT, cycle, deal_decision, decision, put, save, span


def test_hand_overs_are_counted_once_by_their_rule_inside_the_window(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    save(store, 2, decision("1", FunnelStage.INQUIRY, FunnelStage.LEAD_SQL), decision("2", FunnelStage.LEAD_SQL))
    with store.snapshot() as unit:
        assert unit.news.handed_over(ACCOUNT, Millis(100), Millis(200)) == {"score": 1}
        assert unit.news.handed_over(ACCOUNT, Millis(0), Millis(200)) == {"score": 2}
        assert unit.news.handed_over(ACCOUNT, Millis(200), Millis(900)) == {}


def test_coming_back_from_a_deal_is_no_hand_over_unless_it_was_asked_for_meanwhile(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    for id_, rule in (("1", "deal_gone"), ("2", "explicit_request")):
        made = decision(id_, FunnelStage.LEAD_SQL)
        back = replace(made.events[0], from_stage=FunnelStage.LEAD_DEAL, rule=rule)
        save(store, 2, replace(made, events=[back]))
    with store.snapshot() as unit:
        assert unit.news.handed_over(ACCOUNT, Millis(0), Millis(900)) == {"explicit_request": 1}


def test_stages_that_people_took_back_are_named_and_no_other_step_is(store: Store) -> None:
    put(store, 1, "contacts", *[Contact(id=id_) for id_ in "12345"])
    steps = {
        "1": (FunnelStage.LEAD_SAL, FunnelStage.INQUIRY, "override"),
        "2": (FunnelStage.INQUIRY, FunnelStage.LEAD_SAL, "override"),
        "3": (FunnelStage.LEAD_MQL, FunnelStage.INQUIRY, "hysteresis"),
        "4": (FunnelStage.CLOSED_LOST, FunnelStage.INQUIRY, "override"),
        "5": (None, FunnelStage.TAM, "override"),
    }
    for id_, (before, after, rule) in steps.items():
        made = decision(id_, after)
        save(store, 2, replace(made, events=[replace(made.events[0], from_stage=before, rule=rule)]))
    found = SetBack(contact_id="1", before=FunnelStage.LEAD_SAL, after=FunnelStage.INQUIRY)
    at = decision("1", FunnelStage.INQUIRY).events[0].occurred_at
    with store.snapshot() as unit:
        assert unit.news.set_back(ACCOUNT, Millis(at - 1), Millis(at)) == [found]
        assert unit.news.set_back(ACCOUNT, Millis(at), Millis(at + 1)) == []
        assert unit.news.set_back(ACCOUNT, Millis(at - 2), Millis(at - 1)) == []


def test_hand_overs_fail_when_they_end_without_a_sale_or_are_rejected(store: Store) -> None:
    ready = {"sales_ready_at": Millis(10)}
    ends = [
        cycle(outcome=Outcome.LOST, ended_at=Millis(50), **ready),
        cycle(outcome=Outcome.OTHER, ended_at=Millis(60), rejected_at=Millis(20), **ready),
        cycle(rejected_at=Millis(70), **ready),
        cycle(outcome=Outcome.VOID, ended_at=Millis(55), rejected_at=Millis(55), **ready),
        cycle(outcome=Outcome.WON, ended_at=Millis(55), **ready),
        cycle(outcome=Outcome.LOST, ended_at=Millis(55)),
        cycle(**ready),
    ]
    put(store, 1, "contacts", *[Contact(id=str(number)) for number in range(len(ends))])
    save(store, 2, *[decision(str(number), cycles=[one]) for number, one in enumerate(ends)])
    with store.snapshot() as unit:
        counts = [unit.news.failed_hand_overs(ACCOUNT, Millis(after), Millis(70)) for after in (0, 49, 50, 60, 70)]
    assert counts == [3, 3, 2, 1, 0]


def test_hand_overs_are_counted_by_cell_but_for_those_never_real(store: Store) -> None:
    cycles = [
        cycle(cell="A1", sales_ready_at=Millis(10)),
        cycle(cell="A1", sales_ready_at=Millis(20), outcome=Outcome.LOST, ended_at=Millis(30)),
        cycle(cell="B2", sales_ready_at=Millis(20), outcome=Outcome.VOID, ended_at=Millis(30)),
        cycle(cell="C1", sales_ready_at=Millis(20), outcome=Outcome.VOID, ended_at=Millis(30)),
        cycle(sales_ready_at=Millis(20)),
        cycle(cell="D1"),
    ]
    put(store, 1, "contacts", *[Contact(id=str(number)) for number in range(len(cycles))])
    made = [decision(str(number), FunnelStage.TAM, cycles=[one]) for number, one in enumerate(cycles)]
    silent = replace(made[3].events[0], rule="expired")
    save(store, 2, *made[:3], replace(made[3], events=[silent]), *made[4:])
    with store.snapshot() as unit:
        windows = [
            unit.news.handed_cells(ACCOUNT, Millis(after), Millis(until)) for after, until in ((0, 20), (10, 20))
        ]
        assert unit.news.handed_cells(ACCOUNT, Millis(20), Millis(30)) == {}
    assert windows == [{"A1": 2, "C1": 1}, {"A1": 1, "C1": 1}]


def test_closings_count_a_change_of_outcome_and_no_correction_within_one(store: Store) -> None:
    put(store, 1, "deals", *[Deal(id=id_) for id_ in "1234"])
    lost = {"outcome": Outcome.LOST, "reason": "price"}
    made = [
        deal_decision("1", span("1", 1, 50), span("1", 50, 60, **lost), span("1", 60, amount=Decimal(5), **lost)),
        deal_decision("2", span("2", 1, 55), span("2", 55, amount=Decimal("7.25"), **lost)),
        deal_decision("3", span("3", 1, 58), span("3", 58, outcome=Outcome.WON, amount=Decimal(3))),
        deal_decision("4", span("4", 1)),
    ]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, made, now=Millis(70), agreement="1")
    with store.snapshot() as unit:
        assert unit.news.closings(ACCOUNT, Millis(49), Millis(100)) == [
            Closings(outcome=Outcome.WON, reason=None, deals=1, worth={"EUR": Decimal(3)}),
            Closings(outcome=Outcome.LOST, reason="price", deals=2, worth={"EUR": Decimal("7.25")}),
        ]
        assert unit.news.closings(ACCOUNT, Millis(58), Millis(100)) == []


def test_delays_to_decide_and_sales_that_come_back(store: Store) -> None:
    put(store, 1, "deals", *[Deal(id=id_) for id_ in "123"])
    other = {"outcome": Outcome.OTHER, "resume_at": Millis(150)}
    made = [
        deal_decision("1", span("1", 1, proposal="CO6", amount=Decimal(5))),
        deal_decision("2", span("2", 1, amount=Decimal(9), **other)),
        deal_decision("3", span("3", 1, currency="CHF", amount=Decimal(2), **other)),
    ]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, made, now=Millis(5), agreement="1")
    with store.snapshot() as unit:
        assert unit.news.proposed(ACCOUNT) == Waiting(deals=1, worth={"EUR": Decimal(5)})
        back = Waiting(deals=2, worth={"EUR": Decimal(9), "CHF": Decimal(2)})
        assert unit.news.resumes(ACCOUNT, Millis(100), Millis(200)) == back
        assert unit.news.resumes(ACCOUNT, Millis(150), Millis(200)).deals == 0
