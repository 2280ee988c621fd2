"""Merging and erasing, with what becomes of ids, history and associations."""

from typing import TYPE_CHECKING

from connectors.sandbox import effects
from connectors.sandbox.definitions import Schema
from connectors.sandbox.kinds import BY_NAME, Kind
from connectors.sandbox.rows import Row, Version
from connectors.sandbox.tellings import tell
from syncer.moments import Millis, iso

if TYPE_CHECKING:
    from connectors.sandbox.state import Portal


def merge(portal: "Portal", kind: Kind, primary: Row, other: Row, *, at: Millis) -> Row:
    """Make one record of two: the primary's values win, the other's fill the gaps. Return the survivor.

    The survivor has a new id, or the primary's, as is the portal's habit; ids that are gone lead to it.
    """
    new = portal.habits.merged_id.value == "new"
    id_ = portal.new_id() if new else primary.id
    survivor = Row(
        id=id_,
        properties=_properties(kind, primary, other, id_, at),
        created=min(primary.created, other.created),
        updated=at,
        history=_histories(portal.schemas[kind.name], primary, other),
        base_at=at,
        base_source="MERGE_OBJECTS",
    )
    gone = [primary, other] if new else [other]
    neighbours = _move_links(portal, kind, (primary, other), survivor.id)
    table = portal.tables[kind.name]
    for row in (primary, other):
        table.forget(row)
        portal.touch(kind.name, row.id)
    for row in gone:
        table.aliases[row.id] = id_
        portal.touch("merged", f"{kind.name}.{row.id}")
    table.add(survivor, at=at)
    portal.touch(kind.name, id_)
    effects.recount(portal, [*neighbours, (kind.name, id_)])
    ids = {"primaryObjectId": int(primary.id), "mergedObjectIds": [int(other.id)], "newObjectId": int(id_)}
    tell(portal, kind.name, "merge", at, objectId=int(id_), numberOfPropertiesMoved=0, **ids)
    return survivor


def _properties(kind: Kind, primary: Row, other: Row, id_: str, at: Millis) -> dict[str, str]:
    merged = {**other.properties, **primary.properties}
    olds = [*(_ids(other)), *(_ids(primary)), primary.id, other.id]
    merged |= {
        "hs_object_id": id_,
        kind.modified: iso(at) or "",
        kind.created: min(primary.properties[kind.created], other.properties[kind.created]),
        "hs_merged_object_ids": ";".join(dict.fromkeys(old for old in olds if old != id_)),
    }
    if kind.name == "contacts":
        merged["hs_calculated_merged_vids"] = ";".join(f"{old}:{at}" for old in (primary.id, other.id))
        merged["hs_all_contact_vids"] = ";".join(dict.fromkeys((id_, *olds)))
        second = other.properties.get("email")
        known = [item for item in merged.get("hs_additional_emails", "").split(";") if item]
        if second and second != merged.get("email"):
            merged["hs_additional_emails"] = ";".join([*known, second])
    return merged


def _ids(row: Row) -> list[str]:
    return [item for item in row.properties.get("hs_merged_object_ids", "").split(";") if item]


def _histories(schema: Schema, primary: Row, other: Row) -> dict[str, list[Version]]:
    held = {*primary.history, *other.history, *primary.properties, *other.properties}
    names = {name for name in held if not schema.properties[name].read_only}
    found: dict[str, list[Version]] = {}
    for name in names:
        past = sorted([*other.versions(name), *primary.versions(name)], key=lambda version: version.at)
        kept = primary.properties.get(name) or other.properties.get(name)
        if past and kept is not None and past[-1].value != kept:
            past.append(Version(value=kept, at=past[-1].at, source_type="MERGE_OBJECTS"))
        if past:
            found[name] = past
    return found


def _move_links(portal: "Portal", kind: Kind, rows: tuple[Row, Row], id_: str) -> list[tuple[str, str]]:
    """Give the links of both records to the survivor; the first record's primary links stay primary."""
    held = [list(portal.links.neighbours(kind.name, row.id)) for row in rows]
    for row in rows:
        portal.links.clear(kind.name, row.id)
    moved: list[tuple[str, str]] = []
    for neighbours in reversed(held):
        for to, to_id, types in neighbours:
            if to == kind.name and to_id in {row.id for row in rows}:
                continue
            portal.links.link(kind, id_, BY_NAME[to], to_id, *types)
            moved.append((to, to_id))
    return moved


def erase(portal: "Portal", kind: Kind, row: Row) -> None:
    """Remove a record with all it was linked to."""
    neighbours = [(to, to_id) for to, to_id, _ in portal.links.neighbours(kind.name, row.id)]
    portal.links.clear(kind.name, row.id)
    portal.tables[kind.name].forget(row)
    portal.touch(kind.name, row.id)
    effects.recount(portal, neighbours)
    tell(portal, kind.name, "privacyDeletion", portal.clock(), objectId=int(row.id))
