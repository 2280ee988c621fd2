"""Two records becoming one, and people being erased."""

import pytest

from connectors.sandbox.state import Habits, MergedId, Portal
from tests.unit.sandbox.rig import Clock, Crm, Open

PATH = "/crm/v3/objects/contacts"
MERGE = {"primaryObjectId": "1", "objectIdToMerge": "2"}


def fill(portal: Portal) -> Portal:
    def contact(id_: int, created: str, **properties: str) -> dict[str, object]:
        links = [{"to": "companies", "id": str(70 + id_), "primary": True}]
        return {
            "type": "contacts",
            "id": str(id_),
            "properties": properties,
            "createdAt": created,
            "associations": links,
        }

    portal.load(
        [
            contact(1, "2026-02-01T00:00:00Z", email="a@b.example", firstname="A"),
            contact(2, "2026-01-01T00:00:00Z", email="old@b.example", firstname="B", jobtitle="CEO"),
            {"type": "companies", "id": "71", "properties": {}, "createdAt": "2026-01-01"},
            {"type": "companies", "id": "72", "properties": {}, "createdAt": "2026-01-01"},
        ]
    )
    return portal


@pytest.fixture
def merged(crm: Crm, portal: Portal) -> str:
    fill(portal)
    return str(crm.post(f"{PATH}/merge", json=MERGE).json()["id"])


def test_survivor_has_a_new_id_and_both_old_ids_lead_to_it(crm: Crm, merged: str) -> None:
    assert merged not in {"1", "2"}
    assert {crm.get(f"{PATH}/{id_}").json()["id"] for id_ in ("1", "2", merged)} == {merged}


def test_batch_read_by_old_ids_answers_with_the_new_one_once(crm: Crm, merged: str) -> None:
    answer = crm.post(f"{PATH}/batch/read", json={"inputs": [{"id": "1"}, {"id": "2"}]})

    assert answer.status_code == 200
    assert [record["id"] for record in answer.json()["results"]] == [merged]


def test_primary_wins_and_the_other_fills_the_gaps(crm: Crm, portal: Portal, merged: str) -> None:
    held = portal.tables["contacts"].rows[merged].properties

    assert (held["firstname"], held["jobtitle"], held["email"]) == ("A", "CEO", "a@b.example")
    assert held["hs_additional_emails"] == "old@b.example"
    assert held["hs_merged_object_ids"] == "1;2"
    assert held["createdate"] == "2026-01-01T00:00:00.000Z"
    assert crm.get(f"{PATH}/old@b.example", params={"idProperty": "email"}).json()["id"] == merged


def test_links_move_and_the_primarys_company_stays_primary(crm: Crm, merged: str) -> None:
    answer = crm.get(f"/crm/v4/objects/contacts/{merged}/associations/companies").json()["results"]

    labels = {item["toObjectId"]: {kind["label"] for kind in item["associationTypes"]} for item in answer}
    assert labels == {71: {None, "Primary"}, 72: {None}}


def test_old_ids_are_in_no_list_and_no_search(crm: Crm, merged: str) -> None:
    assert [record["id"] for record in crm.get(PATH).json()["results"]] == [merged]
    assert [record["id"] for record in crm.post(f"{PATH}/search", json={}).json()["results"]] == [merged]


def test_chains_of_merges_lead_to_the_last(crm: Crm, portal: Portal, merged: str) -> None:
    portal.load([{"type": "contacts", "id": "3", "properties": {}, "createdAt": "2026-01-01"}])

    last = crm.post(f"{PATH}/merge", json={"primaryObjectId": merged, "objectIdToMerge": "3"}).json()["id"]

    assert {crm.get(f"{PATH}/{id_}").json()["id"] for id_ in ("1", "2", "3", merged)} == {last}


def test_a_portal_may_keep_the_primary_id(clock: Clock, open_client: Open) -> None:
    portal = fill(Portal(clock=clock, habits=Habits(merged_id=MergedId.KEPT)))
    crm = open_client(portal)

    assert crm.post(f"{PATH}/merge", json=MERGE).json()["id"] == "1"
    assert crm.get(f"{PATH}/2").json()["id"] == "1"


def test_merging_with_itself_or_with_nobody_is_refused(crm: Crm, portal: Portal) -> None:
    fill(portal)

    for other in ("1", "99"):
        body = {"primaryObjectId": "1", "objectIdToMerge": other}
        assert crm.post(f"{PATH}/merge", json=body).status_code == 400
    assert crm.post("/crm/v3/objects/leads/merge", json=MERGE).status_code == 404


@pytest.mark.parametrize("body", [{"objectId": "1"}, {"objectId": "a@b.example", "idProperty": "email"}])
def test_an_erased_contact_is_gone_and_its_address_may_not_come_back(
    crm: Crm, portal: Portal, body: dict[str, str]
) -> None:
    fill(portal)

    assert crm.post(f"{PATH}/gdpr-delete", json=body).status_code == 204

    assert crm.get(f"{PATH}/1").status_code == 404
    assert [record["id"] for record in crm.get(f"{PATH}?archived=true").json()["results"]] == []
    assert crm.get("/crm/v4/objects/companies/71/associations/contacts").json()["results"] == []
    assert crm.post(PATH, json={"properties": {"email": "a@b.example"}}).status_code == 400
    assert "a@b.example" not in str(list(portal.dump()))
