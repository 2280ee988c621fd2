"""A delivery of HubSpot's webhooks, read."""

from collections.abc import Mapping, Sequence

import msgspec

from connectors.hubspot.hinting import Batch, Event, Told, UnreadableError, batch_of
from syncer.hints import Deed

#: HubSpot speaks of a hundred (2026-11).
MOST_EVENTS = 1_000
_DEEDS: Mapping[str, Deed] = {
    "creation": Deed.CREATED,
    "propertyChange": Deed.CHANGED,
    "deletion": Deed.DELETED,
    "restore": Deed.RESTORED,
    "merge": Deed.MERGED,
    "associationChange": Deed.LINKED,
    "privacyDeletion": Deed.ERASED,
}


class _Event(Told, kw_only=True, rename="camel"):
    subscription_type: str | None = None
    #: What the documentation's tables call it.
    event_type: str | None = None
    association_type: str | None = None


#: By the name in a delivery.
_TYPES: Mapping[str, type] = {one.encode_name: one.type for one in msgspec.structs.fields(_Event)}
#: A delivery without a fault is read at once, one with a fault event by event.
_all_told = msgspec.json.Decoder(list[_Event]).decode


def read_batch(body: bytes) -> Batch:
    """Return what a delivery says. Raises UnreadableError where it is no list of events."""
    try:
        told: Sequence[_Event | None] = _all_told(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        told = [_one_told(raw) for raw in _raw_events(body)]
    if len(told) > MOST_EVENTS:
        raise UnreadableError(f"more than {MOST_EVENTS} events")
    return batch_of(None if one is None else _event(one) for one in told)


def _raw_events(body: bytes) -> Sequence[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise UnreadableError("the body is no list of events") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UnreadableError("the body is no JSON") from None


def _one_told(raw: msgspec.Raw) -> _Event | None:
    """Return an event without those of its fields that are not what they should be; None where it is no event."""
    try:
        parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    fitting = {name: part for name, part in parts.items() if name in _TYPES and _fits(part, _TYPES[name])}
    return msgspec.json.decode(msgspec.json.encode(fitting), type=_Event)


def _fits(part: msgspec.Raw, type_: type) -> bool:
    try:
        msgspec.json.decode(part, type=type_)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _event(told: _Event) -> Event:
    subject, _, happened = (told.subscription_type or told.event_type or "").partition(".")
    kind = told.object_type_id or "" if subject == "object" else subject
    return Event(deed=_DEEDS.get(happened), told=told, kind=kind, ends=_ends(told, subject))


def _ends(told: _Event, subject: str) -> tuple[str, str]:
    if subject == "object":
        return told.from_object_type_id or told.object_type_id or "", told.to_object_type_id or ""
    from_, _, to = (told.association_type or "").lower().partition("_to_")
    return from_ or subject, to
