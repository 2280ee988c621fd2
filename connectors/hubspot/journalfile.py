"""A file of HubSpot's webhooks journal, read: the hints of its events, and up to when it tells.

Shapes as of 2026-03 and v4; spellings in camel case, in snake case and in capitals are one, and moments come as text
or as milliseconds: what was never seen of a live account is survived in every reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import msgspec

from connectors.hubspot.hinting import Batch, Event, Id, Told, UnreadableError, batch_of
from syncer.hints import Deed
from syncer.moments import Millis, millis

#: HubSpot speaks of 10,000 (2026-07).
MOST_EVENTS = 100_000
_DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "create": Deed.CREATED,
        "update": Deed.CHANGED,
        "delete": Deed.DELETED,
        "restore": Deed.RESTORED,
        "merge": Deed.MERGED,
        "associationadded": Deed.LINKED,
        "associationremoved": Deed.LINKED,
        "gdprdelete": Deed.ERASED,
    }
)
_CONTACTS = "0-1"


class _Event(Told, kw_only=True, rename="camel"):
    action: str = ""
    #: The other end of a link, where the events name no direction.
    associated_object_id: Id | None = None
    associated_object_type_id: str | None = None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


#: What is read of an event, by its folded name; whatever else stands there stays bytes.
_READ: Mapping[str, str] = MappingProxyType({_folded(name): name for name in _Event.__struct_encode_fields__})


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalFile:
    """One file of the journal."""

    batch: Batch
    #: Up to when the journal tells with this file, as far as that is said.
    until: Millis | None


def read_file(body: bytes, offset: str) -> JournalFile:
    """Return what a file says; its offset tells events without a moment apart. Raises UnreadableError."""
    head = _head(body)
    raw = _events(head.get("journalevents", head.get("events")))
    events = [_event(one, f"{offset}:{place}") for place, one in enumerate(raw)]
    moments = [one.told.occurred_at for one in events if one is not None and one.told.occurred_at]
    until = _published(head.get("publishedat")) or max(moments, default=None)
    return JournalFile(batch=batch_of(events), until=None if until is None else Millis(until))


def _published(raw: msgspec.Raw | None) -> int | None:
    try:
        return None if raw is None else _moment(_plain(raw))
    except (ValueError, OverflowError):
        return None


def _head(body: bytes) -> Mapping[str, msgspec.Raw]:
    try:
        return {_folded(name): raw for name, raw in msgspec.json.decode(body, type=dict[str, msgspec.Raw]).items()}
    except msgspec.ValidationError:
        raise UnreadableError("the file is no page of a journal") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UnreadableError("the file is no JSON") from None


def _events(raw: msgspec.Raw | None) -> Sequence[msgspec.Raw]:
    if raw is None:
        raise UnreadableError("the file has no events, not even none")
    try:
        events = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise UnreadableError("the file has no list of events") from None
    if len(events) > MOST_EVENTS:
        raise UnreadableError(f"more than {MOST_EVENTS:,} events")
    return events


def _event(raw: msgspec.Raw, number: str) -> Event | None:
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        read = {_READ[key]: _plain(value) for name, value in fields.items() if (key := _folded(name)) in _READ}
        told = msgspec.convert(_tidied(read, number), _Event)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError, OverflowError):
        return None
    deed = _DEEDS.get(_folded(told.action))
    kind = told.object_type_id or (_CONTACTS if deed is Deed.ERASED else "")
    if told.from_object_id is None and told.to_object_id is None:
        told.from_object_id, told.to_object_id = told.object_id, told.associated_object_id
        return Event(deed=deed, told=told, kind=kind, ends=(kind, told.associated_object_type_id or ""))
    ends = (told.from_object_type_id or kind, told.to_object_type_id or told.associated_object_type_id or "")
    return Event(deed=deed, told=told, kind=kind, ends=ends)


def _tidied(read: Mapping[str, object], number: str) -> Mapping[str, object]:
    """Return an event's fields by the names and in the forms that webhooks have."""
    said = {name: value for name, value in read.items() if value is not None}
    merged = said.get("mergedObjectIds", [])
    moment = {"occurredAt": _moment(said["occurredAt"])} if "occurredAt" in said else {}
    return {**said, **moment, "mergedObjectIds": merged if isinstance(merged, list) else [merged], "eventId": number}


def _plain(raw: msgspec.Raw) -> object:
    return msgspec.json.decode(raw)


def _moment(said: object) -> int:
    """Return a moment told as ISO 8601 or in milliseconds. Raises ValueError for anything else."""
    if isinstance(said, int) or (isinstance(said, str) and said.isascii() and said.isdigit()):
        return int(said)
    at = datetime.fromisoformat(said if isinstance(said, str) else "")
    return millis(at if at.tzinfo else at.replace(tzinfo=UTC))
