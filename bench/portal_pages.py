"""What the bench's portal holds, and the bodies that it is answered with. Every record is made from one template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

ACTIVITY_STREAMS = ("calls", "emails", "meetings", "notes", "tasks", "communications")
#: When every record was last modified.
MODIFIED = "2026-10-01T08:00:00.000Z"
_MODIFIED_AT = int(datetime.fromisoformat(MODIFIED).timestamp() * 1000)
_CREATED = "2026-03-01T08:00:00.000Z"
_FIRST_ID = 1_000_000
#: Stands in a template where the number of the record, or of its company, belongs.
_NUMBER, _COMPANY = "@i", "@c"
_CONTACTS_A_COMPANY = 7
_LIST_PAGE = 100

CONTACT: Mapping[str, str | None] = {
    "email": f"person{_NUMBER}@firma{_COMPANY}.example",
    "firstname": "Vorname",
    "lastname": f"Nachname{_NUMBER}",
    "jobtitle": "Leiterin Einkauf",
    "hs_seniority": "head",
    "department": "procurement",
    "lifecyclestage": "lead",
    "hs_lead_status": None,
    "hubspot_owner_id": "11",
    "hs_analytics_source": "PAID_SEARCH",
    "hs_analytics_source_data_1": "herbst",
    "country": "Deutschland",
    "hs_email_optout": "false",
    "createdate": _CREATED,
    "lastmodifieddate": MODIFIED,
    "hs_lifecyclestage_lead_date": "2026-03-02T08:00:00.000Z",
    "hs_object_id": _NUMBER,
}
_ALWAYS = {"hs_object_id": _NUMBER, "createdate": _CREATED, "hs_lastmodifieddate": MODIFIED}
_AT = {"hs_timestamp": "2026-06-01T08:00:00.000Z"}
_PROPERTIES: Mapping[str, Mapping[str, str | None]] = {
    "contacts": CONTACT,
    "companies": {**_ALWAYS, "name": f"Firma {_NUMBER}", "domain": f"firma{_NUMBER}.example", "industry": "MACHINERY"},
    "deals": {
        **_ALWAYS,
        "dealname": f"Anlage {_NUMBER}",
        "pipeline": "default",
        "dealstage": "open",
        "amount": "12000",
        "closedate": "2026-12-01T00:00:00Z",
    },
    "calls": {**_ALWAYS, **_AT, "hs_call_title": "Rückfrage", "hs_call_status": "COMPLETED"},
    "emails": {**_ALWAYS, **_AT, "hs_email_subject": "Angebot", "hs_email_direction": "EMAIL"},
    "meetings": {**_ALWAYS, **_AT, "hs_meeting_title": "Termin", "hs_meeting_outcome": "COMPLETED"},
    "notes": {**_ALWAYS, **_AT},
    "tasks": {**_ALWAYS, **_AT, "hs_task_subject": "Anrufen", "hs_task_status": "COMPLETED"},
    "communications": {**_ALWAYS, **_AT, "hs_communication_channel_type": "LINKEDIN_MESSAGE"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """How much a portal holds, and how its server behaves."""

    contacts: int = 0
    companies: int = 0
    deals: int = 0
    #: Spread over the activity streams as evenly as they go.
    activities: int = 0
    #: One contact in so many is past "lead" and has versions to tell; 0 for none.
    storied: int = 0
    #: Whether records are associated: a contact with its company, a deal with both, an activity with a contact.
    linked: bool = False
    #: Seconds that an answer takes on its way.
    latency: float = 0.0
    #: Whether calls over HubSpot's limits for a Professional account are answered 429.
    limited: bool = False

    def size(self, stream: str) -> int:
        """Return how many records a stream has."""
        if stream not in ACTIVITY_STREAMS:
            return {"contacts": self.contacts, "companies": self.companies, "deals": self.deals}.get(stream, 0)
        each, more = divmod(self.activities, len(ACTIVITY_STREAMS))
        return each + (ACTIVITY_STREAMS.index(stream) < more)

    def is_storied(self, number: int) -> bool:
        """Return whether a contact, by its place in the list, has versions to tell."""
        return self.storied > 0 and number % self.storied == 0


class Pages:
    """The bodies of one portal's answers."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._templates = {
            stream: orjson.dumps(
                {
                    "id": _NUMBER,
                    "properties": properties,
                    "createdAt": _CREATED,
                    "updatedAt": MODIFIED,
                    "archived": False,
                }
            )
            for stream, properties in _PROPERTIES.items()
        }

    def list_page(self, stream: str, after: int, limit: int = _LIST_PAGE) -> bytes:
        """Return the page of a list from the id `after` on; the next one begins at the last id plus one."""
        total = self._portal.size(stream)
        start = min(max(0, after - _FIRST_ID), total)
        end = min(start + limit, total)
        more = b',"paging":{"next":{"after":"%d","link":""}}' % (_FIRST_ID + end) if end < total else b""
        return b'{"results":[%s]%s}' % (self._records(stream, range(start, end)), more)

    def search_page(self, stream: str, asked: Mapping[str, object]) -> bytes:
        """Return the page of a search by time of change and id, ids ascending; other filters let everything pass."""
        low, high = self._found(stream, asked)
        start = low + int(str(asked.get("after") or 0))
        end = min(start + int(str(asked.get("limit") or 10)), high)
        more = b',"paging":{"next":{"after":"%d"}}' % (end - low) if end < high else b""
        return b'{"total":%d,"results":[%s]%s}' % (high - low, self._records(stream, range(start, end)), more)

    def batch(self, stream: str, ids: Sequence[str], history: Sequence[str]) -> bytes:
        """Return records by id, with one version of each property in `history`."""
        version = b'"propertiesWithHistory":%s,' % orjson.dumps(
            {name: [{"value": "lead", "timestamp": _CREATED, "sourceType": "CRM_UI"}] for name in history}
        )
        records = self._records(stream, [int(one) - _FIRST_ID for one in ids])
        if history:
            records = records.replace(b'"properties":', version + b'"properties":')
        return b'{"status":"COMPLETE","results":[%s]}' % records

    def links(self, to: str, ids: Sequence[str]) -> bytes:
        """Return the one association of each record; where records are not linked, the errors that say so."""
        total = self._portal.size(to)
        if not self._portal.linked or not total:
            return _no_links(ids)
        return orjson.dumps({"status": "COMPLETE", "results": [_link(int(one), total) for one in ids]})

    def _found(self, stream: str, asked: Mapping[str, object]) -> tuple[int, int]:
        low, high = 0, self._portal.size(stream)
        groups = asked.get("filterGroups")
        for one in groups[0].get("filters", ()) if isinstance(groups, list) and groups else ():
            name, operator = one["propertyName"], one["operator"]
            if name in {"hs_object_id", "id"} and operator in {"GT", "GTE"}:
                low = max(low, int(one["value"]) - _FIRST_ID + (operator == "GT"))
            elif name.endswith("lastmodifieddate") and not _lets_pass(operator, one["value"]):
                return 0, 0
        return low, max(low, high)

    def _records(self, stream: str, numbers: Sequence[int] | range) -> bytes:
        template = self._templates.get(stream, b"{}")
        return b",".join(self._record(template, stream, number) for number in numbers)

    def _record(self, template: bytes, stream: str, number: int) -> bytes:
        company = number // _CONTACTS_A_COMPANY
        text = template.replace(b"@i", b"%d" % (_FIRST_ID + number)).replace(b"@c", b"%d" % company)
        if stream == "contacts" and self._portal.is_storied(number):
            text = text.replace(b'"lifecyclestage":"lead"', b'"lifecyclestage":"opportunity"')
        return text


def property_list(stream: str) -> bytes:
    """Return the definitions of a stream's properties."""
    return orjson.dumps({"results": definitions(stream)})


def definitions(stream: str) -> Sequence[Mapping[str, object]]:
    """Return the definition of each property of a stream."""
    return [_definition(name) for name in _PROPERTIES.get(stream, {})]


def _definition(name: str) -> Mapping[str, object]:
    return {
        "name": name,
        "label": name,
        "type": "datetime" if name.endswith("date") else "string",
        "fieldType": "date" if name.endswith("date") else "text",
        "groupName": "contactinformation",
        "options": [],
        "hubspotDefined": True,
        "calculated": False,
    }


def _lets_pass(operator: str, value: object) -> bool:
    text = str(value)
    at = int(text) if text.isdigit() else int(datetime.fromisoformat(text).timestamp() * 1000)
    return {
        "GTE": at <= _MODIFIED_AT,
        "GT": at < _MODIFIED_AT,
        "LTE": at >= _MODIFIED_AT,
        "LT": at > _MODIFIED_AT,
    }.get(operator, True)


def _link(from_id: int, total: int) -> Mapping[str, object]:
    to_id = _FIRST_ID + (from_id - _FIRST_ID) % total
    types = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}]
    return {"from": {"id": str(from_id)}, "to": [{"toObjectId": to_id, "associationTypes": types}]}


def _no_links(ids: Sequence[str]) -> bytes:
    errors = [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": "none",
            "context": {"fromObjectId": [one]},
        }
        for one in ids
    ]
    return orjson.dumps({"status": "COMPLETE", "results": [], "numErrors": len(errors), "errors": errors})
