"""What HubSpot's webhooks say, as hints: which record to look at, and what is said to have happened to it.

Values stay behind: they may be out of order, and they are people's data.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from syncer.hints import Deed, Hint
from syncer.moments import Millis

#: HubSpot speaks of a hundred (2026-11).
MOST_EVENTS = 1_000
_MOST_MERGED = 250
_ID = re.compile(r"[0-9]{1,20}")
#: By the singular of classic subscriptions, and by the type id of generic ones.
_STREAMS: Mapping[str, str] = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "0-1": "contacts",
    "0-2": "companies",
    "0-3": "deals",
    "0-14": "quotes",
    "0-18": "communications",
    "0-19": "feedback_submissions",
    "0-27": "tasks",
    "0-46": "notes",
    "0-47": "meetings",
    "0-48": "calls",
    "0-49": "emails",
    "0-136": "leads",
}
_DEEDS: Mapping[str, Deed] = {
    "creation": Deed.CREATED,
    "propertyChange": Deed.CHANGED,
    "deletion": Deed.DELETED,
    "restore": Deed.RESTORED,
    "merge": Deed.MERGED,
    "associationChange": Deed.LINKED,
    "privacyDeletion": Deed.ERASED,
}


class UnreadableError(Exception):
    """A body is no batch of events. The text says why and repeats nothing of it."""


class _Event(msgspec.Struct, kw_only=True, rename="camel"):
    subscription_type: str | None = None
    #: What the documentation's tables call it.
    event_type: str | None = None
    portal_id: int | str | None = None
    event_id: int | str | None = None
    occurred_at: int | None = None
    object_id: int | str | None = None
    object_type_id: str | None = None
    property_name: str | None = None
    primary_object_id: int | str | None = None
    new_object_id: int | str | None = None
    merged_object_ids: list[int | str] = []
    association_type: str | None = None
    from_object_id: int | str | None = None
    to_object_id: int | str | None = None
    from_object_type_id: str | None = None
    to_object_type_id: str | None = None
    association_removed: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """One delivery."""

    #: By portal id.
    hints: Mapping[str, Sequence[Hint]]
    events: int
    #: Of a kind, or about a kind of record, that says nothing to us.
    foreign: int
    #: Without what an event of their kind must have.
    unreadable: int


def read_batch(body: bytes) -> Batch:
    """Return what a delivery says. Raises UnreadableError where it is no list of events."""
    hints: dict[str, list[Hint]] = {}
    foreign = unreadable = 0
    events = _events(body)
    for raw in events:
        event = _event(raw)
        portal = None if event is None else _id(event.portal_id)
        if event is None or portal is None:
            unreadable += 1
            continue
        try:
            found = list(_hints(event, portal))
        except LookupError:
            foreign += 1
            continue
        unreadable += not found
        hints.setdefault(portal, []).extend(found)
    return Batch(hints=hints, events=len(events), foreign=foreign, unreadable=unreadable)


def _events(body: bytes) -> Sequence[msgspec.Raw]:
    try:
        events = msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise UnreadableError("the body is no list of events") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UnreadableError("the body is no JSON") from None
    if len(events) > MOST_EVENTS:
        raise UnreadableError(f"more than {MOST_EVENTS} events")
    return events


def _event(raw: msgspec.Raw) -> _Event | None:
    try:
        return msgspec.json.decode(raw, type=_Event)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def _hints(event: _Event, portal: str) -> Iterator[Hint]:
    """Yield the hints of an event, none where it lacks what it must have. Raises LookupError where it is not for us."""
    name = event.subscription_type or event.event_type or ""
    subject, _, happened = name.partition(".")
    deed = _DEEDS[happened]
    if deed is Deed.LINKED:
        ends = _ends(event, subject)
    else:
        stream = _STREAMS[event.object_type_id or "" if subject == "object" else subject]
        ends = [(stream, one) for one in _records(event, deed)]
    for stream, raw in ends:
        record = _id(raw)
        if record is not None:
            identity = (portal, name, event.event_id, event.occurred_at, event.property_name, stream, record)
            yield Hint(
                id=_digest(identity),
                stream=stream,
                record_id=record,
                deed=deed,
                occurred_at=_moment(event.occurred_at),
            )


def _records(event: _Event, deed: Deed) -> Sequence[int | str | None]:
    if deed is not Deed.MERGED:
        return (event.object_id,)
    named = (event.new_object_id, event.primary_object_id, event.object_id, *event.merged_object_ids[:_MOST_MERGED])
    return list(dict.fromkeys(named))


def _ends(event: _Event, subject: str) -> Sequence[tuple[str, int | str | None]]:
    """Return both ends of an association, as far as they are records that are read; LookupError where none is."""
    if subject == "object":
        kinds = (event.from_object_type_id or event.object_type_id or "", event.to_object_type_id or "")
    else:
        from_, _, to = (event.association_type or "").lower().partition("_to_")
        kinds = (from_ or subject, to)
    ends = zip(kinds, (event.from_object_id, event.to_object_id), strict=True)
    found = [(_STREAMS[kind], one) for kind, one in ends if kind in _STREAMS]
    if not found:
        raise LookupError(subject)
    return found


def _id(raw: int | str | None) -> str | None:
    text = str(raw)
    return text if _ID.fullmatch(text) else None


def _moment(raw: int | None) -> Millis:
    # A moment that no 64-bit column holds is no moment.
    return Millis(raw if raw is not None and 0 <= raw < 1 << 62 else 0)


def _digest(identity: tuple[object, ...]) -> str:
    return urlsafe_b64encode(hashlib.blake2b(repr(identity).encode(), digest_size=15).digest()).decode()
