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


def read_batch(body: bytes) -> Batch:
    """Return what a delivery says. Raises UnreadableError where it is no list of events."""
    return batch_of(_event(raw) for raw in _raw_events(body))


def _raw_events(body: bytes) -> Sequence[msgspec.Raw]:
    try:
        events = msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise UnreadableError("the body is no list of events") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UnreadableError("the body is no JSON") from None
    if len(events) > MOST_EVENTS:
        raise UnreadableError(f"more than {MOST_EVENTS} events")
    return events


def _event(raw: msgspec.Raw) -> Event | None:
    try:
        told = msgspec.json.decode(raw, type=_Event)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    subject, _, happened = (told.subscription_type or told.event_type or "").partition(".")
    kind = told.object_type_id or "" if subject == "object" else subject
    return Event(deed=_DEEDS.get(happened), told=told, kind=kind, ends=_ends(told, subject))


def _ends(told: _Event, subject: str) -> tuple[str, str]:
    if subject == "object":
        return told.from_object_type_id or told.object_type_id or "", told.to_object_type_id or ""
    from_, _, to = (told.association_type or "").lower().partition("_to_")
    return from_ or subject, to
