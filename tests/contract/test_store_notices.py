"""Notices: recorded once, claimed, settled; who waits to be told of, and the company around a contact."""

from dataclasses import replace

from msgspec import structs

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.handover.notices import Form, Notice, Purpose
from syncer.moments import Millis
from syncer.records import Contact, Deal, Kind
from syncer.store import Status, Store
from syncer.store.desk.notices import NoticeEntry, Settled
from tests.contract.store_build import ACCOUNT, deal_decision, decision, put, save, span

CARD = Notice(
    key="handover.1.1.1",
    form=Form.TASK,
    purpose=Purpose.HANDOVER,
    kind=Kind.CONTACT,
    record_id="1",
    at=Millis(50),
)
OTHER = replace(CARD, key="handover.2.1.1", record_id="2")


def intend(store: Store, *wanted: Notice, run: str = "r1") -> int:
    with store.commit() as unit:
        return unit.notices.intend(ACCOUNT, run, wanted, Millis(100))


def standing(store: Store) -> list[NoticeEntry]:
    with store.snapshot() as unit:
        return list(unit.notices.open(ACCOUNT))


def settle(store: Store, key: str, became: Settled) -> None:
    with store.commit() as unit:
        unit.notices.settle(ACCOUNT, key, became, Millis(300))


def test_an_occasion_is_recorded_once_whatever_became_of_it(store: Store) -> None:
    assert intend(store, CARD, OTHER) == 2
    assert intend(store, CARD, run="r2") == 0
    settle(store, CARD.key, Settled(status=Status.CANCELLED, error="over"))
    assert intend(store, CARD, run="r3") == 0
    assert [one.notice for one in standing(store)] == [OTHER]


def test_a_claim_is_seen_until_it_is_settled_and_an_id_stays_known(store: Store) -> None:
    intend(store, CARD)
    with store.commit() as unit:
        unit.notices.claim(ACCOUNT, CARD.key, Millis(200))
    [sent] = standing(store)
    assert (sent.status, sent.attempts, sent.sent_at, sent.crm_id) == (Status.SENDING, 1, 200, None)
    settle(store, CARD.key, Settled(status=Status.WRITTEN, crm_id="77"))
    assert standing(store) == []
    settle(store, CARD.key, Settled(status=Status.CANCELLED, error="taken back"))
    with store.snapshot() as unit:
        [kept] = unit.notices.of_run(ACCOUNT, "r1")
        assert unit.notices.of_run(ACCOUNT, "r2") == []
    assert (kept.crm_id, kept.status, kept.error) == ("77", Status.CANCELLED, "taken back")


def test_what_the_crm_refused_is_found_again(store: Store) -> None:
    intend(store, CARD, OTHER)
    settle(store, OTHER.key, Settled(status=Status.FAILED, error="no"))
    with store.snapshot() as unit:
        assert [one.notice.key for one in unit.notices.failed(ACCOUNT)] == [OTHER.key]


def test_notices_about_a_record_include_those_about_what_went_into_it(store: Store) -> None:
    put(store, 10, "contacts", Contact(id="1"), Contact(id="2"))
    intend(store, CARD, OTHER)
    put(store, 20, "contacts", Contact(id="3", merged_ids=("1",)))
    with store.snapshot() as unit:
        found = unit.notices.about(ACCOUNT, Kind.CONTACT, ["2", "3", "4"])
        assert unit.notices.about(ACCOUNT, Kind.DEAL, ["1"]) == {}
    assert {record: [one.notice.key for one in entries] for record, entries in found.items()} == {
        "2": [OTHER.key],
        "3": [CARD.key],
    }


def decide(store: Store, **stages: FunnelStage) -> None:
    """Let contacts stand in stages, each since a moment of its own: 41 for the first, 42 for the second, ..."""
    found = ((name.removeprefix("c"), stage) for name, stage in stages.items())
    save(store, 60, *(structs.replace(decision(one, stage), since=Millis(40 + int(one))) for one, stage in found))


def test_who_waits_for_sales_is_live_and_recent(store: Store) -> None:
    put(store, 10, "contacts", *(Contact(id=str(one)) for one in range(1, 5)), Contact(id="5", archived_at=Millis(9)))
    sql = FunnelStage.LEAD_SQL
    decide(store, c1=sql, c2=FunnelStage.LEAD_SAL, c3=sql, c4=sql, c5=sql)
    with store.snapshot() as unit:
        assert unit.notices.waiting(ACCOUNT, Millis(0)) == ["1", "3", "4"]
        assert unit.notices.waiting(ACCOUNT, Millis(43)) == ["3", "4"]


def test_colleagues_are_counted_by_stage_without_the_contact_itself(store: Store) -> None:
    people = [Contact(id=str(one), company_id="9") for one in range(1, 5)]
    put(store, 10, "contacts", *people, Contact(id="5", company_id="8"))
    stages = {f"c{one}": FunnelStage.INQUIRY for one in range(1, 6)}
    decide(store, **{**stages, "c2": FunnelStage.LEAD_SQL})
    with store.snapshot() as unit:
        found = unit.notices.colleagues(ACCOUNT, "9", "1")
    assert found == {FunnelStage.INQUIRY: 2, FunnelStage.LEAD_SQL: 1}


def test_open_deals_with_a_proposal_are_asked_about(store: Store) -> None:
    put(store, 10, "deals", *(Deal(id=str(one)) for one in range(1, 5)), Deal(id="5", archived_at=Millis(9)))
    spans = {
        "1": [span("1", 1, proposal="CO7")],
        "2": [span("2", 1)],
        "3": [span("3", 1, proposal="CO7", outcome=Outcome.LOST)],
        "4": [span("4", 1, 30, proposal="CO7"), span("4", 30)],
        "5": [span("5", 1, proposal="CO7")],
    }
    decisions = [deal_decision(deal, *found) for deal, found in spans.items()]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, decisions, now=Millis(60), agreement="v1")
    with store.snapshot() as unit:
        assert unit.notices.proposed(ACCOUNT) == ["1"]


def test_delayed_deals_come_back_within_a_window(store: Store) -> None:
    put(store, 10, "deals", *(Deal(id=str(one)) for one in range(1, 6)), Deal(id="6", archived_at=Millis(9)))
    delayed = {"outcome": Outcome.OTHER, "reason": "budget_freeze"}
    spans = {
        "1": [span("1", 1, resume_at=Millis(100), **delayed)],
        "2": [span("2", 1, resume_at=Millis(200), **delayed)],
        "3": [span("3", 1, resume_at=Millis(50), **delayed)],
        "4": [span("4", 1, 30, resume_at=Millis(100), **delayed), span("4", 30)],
        "5": [span("5", 1, outcome=Outcome.OTHER)],
        "6": [span("6", 1, resume_at=Millis(100), **delayed)],
    }
    decisions = [deal_decision(deal, *found) for deal, found in spans.items()]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, decisions, now=Millis(60), agreement="v1")
    with store.snapshot() as unit:
        assert unit.notices.returning(ACCOUNT, Millis(50), Millis(200)) == ["1", "2"]
        assert unit.notices.returning(ACCOUNT, Millis(100), Millis(150)) == []
