"""What happens in a portal, as its webhooks tell it, and who did it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sandbox.kinds import BY_NAME
from syncer.moments import Millis

#: Kinds with events of their own name; those of the others are `object.…`.
_CLASSIC = frozenset({"contacts", "companies", "deals"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event before it is numbered and sent."""

    kind: str
    #: creation, propertyChange, deletion, restore, merge, associationChange, privacyDeletion.
    what: str
    at: Millis
    source: str
    source_id: str | None = None
    #: What the event carries beside, by the names of the payload.
    more: Mapping[str, object] = field(default_factory=dict)

    def event(self, *, generic: bool) -> dict[str, object]:
        """Return the event's own part of a payload, in the classic or the generic form."""
        kind = BY_NAME[self.kind]
        by_type = (generic or self.kind not in _CLASSIC) and self.what != "privacyDeletion"
        named: dict[str, object] = {"subscriptionType": f"{'object' if by_type else kind.singular}.{self.what}"}
        if by_type:
            named["objectTypeId"] = kind.type_id
        return {
            **named,
            "occurredAt": self.at,
            "changeSource": self.source,
            "sourceId": self.source_id,
            **self.more,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who writes, as property history tells it."""

    source_type: str
    source_id: str | None = None
    user_id: str | None = None
    #: Whether a lifecycle stage may not step back.
    forward_only: bool = True
