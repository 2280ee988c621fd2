import random

import pytest

from syncer.funnel import decide_contact
from syncer.funnel.facts import Origin
from syncer.moments import Millis
from syncer.records import Activity, ActivityKind, Change, ChangeSource, Company, Contact, Deal, Evidence, Kind
from syncer.store import Store
from tests.contract.store_build import (
    ACCOUNT,
    activity,
    call,
    clean,
    connect,
    contact_facts,
    deal_facts,
    decision,
    dirty,
    evidence_ids,
    form,
    link,
    put,
    save,
)
from tests.unit.funnel.build import rules


def change(value: str | None, at: int, name: str = "lifecycle", record_id: str = "1", **more: object) -> Change:
    return Change(kind=Kind.CONTACT, record_id=record_id, property=name, value=value, at=Millis(at), **more)


def add(store: Store, now: int, *changes: Change) -> int:
    with store.commit() as unit:
        return unit.mirror.add_changes(ACCOUNT, changes, Millis(now))


def test_an_activity_is_evidence_for_each_of_its_contacts(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(
        store,
        7,
        "activities",
        call("9", 50, "1", "2", subject="Angebot", asset="a", owner_id="3", outcome="COMPLETED", value=0.1),
    )
    expected = Evidence(50, 20, "calls:9", "call", "Angebot", "a", "3", "COMPLETED", 0.1, 7)
    facts = contact_facts(store)
    assert facts["1"].evidence == [expected]
    assert facts["2"].evidence == [expected]


def test_second_upsert_of_the_same_activities_changes_nothing(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", email="a@b.de"))
    page = [call("1", 5, "1"), form("1", 6, "a@b.de")]
    put(store, 1, "activities", *page)
    clean(store)
    again = put(store, 2, "activities", *page)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert dirty(store) == ([], [])
    assert [fact.recorded_at for fact in contact_facts(store)["1"].evidence] == [1, 1]


def test_evidence_comes_in_order_of_moment_then_priority_then_id_however_it_arrived(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    page = [call(str(n), n % 5, "1", "2") for n in range(40)]
    page += [activity("views", ActivityKind.PAGE_VIEW, str(n), n % 5, contact_ids=("2", "1")) for n in range(40)]
    random.Random(7).shuffle(page)
    for start in range(0, len(page), 9):
        put(store, 1, "activities", *page[start : start + 9])
    add(store, 1, *[change(str(n), n) for n in (3, 1)])
    for ids in (None, ["1", "2"]):
        for facts in contact_facts(store, ids).values():
            order = [fact.place for fact in facts.evidence]
            assert order == sorted(order)
            assert len(order) == (82 if facts.contact.id == "1" else 80)


@pytest.mark.parametrize("contact_first", [True, False])
def test_an_activity_joins_its_contact_by_address_in_either_order(store: Store, contact_first: bool) -> None:
    steps = [
        lambda: put(store, 1, "contacts", Contact(id="1", email="Ann@Firma.de"), Contact(id="2")),
        lambda: put(store, 2, "activities", form("9", 50, " ann@firma.DE "), form("8", 51, "nobody@firma.de")),
    ]
    for step in steps if contact_first else reversed(steps):
        step()
    assert evidence_ids(store, "1") == ["forms:9"]
    assert dirty(store)[0] == ["1", "2"]


def test_a_waiting_activity_joins_once_and_no_other_contact_later(store: Store) -> None:
    put(store, 1, "activities", form("9", 50, "a@b.de"))
    put(store, 2, "contacts", Contact(id="1", email="a@b.de"))
    put(store, 3, "contacts", Contact(id="2", email="a@b.de"), Contact(id="1", email="a@b.de", country="DE"))
    assert evidence_ids(store, "1") == ["forms:9"]
    assert evidence_ids(store, "2") == []


def test_a_contact_that_gets_its_address_later_is_joined_then(store: Store) -> None:
    put(store, 1, "activities", form("9", 50, "a@b.de"))
    put(store, 2, "contacts", Contact(id="1"))
    assert evidence_ids(store, "1") == []
    put(store, 3, "contacts", Contact(id="1", email="a@b.de"))
    assert evidence_ids(store, "1") == ["forms:9"]


def test_joined_activities_stay_with_the_person_whose_address_changes(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", email="a@b.de"))
    put(store, 1, "activities", form("9", 50, "a@b.de"))
    put(store, 2, "contacts", Contact(id="1", email="new@b.de"), Contact(id="2", email="a@b.de"))
    put(store, 3, "activities", form("9", 50, "a@b.de", subject="Demo"))
    assert evidence_ids(store, "1") == ["forms:9"]
    assert evidence_ids(store, "2") == []


def test_a_changed_activity_supersedes_what_it_said_and_the_past_keeps_it(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 10, "activities", call("9", 50, "1", outcome="BUSY"))
    put(store, 20, "activities", call("9", 60, "1", "2", outcome="COMPLETED"))
    [now] = contact_facts(store)["1"].evidence
    assert (now.occurred_at, now.outcome, now.recorded_at) == (60, "COMPLETED", 20)
    assert evidence_ids(store, "2") == ["calls:9"]
    [then] = contact_facts(store, known_at=19)["1"].evidence
    assert (then.occurred_at, then.outcome) == (50, "BUSY")
    assert evidence_ids(store, "2", known_at=19) == []
    assert evidence_ids(store, "1", known_at=9) == []


def test_an_activity_changed_twice_within_one_moment_leaves_one_row(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 10, "activities", call("9", 50, "1", outcome="BUSY"))
    put(store, 10, "activities", call("9", 50, "1", outcome="COMPLETED"))
    assert [fact.outcome for fact in contact_facts(store)["1"].evidence] == ["COMPLETED"]
    assert [fact.outcome for fact in contact_facts(store, known_at=10)["1"].evidence] == ["COMPLETED"]


def test_a_new_update_time_alone_leaves_the_evidence_alone(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 10, "activities", call("9", 50, "1", updated_at=Millis(1)))
    clean(store)
    put(store, 20, "activities", call("9", 50, "1", updated_at=Millis(2)))
    assert [fact.recorded_at for fact in contact_facts(store)["1"].evidence] == [10]
    assert dirty(store) == ([], [])


def test_an_archived_activity_voids_its_evidence_and_a_returning_one_adds_it_anew(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 10, "activities", call("9", 50, "1"), call("8", 51, "1", archived_at=Millis(9)))
    with store.commit() as unit:
        assert unit.mirror.archive_activities(ACCOUNT, "calls", ["9", "8"], Millis(20)) == 1
    assert evidence_ids(store, "1") == []
    assert evidence_ids(store, "1", known_at=19) == ["calls:9"]
    put(store, 30, "activities", call("9", 50, "1"))
    assert evidence_ids(store, "1") == ["calls:9"]


def test_an_archived_waiting_activity_no_longer_waits(store: Store) -> None:
    put(store, 1, "activities", form("9", 50, "a@b.de"))
    put(store, 2, "activities", form("9", 50, "a@b.de", archived_at=Millis(2)))
    put(store, 3, "contacts", Contact(id="1", email="a@b.de"))
    assert evidence_ids(store, "1") == []


def test_an_activity_marks_its_contacts_and_their_deals(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    clean(store)
    put(store, 2, "activities", call("9", 50, "1"))
    assert dirty(store) == (["1"], ["7"])
    clean(store)
    put(store, 3, "activities", call("10", 50, "1"), mark_dirty=False)
    assert dirty(store) == ([], [])


def test_property_history_of_a_contact_is_evidence_in_order(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    assert (
        add(store, 5, change("lead", 30), change(None, 20, source=ChangeSource.USER), change("x", 30, "lead_status"))
        == 1
    )
    assert contact_facts(store)["1"].evidence == [
        Evidence(20, 30, "lifecycle:20", "lifecycle", None, None, "user", None, None, 5),
        Evidence(30, 30, "lead_status:30", "lead_status", None, None, "unknown", "x", None, 5),
        Evidence(30, 30, "lifecycle:30", "lifecycle", None, None, "unknown", "lead", None, 5),
    ]


def test_property_history_read_again_adds_nothing(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    add(store, 5, change("lead", 30))
    clean(store)
    assert add(store, 6, change("lead", 30)) == 0
    assert dirty(store) == ([], [])
    assert add(store, 7, change("lead", 30), change("customer", 40)) == 1
    assert [(fact.outcome, fact.recorded_at) for fact in contact_facts(store)["1"].evidence] == [
        ("lead", 5),
        ("customer", 7),
    ]


def test_a_version_told_otherwise_supersedes_the_first_telling(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 1, "deals", Deal(id="1"))
    add(store, 5, change("lead", 30))
    add(store, 9, change("customer", 30))
    assert [fact.outcome for fact in contact_facts(store)["1"].evidence] == ["customer"]
    assert [fact.outcome for fact in contact_facts(store, known_at=8)["1"].evidence] == ["lead"]


def test_a_merged_contact_gives_evidence_links_and_waiting_facts_to_the_survivor(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2", email="two@b.de"))
    put(store, 1, "deals", Deal(id="7"))
    put(store, 1, "activities", call("both", 50, "1", "2"), call("theirs", 60, "2"), form("f", 70, "two@b.de"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "2", label="Decision maker"))
    save(store, 2, decision("2"))
    clean(store)
    put(store, 10, "contacts", Contact(id="1", merged_ids=("2",)))
    assert evidence_ids(store, "1") == ["calls:both", "calls:theirs", "forms:f"]
    assert set(contact_facts(store)) == {"1"}
    assert evidence_ids(store, "1", known_at=9) == ["calls:both"]
    assert deal_facts(store)["7"].contact_ids == ["1"]
    assert dirty(store) == (["1"], ["7"])
    with store.snapshot() as unit:
        found = unit.mirror.contact(ACCOUNT, "2")
        assert found is not None
        assert found.id == "1"
        assert [state.contact_id for state in unit.ledger.states(ACCOUNT)] == []
        assert unit.ledger.cycles(ACCOUNT, "2", Millis(99)) == []
        assert len(unit.ledger.cycles(ACCOUNT, "2", Millis(9))) == 1


def test_merge_union_and_alias(store: Store) -> None:
    """Domain R7: one log under the canonical id, what both hold once, the old id an alias; one person is replayed."""
    put(store, 1, "contacts", Contact(id="1", created_at=Millis(5)), Contact(id="2", email="two@b.de"))
    put(store, 1, "activities", call("both", 50, "1", "2"), call("mine", 70, "1"), form("f", 30, "two@b.de"))
    add(store, 1, change("lead", 20, record_id="2"))
    put(store, 1, "deals", Deal(id="7"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "2"))
    put(store, 10, "contacts", Contact(id="1", created_at=Millis(5), merged_ids=("2",)))
    facts = contact_facts(store)["1"]
    assert [fact.id for fact in facts.evidence] == ["lifecycle:20", "forms:f", "calls:both", "calls:mine"]
    decided = decide_contact(facts, rules=rules(), as_of=Millis(100))
    assert [(cycle.cycle_no, cycle.started_at, cycle.origin) for cycle in decided.cycles] == [(1, 30, Origin.INBOUND)]
    with store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "2") == unit.mirror.contact(ACCOUNT, "1")
        assert unit.facts.deals_of(ACCOUNT, ["1", "2"]) == {"1": ["7"]}


def test_facts_that_name_a_merged_id_go_to_the_survivor(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", merged_ids=("2",)))
    put(store, 2, "activities", call("9", 50, "2"))
    add(store, 2, change("lead", 60, record_id="2"))
    put(store, 3, "activities", call("9", 55, "2", outcome="COMPLETED"))
    assert evidence_ids(store, "1") == ["calls:9", "lifecycle:60"]
    connect(store, 3, link(Kind.DEAL, "7", Kind.CONTACT, "2"))
    with store.snapshot() as unit:
        assert unit.facts.deals_of(ACCOUNT, ["1"]) == {"1": ["7"]}


def test_aliases_follow_when_the_survivor_is_merged_too(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", merged_ids=("0",)))
    put(store, 2, "contacts", Contact(id="5", merged_ids=("1", "0")))
    put(store, 3, "activities", call("9", 50, "0"))
    assert evidence_ids(store, "5") == ["calls:9"]


def test_a_stale_page_does_not_bring_a_merged_record_back(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 2, "contacts", Contact(id="1", merged_ids=("2",)))
    stale = put(store, 3, "contacts", Contact(id="2", country="DE"))
    assert (stale.created, stale.updated) == (0, 0)
    assert set(contact_facts(store)) == {"1"}


def test_contacts_of_a_merged_company_move_to_the_survivor(store: Store) -> None:
    put(store, 1, "companies", Company(id="10"), Company(id="20"))
    put(store, 1, "contacts", Contact(id="1", company_id="20"))
    clean(store)
    put(store, 2, "companies", Company(id="10", merged_ids=("20",)))
    facts = contact_facts(store)["1"]
    assert facts.company is not None
    assert facts.company.id == "10"
    assert dirty(store)[0] == ["1"]


def test_a_changed_company_marks_its_contacts(store: Store) -> None:
    put(store, 1, "companies", Company(id="10", employees=5))
    put(store, 1, "contacts", Contact(id="1", company_id="10"), Contact(id="2"))
    clean(store)
    put(store, 2, "companies", Company(id="10", employees=50))
    assert dirty(store) == (["1"], [])


def test_a_broken_activity_is_refused_and_the_rest_is_written(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    upserted = put(
        store,
        1,
        "activities",
        call("1", 5, "1", subject="a\0"),
        call("2", 5, "1"),
        call("3", 5, "1", value=float("inf")),
    )
    assert [error.problems for error in upserted.refused] == [
        ("subject: holds a NUL character",),
        ("value: is no number that fits",),
    ]
    assert evidence_ids(store, "1") == ["calls:2"]


def test_evidence_does_not_depend_on_the_order_in_which_pages_arrive(sqlite_store: Store) -> None:
    contacts = [Contact(id=str(n), email=f"p{n}@b.de", merged_ids=("m",) if n == 0 else ()) for n in range(5)]
    acts: list[Activity] = [call(str(n), n * 3 % 7, str(n % 5), "m") for n in range(20)]
    acts += [form(str(n), n, f"P{n % 7}@b.de") for n in range(20)]
    expected: dict[str, list[object]] | None = None
    for seed in range(6):
        chance = random.Random(seed)
        account = f"account{seed}"
        steps: list[tuple[str, object]] = [("contacts", one) for one in contacts] + [
            ("activities", one) for one in acts
        ]
        chance.shuffle(steps)
        for kind, record in steps:
            with sqlite_store.commit() as unit:
                getattr(unit.mirror, f"upsert_{kind}")(account, [record], Millis(1))
        with sqlite_store.snapshot() as unit:
            facts = unit.facts.contacts(account, None, Millis(9), lambda _ids: {})
            found: dict[str, list[object]] = {one.contact.id: list(one.evidence) for one in facts}
        expected = expected or found
        assert found == expected
