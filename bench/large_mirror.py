"""What surrounds a large ledger: owners, companies, contacts, deals, links, and what the desk keeps of them."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table

from syncer.moments import DAY, HOUR
from syncer.store import tables

ACCOUNT = "bench"
#: 2026-09-21.
NOW = 1_790_000_000_000
SOURCES = ("organic_search", "paid_search", "linkedin", "referral", "offline", None)
_INDUSTRIES = ("machinery", "software", "logistics", "chemistry", None)
_MONTHS = 24
#: Stage of a passage that goes on, by the last date that it has.
_REACHED = {
    "offer_at": "OPPORTUNITY",
    "deal_at": "LEAD_DEAL",
    "accepted_at": "LEAD_SAL",
    "sales_ready_at": "LEAD_SQL",
    "mql_at": "LEAD_MQL",
    "inquiry_at": "INQUIRY",
    "suspect_at": "SUSPECT",
}
_CLOSED = {"won": "CLOSED_WON", "lost": "CLOSED_LOST", "other": "CLOSED_OTHER"}
_DONE, _WAITING, _REFUSED = "written", "pending", "failed"

#: A row by its column names; what is missing is filled in or NULL.
Values = Mapping[str, Any]


def standing(contacts: int) -> Iterator[tuple[Table, Iterator[Values]]]:
    """Yield the tables that no passage of a contact is needed for, with their rows."""
    firms = contacts // 4 + 1
    yield tables.owners, ({"id": str(n), "first_name": "A", "last_name": str(n), "archived": 0} for n in range(20))
    yield tables.stages, _stages()
    yield tables.companies, (_company(number) for number in range(firms))
    yield (
        tables.company_states,
        ({"company_id": f"f{n:07d}", "stage": "TAM", "in_tam": n % 5 > 0} for n in range(firms)),
    )
    yield tables.contacts, (_contact(number) for number in range(contacts))
    yield tables.answers, (_answer(number) for number in range(0, contacts, 100))
    yield tables.costs, (_cost(month, source) for month in range(_MONTHS) for source in SOURCES[1:3])
    yield tables.outbox, (_told(number) for number in range(contacts))


def _stages() -> Iterator[Values]:
    for position in range(3):
        yield {
            "pipeline_id": "default",
            "stage_id": f"s{position}",
            "pipeline_label": "Sales",
            "label": f"Stage {position}",
            "position": position,
            "is_closed": 0,
            "probability": 0.5,
        }


def _company(number: int) -> Values:
    industry = _INDUSTRIES[number % len(_INDUSTRIES)]
    return {"id": f"f{number:07d}", "name": f"Firma {number}", "industry": industry, "employees": number % 3_000}


def _contact(number: int) -> Values:
    return {
        "id": f"c{number:07d}",
        "email": f"p{number}@firma.example",
        "email_key": f"p{number}@firma.example",
        "first_name": "Kim",
        "last_name": f"Muster {number}",
        "company_id": f"f{number // 4:07d}",
        "owner_id": str(number % 20),
        "source": SOURCES[number % len(SOURCES)],
        "country": "DE",
        "opted_out": number % 50 == 0,
        "bounced": number % 40 == 0,
        "created_at": NOW - 700 * DAY,
        "fields": '{"seniority":"director","consent":"Freely given consent from contact"}',
    }


def _answer(number: int) -> Values:
    at = NOW - number % 600 * DAY
    return {
        "id": f"a{number}",
        "contact_id": f"c{number:07d}",
        "survey_id": "nps",
        "survey_type": "NPS",
        "value": number // 100 % 11,
        "answered_at": at,
    }


def _cost(month: int, source: str | None) -> Values:
    return {
        "id": f"{month}-{source}",
        "source": source,
        "amount": 2_500_000_000,
        "currency": "EUR",
        "starts_at": NOW - (month + 1) * 30 * DAY,
        "ends_at": NOW - month * 30 * DAY,
        "kind": "media",
    }


def _told(number: int) -> Values:
    """Return a value of a contact that was written, that waits, or, of one in ten thousand, that was refused."""
    status = _REFUSED if number % 10_000 == 0 else _WAITING if number % 1_000 == 1 else _DONE
    return {
        "key": f"contacts/c{number:07d}/fn_stage/{number}",
        "run": f"run-{number // 50_000:05d}",
        "kind": "contacts",
        "record_id": f"c{number:07d}",
        "property": "fn_stage",
        "value": "SUSPECT",
        "previous": None,
        "rule": "rule",
        "why": "",
        "decision": str(number),
        "status": status,
        "changed_at": NOW - number % 600 * HOUR,
    }


def state(cycle: Values) -> Values:
    """Return where the contact of a passage stands."""
    number = int(str(cycle["contact_id"])[1:])
    last = next(name for name in _REACHED if cycle[name] is not None)
    ended = cycle["ended_at"] is not None
    waits = last == "sales_ready_at" and not ended
    return {
        "contact_id": cycle["contact_id"],
        "stage": _CLOSED[str(cycle["outcome"])] if ended else _REACHED[last],
        "since": cycle["ended_at"] if ended else cycle[last],
        "cycle_no": 1,
        "relationship": "prospect",
        "outcome": cycle["outcome"],
        "fit": 50.0,
        "engagement": 20.0,
        "grade": cycle["grade"],
        "level": 1 + number % 3,
        "cell": f"{cycle['grade']}{1 + number % 3}",
        "action": "mql",
        "priority": random.Random(number).randrange(1_000),
        "completeness": 0.5,
        "basis": "full",
        "sla_due_at": NOW + (number % 200 - 150) * HOUR if waits else None,
        "due_at": NOW + number % 90 * DAY,
        "changed_at": NOW - number % 600 * DAY,
    }


def deal(cycle: Values) -> Values:
    """Return the deal of a passage as its CRM holds it."""
    return {
        "id": cycle["deal_id"],
        "name": f"Anlage {cycle['contact_id']}",
        "pipeline_id": "default",
        "stage_id": "s0",
        "amount": 12_000_000_000,
        "currency": "EUR",
        "close_date": cycle["ended_at"] or NOW + 20 * DAY,
        "owner_id": cycle["owner_id"],
        "created_at": cycle["deal_at"],
    }


def links(cycle: Values) -> Iterator[Values]:
    """Yield what the contact of a passage is linked to: the company, and the deal if there is one."""
    contact, number = cycle["contact_id"], int(str(cycle["contact_id"])[1:])
    yield {"from_kind": "contacts", "from_id": contact, "to_kind": "companies", "to_id": f"f{number // 4:07d}"}
    if cycle["deal_id"] is not None:
        yield {"from_kind": "deals", "from_id": cycle["deal_id"], "to_kind": "contacts", "to_id": contact}
