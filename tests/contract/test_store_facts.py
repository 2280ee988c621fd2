from decimal import Decimal

import pytest

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import Millis
from syncer.records import ActivityKind, Change, ChangeSource, Company, Contact, Deal, Kind
from syncer.store import Store
from syncer.store.values import Dirty
from tests.contract.store_build import (
    ACCOUNT,
    FOREVER,
    activity,
    call,
    clean,
    connect,
    contact_facts,
    deal_decision,
    deal_facts,
    decision,
    dirty,
    link,
    put,
    save,
    span,
)


def test_contacts_come_with_company_and_the_decisions_given(store: Store) -> None:
    put(store, 1, "companies", Company(id="10", name="Firma"))
    put(store, 1, "contacts", Contact(id="1", company_id="10"), Contact(id="2", company_id="11"), Contact(id="3"))
    decided = deal_decision("7")
    with store.snapshot() as unit:
        asked: list[list[str]] = []

        def decisions(ids: list[str]) -> dict[str, list[object]]:
            asked.append(list(ids))
            return {"2": [decided]}

        facts = list(unit.facts.contacts(ACCOUNT, None, FOREVER, decisions))
    assert [one.contact.id for one in facts] == ["1", "2", "3"]
    assert [one.company.name if one.company else None for one in facts] == ["Firma", None, None]
    assert [list(one.deals) for one in facts] == [[], [decided], []]
    assert asked == [["1", "2", "3"]]


def test_all_contacts_stream_across_pages_in_order_of_their_ids(sqlite_store: Store) -> None:
    ids = [str(number) for number in range(2_500)]
    put(sqlite_store, 1, "contacts", *[Contact(id=id_) for id_ in ids])
    put(sqlite_store, 1, "activities", *[call(id_, 5, id_) for id_ in ids])
    with sqlite_store.snapshot() as unit:
        found = [
            (one.contact.id, [fact.id for fact in one.evidence])
            for one in unit.facts.contacts(ACCOUNT, None, FOREVER, lambda _ids: {})
        ]
    assert found == [(id_, [f"calls:{id_}"]) for id_ in sorted(ids)]


def test_ids_sort_by_code_point_on_both_databases(store: Store) -> None:
    put(store, 1, "contacts", *[Contact(id=id_) for id_ in ("a", "B", "ä", "10", "9", "-1")])
    assert list(contact_facts(store)) == ["-1", "10", "9", "B", "a", "ä"]


def test_a_deal_comes_with_history_people_company_and_two_way_activity(store: Store) -> None:
    put(
        store,
        1,
        "contacts",
        Contact(id="1", created_at=Millis(9)),
        Contact(id="2", created_at=Millis(5)),
        Contact(id="3"),
    )
    put(store, 1, "deals", Deal(id="7", amount=Decimal("10.50")))
    connect(
        store,
        1,
        link(Kind.DEAL, "7", Kind.CONTACT, "3"),
        link(Kind.DEAL, "7", Kind.CONTACT, "1", label="Decision maker"),
        link(Kind.DEAL, "7", Kind.CONTACT, "2"),
    )
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "30"), link(Kind.DEAL, "7", Kind.COMPANY, "20", primary=True))
    meeting = ActivityKind.MEETING
    put(
        store,
        1,
        "activities",
        call("1", 10, "1", outcome="COMPLETED"),
        call("2", 11, "1", outcome="BUSY"),
        call("3", 12, "1"),
        activity("meetings", meeting, "1", 20, contact_ids=("2", "1"), outcome="COMPLETED"),
        activity("meetings", meeting, "2", 21, contact_ids=("2",), outcome="NO_SHOW"),
        activity("meetings", meeting, "3", 500, contact_ids=("2",), outcome="SCHEDULED"),
        activity("meetings", meeting, "4", 400, contact_ids=("1",), outcome="CANCELED"),
        activity("emails", ActivityKind.EMAIL_IN, "1", 15, contact_ids=("3",)),
        activity("emails", ActivityKind.EMAIL_OUT, "2", 16, contact_ids=("3",)),
    )
    changes = [
        Change(kind=Kind.DEAL, record_id="7", property="stage", value="b", at=Millis(40), source=ChangeSource.USER),
        Change(kind=Kind.DEAL, record_id="7", property="stage", value="a", at=Millis(30), source_id="import:1"),
    ]
    with store.commit() as unit:
        unit.mirror.add_changes(ACCOUNT, changes, Millis(60))
    facts = deal_facts(store, known_at=100)["7"]
    assert facts.deal == Deal(id="7", amount=Decimal("10.5"))
    assert list(facts.changes) == [changes[1], changes[0]]
    assert facts.contact_ids == ["2", "1", "3"]
    assert [one.label for one in facts.links] == ["Decision maker", None, None]
    assert facts.company_id == "20"
    assert facts.two_way == [10, 15, 20]
    assert facts.next_meeting_at == 500
    assert list(deal_facts(store, known_at=59)["7"].changes) == []


def test_a_deal_marks_itself_and_its_contacts(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 1, "deals", Deal(id="7"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    clean(store)
    put(store, 2, "deals", Deal(id="7", stage_id="won"), Deal(id="8"))
    assert dirty(store) == (["1"], ["7", "8"])


def test_what_is_due_is_dirty_from_its_moment_on(store: Store) -> None:
    save(store, 1, decision("1", due_at=100), decision("2", due_at=200), decision("3"))
    with store.commit() as unit:
        unit.mirror.replace_links(
            ACCOUNT,
            Kind.DEAL,
            Kind.CONTACT,
            {"7": [link(Kind.DEAL, "7", Kind.CONTACT, "4")]},
            Millis(1),
            mark_dirty=False,
        )
        unit.ledger.save_deals(
            ACCOUNT, [deal_decision("7", span("7", 1), due_at=Millis(150))], now=Millis(1), agreement="1"
        )
    assert dirty(store, 99) == ([], [])
    assert dirty(store, 100) == (["1"], [])
    assert dirty(store, 150) == (["1", "4"], ["7"])


def test_a_mark_set_after_the_look_survives_the_clearing(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    with store.snapshot() as unit:
        seen = unit.facts.dirty(ACCOUNT, Millis(1))
    put(store, 1, "contacts", Contact(id="1", country="DE"))
    with store.commit() as unit:
        unit.ledger.clear_dirty(ACCOUNT, seen)
    assert dirty(store) == (["1"], [])


def test_what_was_only_due_is_held_until_the_clearing(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 1, "deals", Deal(id="7"))
    with store.commit() as unit:
        seen = unit.facts.dirty(ACCOUNT, Millis(1))
        unit.ledger.clear_dirty(ACCOUNT, seen)
    put(store, 1, "contacts", Contact(id="2", country="DE"))
    with store.commit() as unit:
        unit.ledger.hold_dirty(ACCOUNT, seen)
    assert dirty(store) == (["1", "2"], ["7"])
    with store.commit() as unit:
        unit.ledger.clear_dirty(ACCOUNT, seen)
    assert dirty(store) == (["2"], [])


def test_a_part_of_what_was_seen_can_be_cleared(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 1, "deals", Deal(id="7"))
    with store.commit() as unit:
        seen = unit.facts.dirty(ACCOUNT, Millis(1))
        unit.ledger.clear_dirty(ACCOUNT, Dirty(contact_ids=["2"], deal_ids=["7"], generation=seen.generation))
    assert dirty(store) == (["1"], [])


def test_a_full_derive_is_demanded_until_its_own_answer_was_cleared(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    with store.commit() as unit:
        unit.desk.demand_full_derive(ACCOUNT)
    with store.snapshot() as unit:
        first = unit.facts.dirty(ACCOUNT, Millis(1))
    assert (first.full, first.contact_ids) == (True, ())
    with store.commit() as unit:
        unit.desk.demand_full_derive(ACCOUNT)
        unit.ledger.clear_dirty(ACCOUNT, first)
    with store.snapshot() as unit:
        second = unit.facts.dirty(ACCOUNT, Millis(1))
    assert second.full
    with store.commit() as unit:
        unit.ledger.clear_dirty(ACCOUNT, second)
    assert dirty(store) == ([], [])


def test_a_company_comes_with_the_stages_of_its_contacts_and_the_latest_spans_of_its_deals(store: Store) -> None:
    put(store, 1, "companies", Company(id="10"), Company(id="20"), Company(id="30", archived_at=Millis(1)))
    put(store, 1, "contacts", Contact(id="1", company_id="10"), Contact(id="2", company_id="10"), Contact(id="3"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "10"), link(Kind.DEAL, "7", Kind.COMPANY, "10", label="x"))
    save(store, 1, decision("1", FunnelStage.LEAD_MQL), decision("2"), decision("3", FunnelStage.INQUIRY))
    won = span("7", 50, outcome=Outcome.WON)
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, [deal_decision("7", span("7", 1, 50), won)], now=Millis(1), agreement="1")
    with store.snapshot() as unit:
        whole = list(unit.facts.company_stages(ACCOUNT, None))
        some = list(unit.facts.company_stages(ACCOUNT, ["20"]))
        assert unit.facts.companies_of(ACCOUNT, ["1", "3"], ["7"]) == {"10"}
    assert [one.company.id for one in whole] == ["10", "20"]
    assert list(whole[0].contact_stages) == [FunnelStage.LEAD_MQL, FunnelStage.TAM]
    assert list(whole[0].spans) == [won]
    assert [one.company.id for one in some] == ["20"]
    assert (list(some[0].contact_stages), list(some[0].spans)) == ([], [])


@pytest.mark.parametrize("event", ["changed", "merged", "archived"])
def test_a_companys_event_concerns_the_deals_linked_to_it(store: Store, event: str) -> None:
    """A deal of a company may have contacts elsewhere, or none."""
    put(store, 1, "companies", Company(id="10", name="Firma"), Company(id="11", name="Andere"))
    put(store, 1, "contacts", Contact(id="1", company_id="11"), Contact(id="2", company_id="10"))
    put(store, 1, "deals", Deal(id="7"), Deal(id="8"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "10"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    connect(store, 1, link(Kind.DEAL, "8", Kind.CONTACT, "2"))
    clean(store)
    if event == "archived":
        with store.commit() as unit:
            unit.mirror.archive(ACCOUNT, Kind.COMPANY, ["10"], Millis(2))
    else:
        changed = Company(id="10", name="Neu") if event == "changed" else Company(id="12", merged_ids=("10",))
        put(store, 2, "companies", changed)
    assert dirty(store) == (["1", "2"], ["7", "8"])


@pytest.mark.parametrize("event", ["changed", "left", "unlinked", "merged"])
def test_a_company_is_decided_anew_whoever_is_left_there(store: Store, event: str) -> None:
    put(store, 1, "companies", Company(id="10", name="Firma"), Company(id="11"))
    put(store, 1, "contacts", Contact(id="1", company_id="10"), Contact(id="2"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "10"))
    clean(store)
    match event:
        case "changed":
            put(store, 2, "companies", Company(id="10", name="Neu"))
        case "left":
            put(store, 2, "contacts", Contact(id="1", company_id="11"))
        case "unlinked":
            with store.commit() as unit:
                unit.mirror.replace_links(ACCOUNT, Kind.DEAL, Kind.COMPANY, {"7": []}, Millis(2))
        case _:
            put(store, 2, "contacts", Contact(id="3", merged_ids=("1", "2")))
    with store.snapshot() as unit:
        seen = unit.facts.dirty(ACCOUNT, Millis(2))
    assert list(seen.company_ids) == ["10"]
    clean(store)
    with store.snapshot() as unit:
        assert list(unit.facts.dirty(ACCOUNT, Millis(2)).company_ids) == []
