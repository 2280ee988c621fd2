"""The form of a generated line: records, property histories, associations."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from syncer.moments import DAY, MINUTE, SECOND, Millis, moment

#: One line of a portal file: plain JSON values.
Line = dict[str, object]
Properties = dict[str, str | None]

_CLOCK: Final = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY // MINUTE))


class Version(NamedTuple):
    """One value that a property had from `at` on."""

    at: Millis
    value: str | None
    source: str = "CRM_UI"
    source_id: str | None = None


class Association(NamedTuple):
    """A link from the line's record."""

    to: str
    id: str
    label: str | None = None
    is_primary: bool = False


class Record(NamedTuple):
    """A CRM record about to become a line. A property with versions takes its value from the latest."""

    type: str
    id: str
    properties: Properties
    created: Millis
    updated: Millis
    versions: Mapping[str, Sequence[Version]] = MappingProxyType({})
    associations: Sequence[Association] = ()
    archived: bool = False


def line(record: Record) -> Line:
    """Return a record as a line of the portal file."""
    properties, updated = record.properties, record.updated
    histories: Line = {}
    for name, versions in record.versions.items():
        if versions:
            ordered = sorted(versions, key=_at)
            properties[name] = ordered[-1].value
            updated = max(updated, ordered[-1].at)
            histories[name] = _history(ordered)
    return {
        "type": record.type,
        "id": record.id,
        "properties": properties,
        "createdAt": stamp(record.created),
        "updatedAt": stamp(updated),
        "archived": record.archived,
        "history": histories,
        "associations": [
            {"to": one.to, "id": one.id, "label": one.label, "primary": one.is_primary} for one in record.associations
        ],
    }


@lru_cache(maxsize=512)
def stamp(value: int) -> str:
    """Return milliseconds as the CRM writes moments; the same text as `moments.iso`, faster for many of one day."""
    day, rest = divmod(value, DAY)
    minute, rest = divmod(rest, MINUTE)
    return f"{_date(day)}T{_CLOCK[minute]}:{rest / SECOND:06.3f}Z"


@lru_cache(maxsize=4_096)
def _date(day: int) -> str:
    return moment(day * DAY).date().isoformat()


def _history(ordered: Sequence[Version]) -> list[Line]:
    """Return versions newest first, as the CRM lists them; a repetition of the value before is no version."""
    items: list[Line] = []
    before: Version | None = None
    for version in ordered:
        if before is None or before.value != version.value:
            at, value, source, source_id = version
            items.append({"value": value, "timestamp": stamp(at), "sourceType": source, "sourceId": source_id})
        before = version
    items.reverse()
    return items


def _at(version: Version) -> int:
    return version.at
