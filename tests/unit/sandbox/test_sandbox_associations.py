"""Associations between records."""

from collections.abc import Mapping

import pytest

from connectors.sandbox.state import Habits, Portal
from tests.unit.sandbox.rig import Clock, Crm, Open

V4 = "/crm/v4/associations"
NEW = "/crm/associations/2026-09"


def record(kind: str, id_: int, *links: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": kind,
        "id": str(id_),
        "properties": {},
        "createdAt": "2026-01-01T00:00:00Z",
        "associations": list(links),
    }


@pytest.fixture
def linked(portal: Portal) -> Portal:
    portal.load(
        [
            record("contacts", 1, {"to": "companies", "id": "70", "primary": True}, {"to": "companies", "id": "71"}),
            record("contacts", 2),
            record("companies", 70),
            record("companies", 71),
            record("deals", 30, {"to": "contacts", "id": "1"}, {"to": "companies", "id": "70", "primary": True}),
        ]
    )
    return portal


def read(crm: Crm, pair: str, *ids: str, root: str = V4) -> dict[str, list[dict[str, object]]]:
    answer = crm.post(f"{root}/{pair}/batch/read", json={"inputs": [{"id": id_} for id_ in ids]}).json()
    return {result["from"]["id"]: result["to"] for result in answer["results"]}


def test_records_without_links_are_errors_and_no_results(crm: Crm, linked: Portal) -> None:
    answer = crm.post(f"{V4}/contacts/companies/batch/read", json={"inputs": [{"id": "1"}, {"id": "2"}, {"id": "99"}]})

    assert answer.status_code == 207
    body = answer.json()
    assert [result["from"]["id"] for result in body["results"]] == ["1"]
    assert {error["subCategory"] for error in body["errors"]} == {"crm.associations.NO_ASSOCIATIONS_FOUND"}
    assert [error["context"]["fromObjectId"] for error in body["errors"]] == [["2"], ["99"]]
    assert body["errors"][0]["message"] == "No company is associated with contact 2."


def test_linked_ids_are_numbers_and_texts_since_2026_09(crm: Crm, linked: Portal) -> None:
    assert [item["toObjectId"] for item in read(crm, "contacts/companies", "1")["1"]] == [70, 71]
    assert [item["toObjectId"] for item in read(crm, "contacts/companies", "1", root=NEW)["1"]] == ["70", "71"]


def test_primary_is_a_label_beside_the_unlabeled_type(crm: Crm, linked: Portal) -> None:
    first, second = read(crm, "contacts/companies", "1")["1"]

    assert first["associationTypes"] == [
        {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
        {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
    ]
    assert second["associationTypes"] == [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}]


@pytest.mark.parametrize(
    ("pair", "id_", "types"),
    [
        ("companies/contacts", "70", {2, 280}),
        ("deals/contacts", "30", {3}),
        ("contacts/deals", "1", {4}),
        ("deals/companies", "30", {5, 341}),
        ("companies/deals", "70", {6, 342}),
    ],
)
def test_both_directions_are_there_with_hubspots_numbers(
    crm: Crm, linked: Portal, pair: str, id_: str, types: set[int]
) -> None:
    found = read(crm, pair, id_)[id_][0]["associationTypes"]

    assert isinstance(found, list)
    assert {item["typeId"] for item in found} == types


def test_links_of_one_input_are_paged(clock: Clock, open_client: Open) -> None:
    portal = Portal(clock=clock, habits=Habits(association_page=2))
    links = [{"to": "contacts", "id": str(id_)} for id_ in range(1, 6)]
    portal.load([*(record("contacts", id_) for id_ in range(1, 6)), record("companies", 70, *links)])
    crm = open_client(portal)
    seen: list[int] = []
    after: str | None = None
    for _ in range(3):
        answer = crm.post(f"{V4}/companies/contacts/batch/read", json={"inputs": [{"id": "70", "after": after}]}).json()
        seen += [item["toObjectId"] for item in answer["results"][0]["to"]]
        after = answer["results"][0].get("paging", {}).get("next", {}).get("after")

    assert seen == [1, 2, 3, 4, 5]
    assert after is None


@pytest.mark.parametrize(("root", "status"), [(V4, 201), ("/crm/associations/2026-03", 201), (NEW, 200)])
def test_creating_answers_with_the_status_of_its_version(crm: Crm, linked: Portal, root: str, status: int) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {"inputs": [{"from": {"id": "2"}, "to": {"id": "71"}, "types": types}]}

    answer = crm.post(f"{root}/contacts/companies/batch/create", json=body)

    assert answer.status_code == status
    assert read(crm, "companies/contacts", "71")["71"][-1]["toObjectId"] == 2


def test_a_new_primary_takes_the_place_of_the_old(crm: Crm, linked: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    body = {"inputs": [{"from": {"id": "1"}, "to": {"id": "71"}, "types": types}]}

    crm.post(f"{V4}/contacts/companies/batch/create", json=body)

    labels = {
        item["toObjectId"]: {kind["label"] for kind in item["associationTypes"]}  # type: ignore[attr-defined]
        for item in read(crm, "contacts/companies", "1")["1"]
    }
    assert labels == {70: {None}, 71: {None, "Primary"}}
    assert linked.tables["contacts"].rows["1"].properties["associatedcompanyid"] == "71"


def test_bad_ends_are_items_of_a_partial_answer(crm: Crm, linked: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 449}]
    inputs = [
        {"from": {"id": "1"}, "to": {"id": "nobody"}, "types": types},
        {"from": {"id": "1"}, "to": {"id": "1"}, "types": types},
        {"from": {"id": "1"}, "to": {"id": "2"}, "types": types},
    ]

    answer = crm.post(f"{V4}/contacts/contacts/batch/create", json={"inputs": inputs})

    assert answer.status_code == 207
    assert answer.json()["numErrors"] == 2
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.INVALID_IDENTIFIER"
    assert answer.json()["errors"][1]["message"] == "Object 1 cannot be associated to itself (1)"


def test_linking_bumps_nothing_and_counts(crm: Crm, linked: Portal) -> None:
    before = linked.tables["deals"].rows["30"].updated

    crm.put("/crm/v4/objects/deals/30/associations/default/contacts/2")

    row = linked.tables["deals"].rows["30"]
    assert row.updated == before
    assert row.properties["num_associated_contacts"] == "2"


def test_single_put_replaces_labels_and_delete_removes_the_link(crm: Crm, linked: Portal) -> None:
    path = "/crm/v4/objects/contacts/1/associations/companies"
    label = crm.post(f"{V4}/contacts/companies/labels", json={"label": "Board", "name": "board"}).json()["results"][0]
    wanted = [{"associationCategory": "USER_DEFINED", "associationTypeId": label["typeId"]}]

    assert crm.put(f"{path}/70", json=wanted).status_code == 201
    found = {item["toObjectId"]: item for item in crm.get(path).json()["results"]}
    assert {kind["label"] for kind in found[70]["associationTypes"]} == {None, "Board"}
    assert crm.delete(f"{path}/70").status_code == 204
    assert [item["toObjectId"] for item in crm.get(path).json()["results"]] == [71]


def test_removing_the_unlabeled_type_removes_every_label(crm: Crm, linked: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {"inputs": [{"from": {"id": "1"}, "to": {"id": "70"}, "types": types}]}

    crm.post(f"{V4}/contacts/companies/batch/labels/archive", json=body)

    assert [item["toObjectId"] for item in read(crm, "contacts/companies", "1")["1"]] == [71]


def test_archiving_answers_204_in_v4_and_a_body_in_dated_versions(crm: Crm, linked: Portal) -> None:
    def body(to_id: str) -> dict[str, object]:
        return {"inputs": [{"from": {"id": "1"}, "to": [{"id": to_id}]}]}

    assert crm.post(f"{V4}/contacts/companies/batch/archive", json=body("70")).status_code == 204
    assert crm.post(f"{NEW}/contacts/companies/batch/archive", json=body("71")).json()["status"] == "COMPLETE"
    assert read(crm, "contacts/companies", "1") == {}


def test_labels_list_primary_plain_and_custom(crm: Crm, linked: Portal) -> None:
    crm.post(f"{V4}/contacts/companies/labels", json={"label": "Board", "inverseLabel": "Board of", "name": "board"})

    forward = crm.get(f"{V4}/contacts/companies/labels").json()["results"]
    back = crm.get(f"{NEW}/companies/contacts/labels").json()["results"]

    assert [(item["typeId"], item["label"]) for item in forward[:2]] == [(1, "Primary"), (279, None)]
    assert forward[2]["label"] == "Board"
    assert back[2]["label"] == "Board of"


def test_labels_can_be_renamed_and_dropped_also_from_links(crm: Crm, linked: Portal) -> None:
    label = crm.post(f"{V4}/contacts/companies/labels", json={"label": "Board", "name": "board"}).json()["results"][0]
    wanted = [{"associationCategory": "USER_DEFINED", "associationTypeId": label["typeId"]}]
    crm.put("/crm/v4/objects/contacts/1/associations/companies/70", json=wanted)

    renamed = {"associationTypeId": label["typeId"], "label": "Council"}
    assert crm.put(f"{V4}/contacts/companies/labels", json=renamed).status_code == 204
    found = read(crm, "contacts/companies", "1")["1"][0]["associationTypes"]
    assert isinstance(found, list)
    assert "Council" in {item["label"] for item in found}
    assert crm.delete(f"{V4}/contacts/companies/labels/{label['typeId']}").status_code == 204
    found = read(crm, "contacts/companies", "1")["1"][0]["associationTypes"]
    assert isinstance(found, list)
    assert {item["label"] for item in found} == {None}


def test_lists_embed_ids_and_types_with_a_row_for_every_label(crm: Crm, linked: Portal) -> None:
    answer = crm.get("/crm/v3/objects/contacts?associations=companies,deals&limit=1").json()["results"][0]

    assert answer["associations"] == {
        "companies": {
            "results": [
                {"id": "70", "type": "contact_to_company"},
                {"id": "70", "type": "contact_to_company_unlabeled"},
                {"id": "71", "type": "contact_to_company_unlabeled"},
            ]
        },
        "deals": {"results": [{"id": "30", "type": "contact_to_deal"}]},
    }


def test_archived_records_are_not_linked_to(crm: Crm, linked: Portal) -> None:
    crm.delete("/crm/v3/objects/companies/71")

    assert [item["toObjectId"] for item in read(crm, "contacts/companies", "1")["1"]] == [70]


def test_creation_takes_associations_along(crm: Crm, linked: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}]
    body = {"properties": {"hs_timestamp": "1790000000000"}, "associations": [{"to": {"id": "1"}, "types": types}]}

    call = crm.post("/crm/v3/objects/calls", json=body).json()["id"]

    assert read(crm, "calls/contacts", call)[call][0]["toObjectId"] == 1
    assert read(crm, "contacts/calls", "1")["1"][0]["associationTypes"] == [
        {"category": "HUBSPOT_DEFINED", "typeId": 193, "label": None}
    ]


def test_leads_need_somebody_to_belong_to(crm: Crm, linked: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 578}]
    alone = {"properties": {"hs_lead_name": "L"}}

    assert crm.post("/crm/v3/objects/leads", json=alone).status_code == 400
    assert (
        crm.post(
            "/crm/v3/objects/leads", json={**alone, "associations": [{"to": {"id": "1"}, "types": types}]}
        ).status_code
        == 201
    )


def test_batches_of_associations_have_caps_of_their_own(crm: Crm) -> None:
    def many(count: int) -> dict[str, object]:
        return {"inputs": [{"id": str(id_)} for id_ in range(count)]}

    assert crm.post(f"{V4}/contacts/companies/batch/read", json=many(1_000)).status_code == 207
    assert crm.post(f"{V4}/contacts/companies/batch/read", json=many(1_001)).status_code == 400
