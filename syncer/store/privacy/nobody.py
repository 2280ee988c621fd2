"""What figures go on counting after an erasure: rows of nobody, ids drawn by lot, moments blurred within their day.

Nothing leads from such a row to the person: not the id, not a deal, not a proof, not an instant.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Table

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.store import tables
from syncer.store.engines.dialect import Row
from syncer.store.privacy.erasing import Condition, Erasing, by_contact, by_id

#: Columns of `cycles` that are moments of the person; knowledge times are our own.
_MOMENTS = (
    "started_at",
    "ended_at",
    "first_contact_at",
    "suspect_at",
    "inquiry_at",
    "mql_at",
    "sales_ready_at",
    "accepted_at",
    "rejected_at",
    "deal_at",
    "offer_at",
    "reopened_from",
    "reopened_to",
    "resume_at",
)
#: What a standing contact is counted by.
_COUNTED = ("source", "owner_id", "country")


def moments_of(work: Erasing) -> list[int]:
    """Return every moment that will be kept."""
    found = [one[name] for one in _rows(work, tables.cycles) for name in _MOMENTS]
    found += [one["occurred_at"] for one in _rows(work, tables.stage_events)]
    found += [one["answered_at"] for one in _rows(work, tables.answers)]
    contacts = work.rows(tables.contacts, by_id(work, tables.contacts))
    found += [_named(tables.contacts, row)["created_at"] for row in contacts]
    return [at for at in found if at is not None]


def keep_contacts(work: Erasing, table: Table, mine: Condition) -> int:
    """Leave of each contact that it stood in the funnel from its creation until now."""
    tested, rows = _tests(work), work.rows(table, mine)
    kept = [_nobody(work, _named(table, row)) for row in rows if row[1] not in tested]
    work.rewrite(table, rows, [tuple(one.values()) for one in kept if one["merged_into"] is None])
    return len(rows)


def _nobody(work: Erasing, held: Mapping[str, Any]) -> dict[str, Any]:
    blank = dict.fromkeys(held)
    created_at, archived_at = held["created_at"], held["archived_at"]
    return blank | {
        "account": held["account"],
        "id": work.person.pseudonyms[held["id"]],
        "opted_out": 0,
        "bounced": 0,
        "created_at": None if created_at is None else created_at + work.shift,
        "archived_at": work.now if archived_at is None else archived_at,
        "company_id": held["company_id"] if work.keeps_company else None,
        "merged_into": held["merged_into"],
        "fields": "{}",
        "held": "{}",
        "gist": 0,
        "fingerprint": 0,
        "recorded_at": work.now,
        **{name: held[name] for name in _COUNTED},
    }


def keep_cycles(work: Erasing, table: Table, mine: Condition) -> int:
    """Make the person's cycles nobody's; one under way ends as void, as it does when a contact is deleted."""
    tested, rows = _tests(work), work.rows(table, mine)
    kept = []
    for row in rows:
        values = _named(table, row)
        values |= {name: values[name] + work.shift for name in _MOMENTS if values[name] is not None}
        values |= {"contact_id": work.person.pseudonyms[row[1]], "deal_id": None}
        if values["superseded_at"] is None and values["ended_at"] is None:
            values |= {"ended_at": work.now, "outcome": Outcome.VOID.value}
        kept += [] if row[1] in tested else [tuple(values.values())]
    work.rewrite(table, rows, kept)
    return len(rows)


def keep_events(work: Erasing, table: Table, mine: Condition) -> int:
    """Make the person's stage events nobody's, without what proved them; never in the market is an event then, too."""
    tested, rows, nobody = _tests(work), work.rows(table, mine), work.person.pseudonyms
    kept = [(row[0], nobody[row[1]], *row[2:7], row[7] + work.shift, row[8], "[]", *row[10:]) for row in rows]
    told = {row[1] for row in rows} | tested
    outside = [
        _stood_outside(work, one)
        for one in _rows(work, tables.contact_states)
        if one["contact_id"] not in told and _is_out(one)
    ]
    work.rewrite(table, rows, [new for old, new in zip(rows, kept, strict=True) if old[1] not in tested] + outside)
    return len(rows)


def keep_answers(work: Erasing, table: Table, mine: Condition) -> int:
    """Make the person's survey answers nobody's."""
    rows, nobody = work.rows(table, mine), work.person.pseudonyms
    kept = [
        (row[0], f"{nobody[row[2]]}.{place}", nobody[row[2]], *row[3:6], row[6] + work.shift, 0, row[8])
        for place, row in enumerate(rows)
    ]
    work.rewrite(table, rows, kept)
    return len(rows)


def _stood_outside(work: Erasing, state: Mapping[str, Any]) -> Row:
    id_, out = work.person.pseudonyms[state["contact_id"]], FunnelStage.OUT.value
    return (state["account"], id_, 0, 0, 0, None, out, 0, "gate", "[]", "syncer", 1, state["agreement"], None)


def _is_out(state: Mapping[str, Any]) -> bool:
    return bool(state["stage"] == FunnelStage.OUT.value)


def _tests(work: Erasing) -> set[str]:
    """Return those of the person's ids that are test records: no figure counts them, so nothing of them is kept."""
    return {one["contact_id"] for one in _rows(work, tables.contact_states) if "is_test" in orjson.loads(one["flags"])}


def _rows(work: Erasing, table: Table) -> list[dict[str, Any]]:
    return [_named(table, row) for row in work.rows(table, by_contact(work, table))]


def _named(table: Table, row: Row) -> dict[str, Any]:
    return dict(zip((column.name for column in table.columns), row, strict=True))
