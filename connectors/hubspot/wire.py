"""The shapes of HubSpot's answers, as far as we read them. Unknown fields are ignored; doubtful ones are optional."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import unquote

import msgspec

from connectors.values import HistoryItem, SourceRecord
from syncer.moments import Millis, in_calendar, millis


class Next(msgspec.Struct, gc=False):
    """Where the next page starts."""

    after: str | int | None = None


class Paging(msgspec.Struct, gc=False):
    """The paging block; the last page has none."""

    next: Next | None = None


class Version(msgspec.Struct, gc=False, rename="camel"):
    """One version of a property."""

    value: str | int | float | bool | None = None
    timestamp: str | int | None = None
    source_type: str | None = None
    source_id: str | int | None = None


class Record(msgspec.Struct, gc=False, rename="camel"):
    """A CRM record."""

    id: str
    properties: dict[str, str | None] = {}
    created_at: str | None = None
    updated_at: str | None = None
    archived: bool = False
    archived_at: str | None = None
    properties_with_history: dict[str, list[Version]] | None = None
    object_write_trace_id: str | None = None


class RecordPage(msgspec.Struct, rename="camel"):
    """A page of a list or a search."""

    results: list[Record]
    paging: Paging | None = None
    #: Of a search. Recorded traffic shows it disagree with `results` shortly after writes.
    total: int | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Batch(msgspec.Struct, rename="camel"):
    """The answer of a batch call, whole or partial."""

    results: list[Record] = []
    errors: list[object] = []


class LinkType(msgspec.Struct, gc=False, rename="camel"):
    """One type of an association."""

    type_id: int
    category: str | None = None
    label: str | None = None


class LinkTarget(msgspec.Struct, rename="camel"):
    """The far end of an association: a number in v4, text since 2025-09."""

    to_object_id: int | str
    association_types: list[LinkType] = []


class LinkEnd(msgspec.Struct, gc=False):
    """The near end of an association."""

    id: int | str


class LinkResult(msgspec.Struct, rename="camel"):
    """The associations of one record; paged each for itself."""

    from_: LinkEnd = msgspec.field(name="from")
    to: list[LinkTarget]
    paging: Paging | None = None


class LinkBatch(msgspec.Struct, rename="camel"):
    """The answer of an association batch read."""

    results: list[LinkResult]
    #: Not decoded: a thousand records without links are a thousand of them.
    errors: list[msgspec.Raw] = []


def cursor_of(paging: Paging | None) -> str | None:
    """Return the next cursor undone of its percent-encoding: campaign and event cursors arrive encoded (2026-05)."""
    if paging is None or paging.next is None or paging.next.after in {None, ""}:
        return None
    after = str(paging.next.after)
    return unquote(after) if "%" in after else after


def source_record(stream: str, record: Record) -> SourceRecord:
    """Return a record as the ports carry it."""
    return SourceRecord(
        stream=stream,
        id=record.id,
        properties=record.properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        archived=record.archived,
        archived_at=record.archived_at,
        history=_history(record.properties_with_history) if record.properties_with_history else {},
    )


def _history(versions: Mapping[str, Sequence[Version]]) -> Mapping[str, Sequence[HistoryItem]]:
    return {name: tuple(item for one in items if (item := _item(one))) for name, items in versions.items()}


def _item(version: Version) -> HistoryItem | None:
    at = moment_of(version.timestamp)
    if at is None:
        return None
    return HistoryItem(
        value=None if version.value is None else text_of(version.value),
        at=at,
        source_type=version.source_type,
        source_id=None if version.source_id is None else str(version.source_id),
    )


def text_of(value: str | float) -> str:
    """Return a JSON scalar as HubSpot would write it in text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def moment_of(value: str | int | None) -> Millis | None:
    """Return ISO text or milliseconds as a moment; None for what is neither."""
    if value is None:
        return None
    with suppress(ValueError):
        if isinstance(value, int) or value.isdecimal():
            return in_calendar(int(value))
        moment = datetime.fromisoformat(value)
        return in_calendar(millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))
    return None
