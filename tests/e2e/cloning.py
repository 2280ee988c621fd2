"""A portal whose people are marked, its copies, and what Syncer decides on either."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import opened_desk
from jobs.desk import Desk
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rehearsal.clone import CloneOrders, CloneResult, clone
from jobs.rounds import backfill_round, dry_round, sync_round
from jobs.settings import Settings
from jobs.writing.setup import setup
from syncer.agreement import InForce, load_agreement, load_default
from syncer.moments import iso
from tests.databases import new_store
from tests.e2e.conftest import TODAY, at_once, settings_for

#: Stands in every value of a person and nowhere else.
#: So long that no stand-in made from a random key holds it by chance.
MARK = "qzxwvjkqzx"
_FREE_MAIL = frozenset(load_default().sets["free_mail"])
_TEXTS = {
    "contacts": ("firstname", "lastname", "jobtitle"),
    "companies": ("name",),
    "deals": ("dealname", "closed_lost_reason"),
    "calls": ("hs_call_title", "hs_call_body"),
    "emails": ("hs_email_subject", "hs_email_text"),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
    "tasks": ("hs_task_subject", "hs_task_body"),
    "notes": ("hs_note_body",),
}

#: Reads more of people's texts than the default does.
AGREEMENT = r"""
calendar: {test_name_patterns: ['\btest\b'], own_domains: [eigene.example]}
events:
  - {event: demo_request, kinds: [meeting], match: 'demo|vorführ\w*'}
  - {event: pricing_view, kinds: [page_view], match: '/preise'}
  - {event: demo_request, kinds: [form], match: 'demo'}
  - {event: page_view, kinds: [page_view]}
  - {event: newsletter_click, kinds: [email_click]}
"""


def marked_address(text: str) -> str:
    name, at, host = text.partition("@")
    domain = host if host in _FREE_MAIL else f"{MARK}{host}"
    return f"{MARK}{name}{at}{domain if at else ''}"


def marked(lines: Iterable[dict]) -> Iterator[dict]:
    for line in lines:
        kind, held = line["type"], dict(line.get("properties") or {})
        for name in _TEXTS.get(kind, ()):
            if held.get(name):
                held[name] = f"{held[name]} {MARK}"
        if held.get("email"):
            held["email"] = marked_address(held["email"])
        if held.get("domain"):
            held["domain"] = f"{MARK}{held['domain']}"
        yield {**line, **({"properties": held} if held else {}), **_marked_rest(line)}


def _marked_rest(line: dict) -> dict:
    match line["type"]:
        case "owners":
            return {"email": marked_address(line["email"]), "lastName": f"{line['lastName']} {MARK}"}
        case "form_submissions":
            values = [{**one, "value": marked_address(one["value"])} for one in line["values"] if "@" in one["value"]]
            return {"values": values, "pageUrl": f"https://www.firma.example/seite?email=a%40{MARK}.example"}
        case "email_events":
            return {"recipient": marked_address(line["recipient"])}
        case "events":
            held = line["properties"]
            return {"properties": {**held, "hs_url": f"{held.get('hs_url', '/')}?name={MARK}"}}
        case "deals" if "closed_lost_reason" in line.get("history", {}):
            past = [{**one, "value": f"{one['value']} {MARK}"} for one in line["history"]["closed_lost_reason"]]
            return {"history": {**line["history"], "closed_lost_reason": past}}
        case _:
            return {}


EXTRA = [
    {"type": "contacts", "id": "901", "properties": {"firstname": "Test", "lastname": MARK, "email": "t@x.example"}},
    {"type": "contacts", "id": "902", "properties": {"email": f"{MARK}b@eigene.example", "lastname": MARK}},
    {"type": "companies", "id": "911", "properties": {"name": MARK, "domain": f"{MARK}.example"}},
    {
        "type": "contacts",
        "id": "903",
        "properties": {"email": f"c@{MARK}.example", "hs_merged_object_ids": "77;78"},
        "associations": [
            {"to": "companies", "id": "911", "primary": True},
            {"to": "companies", "id": "911", "label": "Berater"},
        ],
    },
    {"type": "merged", "object": "contacts", "id": "77", "into": "903"},
    {
        "type": "meetings",
        "id": "921",
        "properties": {
            "hs_timestamp": "2026-10-01T10:00:00Z",
            "hs_meeting_title": f"Vorführung bei {MARK}",
            "hs_meeting_outcome": "COMPLETED",
        },
        "associations": [{"to": "contacts", "id": "903"}],
    },
    {
        "type": "deals",
        "id": "931",
        "properties": {
            "dealname": MARK,
            "pipeline": "default",
            "dealstage": "closedlost",
            "amount": "100",
            "closed_lost_reason": f"zu teuer, sagt {MARK}",
        },
        "associations": [{"to": "contacts", "id": "903", "label": "Champion"}],
    },
]


def portal(contacts: int = 120, *, seed: int = 5) -> Portal:
    """Return a portal full of marked people."""
    made = Portal(habits=Habits(index_lag=0))
    extra = [{"createdAt": "2026-09-01T08:00:00Z", **line} for line in EXTRA]
    made.load([*marked(generate_portal(contacts=contacts, seed=seed, today=TODAY)), *extra])
    return made


@contextmanager
def served(path: Path) -> Iterator[Running]:
    """Serve a copy as `syncer sandbox --state` does."""
    copy = Portal.open(path, habits=Habits(index_lag=0))
    with running(copy, limits=UNLIMITED) as server:
        yield server
    copy.close()


def settings(server: Running, folder: Path, **options: object) -> Settings:
    """Return the settings of the account that a server plays."""
    found = settings_for(server.base_url, folder, **options)
    return found.model_copy(update={"database_url": f"sqlite:///{folder / 'syncer.db'}"})


async def copied(server: Running, state: Path, *, pseudonymise: bool = False, **options: object) -> CloneResult:
    """Copy a portal over HTTP, as `syncer sandbox --clone` does."""
    orders = CloneOrders(account="hubspot", state=state, pseudonymise=pseudonymise)
    return await clone(settings(server, state.parent, **options), orders)


@dataclass
class Decided:
    """What Syncer makes of a portal."""

    plan: dict
    figures: list


@asynccontextmanager
async def _desk(server: Running, folder: Path, **options: object) -> AsyncIterator[Desk]:
    chosen = settings(server, folder, **options)
    path = chosen.agreement_path
    agreement = InForce(agreement=load_agreement(path) if path.exists() else load_default())
    with new_store(folder / f"{uuid4().hex}.db") as store:
        async with opened_desk(
            chosen, store, "hubspot", clock=lambda: TODAY, sleep=at_once, agreement=agreement
        ) as desk:
            yield desk


async def ready(server: Running, folder: Path, *, synced: bool) -> None:
    """Create our properties in a portal, and write to them where it is to have been at work before."""
    async with _desk(server, folder) as desk:
        await setup(desk, apply=True)
        if synced:
            await backfill_round(desk)
            await sync_round(desk, force=True)


async def decided(server: Running, folder: Path, **options: object) -> Decided:
    """Read a portal in full at a fixed present and return every wanted change and every figure."""
    async with _desk(server, folder, **options) as desk:
        await backfill_round(desk)
        planned = await dry_round(desk, force=True)
        figures = await measure_round(desk, Asked(as_of=iso(TODAY)))
    rows = {
        (one.kind, one.record_id, one.property): (one.previous, one.value, one.rule, one.why) for one in planned.rows
    }
    return Decided(plan=rows, figures=figures)


def kept_lines(path: Path) -> dict:
    """Return every line that a copy's file holds."""
    with closing(sqlite3.connect(path)) as database, database:
        return {(kind, id_): body for kind, id_, body in database.execute("SELECT kind, id, body FROM line")}


def reopen(path: Path) -> None:
    """Let a whole copy be one whose last step never came."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM mark WHERE name = 'ended'")
