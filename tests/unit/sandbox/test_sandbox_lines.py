"""Loading and dumping portals as JSON lines, and keeping them in a file."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from connectors.sandbox.state import Portal
from syncer.errors import ConfigError
from tests.unit.sandbox.rig import Clock, Open

FULL: list[dict[str, object]] = [
    {
        "type": "account",
        "portalId": 5,
        "timeZone": "Europe/Vienna",
        "companyCurrency": "EUR",
        "additionalCurrencies": ["CHF"],
    },
    {"type": "owners", "id": "12", "email": "o@b.example", "firstName": "O", "userId": 9, "teams": ["DACH", "Nord"]},
    {
        "type": "pipelines",
        "id": "88",
        "label": "More",
        "stages": [{"id": "1", "label": "A", "metadata": {"isClosed": "false", "probability": "0.2"}}],
    },
    {
        "type": "properties",
        "object": "contacts",
        "name": "level",
        "dataType": "enumeration",
        "fieldType": "select",
        "options": [{"value": "a", "label": "A"}],
    },
    {"type": "property_groups", "object": "contacts", "name": "own", "label": "Own"},
    {
        "type": "contacts",
        "id": "101",
        "createdAt": "2026-01-02T00:00:00Z",
        "updatedAt": "2026-03-01T00:00:00Z",
        "properties": {"email": "a@b.example", "lifecyclestage": "customer", "level": "a", "made_up": "x"},
        "history": {
            "lifecyclestage": [
                {
                    "value": "customer",
                    "timestamp": "2026-03-01T00:00:00Z",
                    "sourceType": "CRM_UI",
                    "sourceId": "userId:9",
                    "updatedByUserId": "9",
                },
                {"value": "lead", "timestamp": "2026-01-02T00:00:00Z", "sourceType": "FORM", "sourceId": None},
            ]
        },
        "associations": [
            {"to": "companies", "id": "7", "label": None, "primary": True},
            {"to": "companies", "id": "8", "label": "Beirat"},
        ],
    },
    {"type": "contacts", "id": "102", "createdAt": "2026-01-02T00:00:00Z", "archived": True, "properties": {}},
    {"type": "companies", "id": "7", "createdAt": "2026-01-02T00:00:00Z", "properties": {"name": "Sieben"}},
    {"type": "companies", "id": "8", "createdAt": "2026-01-02T00:00:00Z", "properties": {"name": "Acht"}},
    {
        "type": "deals",
        "id": "30",
        "createdAt": "2026-01-02T00:00:00Z",
        "properties": {"dealname": "D", "pipeline": "88", "dealstage": "1"},
        "associations": [{"to": "companies", "id": "7", "primary": True}, {"to": "contacts", "id": "101"}],
    },
    {
        "type": "calls",
        "id": "40",
        "createdAt": "2026-01-02T00:00:00Z",
        "properties": {"hs_timestamp": "2026-01-02T00:00:00Z"},
        "associations": [{"to": "contacts", "id": "101"}],
    },
    {"type": "forms", "id": "f", "name": "Demo"},
    {
        "type": "form_submissions",
        "formId": "f",
        "submittedAt": 1_790_000_000_000,
        "pageUrl": "/demo",
        "values": [{"name": "email", "value": "a@b.example"}],
    },
    {
        "type": "email_events",
        "recipient": "a@b.example",
        "eventType": "CLICK",
        "created": 1_790_000_000_000,
        "emailCampaignId": 3,
    },
    {
        "type": "events",
        "eventType": "e_visited_page",
        "objectId": "101",
        "occurredAt": "2026-02-01T00:00:00Z",
        "properties": {"hs_url": "/"},
    },
    {
        "type": "campaigns",
        "id": "c",
        "createdAt": "2026-01-01",
        "properties": {"hs_name": "N"},
        "spend": [{"name": "Ads", "amount": 5}],
    },
]


def comparable(lines: Iterable[Mapping[str, object]]) -> list[str]:
    """Return lines without the order of lines, of keys and of associations."""
    return sorted(json.dumps({**line, "associations": _sorted(line)}, sort_keys=True) for line in lines)


def _sorted(line: Mapping[str, object]) -> list[str]:
    found = line.get("associations")
    return sorted(map(str, found)) if isinstance(found, list) else []


def test_a_dump_loads_into_the_same_portal(clock: Clock) -> None:
    first, second = Portal(clock=clock), Portal(clock=clock)
    first.load(FULL)

    lines = list(first.dump())
    second.load(lines)

    assert list(second.dump()) == lines
    assert {line["type"] for line in FULL} <= {line["type"] for line in lines}


def test_history_that_is_missing_is_one_import(portal: Portal) -> None:
    portal.load(FULL)

    version = portal.tables["contacts"].rows["101"].versions("email")

    assert [(item.value, item.source_type, item.at) for item in version] == [
        ("a@b.example", "IMPORT", 1_772_323_200_000)
    ]


def test_a_property_without_a_value_takes_the_end_of_its_history(portal: Portal) -> None:
    past = [{"value": "lead", "timestamp": "2026-02-01T00:00:00Z"}]
    portal.load(
        [
            {
                "type": "contacts",
                "id": "1",
                "createdAt": "2026-01-01",
                "properties": {},
                "history": {"lifecyclestage": past},
            }
        ]
    )

    assert portal.tables["contacts"].rows["1"].properties["lifecyclestage"] == "lead"


def test_a_value_that_is_newer_than_its_history_ends_it(portal: Portal) -> None:
    past = [{"value": "lead", "timestamp": "2026-02-01T00:00:00Z"}]
    portal.load(
        [
            {
                "type": "contacts",
                "id": "1",
                "createdAt": "2026-01-01",
                "updatedAt": "2026-04-01T00:00:00Z",
                "properties": {"lifecyclestage": "customer"},
                "history": {"lifecyclestage": past},
            },
        ]
    )

    assert [item.value for item in portal.tables["contacts"].rows["1"].versions("lifecyclestage")] == [
        "lead",
        "customer",
    ]


def test_unknown_properties_become_texts(portal: Portal) -> None:
    portal.load(FULL)

    assert portal.schemas["contacts"].properties["made_up"].type == "string"


BAD: list[tuple[object, str]] = [
    ([1], "the line is no object"),
    ({"id": "1"}, "type is missing"),
    ({"type": "butterflies"}, "type butterflies is unknown"),
    ({"type": "contacts", "createdAt": "2026-01-01"}, "id is missing"),
    ({"type": "contacts", "id": "a1", "createdAt": "2026-01-01"}, "id is no number"),
    ({"type": "contacts", "id": "1"}, "createdAt is missing"),
    ({"type": "contacts", "id": "1", "createdAt": "yesterday"}, "createdAt is no date"),
    ({"type": "contacts", "id": "1", "createdAt": "2026-01-01", "properties": []}, ""),
    ({"type": "contacts", "id": "1", "createdAt": "2026-01-01", "properties": 5}, "properties is no object"),
    (
        {"type": "contacts", "id": "1", "createdAt": "2026-01-01", "associations": [{"to": "companies", "id": "9"}]},
        "there is no company 9 to associate with",
    ),
    (
        {"type": "contacts", "id": "1", "createdAt": "2026-01-01", "associations": [{"to": "stars", "id": "9"}]},
        "to is no kind of record",
    ),
    (
        {"type": "contacts", "id": "1", "createdAt": "2026-01-01", "history": {"email": [{"value": "x"}]}},
        "timestamp is missing",
    ),
    ({"type": "properties", "object": "contacts", "name": "x", "dataType": "money"}, "dataType is not one of"),
    (
        {
            "type": "pipelines",
            "id": "1",
            "label": "P",
            "stages": [{"id": "1", "label": "S", "metadata": {"probability": "high"}}],
        },
        "stage 1 lacks a numeric probability",
    ),
    ({"type": "owners"}, "id is missing"),
    ({"type": "form_submissions", "formId": "f"}, "submittedAt is missing"),
]


@pytest.mark.parametrize(("line", "reason"), [case for case in BAD if case[1]])
def test_a_bad_line_is_refused_with_its_reason(portal: Portal, line: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        portal.load([line])

    assert caught.value.problems[0].line == 1
    assert reason in caught.value.problems[0].message


def test_all_bad_lines_are_told_at_once_and_nothing_is_taken_in(portal: Portal) -> None:
    good = {"type": "contacts", "id": "1", "createdAt": "2026-01-01", "properties": {"made_up": "x"}}

    with pytest.raises(ConfigError) as caught:
        portal.load([good, {"type": "owners"}, good, {"type": "contacts"}])

    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]
    assert portal.tables["contacts"].rows == {}
    assert "made_up" not in portal.schemas["contacts"].properties


def test_a_record_that_is_there_already_is_refused(portal: Portal) -> None:
    portal.load(FULL)

    with pytest.raises(ConfigError, match="is in the portal already"):
        portal.load([{"type": "contacts", "id": "101", "createdAt": "2026-01-01"}])


def test_a_portal_in_a_file_is_the_same_after_it_was_opened_again(
    tmp_path: Path, clock: Clock, open_client: Open
) -> None:
    path = tmp_path / "portal.db"
    first = Portal.open(path, clock=clock)
    first.load(FULL)
    crm = open_client(first)
    crm.patch("/crm/v3/objects/contacts/101", json={"properties": {"firstname": "Later"}})
    created = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "new@b.example"}}).json()["id"]
    crm.delete("/crm/v3/objects/companies/8")
    crm.post("/crm/v3/properties/contacts/groups", json={"name": "fresh", "label": "Fresh"})
    crm.put(f"/crm/v4/objects/contacts/{created}/associations/default/companies/7")
    merged = crm.post(
        "/crm/v3/objects/contacts/merge", json={"primaryObjectId": "101", "objectIdToMerge": created}
    ).json()
    before = list(first.dump())
    first.close()

    second = Portal.open(path, clock=clock)

    assert comparable(second.dump()) == comparable(before)
    assert open_client(second).get("/crm/v3/objects/contacts/101").json()["id"] == merged["id"]
    assert int(second.new_id()) > int(merged["id"])
    second.close()
