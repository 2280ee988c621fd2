"""A file of the journal becomes the same hints as webhooks, however it spells what it says, and whatever is broken."""

import json

import pytest

from connectors.hubspot.hinting import UnreadableError
from connectors.hubspot.journalfile import MOST_EVENTS, read_file
from connectors.hubspot.webhooks import read_batch
from syncer.hints import Deed

PORTAL = "62515"
MOMENT = 1_764_504_000_123
WHEN = "2025-11-30T12:00:00.123Z"


def event(**changes: object) -> dict:
    plain = {
        "type": "crm_object",
        "portalId": int(PORTAL),
        "occurredAt": WHEN,
        "action": "UPDATE",
        "objectTypeId": "0-1",
        "objectId": 123,
        "propertyChanges": {"email": "anna@firma.example"},
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def page(*events: object, **head: object) -> bytes:
    plain = {"offset": "o1", "journalEvents": list(events), "publishedAt": "2025-11-30T12:00:05Z"}
    return json.dumps({name: value for name, value in {**plain, **head}.items() if value is not None}).encode()


def read(*events: object, **head: object):
    return read_file(page(*events, **head), "o1")


def hints(*events: object):
    return [(one.stream, one.record_id, one.deed) for one in read(*events).batch.hints.get(PORTAL, ())]


def test_a_change_says_which_record_and_keeps_no_value():
    found = read(event())
    (hint,) = found.batch.hints[PORTAL]
    assert hint[1:] == ("contacts", "123", Deed.CHANGED, MOMENT)
    assert found.until == MOMENT - 123 + 5_000
    assert "anna" not in repr(found)


@pytest.mark.parametrize(
    ("action", "deed"),
    [("CREATE", Deed.CREATED), ("UPDATE", Deed.CHANGED), ("DELETE", Deed.DELETED), ("RESTORE", Deed.RESTORED)],
)
@pytest.mark.parametrize(("type_id", "stream"), [("0-1", "contacts"), ("0-2", "companies"), ("0-136", "leads")])
def test_each_action_on_each_kind(action, deed, type_id, stream):
    assert hints(event(action=action, objectTypeId=type_id)) == [(stream, "123", deed)]


def test_a_merge_concerns_every_record_in_it():
    merge = event(action="MERGE", objectId=3, primaryObjectId=1, mergedObjectIds=[2, "4", 1], newObjectId=3)
    assert {one[1] for one in hints(merge)} == {"1", "2", "3", "4"}
    assert {one[1] for one in hints(event(action="MERGE", mergedObjectIds="7"))} == {"123", "7"}


@pytest.mark.parametrize("action", ["ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"])
def test_an_association_concerns_both_ends_however_they_are_named(action):
    ends = {"fromObjectTypeId": "0-3", "toObjectTypeId": "0-1", "fromObjectId": 7, "toObjectId": 8}
    directed = event(action=action, objectId=None, objectTypeId=None, **ends)
    undirected = event(
        action=action, objectId=7, objectTypeId="0-3", associatedObjectId=8, associatedObjectTypeId="0-1"
    )
    expected = [("deals", "7", Deed.LINKED), ("contacts", "8", Deed.LINKED)]
    assert hints(directed) == hints(undirected) == expected


def test_an_erasure_concerns_a_contact_even_where_it_names_no_kind():
    erasure = event(type="GDPR_PRIVACY_DELETION", action="GDPR_DELETE", propertyChanges=None)
    assert hints(erasure) == hints({**erasure, "objectTypeId": None}) == [("contacts", "123", Deed.ERASED)]


def test_an_erasure_that_names_nobody_is_told_as_one_and_is_the_same_one_when_read_again():
    nameless = event(action="GDPR_DELETE", objectId=None, objectTypeId=None)
    assert hints(nameless) == hints({**nameless, "objectId": "x"}) == [("contacts", "", Deed.ERASED)]
    assert read(nameless).batch == read(nameless).batch
    assert read(nameless).batch.unreadable == 0
    assert read(event(objectId=None)).batch.unreadable == 1


def test_snake_case_capitals_and_milliseconds_say_the_same():
    snake = {
        "portal_id": PORTAL,
        "occurred_at": str(MOMENT),
        "action": "update",
        "object_type_id": "0-1",
        "object_id": "123",
    }
    body = json.dumps({"journal_events": [snake], "published_at": MOMENT}).encode()
    found = read_file(body, "o1")
    assert found.batch.hints == read(event()).batch.hints
    assert found.until == MOMENT
    assert hints(event(action="AssociationAdded", fromObjectId=7, toObjectId=8, toObjectTypeId="0-2"))[1][0] == (
        "companies"
    )


@pytest.mark.parametrize(
    ("by_journal", "by_webhook"),
    [
        ({}, {"subscriptionType": "contact.propertyChange", "propertyName": "email", "objectId": 123}),
        ({"action": "CREATE"}, {"subscriptionType": "object.creation", "objectTypeId": "0-1", "objectId": 123}),
        ({"action": "DELETE"}, {"subscriptionType": "contact.deletion", "objectId": 123}),
        ({"action": "GDPR_DELETE"}, {"subscriptionType": "contact.privacyDeletion", "objectId": 123}),
        (
            {"action": "ASSOCIATION_REMOVED", "fromObjectId": 7, "toObjectId": 8, "toObjectTypeId": "0-2"},
            {
                "subscriptionType": "contact.associationChange",
                "associationType": "CONTACT_TO_COMPANY",
                "fromObjectId": 7,
                "toObjectId": 8,
            },
        ),
    ],
)
def test_the_same_happening_is_the_same_hint_by_webhook_and_by_journal(by_journal, by_webhook):
    told = {"eventId": 5, "portalId": int(PORTAL), "occurredAt": MOMENT, **by_webhook}
    assert read(event(**by_journal)).batch.hints == read_batch(json.dumps([told]).encode()).hints


def test_events_without_a_moment_are_told_apart_by_their_place():
    found = read(event(occurredAt=None), event(occurredAt=None)).batch.hints[PORTAL]
    assert len({one.id for one in found}) == 2
    assert read_file(page(event(occurredAt=None)), "o2").batch.hints[PORTAL][0].id not in {one.id for one in found}


def test_events_of_other_portals_stay_apart():
    batch = read(event(), event(portalId="9", objectId="5")).batch
    assert {portal: [one.record_id for one in of] for portal, of in batch.hints.items()} == {
        PORTAL: ["123"],
        "9": ["5"],
    }


@pytest.mark.parametrize(
    "other",
    [
        {"objectTypeId": "0-5"},
        {"objectTypeId": "2-1234"},
        {"action": "SNAPSHOT"},
        {"action": "ADDED_TO_LIST"},
        {"action": "APP_UNINSTALL", "objectId": None},
        {"action": None},
        {"action": "ASSOCIATION_ADDED", "objectTypeId": "0-5", "fromObjectId": 7, "toObjectId": 8},
    ],
)
def test_what_says_nothing_to_us_is_counted_and_no_fault(other):
    batch = read(event(**other), event()).batch
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
        event(portalId=None),
        event(portalId="x"),
        event(occurredAt="yesterday"),
        event(occurredAt=[1]),
        event(action=7),
        event(action="MERGE", objectId=None, mergedObjectIds=[{}]),
    ],
)
def test_a_broken_event_sinks_no_other(broken):
    batch = read(broken, event()).batch
    assert (batch.events, batch.unreadable) == (2, 1)
    assert [one.record_id for one in batch.hints[PORTAL]] == ["123"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"journalEvents": null}',
        b'{"journalEvents": {}}',
        b'{"journalEvents": [1,]}',
        page(event())[:-30],
        b"\xff",
        b'{"journalEvents": ' + b"[" * 200_000,
        b"<html><body>Request has expired</body></html>",
    ],
)
def test_a_file_that_is_no_page_of_a_journal_is_refused_without_being_repeated(body):
    with pytest.raises(UnreadableError) as raised:
        read_file(body, "o1")
    assert str(raised.value).startswith("the file ")


def test_too_many_events_are_refused_and_an_empty_file_is_none():
    with pytest.raises(UnreadableError):
        read_file(b'{"journalEvents":[' + b",".join([b"{}"] * (MOST_EVENTS + 1)) + b"]}", "o1")
    assert read().batch.events == 0


@pytest.mark.parametrize("published", [None, "soon", [], {}])
def test_without_a_moment_of_its_own_a_file_tells_up_to_its_latest_event(published):
    assert read(event(), event(occurredAt=MOMENT - 5), publishedAt=published).until == MOMENT
    assert read(publishedAt=published).until is None


def test_an_event_nested_beyond_all_measure_sinks_no_other():
    deep = b'{"objectId":' + b"[" * 900 + b"]" * 900 + b"}"
    body = b'{"journalEvents":[' + deep + b"," + json.dumps(event()).encode() + b"]}"
    assert len(read_file(body, "o1").batch.hints[PORTAL]) == 1
