"""What HubSpot's events say, as hints: which record to look at, and what is said to have happened to it.

One mapping for every way that events come. Values stay behind: they may be out of order, and they are people's data.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from syncer.hints import Deed, Hint
from syncer.moments import Millis

Id = int | str

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


#: Streams that events can tell of.
TOLD_STREAMS = frozenset(_STREAMS.values())


class UnreadableError(Exception):
    """What came is no list of events. The text says why and repeats nothing of it."""


class Told(msgspec.Struct, kw_only=True, rename="camel"):
    """What is read of an event, whichever way it came; by the names of HubSpot's webhooks."""

    portal_id: Id | None = None
    event_id: Id | None = None
    #: Milliseconds.
    occurred_at: int | None = None
    object_id: Id | None = None
    object_type_id: str | None = None
    primary_object_id: Id | None = None
    new_object_id: Id | None = None
    merged_object_ids: list[Id] = []
    from_object_id: Id | None = None
    to_object_id: Id | None = None
    from_object_type_id: str | None = None
    to_object_type_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event."""

    #: None says nothing to us.
    deed: Deed | None
    told: Told
    #: Kind of the record: a singular, or a type id.
    kind: str
    #: Kinds of both ends of an association.
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What came at once."""

    #: By portal id.
    hints: Mapping[str, Sequence[Hint]]
    events: int
    #: Of a kind, or about a kind of record, that says nothing to us.
    foreign: int
    #: Without what an event of their kind must have.
    unreadable: int


def batch_of(events: Iterable[Event | None]) -> Batch:
    """Return what events say; None stands for an unreadable one."""
    hints: dict[str, list[Hint]] = {}
    number = foreign = unreadable = 0
    for event in events:
        number += 1
        portal = None if event is None else _id(event.told.portal_id)
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
    return Batch(hints=hints, events=number, foreign=foreign, unreadable=unreadable)


def _hints(event: Event, portal: str) -> Iterator[Hint]:
    """Yield the hints of an event, none where it lacks what it must have. Raises LookupError where it is not for us."""
    deed, moment = event.deed, _moment(event.told.occurred_at)
    if deed is None:
        raise LookupError(event.kind)
    ends = _ends(event) if deed is Deed.LINKED else [(_STREAMS[event.kind], one) for one in _records(event)]
    for stream, raw in ends:
        # Whom an erasure does not name is for a person to find.
        record = _id(raw) or ("" if deed is Deed.ERASED else None)
        if record is not None:
            # The record is read as a whole: which event, property or link it was makes no difference at one moment.
            identity = (portal, stream, record, deed.value, moment or ("", event.told.event_id))
            # What is new comes last: kept together, it costs a page or two of the database instead of one each.
            id_ = f"{moment:013}-{_digest(identity)}"
            yield Hint(id=id_, stream=stream, record_id=record, deed=deed, occurred_at=moment)


def _records(event: Event) -> Sequence[Id | None]:
    told = event.told
    if event.deed is not Deed.MERGED:
        return (told.object_id,)
    named = (told.new_object_id, told.primary_object_id, told.object_id, *told.merged_object_ids[:_MOST_MERGED])
    return list(dict.fromkeys(named))


def _ends(event: Event) -> Sequence[tuple[str, Id | None]]:
    """Return both ends of an association, as far as they are records that are read; LookupError where none is."""
    ends = zip(event.ends, (event.told.from_object_id, event.told.to_object_id), strict=True)
    found = [(_STREAMS[kind], one) for kind, one in ends if kind in _STREAMS]
    if not found:
        raise LookupError(event.kind)
    return found


def _id(raw: Id | None) -> str | None:
    text = str(raw)
    return text if _ID.fullmatch(text) else None


def _moment(raw: int | None) -> Millis:
    # A moment that no 64-bit column holds is no moment.
    return Millis(raw if raw is not None and 0 <= raw < 1 << 62 else 0)


def _digest(identity: tuple[object, ...]) -> str:
    return urlsafe_b64encode(hashlib.blake2b(repr(identity).encode(), digest_size=15).digest()).decode()
