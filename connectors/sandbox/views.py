"""Records as the API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sandbox.kinds import KINDS, Kind
from connectors.sandbox.links import USER, LinkType, primary
from connectors.sandbox.rows import Row, Version
from syncer.moments import iso

if TYPE_CHECKING:
    from connectors.sandbox.state import Portal

Record = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a caller wants to see of every record."""

    #: Property names in the order of the answer; always-returned ones included.
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    #: Whether to show requested properties without a value, as null.
    nulls: bool = True


def wish(kind: Kind, asked: Sequence[str], history: Sequence[str] = (), *, view: Sequence[str] | None = None) -> Wish:
    """Return what to show: what was asked for or the kind's view, and what every answer carries."""
    fallback = kind.view if view is None else view
    names = {*(asked or fallback), *history, *kind.always}
    return Wish(properties=tuple(sorted(names)), history=tuple(history))


def show(
    portal: "Portal", kind: Kind, row: Row, wanted: Wish, *, properties: Mapping[str, str] | None = None
) -> Record:
    """Return a record; `properties` replace the row's own where an older face is shown."""
    held = row.properties if properties is None else properties
    record: Record = {
        "id": row.id,
        "properties": {name: held.get(name) for name in wanted.properties},
        "createdAt": iso(row.created),
        "updatedAt": held.get(kind.modified) or iso(row.updated),
        "archived": row.archived_at is not None,
        "url": f"https://{portal.account.ui_domain}/contacts/{portal.account.portal_id}/record/{kind.type_id}/{row.id}",
    }
    if row.archived_at is not None:
        record["archivedAt"] = iso(row.archived_at)
    if wanted.history:
        past = ((name, row.versions(name)) for name in wanted.history)
        record["propertiesWithHistory"] = {
            name: [_version(v) for v in reversed(found)] for name, found in past if found
        }
    return record


def _version(version: Version) -> Record:
    found: Record = {"value": version.value, "timestamp": iso(version.at), "sourceType": version.source_type}
    if version.source_id is not None:
        found["sourceId"] = version.source_id
    if version.user_id is not None:
        found["updatedByUserId"] = int(version.user_id) if version.user_id.isdigit() else None
    return found


#: Shown after a write besides what was written.
_AFTER_WRITE = (
    "hs_is_contact",
    "hs_is_unworked",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_pipeline",
    "lifecyclestage",
)


def show_created(portal: "Portal", kind: Kind, row: Row) -> Record:
    """Return a new record with everything it has; stage dates come as milliseconds, unlike in any later answer."""
    record = show(portal, kind, row, Wish(properties=tuple(sorted(row.properties))))
    properties = {name: _as_created(name, value, row) for name, value in row.properties.items()}
    record["properties"] = dict(sorted(properties.items()))
    return record


def _as_created(name: str, value: str, row: Row) -> str:
    return str(row.created) if name.startswith("hs_lifecyclestage_") and name.endswith("_date") else value


def show_written(portal: "Portal", kind: Kind, row: Row, written: Iterable[str]) -> Record:
    """Return a changed record with what was written and a few properties besides."""
    held = row.properties
    names = {*kind.always, *(name for name in (*written, *_AFTER_WRITE) if name in held)}
    return show(portal, kind, row, Wish(properties=tuple(sorted(names))))


def show_links(portal: "Portal", kind: Kind, row: Row, to: Kind, limit: int) -> Record | None:
    """Return a record's associations with one kind as lists embed them: ids and types, a row for every label."""
    rows: list[Record] = []
    for to_id, types in portal.links.of(kind.name, row.id, to.name).items():
        if portal.tables[to.name].rows[to_id].archived_at is None:
            rows += [{"id": to_id, "type": name} for name in _type_names(kind, to, types)]
    if not rows:
        return None
    found: Record = {"results": rows[:limit]}
    if len(rows) > limit:
        found["paging"] = {"next": {"after": str(rows[limit]["id"])}}
    return found


def _type_names(kind: Kind, to: Kind, types: Iterable[LinkType]) -> list[str]:
    base = f"{kind.singular}_to_{to.singular}"
    marks = [held.name or held.label or base for held in types if held.category == USER]
    first = primary(kind.name, to.name)
    if first is None:
        return [base, *marks]
    return [*([base] if first in types else []), f"{base}_unlabeled", *marks]


def find_kinds(names: Iterable[str]) -> list[Kind]:
    """Return the kinds that a list of names means; unknown names are dropped."""
    wanted = set(names)
    return [kind for kind in KINDS if wanted & {kind.name, kind.singular, kind.type_id}]
