"""What webhooks say becomes hints: whatever the order of fields and forms, and without anybody's values."""

import json

import pytest

from connectors.hubspot.hinting import UnreadableError
from connectors.hubspot.webhooks import MOST_EVENTS, read_batch
from syncer.hints import Deed

PORTAL = "62515"


def event(**changes: object) -> dict:
    plain = {
        "eventId": 1,
        "subscriptionId": 12345,
        "portalId": int(PORTAL),
        "occurredAt": 1_564_113_600_000,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": 123,
        "propertyName": "email",
        "propertyValue": "anna@firma.example",
        "changeSource": "CRM_UI",
        "appId": 54321,
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def read(*events: object):
    return read_batch(json.dumps(events).encode())


def hints(*events: object):
    return [(one.stream, one.record_id, one.deed) for one in read(*events).hints.get(PORTAL, ())]


def test_a_change_says_which_record_and_keeps_no_value():
    batch = read(event())
    (found,) = batch.hints[PORTAL]
    assert found[1:] == ("contacts", "123", Deed.CHANGED, 1_564_113_600_000)
    assert "anna" not in repr(batch)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contact.creation", ("contacts", Deed.CREATED)),
        ("company.deletion", ("companies", Deed.DELETED)),
        ("deal.restore", ("deals", Deed.RESTORED)),
        ("contact.privacyDeletion", ("contacts", Deed.ERASED)),
    ],
)
def test_classic_events(name, expected):
    assert hints(event(subscriptionType=name)) == [(expected[0], "123", expected[1])]
    assert hints(event(subscriptionType=None, eventType=name)) == [(expected[0], "123", expected[1])]


@pytest.mark.parametrize(("type_id", "stream"), [("0-1", "contacts"), ("0-48", "calls"), ("0-136", "leads")])
def test_generic_events_name_the_kind_by_its_number(type_id, stream):
    assert hints(event(subscriptionType="object.creation", objectTypeId=type_id)) == [(stream, "123", Deed.CREATED)]


def test_a_merge_concerns_every_record_in_it():
    merge = event(
        subscriptionType="contact.merge", objectId=3, primaryObjectId=1, mergedObjectIds=[2, "4", 1], newObjectId=3
    )
    assert {one[1] for one in hints(merge)} == {"1", "2", "3", "4"}
    assert {one[2] for one in hints(merge)} == {Deed.MERGED}


def test_an_association_concerns_both_ends():
    classic = event(
        subscriptionType="contact.associationChange",
        objectId=None,
        associationType="CONTACT_TO_COMPANY",
        fromObjectId=7,
        toObjectId=8,
    )
    generic = event(
        subscriptionType="object.associationChange",
        objectId=None,
        fromObjectTypeId="0-3",
        toObjectTypeId="0-1",
        fromObjectId=7,
        toObjectId=8,
    )
    assert hints(classic) == [("contacts", "7", Deed.LINKED), ("companies", "8", Deed.LINKED)]
    assert hints(generic) == [("deals", "7", Deed.LINKED), ("contacts", "8", Deed.LINKED)]


def test_an_association_with_what_is_not_read_concerns_one_end():
    to_ticket = event(associationType="CONTACT_TO_TICKET", fromObjectId=7, toObjectId=8, objectId=None)
    assert hints({**to_ticket, "subscriptionType": "contact.associationChange"}) == [("contacts", "7", Deed.LINKED)]


def test_the_same_event_again_is_the_same_hint_and_another_is_not():
    first = read(event()).hints[PORTAL][0].id
    generic = {"subscriptionType": "object.propertyChange", "objectTypeId": "0-1"}
    for same in ({"attemptNumber": 7, "propertyValue": "other"}, {"eventId": 2, "propertyName": "phone"}, generic):
        assert read(event(**same)).hints[PORTAL][0].id == first
    for change in (
        {"occurredAt": 2},
        {"objectId": 124},
        {"subscriptionType": "contact.creation"},
        {"subscriptionType": "company.propertyChange"},
    ):
        assert read(event(**change)).hints[PORTAL][0].id != first


def test_events_without_a_moment_are_told_apart_by_their_numbers():
    one, same, other = (event(occurredAt=None, eventId=number) for number in (1, 1, 2))
    assert [len({hint.id for hint in read(*pair).hints[PORTAL]}) for pair in ((one, same), (one, other))] == [1, 2]


def test_a_batch_may_be_of_several_portals():
    batch = read(event(), event(portalId=9, objectId="5"))
    assert {portal: [one.record_id for one in of] for portal, of in batch.hints.items()} == {
        "62515": ["123"],
        "9": ["5"],
    }


@pytest.mark.parametrize(
    "name",
    ["ticket.creation", "contact.somethingNew", "conversation.creation", "event.completed", "", ".", "object.creation"],
)
def test_what_says_nothing_to_us_is_counted_and_no_fault(name):
    batch = read(event(subscriptionType=name), event())
    assert (batch.events, batch.foreign, batch.unreadable) == (2, 1, 0)
    assert len(batch.hints[PORTAL]) == 1


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "x",
        [],
        {},
        event(objectId=None),
        event(objectId=-1),
        event(objectId="1; DROP TABLE"),
        event(objectId=[1]),
        event(objectId=1.5),
        event(objectId=10**21),
        event(portalId=None),
        event(portalId="x"),
    ],
)
def test_a_broken_event_sinks_no_other(broken):
    batch = read(broken, event())
    assert (batch.events, batch.unreadable) == (2, 1)
    assert [one.record_id for one in batch.hints[PORTAL]] == ["123"]


@pytest.mark.parametrize(
    "odd",
    [
        {"occurredAt": "yesterday"},
        {"occurredAt": 1.5},
        {"eventId": None, "occurredAt": {}},
        {"mergedObjectIds": None},
        {"mergedObjectIds": "x"},
        {"objectTypeId": 1},
        {"fromObjectId": []},
        {"propertyName": None, "propertyValue": {"deep": [1]}},
        {"subscriptionType": None, "eventType": "contact.propertyChange"},
    ],
    ids=str,
)
def test_what_is_odd_and_can_be_done_without_loses_no_hint(odd):
    batch = read(event(objectId=7, **odd), event())
    assert (batch.events, batch.unreadable, batch.foreign) == (2, 0, 0)
    assert [one.record_id for one in batch.hints[PORTAL]] == ["7", "123"]


@pytest.mark.parametrize("moment", [None, -5, 1 << 63])
def test_a_moment_that_cannot_be_kept_is_none(moment):
    assert read(event(occurredAt=moment)).hints[PORTAL][0].occurred_at == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"{}", b"7", b"null", b'"[]"', b"[", b"[1,]", b"\xff", b"\xef\xbb\xbf[]", b"[" * 200_000, b"[NaN]"],
)
def test_a_body_that_is_no_list_is_refused_without_being_repeated(body):
    with pytest.raises(UnreadableError) as raised:
        read_batch(body)
    assert str(raised.value) in {"the body is no JSON", "the body is no list of events"}


def test_too_many_events_are_refused_and_an_empty_batch_is_none():
    with pytest.raises(UnreadableError):
        read_batch(b"[" + b",".join([b"{}"] * (MOST_EVENTS + 1)) + b"]")
    assert read_batch(b"[]").events == 0


def test_an_event_nested_beyond_all_measure_is_unreadable():
    deep = b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"
    batch = read_batch(b"[" + deep + b"," + json.dumps(event()).encode() + b"]")
    assert len(batch.hints[PORTAL]) == 1


def test_a_merge_is_looked_at_under_the_new_id_though_nothing_else_names_it():
    merged = event(
        subscriptionType="contact.merge", objectId=None, primaryObjectId=1, mergedObjectIds=[2], newObjectId=3
    )
    assert {record for _, record, _ in hints(merged)} == {"1", "2", "3"}


def test_an_erasure_that_names_nobody_is_a_hint_all_the_same_and_another_event_is_none():
    assert hints(event(subscriptionType="contact.privacyDeletion", objectId=None)) == [("contacts", "", Deed.ERASED)]
    assert hints(event(subscriptionType="contact.deletion", objectId=None)) == []
