"""What we wrote to a record stays ours when the record goes into another, told or not by whoever reads that one."""

import pytest

from jobs.pulling.echoes import as_others_left_them, deals_as_others_left_them
from syncer.moments import Millis
from syncer.records import Contact, Deal, Kind
from syncer.store import OutboxEntry, Status, Store
from tests.contract.store_build import ACCOUNT, put


def _wrote(store: Store, kind: Kind, property_: str, value: str, *, record: str = "1") -> None:
    entry = OutboxEntry(
        key=f"{kind}/{record}/{property_}",
        run="r1",
        kind=kind,
        record_id=record,
        property=property_,
        value=value,
        previous=None,
        rule="r",
        why="w",
        decision="d",
        status=Status.WRITTEN,
        attempts=1,
        error=None,
        changed_at=Millis(5),
    )
    with store.commit() as unit:
        unit.desk.adopt(ACCOUNT, [entry])


@pytest.mark.parametrize("told", [("1",), ()], ids=["told", "not told"])
def test_an_offer_date_of_ours_is_none_of_the_survivor(store: Store, told: tuple[str, ...]) -> None:
    moment = "2026-03-06T17:05:13.606Z"
    put(store, 1, "deals", Deal(id="1"))
    _wrote(store, Kind.DEAL, "fn_offer_at", moment)
    put(store, 2, "deals", Deal(id="3", merged_ids=("1",)))
    read = Deal(id="3", merged_ids=told, fields={"offer_at": 1772816713606}, held={"fn_offer_at": moment})
    with store.snapshot() as unit:
        (deal,) = deals_as_others_left_them(unit, ACCOUNT, [read], {"offer_at": "fn_offer_at"})
    assert "offer_at" not in deal.fields


@pytest.mark.parametrize("told", [("1",), ()], ids=["told", "not told"])
def test_a_lifecycle_of_ours_is_none_of_the_survivor(store: Store, told: tuple[str, ...]) -> None:
    put(store, 1, "contacts", Contact(id="1", lifecycle="lead"))
    _wrote(store, Kind.CONTACT, "lifecyclestage", "customer")
    put(store, 2, "contacts", Contact(id="3", lifecycle="lead", merged_ids=("1",)))
    read = Contact(id="3", merged_ids=told, lifecycle="customer", held={"lifecyclestage": "customer"})
    with store.snapshot() as unit:
        (contact,) = as_others_left_them(unit, ACCOUNT, [read], {"lifecycle": "lifecyclestage"})
    assert contact.lifecycle == "lead"


@pytest.mark.parametrize("told", [("1", "2"), ("2", "1")])
def test_of_several_that_became_one_the_furthest_lifecycle_counts(store: Store, told: tuple[str, ...]) -> None:
    """As HubSpot would have kept it, had we written to neither; the order in which it names them says nothing."""
    for id_, lifecycle in (("1", "lead"), ("2", "marketingqualifiedlead")):
        put(store, 1, "contacts", Contact(id=id_, lifecycle=lifecycle))
        _wrote(store, Kind.CONTACT, "lifecyclestage", "customer", record=id_)
    read = Contact(id="3", merged_ids=told, lifecycle="customer", held={"lifecyclestage": "customer"})
    with store.snapshot() as unit:
        (contact,) = as_others_left_them(unit, ACCOUNT, [read], {"lifecycle": "lifecyclestage"})
    assert contact.lifecycle == "marketingqualifiedlead"
