"""The webhooks journal of a portal's apps: files of what happened, each app its own, kept for three days.

An app is told what it subscribed to and nothing else. It lives in memory only: a restarted sandbox has none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile

from connectors.sandbox.draws import Draws
from connectors.sandbox.happenings import Happening
from connectors.sandbox.kinds import BY_NAME
from syncer.moments import DAY, MINUTE, Millis, iso

RETENTION = 3 * DAY
_ACTIONS: Mapping[str, str] = {
    "creation": "CREATE",
    "propertyChange": "UPDATE",
    "deletion": "DELETE",
    "restore": "RESTORE",
    "merge": "MERGE",
    "privacyDeletion": "GDPR_DELETE",
}
_KINDS: Mapping[str, str] = {"associationChange": "ASSOCIATION", "privacyDeletion": "GDPR_PRIVACY_DELETION"}
_TYPES: Mapping[str, str] = {"OBJECT": "crm_object", "ASSOCIATION": "association", "GDPR_PRIVACY_DELETION": "gdpr"}
#: What a webhook carries and a journal's event does not, or by another name.
_APART = frozenset(
    {"propertyName", "propertyValue", "associationType", "associationRemoved", "isPrimaryAssociation", "changeFlag"}
)


class Forgotten(Enum):
    """What meets an offset whose file is gone; what HubSpot does was never seen."""

    REFUSED = "refused"
    #: 204, as if there were nothing new.
    SILENT = "silent"
    #: The earliest file, as if it were the next.
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalHabits:
    """How the journal behaves."""

    events_a_file: int = 10_000
    #: How long an address leads to a file.
    address_life: int = 5 * MINUTE
    forgotten: Forgotten = Forgotten.REFUSED


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    offset: str
    at: Millis
    events: list[dict[str, object]]


@dataclass(kw_only=True, slots=True)
class _OfApp:
    subscriptions: list[dict[str, object]] = field(default_factory=list)
    #: What happened since the last file was closed.
    fresh: list[dict[str, object]] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    #: Offsets of files that are gone.
    past: set[str] = field(default_factory=set)


class Journal:
    """The journals of one portal's apps. The portal's lock guards it."""

    def __init__(self, *, clock: Callable[[], Millis], seed: int, habits: JournalHabits) -> None:
        self._clock = clock
        self._draws = Draws(seed)
        self.habits = habits
        self._apps: dict[str, _OfApp] = {}
        #: Key of an address → (app, offset), and when it ends.
        self._addresses: dict[str, tuple[str, str, Millis]] = {}

    def subscriptions(self, app: str) -> list[dict[str, object]]:
        """Return what an app is told of."""
        return self._of(app).subscriptions

    def note(self, happening: Happening, portal_id: int) -> None:
        """Keep what happened for every app that subscribed to it."""
        for one in self._apps.values():
            if any(_covers(held, happening) for held in one.subscriptions):
                _write(one.fresh, happening, portal_id)

    def earliest(self, app: str) -> str | None:
        """Return the offset of the first file that is kept, None where there is none."""
        files = self._kept(app).files
        return files[0].offset if files else None

    def after(self, app: str, offset: str) -> str | None:
        """Return the offset that follows, None where none does yet. Raises KeyError for one that is not taken."""
        kept = self._kept(app)
        offsets = [file.offset for file in kept.files]
        if offset in offsets:
            return next(iter(offsets[offsets.index(offset) + 1 :]), None)
        if offset not in kept.past or self.habits.forgotten is Forgotten.REFUSED:
            raise KeyError(offset)
        return self.earliest(app) if self.habits.forgotten is Forgotten.SKIPPED else None

    def address(self, app: str, offset: str) -> tuple[str, Millis]:
        """Return the key of a new address of a file, and when it ends."""
        key = self._draws.uuid()
        ends = Millis(self._clock() + self.habits.address_life)
        self._addresses[key] = (app, offset, ends)
        return key, ends

    def file(self, key: str) -> Mapping[str, object] | None:
        """Return the file that an address leads to, None where it leads nowhere any more."""
        app, offset, ends = self._addresses.get(key, ("", "", Millis(0)))
        found = next((one for one in self._of(app).files if one.offset == offset), None)
        if found is None or self._clock() >= ends:
            return None
        return {"offset": offset, "journalEvents": found.events, "publishedAt": iso(found.at)}

    def _of(self, app: str) -> _OfApp:
        return self._apps.setdefault(app, _OfApp())

    def _kept(self, app: str) -> _OfApp:
        """Return an app's journal with what is fresh as files, and without what is old."""
        found, now, size = self._of(app), self._clock(), self.habits.events_a_file
        for start in range(0, len(found.fresh), size):
            events = found.fresh[start : start + size]
            found.files.append(_File(offset=self._draws.uuid(), at=now, events=events))
        found.fresh.clear()
        old = list(takewhile(lambda file: file.at <= now - RETENTION, found.files))
        found.past.update(file.offset for file in old)
        del found.files[: len(old)]
        return found


def _write(events: list[dict[str, object]], happening: Happening, portal_id: int) -> None:
    """Add an event; changes that one write made to a record are one."""
    event = _event(happening, portal_id)
    same = events[-1] if events else {}
    changes = same.get("propertyChanges")
    if isinstance(changes, dict) and {**same, "propertyChanges": event.get("propertyChanges")} == event:
        changes[happening.more["propertyName"]] = happening.more["propertyValue"]
    else:
        events.append(event)


def _event(happening: Happening, portal_id: int) -> dict[str, object]:
    kind = _KINDS.get(happening.what, "OBJECT")
    action = _ACTIONS.get(happening.what) or f"ASSOCIATION_{'REMOVED' if _removed(happening) else 'ADDED'}"
    event: dict[str, object] = {
        "type": _TYPES[kind],
        "portalId": portal_id,
        "occurredAt": iso(happening.at),
        "action": action,
        "objectTypeId": BY_NAME[happening.kind].type_id,
        **{name: value for name, value in happening.more.items() if name not in _APART},
    }
    if happening.what == "propertyChange":
        event["propertyChanges"] = {happening.more["propertyName"]: happening.more["propertyValue"]}
    return event


def _removed(happening: Happening) -> bool:
    return happening.more.get("associationRemoved") is True


def _covers(subscription: Mapping[str, object], happening: Happening) -> bool:
    event = _event(happening, 0)
    kind = _KINDS.get(happening.what, "OBJECT")
    objects = _listed(subscription, "objectIds")
    return (
        (subscription["subscriptionType"], subscription["objectTypeId"]) == (kind, event["objectTypeId"])
        and event["action"] in _listed(subscription, "actions")
        and (not objects or happening.more.get("objectId") in objects)
        and (event["action"] != "UPDATE" or happening.more["propertyName"] in _listed(subscription, "properties"))
        and (
            kind != "ASSOCIATION"
            or happening.more["toObjectTypeId"] in _listed(subscription, "associatedObjectTypeIds")
        )
    )


def _listed(subscription: Mapping[str, object], name: str) -> list[object]:
    found = subscription.get(name)
    return found if isinstance(found, list) else []
