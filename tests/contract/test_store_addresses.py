"""Further addresses of a contact join what came under them, in any order, and only while it has them."""

import itertools

import pytest

from syncer.moments import Millis
from syncer.records import Contact, Kind
from syncer.store import Holding, Store
from tests.contract.store_build import ACCOUNT, clean, dirty, evidence_ids, form, put

OWN, FURTHER = "ann@firma.de", "ann.alt@firma.de"


def ann(*more: str, id_: str = "1", email: str | None = OWN, **rest: object) -> Contact:
    return Contact(id=id_, email=email, more_emails=more, **rest)


def found(store: Store, wanted: str) -> str | None:
    with store.snapshot() as unit:
        contact = unit.mirror.contact(ACCOUNT, wanted)
    return None if contact is None else contact.id


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_came_under_a_further_address_joins_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    steps = [
        lambda: put(store, 1, "contacts", ann(FURTHER), Contact(id="2")),
        lambda: put(store, 2, "activities", form("9", 50, f" {FURTHER.upper()} "), form("8", 51, "nobody@firma.de")),
        lambda: put(store, 3, "activities", form("7", 49, OWN)),
    ]
    for number in order:
        steps[number]()
    assert evidence_ids(store, "1") == ["forms:7", "forms:9"]
    assert evidence_ids(store, "2") == []


def test_an_address_added_later_joins_what_waited_for_it(store: Store) -> None:
    put(store, 1, "activities", form("9", 50, FURTHER))
    put(store, 2, "contacts", ann())
    clean(store)
    put(store, 3, "contacts", ann(FURTHER))
    assert evidence_ids(store, "1") == ["forms:9"]
    assert dirty(store)[0] == ["1"]


def test_whose_own_address_it_is_goes_first(store: Store) -> None:
    put(store, 1, "contacts", ann(FURTHER), ann(id_="2", email=FURTHER))
    put(store, 2, "activities", form("9", 50, FURTHER))
    assert (evidence_ids(store, "1"), evidence_ids(store, "2")) == ([], ["forms:9"])


def test_whose_own_address_it_is_goes_first_for_what_waited_too(store: Store) -> None:
    put(store, 1, "activities", form("9", 50, FURTHER))
    put(store, 2, "contacts", ann(FURTHER), ann(id_="2", email=FURTHER))
    assert (evidence_ids(store, "1"), evidence_ids(store, "2")) == ([], ["forms:9"])


def test_an_address_taken_away_joins_nothing_more_and_keeps_what_it_joined(store: Store) -> None:
    put(store, 1, "contacts", ann(FURTHER))
    put(store, 2, "activities", form("9", 50, FURTHER))
    put(store, 3, "contacts", ann())
    put(store, 4, "activities", form("8", 51, FURTHER))
    assert evidence_ids(store, "1") == ["forms:9"]
    assert found(store, FURTHER) is None


def test_an_archived_contact_gets_nothing_under_a_further_address(store: Store) -> None:
    put(store, 1, "contacts", ann(FURTHER))
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["1"], Millis(2))
    put(store, 3, "activities", form("9", 50, FURTHER))
    assert evidence_ids(store, "1") == []
    put(store, 4, "contacts", ann(FURTHER))
    assert evidence_ids(store, "1") == ["forms:9"]


@pytest.mark.parametrize("activity_first", [True, False])
def test_the_address_of_a_merged_contact_leads_to_the_survivor(store: Store, activity_first: bool) -> None:
    put(store, 1, "contacts", ann(), ann(id_="2", email=FURTHER))
    steps = [
        lambda: put(store, 2, "activities", form("9", 50, FURTHER)),
        lambda: put(store, 3, "contacts", ann(FURTHER, id_="3", merged_ids=("1", "2"))),
    ]
    for step in steps if activity_first else reversed(steps):
        step()
    assert evidence_ids(store, "3") == ["forms:9"]
    assert found(store, FURTHER) == "3"


def test_a_survivor_that_lists_no_addresses_has_those_of_whom_it_took_in(store: Store) -> None:
    put(store, 1, "contacts", ann(), ann(FURTHER, id_="2", email="bob@firma.de"))
    put(store, 2, "contacts", ann(merged_ids=("2",)))
    put(store, 3, "activities", form("9", 50, FURTHER))
    assert evidence_ids(store, "1") == ["forms:9"]


def test_a_contact_is_found_under_each_of_its_addresses(store: Store) -> None:
    put(store, 1, "contacts", ann(FURTHER), ann(id_="2", email="bob@firma.de"))
    assert (found(store, OWN), found(store, FURTHER), found(store, "bob@firma.de")) == ("1", "1", "2")


def test_the_full_compare_sees_an_address_that_the_mirror_lacks(store: Store) -> None:
    put(store, 1, "contacts", ann())
    with store.snapshot() as unit:
        compared = unit.reconcile.compare(ACCOUNT, Holding(table="contacts"), [ann(FURTHER)])
    assert compared.differing == {"1": ("more_emails",)}


def test_the_same_addresses_again_change_nothing(store: Store) -> None:
    put(store, 1, "contacts", ann(FURTHER, "third@firma.de"))
    clean(store)
    again = put(store, 2, "contacts", ann(FURTHER, "third@firma.de"))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert dirty(store) == ([], [])


def test_accounts_do_not_share_addresses(store: Store) -> None:
    with store.commit() as unit:
        unit.mirror.upsert_contacts("another", [ann(FURTHER)], Millis(1))
    put(store, 2, "contacts", ann("third@firma.de"))
    put(store, 3, "activities", form("9", 50, FURTHER))
    assert evidence_ids(store, "1") == []
