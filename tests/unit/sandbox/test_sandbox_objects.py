"""Records one at a time."""

import pytest

from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Crm

ROOTS = ("/crm/v3/objects", "/crm/objects/2025-09", "/crm/objects/2026-03", "/crm/objects/2026-09")


def contact(id_: int, **properties: str | None) -> dict[str, object]:
    return {"type": "contacts", "id": str(id_), "properties": properties, "createdAt": "2026-01-02T03:04:05.678Z"}


@pytest.mark.parametrize("root", ROOTS)
def test_every_version_serves_the_same_record(crm: Crm, portal: Portal, root: str) -> None:
    portal.load([contact(101, email="a@b.example")])

    answer = crm.get(f"{root}/contacts/101").json()

    assert answer["id"] == "101"
    assert answer["properties"] == {
        "createdate": "2026-01-02T03:04:05.678Z",
        "email": "a@b.example",
        "firstname": None,
        "hs_object_id": "101",
        "lastmodifieddate": "2026-01-02T03:04:05.678Z",
        "lastname": None,
    }
    assert answer["archived"] is False


@pytest.mark.parametrize("alias", ["contacts", "contact", "CONTACT", "0-1"])
def test_a_kind_answers_to_all_its_names(crm: Crm, portal: Portal, alias: str) -> None:
    portal.load([contact(101)])

    assert crm.get(f"/crm/v3/objects/{alias}/101").json()["id"] == "101"


def test_requested_but_empty_properties_are_null(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101)])

    answer = crm.get("/crm/v3/objects/contacts/101", params={"properties": "jobtitle"}).json()

    assert answer["properties"]["jobtitle"] is None
    assert "email" not in answer["properties"]


def test_list_pages_lead_to_every_record_once_and_end_without_a_next(crm: Crm, portal: Portal) -> None:
    portal.load([contact(id_) for id_ in (7, 101, 9, 1_000)])
    seen: list[str] = []
    after: str | None = None
    pages = 0

    while pages == 0 or after:
        answer = crm.get("/crm/v3/objects/contacts", params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [record["id"] for record in answer["results"]]
        after = answer.get("paging", {}).get("next", {}).get("after")
        pages += 1

    assert seen == ["7", "9", "101", "1000"]
    assert pages == 2


def test_list_cursor_is_the_last_id_plus_one_and_its_link_works(crm: Crm, portal: Portal) -> None:
    portal.load([contact(id_) for id_ in (7, 9)])

    following = crm.get("/crm/v3/objects/contacts?limit=1&properties=email").json()["paging"]["next"]

    assert following["after"] == "8"
    assert [record["id"] for record in crm.get(following["link"]).json()["results"]] == ["9"]


def test_list_pages_are_capped_and_smaller_with_history(crm: Crm) -> None:
    assert crm.get("/crm/v3/objects/contacts?limit=100").status_code == 200
    assert crm.get("/crm/v3/objects/contacts?limit=101").status_code == 400
    assert crm.get("/crm/v3/objects/contacts?limit=50&propertiesWithHistory=email").status_code == 200
    assert crm.get("/crm/v3/objects/contacts?limit=51&propertiesWithHistory=email").status_code == 400


def test_archived_list_returns_only_archived_records(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1), contact(2)])

    assert crm.delete("/crm/v3/objects/contacts/1").status_code == 204

    live = crm.get("/crm/v3/objects/contacts").json()["results"]
    gone = crm.get("/crm/v3/objects/contacts?archived=true").json()["results"]
    assert [record["id"] for record in live] == ["2"]
    assert [(record["id"], record["archived"], "archivedAt" in record) for record in gone] == [("1", True, True)]
    assert crm.get("/crm/v3/objects/contacts/1").status_code == 404


def test_missing_record_is_an_html_page(crm: Crm) -> None:
    answer = crm.get("/crm/v3/objects/contacts/404")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-hubspot-notfound"] == "true"


def test_unknown_kind_and_unknown_path_are_told_apart(crm: Crm) -> None:
    kind = crm.get("/crm/v3/objects/butterflies")

    assert (kind.status_code, kind.json()["message"]) == (400, "Unable to infer object type from: butterflies")
    assert crm.get("/crm/v9/objects/contacts").headers["content-type"].startswith("text/html")
    assert crm.get("/crm/objects/1999-01/contacts").status_code == 404


def test_contact_is_found_by_email_in_any_case(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101, email="Anna@B.example", hs_additional_emails="old@b.example")])

    for address in ("anna@b.example", "old@b.example"):
        assert crm.get(f"/crm/v3/objects/contacts/{address}", params={"idProperty": "email"}).json()["id"] == "101"
    assert crm.get("/crm/v3/objects/contacts/x@b.example", params={"idProperty": "email"}).status_code == 404
    assert crm.get("/crm/v3/objects/contacts/Anna", params={"idProperty": "firstname"}).status_code == 400


def test_created_contact_starts_as_a_lead_of_this_integration(crm: Crm) -> None:
    answer = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "New@B.example", "firstname": "New"}})

    assert answer.status_code == 201
    held = answer.json()["properties"]
    assert held["email"] == "new@b.example"
    assert held["lifecyclestage"] == "lead"
    assert held["hs_object_source"] == "INTEGRATION"
    assert held["hs_email_domain"] == "b.example"
    assert held["hs_lifecyclestage_lead_date"] == "1790000000000"


def test_stage_dates_are_milliseconds_only_in_the_answer_to_a_creation(crm: Crm) -> None:
    id_ = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "a@b.example"}}).json()["id"]

    later = crm.get(f"/crm/v3/objects/contacts/{id_}", params={"properties": "hs_lifecyclestage_lead_date"}).json()

    assert later["properties"]["hs_lifecyclestage_lead_date"] == "2026-09-21T14:13:20.000Z"


def test_second_contact_with_an_address_is_a_conflict_that_names_the_first(crm: Crm) -> None:
    first = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "a@b.example"}}).json()["id"]

    answer = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "A@b.example"}})

    assert answer.status_code == 409
    assert answer.json()["category"] == "CONFLICT"
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {first}"


def test_patching_an_address_that_another_contact_holds_names_the_owner_second(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, email="a@b.example"), contact(2, email="c@b.example")])

    answer = crm.patch("/crm/v3/objects/contacts/2", json={"properties": {"email": "a@b.example"}})

    assert answer.status_code == 400
    assert answer.json()["message"].endswith("on 2. 1 already has that value.")


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("contacts", {"jobtitle": "CEO"}),
        ("companies", {}),
        ("deals", {"dealname": "D"}),
        ("calls", {}),
        ("emails", {"hs_timestamp": "1"}),
    ],
)
def test_creation_without_required_properties_is_refused(crm: Crm, kind: str, properties: dict[str, str]) -> None:
    assert crm.post(f"/crm/v3/objects/{kind}", json={"properties": properties}).status_code == 400


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nonsense", "1", "PROPERTY_DOESNT_EXIST"),
        ("hs_is_contact", "true", "READ_ONLY_VALUE"),
        ("lastmodifieddate", "1", "READ_ONLY_VALUE"),
        ("hs_lead_status", "new", "INVALID_OPTION"),
        ("email", "nobody", "INVALID_EMAIL"),
        ("closedate", "tomorrow", "INVALID_DATE"),
    ],
)
def test_refused_values_are_listed_in_the_message_and_as_errors(
    crm: Crm, portal: Portal, name: str, value: str, code: str
) -> None:
    portal.load([contact(101)])

    answer = crm.patch("/crm/v3/objects/contacts/101", json={"properties": {name: value, "firstname": "kept out"}})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}
    assert answer.json()["message"].startswith('Property values were not valid: [{"isValid":false')
    assert "firstname" not in portal.tables["contacts"].rows["101"].properties


def test_number_that_is_none_is_refused_and_null_changes_nothing(crm: Crm, portal: Portal) -> None:
    portal.load([{"type": "companies", "id": "5", "properties": {"name": "Ours"}, "createdAt": "2026-01-01"}])

    refused = crm.patch("/crm/v3/objects/companies/5", json={"properties": {"numberofemployees": "many"}})
    crm.patch("/crm/v3/objects/companies/5", json={"properties": {"name": None, "numberofemployees": 12}})

    assert refused.json()["errors"][0]["code"] == "INVALID_INTEGER"
    held = portal.tables["companies"].rows["5"].properties
    assert (held["name"], held["numberofemployees"]) == ("Ours", "12")


def test_empty_text_clears_and_the_answer_carries_what_was_written(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101, firstname="A", jobtitle="CEO")])

    answer = crm.patch("/crm/v3/objects/contacts/101", json={"properties": {"jobtitle": "", "firstname": "B"}}).json()

    assert answer["properties"]["firstname"] == "B"
    assert "jobtitle" not in answer["properties"]
    again = crm.get("/crm/v3/objects/contacts/101", params={"properties": "jobtitle"}).json()
    assert again["properties"]["jobtitle"] is None


def test_a_leading_semicolon_appends_to_a_multiple_choice(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101, hs_buying_role="CHAMPION")])

    crm.patch("/crm/v3/objects/contacts/101", json={"properties": {"hs_buying_role": ";BLOCKER;CHAMPION"}})

    assert portal.tables["contacts"].rows["101"].properties["hs_buying_role"] == "CHAMPION;BLOCKER"


def test_contacts_carry_another_modified_property_than_everything_else(crm: Crm) -> None:
    contact_id = crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "a@b.example"}}).json()["id"]
    company = crm.post("/crm/v3/objects/companies", json={"properties": {"name": "Ours"}}).json()

    assert "lastmodifieddate" in crm.get(f"/crm/v3/objects/contacts/{contact_id}").json()["properties"]
    assert "hs_lastmodifieddate" in company["properties"]
    assert "lastmodifieddate" not in company["properties"]


def test_history_tells_who_wrote(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101, jobtitle="Clerk")])
    crm.patch("/crm/v3/objects/contacts/101", json={"properties": {"jobtitle": "Head"}})
    portal.edit_as_user("contacts", "101", {"jobtitle": "Chief"}, user_id="77")

    answer = crm.get("/crm/v3/objects/contacts/101", params={"propertiesWithHistory": "jobtitle"}).json()

    past = answer["propertiesWithHistory"]["jobtitle"]
    assert [(item["value"], item["sourceType"]) for item in past] == [
        ("Chief", "CRM_UI"),
        ("Head", "INTEGRATION"),
        ("Clerk", "IMPORT"),
    ]
    assert past[0]["updatedByUserId"] == 77
    assert past[1]["sourceId"].isdigit()


def test_writing_the_same_value_adds_no_history_but_stamps_the_record(crm: Crm, portal: Portal) -> None:
    portal.load([contact(101, jobtitle="Clerk")])

    crm.patch("/crm/v3/objects/contacts/101", json={"properties": {"jobtitle": "Clerk"}})

    answer = crm.get("/crm/v3/objects/contacts/101", params={"propertiesWithHistory": "jobtitle"}).json()
    assert len(answer["propertiesWithHistory"]["jobtitle"]) == 1
    assert answer["updatedAt"] == "2026-09-21T14:13:20.000Z"


def test_dated_version_puts_a_date_right_that_v3_refuses(crm: Crm, portal: Portal) -> None:
    group = {"object": "deals", "name": "renewal", "dataType": "date", "fieldType": "date"}
    deal = {"type": "deals", "id": "3", "properties": {"dealname": "D"}, "createdAt": "2026-01-01"}
    portal.load([{"type": "properties", **group}, deal])
    body = {"properties": {"renewal": "2026-05-04T10:00:00Z"}}

    assert crm.patch("/crm/v3/objects/deals/3", json=body).status_code == 400
    assert crm.patch("/crm/objects/2026-09/deals/3", json=body).status_code == 200
    assert portal.tables["deals"].rows["3"].properties["renewal"] == "2026-05-04"


def test_survey_answers_cannot_be_written(crm: Crm) -> None:
    assert crm.post("/crm/v3/objects/feedback_submissions", json={"properties": {"hs_value": "9"}}).status_code == 400


def test_broken_bodies_are_refused(crm: Crm) -> None:
    for content in (b"{", b"[]", b'{"properties": 3}'):
        assert crm.post("/crm/v3/objects/contacts", content=content).status_code == 400


def test_an_address_of_more_than_sixteen_thousand_characters_is_too_long(crm: Crm) -> None:
    assert crm.get("/crm/v3/objects/contacts", params={"properties": "x" * 15_000}).status_code == 200
    assert crm.get("/crm/v3/objects/contacts", params={"properties": "x" * 17_000}).status_code == 414
