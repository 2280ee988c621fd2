"""Search: operators, caps, and an index that lags."""

from collections.abc import Mapping

import pytest

from connectors.sandbox.rows import MEMORY
from connectors.sandbox.state import Habits, Portal
from syncer.moments import iso
from tests.unit.sandbox.rig import Clock, Crm, Open

SEARCH = "/crm/v3/objects/contacts/search"


def contact(id_: int, **properties: str) -> dict[str, object]:
    return {"type": "contacts", "id": str(id_), "properties": properties, "createdAt": f"2026-01-0{id_}T00:00:00Z"}


def ask(crm: Crm, *filters: Mapping[str, object], **more: object) -> list[str]:
    body = {"filterGroups": [{"filters": list(filters)}], "limit": 100, **more}
    answer = crm.post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    return [record["id"] for record in answer.json()["results"]]


@pytest.fixture
def people(portal: Portal) -> Portal:
    portal.load(
        [
            contact(1, firstname="Anna", email="anna@one.example", hs_lead_status="NEW", hs_analytics_num_visits="5"),
            contact(
                2, firstname="Bernd", email="bernd@two.example", hs_lead_status="OPEN", hs_analytics_num_visits="10"
            ),
            contact(3, firstname="Clara", email="clara@two.example"),
        ]
    )
    return portal


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ({"propertyName": "firstname", "operator": "EQ", "value": "anna"}, ["1"]),
        ({"propertyName": "firstname", "operator": "NEQ", "value": "Anna"}, ["2", "3"]),
        ({"propertyName": "hs_analytics_num_visits", "operator": "GT", "value": "5"}, ["2"]),
        ({"propertyName": "hs_analytics_num_visits", "operator": "GTE", "value": 5}, ["1", "2"]),
        ({"propertyName": "hs_analytics_num_visits", "operator": "LT", "value": "10"}, ["1"]),
        ({"propertyName": "hs_analytics_num_visits", "operator": "LTE", "value": "10"}, ["1", "2"]),
        ({"propertyName": "hs_analytics_num_visits", "operator": "BETWEEN", "value": "6", "highValue": "10"}, ["2"]),
        ({"propertyName": "hs_lead_status", "operator": "IN", "values": ["NEW", "OPEN"]}, ["1", "2"]),
        ({"propertyName": "hs_lead_status", "operator": "IN", "values": ["new"]}, []),
        ({"propertyName": "hs_lead_status", "operator": "NOT_IN", "values": ["NEW"]}, ["2", "3"]),
        ({"propertyName": "hs_lead_status", "operator": "HAS_PROPERTY"}, ["1", "2"]),
        ({"propertyName": "hs_lead_status", "operator": "NOT_HAS_PROPERTY"}, ["3"]),
        ({"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "two.example"}, ["2", "3"]),
        ({"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "cl*"}, ["3"]),
        ({"propertyName": "email", "operator": "NOT_CONTAINS_TOKEN", "value": "two"}, ["1"]),
        ({"propertyName": "createdate", "operator": "GTE", "value": "2026-01-02T00:00:00Z"}, ["2", "3"]),
        ({"propertyName": "createdate", "operator": "LT", "value": "1767312000000"}, ["1"]),
        ({"propertyName": "hs_object_id", "operator": "GT", "value": "2"}, ["3"]),
        ({"propertyName": "firstname", "operator": "IN", "values": ["Anna"]}, []),
        ({"propertyName": "firstname", "operator": "IN", "values": ["anna"]}, ["1"]),
    ],
)
def test_operators_select(crm: Crm, people: Portal, condition: dict[str, object], ids: list[str]) -> None:
    assert ask(crm, condition) == ids


def test_filters_are_joined_by_and_and_groups_by_or(crm: Crm, people: Portal) -> None:
    anna = {"propertyName": "firstname", "operator": "EQ", "value": "Anna"}
    bernd = {"propertyName": "firstname", "operator": "EQ", "value": "Bernd"}

    either = crm.post(SEARCH, json={"filterGroups": [{"filters": [anna]}, {"filters": [bernd]}]}).json()

    assert ask(crm, anna, bernd) == []
    assert [record["id"] for record in either["results"]] == ["1", "2"]


def test_free_text_looks_into_names_and_addresses(crm: Crm, people: Portal) -> None:
    answer = crm.post(SEARCH, json={"query": "TWO.example clara"}).json()

    assert [record["id"] for record in answer["results"]] == ["3"]


@pytest.mark.parametrize("sorts", [[{"propertyName": "firstname", "direction": "DESCENDING"}], ["-firstname"]])
def test_both_ways_of_writing_a_sort_work(crm: Crm, people: Portal, sorts: list[object]) -> None:
    assert ask(crm, {"propertyName": "email", "operator": "HAS_PROPERTY"}, sorts=sorts) == ["3", "2", "1"]


def test_records_without_the_sorted_property_stand_last(crm: Crm, people: Portal) -> None:
    sorts = [{"propertyName": "hs_analytics_num_visits", "direction": "DESCENDING"}]

    assert ask(crm, {"propertyName": "email", "operator": "HAS_PROPERTY"}, sorts=sorts) == ["2", "1", "3"]


def test_contacts_have_nothing_in_the_modified_property_of_other_kinds(crm: Crm, people: Portal) -> None:
    assert ask(crm, {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}) == []
    assert len(ask(crm, {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "0"})) == 3


def test_associations_can_be_searched(crm: Crm, people: Portal) -> None:
    people.load(
        [
            {"type": "companies", "id": "70", "properties": {"name": "Two"}, "createdAt": "2026-01-01",
             "associations": [{"to": "contacts", "id": "2"}]},
        ]
    )  # fmt: skip

    assert ask(crm, {"propertyName": "associations.company", "operator": "EQ", "value": "70"}) == ["2"]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 7}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 5}] * 4},
        {"limit": 201},
        {"limit": 200, "after": "9900"},
        {"sorts": ["email", "firstname"]},
        {"filterGroups": [{"filters": [{"propertyName": "nonsense", "operator": "EQ", "value": "1"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "LIKE", "value": "1"}]}]},
        {"properties": ["p" * 3_000]},
    ],
    ids=["groups", "filters", "filters_in_all", "page", "wall", "sorts", "property", "operator", "body"],
)
def test_what_hubspot_refuses_is_refused(crm: Crm, body: dict[str, object]) -> None:
    assert crm.post(SEARCH, json=body).status_code == 400


def test_pages_are_led_on_by_after_and_end_without(crm: Crm, people: Portal) -> None:
    first = crm.post(SEARCH, json={"limit": "2"}).json()
    second = crm.post(SEARCH, json={"limit": 2, "after": first["paging"]["next"]["after"]}).json()

    assert [record["id"] for record in (*first["results"], *second["results"])] == ["1", "2", "3"]
    assert "paging" not in second
    assert set(first["paging"]["next"]) == {"after"}


def test_archived_records_are_never_found(crm: Crm, people: Portal) -> None:
    crm.delete("/crm/v3/objects/contacts/1")

    assert ask(crm, {"propertyName": "email", "operator": "HAS_PROPERTY"}) == ["2", "3"]


def test_a_write_is_invisible_until_the_index_has_caught_up(clock: Clock, open_client: Open) -> None:
    portal = Portal(clock=clock, habits=Habits(index_lag=5_000))
    portal.load([contact(1, firstname="Anna")])
    crm = open_client(portal)
    since = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(clock.now)}
    crm.patch("/crm/v3/objects/contacts/1", json={"properties": {"firstname": "Hanna"}})
    crm.post("/crm/v3/objects/contacts", json={"properties": {"firstname": "New"}})

    early = crm.post(SEARCH, json={"filterGroups": [{"filters": [since]}]}).json()
    stale = crm.post(SEARCH, json={"limit": 10}).json()
    clock.pass_(5_000)
    late = crm.post(SEARCH, json={"filterGroups": [{"filters": [since]}]}).json()

    assert (early["total"], early["results"]) == (2, [])
    assert [record["properties"]["firstname"] for record in stale["results"]] == ["Anna"]
    assert sorted(record["properties"]["firstname"] for record in late["results"]) == ["Hanna", "New"]


def test_a_record_that_left_a_window_is_still_shown_there_by_a_lagging_index(clock: Clock, open_client: Open) -> None:
    portal = Portal(clock=clock, habits=Habits(index_lag=5_000))
    portal.load([{**contact(1, firstname="Anna"), "updatedAt": iso(clock.now - 60_000)}])
    crm = open_client(portal)
    crm.patch("/crm/v3/objects/contacts/1", json={"properties": {"firstname": "Hanna"}})
    window = [
        {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(clock.now - 120_000)},
        {"propertyName": "lastmodifieddate", "operator": "LT", "value": str(clock.now)},
    ]

    assert ask(crm, *window) == ["1"]
    clock.pass_(5_000)
    assert ask(crm, *window) == []


def test_earlier_faces_are_forgotten_once_no_index_can_lag_that_far(crm: Crm, portal: Portal, clock: Clock) -> None:
    portal.load([contact(id_) for id_ in (1, 2, 3)])

    for id_ in (1, 2, 3):
        crm.patch(f"/crm/v3/objects/contacts/{id_}", json={"properties": {"firstname": "A"}})
        clock.pass_(MEMORY // 2 + 1)

    assert list(portal.tables["contacts"]._faces) == ["2", "3"]
