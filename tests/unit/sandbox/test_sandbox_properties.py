"""Property definitions and groups."""

import pytest

from connectors.sandbox.kinds import KINDS
from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Crm

PATH = "/crm/v3/properties/contacts"
GROUP = {"name": "funnel_worker", "label": "Funnel worker"}
SCORE = {"name": "fn_fit", "label": "Fit", "type": "number", "fieldType": "number", "groupName": "funnel_worker"}


@pytest.fixture
def grouped(crm: Crm) -> Crm:
    assert crm.post(f"{PATH}/groups", json=GROUP).status_code == 201
    return crm


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_has_properties_with_id_and_change_date(crm: Crm, kind: str) -> None:
    names = {item["name"] for item in crm.get(f"/crm/properties/2026-09/{kind}").json()["results"]}

    assert {"hs_object_id"} <= names
    assert names & {"lastmodifieddate", "hs_lastmodifieddate"}


def test_read_only_values_say_so(crm: Crm) -> None:
    won = crm.get("/crm/v3/properties/deals/hs_is_closed_won").json()
    name = crm.get("/crm/v3/properties/deals/dealname").json()

    assert won["modificationMetadata"]["readOnlyValue"] is True
    assert name["modificationMetadata"]["readOnlyValue"] is False


def test_stage_dates_exist_for_every_stage_of_every_pipeline(crm: Crm, portal: Portal) -> None:
    stages = [{"id": "777", "label": "Parked", "metadata": {"isClosed": "false", "probability": "0.1"}}]
    portal.load([{"type": "pipelines", "id": "88", "label": "More", "stages": stages}])

    names = {item["name"] for item in crm.get("/crm/v3/properties/deals").json()["results"]}

    assert {"hs_v2_date_entered_closedwon", "hs_v2_date_entered_777", "hs_v2_date_exited_777"} <= names


def test_lifecycle_options_stand_in_hubspots_order(crm: Crm) -> None:
    options = crm.get(f"{PATH}/lifecyclestage").json()["options"]

    assert [option["value"] for option in sorted(options, key=lambda option: option["displayOrder"])] == [
        "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
        "other",
    ]  # fmt: skip


def test_created_property_is_writable_at_once(grouped: Crm, portal: Portal) -> None:
    portal.load([{"type": "contacts", "id": "1", "properties": {}, "createdAt": "2026-01-01"}])

    created = grouped.post(PATH, json=SCORE)

    assert created.status_code == 201
    assert created.json()["name"] == "fn_fit"
    assert grouped.patch("/crm/v3/objects/contacts/1", json={"properties": {"fn_fit": "90.25"}}).status_code == 200


def test_second_creation_is_a_conflict_with_hubspots_words(grouped: Crm) -> None:
    grouped.post(PATH, json=SCORE)

    answer = grouped.post(PATH, json=SCORE)

    assert answer.status_code == 409
    assert answer.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert answer.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert grouped.post(f"{PATH}/groups", json=GROUP).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Fn Fit"},
        {"type": "money"},
        {"fieldType": "select"},
        {"label": ""},
        {"type": "enumeration", "fieldType": "select"},
    ],
)
def test_broken_definitions_are_refused(grouped: Crm, change: dict[str, str]) -> None:
    assert grouped.post(PATH, json={**SCORE, **change}).status_code == 400


def test_unknown_groups_and_properties_are_not_found(crm: Crm) -> None:
    assert crm.post(PATH, json=SCORE).status_code == 404
    answer = crm.get(f"{PATH}/nonsense")
    assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_batch_creation_makes_what_it_can(grouped: Crm) -> None:
    grouped.post(PATH, json=SCORE)

    answer = grouped.post(
        f"{PATH}/batch/create",
        json={"inputs": [SCORE, {**SCORE, "name": "fn_cell", "type": "string", "fieldType": "text"}]},
    )

    assert answer.status_code == 207
    assert [item["name"] for item in answer.json()["results"]] == ["fn_cell"]
    assert answer.json()["errors"][0]["context"] == {"name": ["fn_fit"]}


def test_batch_read_names_what_is_missing(crm: Crm) -> None:
    answer = crm.post(f"{PATH}/batch/read", json={"inputs": [{"name": "email"}, {"name": "nonsense"}]})

    assert answer.status_code == 207
    assert [item["name"] for item in answer.json()["results"]] == ["email"]


def test_patching_options_replaces_them(grouped: Crm) -> None:
    options = [{"label": "Won", "value": "won"}, {"label": "Lost", "value": "lost"}]
    outcome = {**SCORE, "name": "fn_outcome", "type": "enumeration", "fieldType": "select", "options": options}
    grouped.post(PATH, json=outcome)

    answer = grouped.patch(f"{PATH}/fn_outcome", json={"options": options[:1], "label": "Outcome"}).json()

    assert [option["value"] for option in answer["options"]] == ["won"]
    assert answer["label"] == "Outcome"


def test_archived_property_is_gone_until_its_name_is_created_again(grouped: Crm) -> None:
    grouped.post(PATH, json=SCORE)

    assert grouped.delete(f"{PATH}/fn_fit").status_code == 204
    assert grouped.get(f"{PATH}/fn_fit").status_code == 404
    assert [item["name"] for item in grouped.get(f"{PATH}?archived=true").json()["results"]] == ["fn_fit"]
    assert grouped.post(PATH, json=SCORE).status_code == 201
    assert grouped.delete(f"{PATH}/email").status_code == 400


def test_groups_can_be_listed_changed_and_archived(grouped: Crm) -> None:
    path = f"{PATH}/groups/funnel_worker"

    assert grouped.patch(path, json={"label": "Trichter"}).json()["label"] == "Trichter"
    assert grouped.get(path).json()["label"] == "Trichter"
    assert "funnel_worker" in {item["name"] for item in grouped.get(f"{PATH}/groups").json()["results"]}
    assert grouped.delete(path).status_code == 204
    assert grouped.get(path).status_code == 404


def test_values_of_a_unique_property_are_held_to_one_record(grouped: Crm, portal: Portal) -> None:
    portal.load([{"type": "contacts", "id": str(id_), "properties": {}, "createdAt": "2026-01-01"} for id_ in (1, 2)])
    unique = {**SCORE, "name": "ext", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    grouped.post(PATH, json=unique)
    grouped.patch("/crm/v3/objects/contacts/1", json={"properties": {"ext": "k"}})

    answer = grouped.patch("/crm/v3/objects/contacts/2", json={"properties": {"ext": "k"}})

    assert answer.status_code == 400
    assert "propertyName=ext" in answer.json()["message"]
    assert grouped.get("/crm/v3/objects/contacts/k", params={"idProperty": "ext"}).json()["id"] == "1"
