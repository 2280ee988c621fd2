"""Recorded bodies, and the request that brings the like answer from the sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONTACT = {"type": "contacts", "id": "101", "createdAt": "2026-01-01", "properties": {"email": "a@b.example"}}
SECOND = {"type": "contacts", "id": "102", "createdAt": "2026-01-01", "properties": {"email": "b@b.example"}}
COMPANY = {"type": "companies", "id": "7", "createdAt": "2026-01-01", "properties": {"name": "Sieben"}}
LINKED: list[Mapping[str, object]] = [
    {**COMPANY, "associations": [{"to": "contacts", "id": "101", "primary": True}]},
    CONTACT,
    SECOND,
]
DEAL = {"type": "deals", "id": "30", "createdAt": "2026-01-01", "properties": {"dealname": "D"}}
AGE = {"name": "age__c", "label": "Age", "groupName": "own", "type": "number", "fieldType": "number", "formField": True}
OWN = [{"type": "property_groups", "object": "contacts", "name": "own", "label": "Own"}]
AGE_LINE = {"type": "properties", "object": "contacts", "name": "age__c", "dataType": "number", "fieldType": "number"}
CAMPAIGN = {"type": "campaigns", "id": "c1", "createdAt": "2026-01-01", "properties": {"hs_name": "N"}}
CAMPAIGNS = [CAMPAIGN, {**CAMPAIGN, "id": "c2"}, {**CAMPAIGN, "id": "c3"}]
EVENT = {
    "type": "events",
    "eventType": "e_visited_page",
    "objectId": "101",
    "occurredAt": "2026-01-01",
    "properties": {"hs_url": "/"},
}
FORMS = [{"type": "forms", "id": id_, "name": "F"} for id_ in ("f1", "f2")]
WRONG = {"first000name": "x", "last000name": "y"}
ADDRESS = {"email": "a@b.example"}
BATCH = "/crm/v3/objects/contacts/batch"
V4 = "/crm/v4/associations/contacts"
PRIMARY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
SELF = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 449}


def _inputs(*items: Mapping[str, object]) -> dict[str, object]:
    return {"inputs": list(items)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recorded body and the request that brings the like answer."""

    file: str
    call: tuple[str, str, object]
    status: int = 200
    lines: Sequence[Mapping[str, object]] = ()


AMP = "amp-labs__connectors"
DLT = "dlt-hub__verified-sources"
CASES = [
    Case(
        file=f"{AMP}/associations__contact-to-company-resp.json",
        call=(
            "POST",
            f"{V4}/companies/batch/create",
            _inputs({"from": {"id": "102"}, "to": {"id": "7"}, "types": [PRIMARY]}),
        ),
        status=201,
        lines=LINKED,
    ),
    Case(
        file=f"{AMP}/associations__err-contact-to-contact.json",
        call=(
            "POST",
            f"{V4}/contacts/batch/create",
            _inputs(
                {"from": {"id": "101"}, "to": {"id": "unknown"}, "types": [SELF]},
                {"from": {"id": "101"}, "to": {"id": "101"}, "types": [SELF]},
            ),
        ),
        status=207,
        lines=LINKED,
    ),
    Case(
        file=f"{AMP}/search__contacts__contacts-to-companies.json",
        call=("POST", f"{V4}/companies/batch/read", _inputs({"id": "101"}, {"id": "102"})),
        status=207,
        lines=LINKED,
    ),
    Case(
        file=f"{AMP}/batch__create__contacts__err-conflict.json",
        call=("POST", f"{BATCH}/create", _inputs({"properties": ADDRESS})),
        status=409,
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__create__contacts__err-many-invalid-properties.json",
        call=("POST", f"{BATCH}/create", _inputs({"properties": WRONG}, {"properties": WRONG})),
        status=400,
    ),
    Case(
        file=f"{AMP}/batch__create__contacts__err-partial-success.json",
        call=(
            "POST",
            f"{BATCH}/create",
            _inputs(
                {"objectWriteTraceId": "0", "properties": ADDRESS},
                {"objectWriteTraceId": "1", "properties": {"email": "new@b.example"}},
            ),
        ),
        status=207,
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__create__contacts__success.json",
        call=("POST", f"{BATCH}/create", _inputs({"properties": ADDRESS})),
        status=201,
    ),
    Case(
        file=f"{AMP}/batch__update__contacts__err-duplicate-ids.json",
        call=("POST", f"{BATCH}/update", _inputs({"id": "101", "properties": {}}, {"id": "101", "properties": {}})),
        status=400,
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__update__contacts__err-many-invalid-properties.json",
        call=("POST", f"{BATCH}/update", _inputs({"id": "101", "properties": WRONG})),
        status=400,
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__update__contacts__err-partial-success.json",
        call=(
            "POST",
            f"{BATCH}/update",
            _inputs({"id": "101", "properties": ADDRESS}, {"id": "unknownIdentifier888", "properties": ADDRESS}),
        ),
        status=207,
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__update__contacts__success.json",
        call=("POST", f"{BATCH}/update", _inputs({"id": "101", "properties": ADDRESS})),
        lines=[CONTACT],
    ),
    Case(
        file=f"{AMP}/batch__read__campaigns__multi-207.json",
        call=(
            "POST",
            "/marketing/campaigns/2026-03/batch/read?properties=hs_name",
            _inputs({"id": "c1"}, {"id": "no"}),
        ),
        status=207,
        lines=CAMPAIGNS,
    ),
    Case(
        file=f"{AMP}/batch__read__campaigns__ok-200.json",
        call=("POST", "/marketing/campaigns/2026-03/batch/read", _inputs({"id": "c1"})),
        lines=CAMPAIGNS,
    ),
    Case(
        file=f"{AMP}/read__campaigns__1-first-page.json",
        call=("GET", "/marketing/campaigns/2026-03?limit=2&sort=-updatedAt&properties=hs_name", None),
        lines=CAMPAIGNS,
    ),
    Case(
        file=f"{AMP}/read__campaigns__2-last-page.json",
        call=("GET", "/marketing/campaigns/2026-03?limit=2&after=Mg%3D%3D&properties=hs_name", None),
        lines=CAMPAIGNS,
    ),
    Case(
        file=f"{AMP}/custom__create__2-response-create-property-group.json",
        call=("POST", "/crm/v3/properties/contacts/groups", {"name": "own", "label": "Own"}),
        status=201,
    ),
    Case(
        file=f"{AMP}/custom__update__1-read-property-group.json",
        call=("GET", "/crm/v3/properties/contacts/groups/own", None),
        lines=OWN,
    ),
    Case(
        file=f"{AMP}/custom__create__4-response-batch-create-properties.json",
        call=("POST", "/crm/v3/properties/contacts/batch/create", _inputs(AGE)),
        status=201,
        lines=OWN,
    ),
    Case(
        file=f"{AMP}/custom__update__3-response-batch-create-properties.json",
        call=("POST", "/crm/v3/properties/contacts/batch/create", _inputs(AGE, {**AGE, "name": "hobby__c"})),
        status=207,
        lines=[*OWN, AGE_LINE],
    ),
    Case(
        file=f"{AMP}/custom__update__5-response-update-property-age.json",
        call=("PATCH", "/crm/v3/properties/contacts/age__c", {"label": "Age", "description": "How old are you?"}),
        lines=[AGE_LINE],
    ),
    Case(
        file=f"{AMP}/metadata-contacts-external-pipelines.json",
        call=("GET", "/crm/v3/pipelines/contacts", None),
    ),
    Case(file=f"{AMP}/metadata-deals-external-pipelines.json", call=("GET", "/crm/v3/pipelines/deals", None)),
    Case(
        file=f"{AMP}/metadata-contacts-properties-sampled.json",
        call=("GET", "/crm/v3/properties/contacts", None),
        lines=[AGE_LINE],
    ),
    Case(file=f"{AMP}/post-auth__account-info.json", call=("GET", "/account-info/v3/details", None)),
    Case(
        file=f"{AMP}/search__contacts__1-first-page.json",
        call=("POST", "/crm/v3/objects/contacts/search", {"limit": 1}),
        lines=[CONTACT, SECOND],
    ),
    Case(
        file=f"{AMP}/search__contacts__2-second-page.json",
        call=("POST", "/crm/v3/objects/contacts/search", {"limit": 1, "after": "1"}),
        lines=[CONTACT, SECOND],
    ),
    Case(
        file=f"{AMP}/search__error-invalid-object.json",
        call=("POST", "/crm/v3/objects/butterflies/search", {}),
        status=400,
    ),
    Case(
        file=f"{AMP}/read__objects-api__contacts-response.json",
        call=("GET", "/crm/v3/objects/contacts?limit=1&properties=email", None),
        lines=[CONTACT, SECOND],
    ),
    Case(
        file=f"{AMP}/read__objects-api__contacts-batch.json",
        call=("POST", f"{BATCH}/read", _inputs({"id": "101"}, {"id": "102"})),
        lines=[CONTACT, SECOND],
    ),
    Case(
        file=f"{AMP}/read__events__e_visited_page.json",
        call=("GET", "/events/event-occurrences/2026-03?eventType=e_visited_page", None),
        lines=[EVENT],
    ),
    Case(
        file=f"{AMP}/read__marketing-forms.json",
        call=("GET", "/marketing/forms/2026-09-beta?limit=1", None),
        lines=FORMS,
    ),
    Case(file=f"{DLT}/mock_contacts_data.json", call=("GET", "/crm/v3/objects/contacts", None), lines=[CONTACT]),
    Case(file=f"{DLT}/mock_companies_data.json", call=("GET", "/crm/v3/objects/companies", None), lines=[COMPANY]),
    Case(file=f"{DLT}/mock_deals_data.json", call=("GET", "/crm/v3/objects/deals", None), lines=[DEAL]),
    Case(
        file=f"{DLT}/mock_contacts_with_history.json",
        call=("GET", "/crm/v3/objects/contacts?propertiesWithHistory=email&associations=deals", None),
        lines=[{**CONTACT, "associations": [{"to": "deals", "id": "30"}]}, DEAL],
    ),
]

#: By what the recorded bodies say of themselves, the request that brings the like.
SNIPPETS: Mapping[str, tuple[str, str, object]] = {
    "POST contacts, email held by another record": ("PATCH", "/crm/v3/objects/contacts/102", {"properties": ADDRESS}),
    "POST /crm/v3/objects/contacts with an existing e-mail": (
        "POST",
        "/crm/v3/objects/contacts",
        {"properties": ADDRESS},
    ),
    "POST /crm/v3/objects/contacts/batch/read with an unknown id": ("POST", f"{BATCH}/read", _inputs({"id": "1"})),
    "POST /crm/v4/associations/{from}/{to}/batch/read, record without links": (
        "POST",
        f"{V4}/companies/batch/read",
        _inputs({"id": "102"}),
    ),
    "missing credentials": ("GET", "/crm/v3/objects/contacts", None),
}
