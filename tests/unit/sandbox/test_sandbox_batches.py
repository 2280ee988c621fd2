"""Records by the hundred."""

from collections.abc import Mapping

import pytest

from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Crm

BATCH = "/crm/v3/objects/contacts/batch"


def contact(id_: int, **properties: str) -> dict[str, object]:
    return {"type": "contacts", "id": str(id_), "properties": properties, "createdAt": "2026-01-02T03:04:05Z"}


def inputs(*items: Mapping[str, object]) -> dict[str, object]:
    return {"inputs": list(items)}


def test_missing_ids_make_a_read_partial_and_still_complete(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1)])

    answer = crm.post(f"{BATCH}/read", json=inputs({"id": "1"}, {"id": "2"}, {"id": 3}))

    body = answer.json()
    assert answer.status_code == 207
    assert body["status"] == "COMPLETE"
    assert [record["id"] for record in body["results"]] == ["1"]
    assert body["numErrors"] == 1
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"] == {"ids": ["2", "3"]}


def test_complete_read_has_no_error_keys(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1)])

    answer = crm.post(f"{BATCH}/read", json=inputs({"id": "1"}))

    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "results", "startedAt", "completedAt"}


def test_results_come_in_another_order_than_the_inputs(crm: Crm, portal: Portal) -> None:
    portal.load([contact(id_) for id_ in range(1, 31)])

    answer = crm.post(f"{BATCH}/read", json=inputs(*({"id": str(id_)} for id_ in range(1, 31)))).json()

    got = [int(record["id"]) for record in answer["results"]]
    assert sorted(got) == list(range(1, 31))
    assert got != sorted(got)


def test_reads_by_email_answer_with_record_ids(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, email="a@b.example")])
    body = {"idProperty": "email", **inputs({"id": "a@b.example"}, {"id": "x@b.example"})}

    answer = crm.post(f"{BATCH}/read", json=body).json()

    assert answer["results"][0]["id"] == "1"
    assert answer["errors"][0]["context"]["ids"] == ["x@b.example"]


def test_batches_are_capped_at_a_hundred_and_reads_with_history_at_fifty(crm: Crm) -> None:
    many = inputs(*({"id": str(id_)} for id_ in range(101)))
    fewer = inputs(*({"id": str(id_)} for id_ in range(51)))

    assert crm.post(f"{BATCH}/read", json=many).status_code == 400
    assert crm.post(f"{BATCH}/update", json=many).status_code == 400
    refused = crm.post(f"{BATCH}/read", json={**fewer, "propertiesWithHistory": ["email"]})
    assert refused.status_code == 400
    assert "property histories is 50" in refused.json()["message"]
    assert crm.post(f"{BATCH}/read", json=fewer).status_code == 207


def test_update_writes_the_present_ones_and_reports_the_missing(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, firstname="A")])

    answer = crm.post(
        f"{BATCH}/update",
        json=inputs({"id": "1", "properties": {"firstname": "B"}}, {"id": "9", "properties": {"firstname": "B"}}),
    )

    assert answer.status_code == 207
    assert answer.json()["results"][0]["properties"]["firstname"] == "B"
    assert answer.json()["errors"][0]["context"]["ids"] == ["9"]


def test_duplicate_ids_refuse_the_whole_update(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, firstname="A")])
    body = inputs({"id": "1", "properties": {"firstname": "B"}}, {"id": "1", "properties": {"lastname": "C"}})

    answer = crm.post(f"{BATCH}/update", json=body)

    assert answer.status_code == 400
    assert answer.json()["message"] == "Duplicate IDs found in batch input: [1]. IDs must be unique"
    assert answer.json()["context"] == {"ids": ["1"]}
    assert portal.tables["contacts"].rows["1"].properties["firstname"] == "A"


@pytest.mark.parametrize("call", ["create", "update", "upsert"])
def test_one_bad_property_refuses_the_whole_batch(crm: Crm, portal: Portal, call: str) -> None:
    portal.load([contact(1, email="a@b.example"), contact(2, email="c@b.example")])
    body = inputs(
        {"id": "1" if call == "update" else "a@b.example", "idProperty": "email" if call == "upsert" else None,
         "properties": {"firstname": "B"}},
        {"id": "2" if call == "update" else "c@b.example", "idProperty": "email" if call == "upsert" else None,
         "properties": {"firstname": "B", "first000name": "x"}},
    )  # fmt: skip

    answer = crm.post(f"{BATCH}/{call}", json=body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert len(portal.tables["contacts"].rows) == 2
    assert "firstname" not in portal.tables["contacts"].rows["1"].properties


def test_an_id_that_was_merged_away_is_left_out_of_an_update_without_an_error(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, firstname="A"), contact(2, firstname="B"), contact(3)])
    crm.post("/crm/v3/objects/contacts/merge", json={"primaryObjectId": "1", "objectIdToMerge": "2"})

    answer = crm.post(
        f"{BATCH}/update",
        json=inputs({"id": "2", "properties": {"firstname": "X"}}, {"id": "3", "properties": {"firstname": "Y"}}),
    )

    assert answer.status_code == 200
    assert [record["id"] for record in answer.json()["results"]] == ["3"]


def test_creation_is_all_or_nothing_without_trace_ids(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, email="a@b.example")])

    answer = crm.post(
        f"{BATCH}/create",
        json=inputs({"properties": {"email": "new@b.example"}}, {"properties": {"email": "a@b.example"}}),
    )

    assert answer.status_code == 409
    assert answer.json()["category"] == "CONFLICT"
    assert len(portal.tables["contacts"].rows) == 1


def test_creation_with_trace_ids_is_partial_and_names_input_and_owner(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, email="a@b.example")])

    answer = crm.post(
        f"{BATCH}/create",
        json=inputs(
            {"objectWriteTraceId": "0", "properties": {"email": "new@b.example"}},
            {"objectWriteTraceId": "1", "properties": {"email": "a@b.example"}},
        ),
    )

    assert answer.status_code == 207
    assert len(answer.json()["results"]) == 1
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": ["1"], "existingId": ["1"]}


def test_upsert_says_which_records_are_new(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, email="a@b.example")])

    answer = crm.post(
        f"{BATCH}/upsert",
        json=inputs(
            {"id": "a@b.example", "idProperty": "email", "properties": {"firstname": "A"}},
            {"id": "new@b.example", "idProperty": "email", "properties": {"firstname": "N"}},
        ),
    ).json()

    found = {record["properties"]["firstname"]: record["new"] for record in answer["results"]}
    assert found == {"A": False, "N": True}
    assert portal.tables["contacts"].by_value("email", "new@b.example") is not None


def test_upsert_by_a_custom_unique_property_finds_its_record_again(crm: Crm, portal: Portal) -> None:
    created = crm.post(
        "/crm/v3/properties/deals",
        json={"name": "ext_key", "label": "Key", "type": "string", "fieldType": "text", "groupName": "dealinformation",
              "hasUniqueValue": True},
    )  # fmt: skip
    body = inputs(
        {"id": "k1", "idProperty": "ext_key", "properties": {"dealname": "D", "dealstage": "appointmentscheduled"}}
    )

    first = crm.post("/crm/v3/objects/deals/batch/upsert", json=body).json()["results"][0]
    second = crm.post("/crm/v3/objects/deals/batch/upsert", json=body).json()["results"][0]

    assert created.status_code == 201
    assert (first["new"], second["new"], first["id"]) == (True, False, second["id"])


def test_archiving_takes_numbers_and_unknown_ids(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1)])

    assert crm.post(f"{BATCH}/archive", json=inputs({"id": 1}, {"id": "77"})).status_code == 204
    assert portal.tables["contacts"].rows["1"].archived_at is not None
