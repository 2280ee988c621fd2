"""Random rounds of a CRM's life, and what the ledger then holds: for the equality of rebuild and incremental."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.sandbox import writes
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.state import Habits, Portal
from syncer.moments import DAY, HOUR, MINUTE, iso
from tests.e2e.conftest import TODAY

#: What was decided; everything else is what was read.
LEDGER = ("contact_states", "cycles", "stage_events", "deal_spans", "deal_states", "company_states")
#: What cannot be known again and is read back: whom a deal was found to belong to, and when it was postponed.
_FORGET = (
    *(f"DELETE FROM {table}" for table in LEDGER if not table.startswith("deal_")),  # noqa: S608 - a table of ours
    "DELETE FROM deal_spans WHERE superseded_at IS NOT NULL OR outcome <> 'other'",
    "UPDATE deal_states SET contact_ids = '[]', company_id = NULL, owner_id = NULL, flags = '[]', due_at = NULL",
)
#: When we learnt it, and when it is looked at next: neither is part of a decision.
_OURS = {"recorded_at", "superseded_at", "changed_at", "due_at"}
_FADING = {"engagement", "priority"}
_STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon", "closedlost")
_STATUSES = ("IN_PROGRESS", "BAD_TIMING", "UNQUALIFIED", "NEW", "CONNECTED")


class Clock:
    """One present for the CRM and for us; it moves when told."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> int:
        return self.now


def portal_of(contacts: int, seed: int, clock: Clock) -> Portal:
    """Return a generated portal that lives by a clock."""
    portal = Portal(clock=clock, habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=contacts, seed=seed, today=TODAY))
    return portal


def live_on(portal: Portal, dice: random.Random, changes: int) -> None:
    """Let people and customers change some things."""
    for _ in range(changes):
        dice.choice(_DEEDS)(portal, dice)


def _pick(portal: Portal, dice: random.Random, kind: str) -> str:
    return dice.choice([row.id for row in portal.tables[kind].rows.values() if row.archived_at is None])


def _status(portal: Portal, dice: random.Random) -> None:
    portal.edit_as_user("contacts", _pick(portal, dice, "contacts"), {"hs_lead_status": dice.choice(_STATUSES)})


def _profile(portal: Portal, dice: random.Random) -> None:
    said = {"country": dice.choice(["Germany", "France"]), "jobtitle": dice.choice(["CEO", "Student"])}
    portal.edit_as_user("contacts", _pick(portal, dice, "contacts"), said)


def _company(portal: Portal, dice: random.Random) -> None:
    said = {"numberofemployees": dice.choice(["3", "120", "9000"])}
    portal.edit_as_user("companies", _pick(portal, dice, "companies"), said)


def _deal(portal: Portal, dice: random.Random) -> None:
    close = iso(portal.clock() + dice.randint(-20, 200) * DAY)
    said = {"dealstage": dice.choice(_STAGES), "closedate": close, "amount": str(dice.randint(1, 90) * 500)}
    portal.edit_as_user("deals", _pick(portal, dice, "deals"), said)


def _activity(portal: Portal, dice: random.Random) -> None:
    at = iso(portal.clock() - dice.randint(1, 300) * MINUTE)
    kind = dice.choice(["calls", "meetings"])
    properties = {"hs_timestamp": at, "hubspot_owner_id": dice.choice(list(portal.owners))}
    if kind == "meetings":
        properties |= {"hs_meeting_start_time": at, "hs_meeting_outcome": dice.choice(["COMPLETED", "NO_SHOW"])}
    line = {
        "type": kind,
        "id": portal.new_id(),
        "createdAt": at,
        "updatedAt": iso(portal.clock()),
        "properties": properties,
        "associations": [{"to": "contacts", "id": _pick(portal, dice, "contacts")}],
    }
    portal.load([line])


def _request(portal: Portal, dice: random.Random) -> None:
    row = portal.find("contacts", _pick(portal, dice, "contacts"))
    email = row.properties.get("email") if row else None
    if email:
        values = [{"name": "email", "value": email}]
        form = dice.choice(list(portal.forms))
        portal.load([{"type": "form_submissions", "formId": form, "submittedAt": portal.clock(), "values": values}])


def _archived(portal: Portal, dice: random.Random) -> None:
    kind = dice.choice(["contacts", "deals"])
    row = portal.find(kind, _pick(portal, dice, kind))
    if row is not None:
        writes.archive(portal, BY_NAME[kind], row, at=portal.clock())


def _plan(portal: Portal, dice: random.Random) -> None:
    """Put a meeting into the days to come, or say by when something will be bought."""
    ahead = portal.clock() + dice.randint(1, 60) * DAY
    if dice.random() < 0.5:
        said = {"planned_purchase_date": iso(ahead + dice.randint(0, 400) * DAY)[:10]}
        portal.edit_as_user("contacts", _pick(portal, dice, "contacts"), said)
        return
    meeting = {"hs_timestamp": iso(ahead), "hs_meeting_start_time": iso(ahead), "hs_meeting_outcome": "SCHEDULED"}
    line = {
        "type": "meetings",
        "id": portal.new_id(),
        "createdAt": iso(portal.clock()),
        "updatedAt": iso(portal.clock()),
        "properties": meeting | {"hubspot_owner_id": dice.choice(list(portal.owners))},
        "associations": [{"to": "contacts", "id": _pick(portal, dice, "contacts")}],
    }
    portal.load([line])


def _opened(portal: Portal, dice: random.Random) -> None:
    """Open a deal whose close date is a first guess."""
    now = iso(portal.clock())
    properties = {
        "dealname": "Neu",
        "pipeline": "default",
        "dealstage": dice.choice(_STAGES),
        "amount": "4000",
        "closedate": iso(portal.clock() + dice.randint(5, 200) * DAY),
        "createdate": now,
    }
    line = {
        "type": "deals",
        "id": portal.new_id(),
        "createdAt": now,
        "updatedAt": now,
        "properties": properties,
        "associations": [{"to": "contacts", "id": _pick(portal, dice, "contacts")}],
    }
    portal.load([line])


_DEEDS = (
    _opened,
    _plan,
    _status,
    _profile,
    _company,
    _deal,
    _deal,
    _activity,
    _activity,
    _request,
    _request,
    _archived,
)


def held(path: Path) -> dict[str, list[dict[str, object]]]:
    """Return what the ledger holds to be true now, table by table, in order."""
    found = {}
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for table in LEDGER:
            rows = [dict(row) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608 - a table of ours
            now = [row for row in rows if row.get("superseded_at") is None]
            bare = [{name: value for name, value in row.items() if name not in _OURS} for row in now]
            found[table] = sorted(bare, key=lambda row: [str(value) for value in row.values()])
    return found


def without_decisions(path: Path, copy: Path) -> None:
    """Copy a database and forget what was decided, but for what rules remember."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as database:
        source.backup(database)
        for statement in _FORGET:
            database.execute(statement)
        database.commit()


def lasting(found: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    """Leave out what fades between two looks: a rebuild sees it as it is at its own moment."""
    return {
        table: [{name: value for name, value in row.items() if name not in _FADING} for row in rows]
        for table, rows in found.items()
    }


def hours_later(clock: Clock, dice: random.Random) -> None:
    """Let some hours, or some days, go by."""
    clock.now += dice.choice([HOUR, 7 * HOUR, DAY, 4 * DAY])
