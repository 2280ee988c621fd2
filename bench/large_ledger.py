"""A large ledger, written row by row without a CRM: what bench/kpis.py and bench/web_pages.py measure on."""

import random
from collections.abc import Iterable, Iterator

import orjson
from sqlalchemy import Table

from bench.large_mirror import ACCOUNT, NOW, SOURCES, Values, deal, links, standing, state
from syncer.moments import DAY
from syncer.records import Kind
from syncer.store import Store, open_store, tables
from syncer.store.engines.dialect import Row, dialect_of
from syncer.store.mirror.evidence import PRIORITY

_PAGE = 20_000
_KINDS = ("page_view", "page_view", "page_view", "page_view", "page_view", "email_click", "email_click")
_REP_KINDS = ("call", "email_out", "meeting")
_LADDER = ("SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "LEAD_DEAL", "OPPORTUNITY")
_DATES = ("suspect_at", "inquiry_at", "mql_at", "sales_ready_at", "accepted_at", "deal_at", "offer_at")
#: Share of cycles that come no further than each stage.
_DEPTHS = (0.45, 0.60, 0.64, 0.66, 0.70, 0.80, 1.0)
_ENDS = {"won": "CLOSED_WON", "lost": "CLOSED_LOST", "other": "CLOSED_OTHER"}
_OTHERS = {"account": ACCOUNT, "recorded_at": 1, "gist": 0, "fingerprint": 0, "fields": "{}", "held": "{}"}
_OTHERS |= {"agreement": "1", "evidence": "[]", "actor": "machine", "virtual": 0, "changed_at": 1, "contact_ids": "[]"}
_OTHERS |= {"flags": "[]", "label": "", "is_primary": 1, "attempts": 1}


def filled(url: str, contacts: int) -> None:
    """Write the ledger where the database has none, and bring the tables of an older one up to date."""
    store = open_store(url)
    store.upgrade()
    with store.snapshot() as unit:
        is_empty = unit.desk.account(ACCOUNT) is None
    store.close()
    if is_empty:
        fill(url, contacts)


def fill(url: str, contacts: int) -> None:
    """Write the ledger."""
    store = open_store(url)
    store.upgrade()
    with store.commit() as unit:
        unit.desk.keep_account(ACCOUNT, portal_id="1", time_zone="Europe/Berlin", currency="EUR", account_type=None)
        for stream in (Kind.CONTACT, Kind.DEAL):
            unit.desk.keep_cursor(ACCOUNT, stream, "window", str(NOW))
    for table, rows in standing(contacts):
        _write(store, table, rows)
    for first in range(0, contacts, _PAGE):
        passages = [_passage(number) for number in range(first, min(first + _PAGE, contacts))]
        bought = [one for one in passages if one["deal_at"]]
        _write(store, tables.cycles, passages)
        _write(store, tables.contact_states, (state(one) for one in passages))
        _write(store, tables.stage_events, (event for one in passages for event in _events(one)))
        _write(store, tables.deal_states, (_deal(one) for one in bought))
        _write(store, tables.deals, (deal(one) for one in bought))
        _write(store, tables.deal_spans, (span for one in bought for span in _spans(one)))
        _write(store, tables.links, (link for one in passages for link in links(one)))
    for table, rows in ((tables.activities, _activities(contacts)), (tables.evidence, _evidence(contacts))):
        _write(store, table, rows)
    store.close()


def _write(store: Store, table: Table, rows: Iterable[Values]) -> None:
    page: list[Row] = []
    filled = [(column.name, _OTHERS.get(column.name)) for column in table.columns]
    for values in rows:
        page.append(tuple([values.get(name, other) for name, other in filled]))
        if len(page) == _PAGE:
            _append(store, table, page)
            page = []
    _append(store, table, page)


def _append(store: Store, table: Table, page: list[Row]) -> None:
    with store.commit() as unit:
        dialect_of(unit.connection).append(unit.connection, table, page)


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
        "contact_id": f"c{number:07d}",
        "cycle_no": 1,
        "type": "acquisition",
        "origin": "inbound",
        "started_at": began,
        "first_contact_at": began,
        "ended_at": at if ended else None,
        "outcome": dice.choice(("won", "lost", "lost", "other")) if ended else "open",
        "deal_id": f"dc{number:07d}" if depth >= 5 else None,
        "source": SOURCES[number % len(SOURCES)],
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
        "company_id": f"f{number // 4:07d}",
        "owner_id": str(number % 20),
        "deal_type": "newbusiness",
    }


def _spans(cycle: dict[str, object]) -> Iterator[dict[str, object]]:
    common = {
        "deal_id": cycle["deal_id"],
        "pipeline_id": "default",
        "pipeline_kind": "new_business",
        "stage_id": "s0",
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
    late = {"proposal": "inactive"} if int(str(cycle["contact_id"])[1:]) % 400 == 0 else {}
    yield common | late | {"valid_from": cycle["deal_at"], "valid_to": cycle["ended_at"], "outcome": "open"}
    if cycle["ended_at"] is not None:
        back = {"resume_at": NOW + 90 * DAY} if cycle["outcome"] == "other" else {}
        yield common | back | {"valid_from": cycle["ended_at"], "outcome": cycle["outcome"], "reason": "price"}


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
            "contact_id": f"c{number:07d}",
            "occurred_at": at,
            "priority": PRIORITY[kind],
            "id": name,
            "kind": kind,
            "outcome": "COMPLETED",
            "fact": fact,
        }
