"""Records of the CRM against the rows that should hold them, value by value.

A digest would not notice a row that somebody changed beside us. Names of columns and fields are told, never values.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import eq
from typing import Any

import orjson
from sqlalchemy import Connection, select

from syncer.records import COUNTS_OF_FIGURES, Activity, Answer, Company, Contact, Deal, Kind
from syncer.store.engines.dialect import Row, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.links import chosen, links_from
from syncer.store.mirror.merges import survivors
from syncer.store.mirror.sweep import mine, table_of
from syncer.store.rows.encode import (
    encode_activity,
    encode_answer,
    encode_company,
    encode_contact,
    encode_deal,
    encode_story,
)
from syncer.store.rows.refuse import encoded
from syncer.store.values import Compared, Holding
from syncer.tellings import Story
from syncer.writeback.values import same_value

Record = Contact | Company | Deal | Activity | Answer | Story
#: A row by the names of its columns.
_Named = Mapping[str, Any]
_Survivors = Mapping[Kind, Mapping[str, str]]

_ENCODERS: Mapping[str, Callable[[str, Any, int], Row]] = {
    "contacts": encode_contact,
    "companies": encode_company,
    "deals": encode_deal,
    "activities": encode_activity,
    "answers": encode_answer,
    "stories": encode_story,
}
#: What the mirror keeps beside what the CRM says, and the stamp of changes that concern nothing of ours.
_OWN = frozenset({"account", "merged_into", "joined_to", "gist", "fingerprint", "recorded_at", "updated_at"})
#: JSON objects: their keys are told instead of the column; an absent key and None are the same.
_HELD = "held"
_OBJECTS = frozenset({"fields", _HELD})
#: Columns with ids of another kind, which may have been merged since the row was written.
_COMPANY, _CONTACT_IDS, _RECORD_IDS = "company_id", "contact_ids", "record_ids"
_REFERENCES: Mapping[str, Kind] = {_COMPANY: Kind.COMPANY, "contact_id": Kind.CONTACT}


def compare(connection: Connection, account: str, holding: Holding, records: Sequence[Record]) -> Compared:
    """Return what is missing here, what differs and what no row can hold; the rest is the same on both sides."""
    rows, refused = encoded(_ENCODERS[holding.table], account, records, 0)
    names = [column.name for column in table_of(holding).columns]
    wanted = {row["id"]: row for row in (dict(zip(names, one, strict=True)) for one in rows)}
    there = {row["id"]: row for row in _there(connection, account, holding, wanted)}
    present = {id_ for id_, row in there.items() if row.get("archived_at") is None}
    known = _known(connection, account, [*wanted.values(), *there.values()])
    elsewhere = {id_: there[id_].get(_COMPANY) for id_ in present if _is_elsewhere(wanted[id_], there[id_])}
    linked = _linked(connection, account, elsewhere)
    told = {
        id_: tuple(_differing(row, there[id_], known, linked.get(id_))) for id_, row in wanted.items() if id_ in present
    }
    differing = {id_: found for id_, found in told.items() if found}
    counted = [id_ for id_ in present - differing.keys() if _counts_differ(wanted[id_], there[id_])]
    return Compared(missing=wanted.keys() - present, differing=differing, counted=counted, refused=refused)


def _counts_differ(wanted: _Named, there: _Named) -> bool:
    """Return whether two rows that are the same for all decisions differ in what figures alone read."""
    if wanted.get("fields") == there.get("fields"):
        return False
    ours, theirs = orjson.loads(there["fields"]), orjson.loads(wanted["fields"])
    return any(ours.get(name) != theirs.get(name) for name in COUNTS_OF_FIGURES)


def _there(connection: Connection, account: str, holding: Holding, ids: Collection[str]) -> Iterator[_Named]:
    table = table_of(holding)
    names = [column.name for column in table.columns]
    statement = select(*table.columns).where(*mine(account, holding), among(dialect_of(connection), table.c.id))
    for chunk in chunks(ids):
        for row in raw(connection, statement, {"ids": listed(chunk)}):
            yield dict(zip(names, row, strict=True))


def _known(connection: Connection, account: str, rows: Sequence[_Named]) -> _Survivors:
    named: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for row in rows:
        for column, kind in _REFERENCES.items():
            named[kind].update([row[column]] if row.get(column) else [])
        for column, kind in _lists(row):
            named[kind].update(orjson.loads(row[column]))
    return {kind: survivors(connection, account, kind, ids) for kind, ids in named.items()}


def _lists(row: _Named) -> Iterator[tuple[str, Kind]]:
    """Yield the columns that are JSON lists of ids, with the kind of record they name."""
    if _CONTACT_IDS in row:
        yield _CONTACT_IDS, Kind.CONTACT
    if _RECORD_IDS in row:
        yield _RECORD_IDS, Kind(row["kind"])


def _is_elsewhere(wanted: _Named, there: _Named) -> bool:
    return wanted.get(_COMPANY) != there.get(_COMPANY)


def _linked(connection: Connection, account: str, held: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the company that the links of contacts name: a contact has that one where the record says otherwise.

    Of several links without a primary one, the company that the contact has (`held`) is as good as any.
    """
    if not held:
        return {}
    found = links_from(connection, account, (Kind.CONTACT, Kind.COMPANY), held)
    return {id_: chosen(found.get(id_, ()), company) for id_, company in held.items()}


def _differing(wanted: _Named, there: _Named, known: _Survivors, linked: str | None) -> Iterator[str]:
    lists = dict(_lists(wanted))
    for name in wanted.keys() - _OWN:
        ours, theirs = there[name], wanted[name]
        if ours == theirs:
            continue
        if name in _OBJECTS:
            left, right = orjson.loads(ours), orjson.loads(theirs)
            keys = (left.keys() | right.keys()) - COUNTS_OF_FIGURES
            # What is ours is kept as the CRM spells it, and that may be one way today and another tomorrow.
            is_same = same_value if name == _HELD else eq
            yield from sorted(key for key in keys if not is_same(left.get(key), right.get(key)))
        elif name in lists:
            if _survivors_of(ours, known[lists[name]]) != _survivors_of(theirs, known[lists[name]]):
                yield name
        elif not (name == _COMPANY and ours == linked) and not _is_same_reference(name, ours, theirs, known):
            yield name


def _survivors_of(ids: str | None, merged: Mapping[str, str]) -> set[str]:
    return {merged.get(id_, id_) for id_ in orjson.loads(ids or "[]")}


def _is_same_reference(name: str, ours: str | None, theirs: str | None, known: _Survivors) -> bool:
    if name not in _REFERENCES:
        return False
    merged = known[_REFERENCES[name]]
    return merged.get(ours or "", ours) == merged.get(theirs or "", theirs)
