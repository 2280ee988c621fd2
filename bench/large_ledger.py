"""A large ledger in SQLite, written row by row without a CRM: what bench/kpis.py measures on."""

import random
from collections.abc import Iterable, Iterator

import orjson
from sqlalchemy import Table

from syncer.moments import DAY
from syncer.store import Store, open_store, sqlite, tables
from syncer.store.dialect import Row
from syncer.store.evidence import PRIORITY

ACCOUNT = "bench"
#: 2026-09-21.
NOW = 1_790_000_000_000
_PAGE = 20_000
_SOURCES = ("organic_search", "paid_search", "linkedin", "referral", "offline", None)
_INDUSTRIES = ("machinery", "software", "logistics", "chemistry", None)
_KINDS = ("page_view", "page_view", "page_view", "page_view", "page_view", "email_click", "email_click")
_REP_KINDS = ("call", "email_out", "meeting")
_LADDER = ("SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "LEAD_DEAL", "OPPORTUNITY")
_DATES = ("suspect_at", "inquiry_at", "mql_at", "sales_ready_at", "accepted_at", "deal_at", "offer_at")
#: Share of cycles that come no further than each stage.
_DEPTHS = (0.45, 0.60, 0.64, 0.66, 0.70, 0.80, 1.0)
_ENDS = {"won": "CLOSED_WON", "lost": "CLOSED_LOST", "other": "CLOSED_OTHER"}
_OTHERS = {"account": ACCOUNT, "recorded_at": 1, "gist": 0, "fingerprint": 0, "fields": "{}", "held": "{}"}
_OTHERS |= {"agreement": "1", "evidence": "[]", "actor": "machine", "virtual": 0, "changed_at": 1, "contact_ids": "[]"}
_OTHERS |= {"flags": "[]"}


def fill(url: str, contacts: int) -> None:
    """Write the ledger."""
    store = open_store(url)
    store.upgrade()
    owners = ({"id": str(number), "first_name": "A", "last_name": str(number), "archived": 0} for number in range(20))
    _write(store, tables.owners, owners)
    firms = range(contacts // 4 + 1)
    _write(store, tables.companies, (_company(number) for number in firms))
    _write(store, tables.company_states, ({"company_id": f"f{n}", "stage": "TAM", "in_tam": n % 5 > 0} for n in firms))
    _write(store, tables.contacts, (_contact(number) for number in range(contacts)))
    _write(store, tables.contact_states, (_state(number) for number in range(contacts)))
    for first in range(0, contacts, _PAGE):
        passages = [_passage(number) for number in range(first, min(first + _PAGE, contacts))]
        _write(store, tables.cycles, passages)
        _write(store, tables.stage_events, (event for one in passages for event in _events(one)))
        _write(store, tables.deal_states, (_deal(one) for one in passages if one["deal_at"]))
        _write(store, tables.deals, ({"id": f"d{one['contact_id']}"} for one in passages if one["deal_at"]))
        _write(store, tables.deal_spans, (span for one in passages if one["deal_at"] for span in _spans(one)))
    for table, rows in ((tables.activities, _activities(contacts)), (tables.evidence, _evidence(contacts))):
        _write(store, table, rows)
    store.close()


def _write(store: Store, table: Table, rows: Iterable[dict[str, object]]) -> None:
    page: list[Row] = []
    for values in rows:
        every = _OTHERS | values
        page.append(tuple(every.get(column.name) for column in table.columns))
        if len(page) == _PAGE:
            _append(store, table, page)
            page = []
    _append(store, table, page)


def _append(store: Store, table: Table, page: list[Row]) -> None:
    with store.commit() as unit:
        sqlite.append(unit.connection, table, page)


def _company(number: int) -> dict[str, object]:
    industry = _INDUSTRIES[number % len(_INDUSTRIES)]
    return {"id": f"f{number}", "name": f"Firma {number}", "industry": industry, "employees": number % 3_000}


def _contact(number: int) -> dict[str, object]:
    return {
        "id": f"c{number}",
        "email": f"p{number}@firma.example",
        "company_id": f"f{number // 4}",
        "owner_id": str(number % 20),
        "source": _SOURCES[number % len(_SOURCES)],
        "country": "DE",
        "opted_out": number % 50 == 0,
        "bounced": number % 40 == 0,
        "created_at": NOW - 700 * DAY,
        "fields": '{"seniority":"director","consent":"Freely given consent from contact"}',
    }


def _state(number: int) -> dict[str, object]:
    return {
        "contact_id": f"c{number}",
        "stage": "SUSPECT",
        "cycle_no": 1,
        "relationship": "prospect",
        "outcome": "open",
        "fit": 50.0,
        "engagement": 20.0,
        "grade": "B",
        "level": 2,
        "cell": "B2",
        "action": "mql",
        "priority": 1,
        "completeness": 0.5,
        "basis": "full",
    }


def _passage(number: int) -> dict[str, object]:
    """Return a cycle; the same number gives the same one."""
    dice = random.Random(number)
    luck = dice.random()
    depth = next(place for place, share in enumerate(_DEPTHS) if luck < share)
    began = NOW - dice.randrange(30, 690) * DAY - dice.randrange(DAY)
    dates: dict[str, object] = {}
    at = began
    for place, name in enumerate(_DATES):
        dates[name] = at if place <= depth else None
        at += dice.randrange(1, 20) * DAY // 2
    ended = depth >= 5 and dice.random() < 0.7 and at < NOW
    return {
        "contact_id": f"c{number}",
        "cycle_no": 1,
        "type": "acquisition",
        "origin": "inbound",
        "started_at": began,
        "first_contact_at": began,
        "ended_at": at if ended else None,
        "outcome": dice.choice(("won", "lost", "lost", "other")) if ended else "open",
        "deal_id": f"dc{number}" if depth >= 5 else None,
        "source": _SOURCES[number % len(_SOURCES)],
        "owner_id": str(number % 20),
        "country": "DE",
        "grade": "ABCD"[number % 4],
        "cell": f"{'ABCD'[number % 4]}{1 + number % 3}" if depth >= 3 else None,
        **dates,
    }


def _events(cycle: dict[str, object]) -> Iterator[dict[str, object]]:
    before, seq = "TAM", 0
    for name, stage in zip(_DATES, _LADDER, strict=True):
        if cycle[name] is not None:
            yield _event(cycle, seq, (before, stage), cycle[name])
            before, seq = stage, seq + 1
    if cycle["ended_at"] is not None:
        yield _event(cycle, seq, (before, _ENDS[str(cycle["outcome"])]), cycle["ended_at"])


def _event(cycle: dict[str, object], seq: int, ends: tuple[str, str], at: object) -> dict[str, object]:
    common = {"contact_id": cycle["contact_id"], "cycle_no": 1, "seq": seq, "occurred_at": at, "rule": "rule"}
    return common | {"from_stage": ends[0], "to_stage": ends[1]}


def _deal(cycle: dict[str, object]) -> dict[str, object]:
    number = int(str(cycle["contact_id"])[1:])
    return {
        "deal_id": cycle["deal_id"],
        "created_at": cycle["deal_at"],
        "primary_contact_id": cycle["contact_id"],
        "company_id": f"f{number // 4}",
        "owner_id": str(number % 20),
        "deal_type": "newbusiness",
    }


def _spans(cycle: dict[str, object]) -> Iterator[dict[str, object]]:
    common = {
        "deal_id": cycle["deal_id"],
        "pipeline_id": "default",
        "pipeline_kind": "new_business",
        "stage_id": "s",
        "rule": "rule",
        "amount": 12_000_000_000,
        "currency": "EUR",
        "offer_at": cycle["offer_at"],
        "month_pushes": 0,
        "quarter_pushes": 0,
        "close_date": cycle["ended_at"] or NOW + 20 * DAY,
        "probability": 0.5,
        "forecast_category": "COMMIT",
    }
    yield common | {"valid_from": cycle["deal_at"], "valid_to": cycle["ended_at"], "outcome": "open"}
    if cycle["ended_at"] is not None:
        yield common | {"valid_from": cycle["ended_at"], "outcome": cycle["outcome"], "reason": "price"}


def _done(contacts: int) -> Iterator[tuple[int, int, str, int]]:
    """Yield contact, place, kind and moment of ten activities a contact; one of seven contacts is worked by a rep."""
    for number in range(contacts):
        kinds = (*_KINDS, *(_REP_KINDS if number % 7 == 0 else _KINDS[:3]))
        for place, kind in enumerate(kinds):
            yield number, place, kind, NOW - (number * 7_919 + place * 104_729) % (600 * DAY // 1_000) * 1_000


def _activities(contacts: int) -> Iterator[dict[str, object]]:
    for number, place, kind, at in _done(contacts):
        yield {"stream": "s", "id": f"{number:08d}-{place}", "kind": kind, "occurred_at": at, "subject": "Preise"}


def _evidence(contacts: int) -> Iterator[dict[str, object]]:
    for number, place, kind, at in _done(contacts):
        name = f"s:{number:08d}-{place}"
        owner = "7" if kind in _REP_KINDS else None
        fact = orjson.dumps((at, PRIORITY[kind], name, kind, "Preise", None, owner, "COMPLETED", None, 1)).decode()
        yield {
            "contact_id": f"c{number}",
            "occurred_at": at,
            "priority": PRIORITY[kind],
            "id": name,
            "kind": kind,
            "outcome": "COMPLETED",
            "fact": fact,
        }
