"""What a full compare asks the store, on both databases."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from syncer.moments import Millis
from syncer.records import Answer, Company, Contact, Deal, Kind
from syncer.store import Holding, Store, tables
from tests.contract.store_build import ACCOUNT, call, connect, dirty, link, put

CONTACTS, DEALS = Holding(table="contacts"), Holding(table="deals")
CALLS, ANSWERS = Holding(table="activities", stream="calls"), Holding(table="answers")


def answer(id_: str, **more: object) -> Answer:
    base: dict[str, object] = {"contact_id": None, "survey_id": "a", "survey_type": "NPS", "value": 9, "answered_at": 5}
    return Answer(id=id_, **(base | more))


def put_answers(store: Store, *records: Answer) -> None:
    with store.commit() as unit:
        unit.mirror.upsert_answers(ACCOUNT, records, Millis(1))


def between(store: Store, holding: Holding, after: str, upto: str | None, limit: int = 1_000) -> list[str]:
    with store.snapshot() as unit:
        return list(unit.reconcile.ids_between(ACCOUNT, holding, after=after, upto=upto, limit=limit))


def compared(store: Store, holding: Holding, *records: object) -> tuple[set[str], dict[str, set[str]]]:
    with store.snapshot() as unit:
        found = unit.reconcile.compare(ACCOUNT, holding, records)
    return set(found.missing), {id_: set(names) for id_, names in found.differing.items()}


def spoil(store: Store, table: str, **values: object) -> None:
    with store.commit() as unit:
        unit.connection.execute(update(tables.metadata.tables[table]).values(values))


def test_ids_come_in_the_order_of_their_numbers_whatever_their_length(store: Store) -> None:
    ids = ["9", "10", "99", "100", "101", "1000", "20"]
    put(store, 1, "contacts", *(Contact(id=one) for one in ids))
    assert between(store, CONTACTS, "", None) == sorted(ids, key=int)
    assert between(store, CONTACTS, "9", "100") == ["10", "20", "99", "100"]
    assert between(store, CONTACTS, "100", None, limit=1) == ["101"]
    assert between(store, CONTACTS, "1000", None) == []


def test_the_names_of_counts_are_plain_text(store: Store) -> None:
    with store.snapshot() as unit:
        assert {type(name) for name in unit.mirror.counts(ACCOUNT)} == {str}


def test_only_live_rows_of_the_account_and_the_stream_are_listed_and_counted(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2", archived_at=Millis(1)))
    put(store, 1, "activities", call("1", 5), replace(call("2", 5), stream="notes"))
    assert between(store, CONTACTS, "", None) == ["1"]
    assert between(store, CALLS, "", None) == ["1"]
    with store.snapshot() as unit:
        assert unit.reconcile.count(ACCOUNT, CONTACTS) == 1
        assert unit.reconcile.count(ACCOUNT, CALLS) == 1
        assert unit.reconcile.count("other", CONTACTS) == 0
        assert unit.reconcile.live(ACCOUNT, CONTACTS, ["1", "2", "3"]) == {"1"}
        assert unit.reconcile.count_among(ACCOUNT, CONTACTS, ["1", "1", "2", "3"]) == 1
        assert unit.reconcile.count_among("other", CONTACTS, ["1"]) == 0


def test_what_was_put_is_what_is_compared(store: Store) -> None:
    contact = Contact(id="1", email="A@b.de", opted_out=True, fields={"n": 3, "share": 0.1}, held={"fn_stage": "TAM"})
    deal = Deal(id="2", amount=Decimal("10.5"), probability=0.35)
    put(store, 1, "contacts", contact)
    put(store, 1, "deals", deal)
    put(store, 1, "activities", call("3", 5, "1", email="x@y.de"))
    put_answers(store, answer("4", contact_id="1"))
    assert compared(store, CONTACTS, contact, Contact(id="7")) == ({"7"}, {})
    assert compared(store, DEALS, deal) == (set(), {})
    assert compared(store, CALLS, call("3", 5, "1", email="X@y.de")) == (set(), {})
    assert compared(store, ANSWERS, answer("4", contact_id="1")) == (set(), {})


def test_a_value_that_changed_beside_us_is_named_although_the_digests_stand(store: Store) -> None:
    contact = Contact(id="1", country="DE", fields={"n": 3}, held={"fn_stage": "TAM"})
    put(store, 1, "contacts", contact)
    spoil(store, "contacts", country="AT", fields='{"n":4}', held='{"fn_stage":"OUT"}')
    assert compared(store, CONTACTS, contact) == (set(), {"1": {"country", "n", "fn_stage"}})


def test_an_absent_value_and_none_are_the_same(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", fields={}, held={}))
    assert compared(store, CONTACTS, Contact(id="1", fields={"n": None}, held={"fn_stage": None})) == (set(), {})


def test_another_spelling_of_a_value_of_ours_is_no_difference(store: Store) -> None:
    kept = Contact(
        id="1", held={"fn_since": "2026-11-24T08:00:00.123Z", "fn_fit": "5", "fn_cell": "A1", "fn_none": None}
    )
    put(store, 1, "contacts", kept)
    same = {"fn_since": str(1_795_507_200_123), "fn_fit": "5.0", "fn_cell": "A1", "fn_none": ""}
    assert compared(store, CONTACTS, replace(kept, held=same)) == (set(), {})
    other = {**same, "fn_cell": "a1", "fn_since": str(1_795_507_260_123)}
    assert compared(store, CONTACTS, replace(kept, held=other)) == (set(), {"1": {"fn_cell", "fn_since"}})


def test_a_row_marked_as_gone_is_missing(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["1"], Millis(2))
    assert compared(store, CONTACTS, Contact(id="1")) == ({"1"}, {})


def test_the_company_of_a_link_is_no_difference_and_merged_ids_are_the_same(store: Store) -> None:
    put(store, 1, "companies", Company(id="8"), Company(id="9"))
    put(store, 1, "contacts", Contact(id="1", company_id="8"), Contact(id="2"))
    connect(store, 1, link(Kind.CONTACT, "2", Kind.COMPANY, "8", primary=True))
    put(store, 1, "activities", call("3", 5, "1"))
    with store.commit() as unit:
        unit.reconcile.merge(ACCOUNT, Kind.COMPANY, {"8": "9"}, Millis(2))
        unit.reconcile.merge(ACCOUNT, Kind.CONTACT, {"1": "2"}, Millis(2))
    assert compared(store, CONTACTS, Contact(id="2", company_id="8")) == (set(), {})
    assert compared(store, CONTACTS, Contact(id="2")) == (set(), {})
    assert compared(store, CONTACTS, Contact(id="2", company_id="7")) == (set(), {})
    spoil(store, "contacts", company_id="6")
    assert compared(store, CONTACTS, Contact(id="2")) == (set(), {"2": {"company_id"}})
    assert compared(store, CONTACTS, Contact(id="2", company_id="7")) == (set(), {"2": {"company_id"}})
    assert compared(store, CALLS, call("3", 5, "2")) == (set(), {})
    assert compared(store, CALLS, call("3", 5, "5")) == (set(), {"3": {"contact_ids"}})


def test_a_record_that_no_row_can_hold_is_refused_not_compared(store: Store) -> None:
    with store.snapshot() as unit:
        found = unit.reconcile.compare(ACCOUNT, DEALS, [Deal(id="1", amount=Decimal("0.0000001")), Deal(id="2")])
    assert [one.record for one in found.refused] == ["1"]
    assert set(found.missing) == {"2"}


DOUBTED = {
    "contacts": (CONTACTS, Contact(id="1", country="DE"), {"country": "AT"}),
    "activities": (CALLS, call("1", 5, "1", outcome="COMPLETED"), {"outcome": "BUSY"}),
    "answers": (ANSWERS, answer("1"), {"survey_id": "b"}),
}


@pytest.mark.parametrize("kind", list(DOUBTED))
def test_a_doubted_row_is_written_again_although_its_digest_would_stand(store: Store, kind: str) -> None:
    holding, record, wrong = DOUBTED[kind]

    def write() -> None:
        with store.commit() as unit:
            getattr(unit.mirror, f"upsert_{kind}")(ACCOUNT, [record], Millis(1))

    write()
    spoil(store, kind, **wrong)
    write()
    assert compared(store, holding, record) == (set(), {"1": set(wrong)})
    with store.commit() as unit:
        unit.reconcile.doubt(ACCOUNT, holding, ["1"])
    write()
    assert compared(store, holding, record) == (set(), {})


def test_links_are_compared_in_their_direction(store: Store) -> None:
    there = link(Kind.DEAL, "1", Kind.CONTACT, "5")
    connect(store, 1, there)
    with store.snapshot() as unit:
        of = {"1": [there], "2": []}
        assert unit.reconcile.differing_links(ACCOUNT, Kind.DEAL, Kind.CONTACT, of) == set()
        lost = {"1": [], "2": [link(Kind.DEAL, "2", Kind.CONTACT, "5")]}
        assert unit.reconcile.differing_links(ACCOUNT, Kind.DEAL, Kind.CONTACT, lost) == {"1", "2"}


def test_a_merge_that_is_known_changes_nothing(store: Store) -> None:
    put(store, 1, "deals", Deal(id="1"), Deal(id="2"))
    with store.commit() as unit:
        unit.reconcile.merge(ACCOUNT, Kind.DEAL, {"1": "2"}, Millis(2))
    assert between(store, DEALS, "", None) == ["2"]
    marked = dirty(store)
    with store.commit() as unit:
        unit.reconcile.merge(ACCOUNT, Kind.DEAL, {"1": "2"}, Millis(3))
    assert dirty(store) == marked


def test_answers_are_dropped_by_id(store: Store) -> None:
    put_answers(store, answer("1"), answer("2"))
    with store.commit() as unit:
        unit.reconcile.drop_answers(ACCOUNT, ["1"])
    assert between(store, ANSWERS, "", None) == ["2"]


def test_the_last_run_of_a_job_is_one_that_came_to_its_end(store: Store) -> None:
    with store.commit() as unit:
        assert unit.desk.last_run(ACCOUNT, ["reconcile"]) is None
        first = unit.desk.begin_run(ACCOUNT, "reconcile", Millis(1_000))
        unit.desk.end_run(first, Millis(2_000), "done", {"faults": 1})
        failed = unit.desk.begin_run(ACCOUNT, "reconcile", Millis(3_000))
        unit.desk.end_run(failed, Millis(4_000), "failed", {})
        unit.desk.begin_run(ACCOUNT, "reconcile", Millis(5_000))
        unit.desk.begin_run(ACCOUNT, "sync", Millis(6_000))
        found = unit.desk.last_run(ACCOUNT, ["reconcile", "reconcile --apply"])
    assert found is not None
    assert (found.id, found.counts) == (first, {"faults": 1})


def test_of_several_companies_without_a_primary_one_the_held_one_is_no_difference(store: Store) -> None:
    put(store, 1, "companies", Company(id="7"), Company(id="8"))
    put(store, 1, "contacts", Contact(id="1", company_id="8"))
    both = [link(Kind.CONTACT, "1", Kind.COMPANY, id_) for id_ in ("7", "8")]
    connect(store, 1, *both)
    assert compared(store, CONTACTS, Contact(id="1")) == (set(), {})
    connect(store, 2, both[0], link(Kind.CONTACT, "1", Kind.COMPANY, "8", primary=True))
    spoil(store, "contacts", company_id="7")
    assert compared(store, CONTACTS, Contact(id="1")) == (set(), {"1": {"company_id"}})
