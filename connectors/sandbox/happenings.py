"""What happens in a portal, as its webhooks tell it: one happening, one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sandbox.kinds import BY_NAME, Kind

if TYPE_CHECKING:
    from connectors.sandbox.links import LinkType
    from connectors.sandbox.rows import Row
    from connectors.sandbox.state import Portal
    from connectors.sandbox.writes import Origin
    from syncer.moments import Millis

#: Kinds with events of their own name; those of the others are `object.…`.
_CLASSIC = frozenset({"contacts", "companies", "deals"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event before it is numbered and sent."""

    kind: str
    #: creation, propertyChange, deletion, restore, merge, associationChange, privacyDeletion.
    what: str
    at: "Millis"
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


def tell_creation(portal: "Portal", kind: Kind, row: "Row", given: Sequence[str], origin: "Origin") -> None:
    """Tell of a new record, and of each property it was given: those may well arrive first."""
    created = Happening(
        kind=kind.name,
        what="creation",
        at=row.created,
        source=origin.source_type,
        source_id=origin.source_id,
        more={"objectId": int(row.id), "changeFlag": "CREATED"},
    )
    portal.tell(created)
    tell_changes(portal, kind, row, given, origin)


def tell_changes(portal: "Portal", kind: Kind, row: "Row", names: Sequence[str], origin: "Origin") -> None:
    """Tell of properties that have new values."""
    for name in names:
        more = {"objectId": int(row.id), "propertyName": name, "propertyValue": row.properties.get(name, "")}
        portal.tell(
            Happening(
                kind=kind.name,
                what="propertyChange",
                at=row.updated,
                source=origin.source_type,
                source_id=origin.source_id,
                more=more,
            )
        )


def tell(portal: "Portal", kind: str, what: str, at: "Millis", **more: object) -> None:
    """Tell of anything else; who did it is not told apart."""
    portal.tell(Happening(kind=kind, what=what, at=at, source="CRM_UI", more=more))


def tell_link(
    portal: "Portal", ends: tuple[tuple[Kind, str], tuple[Kind, str]], types: Sequence["LinkType"], *, removed: bool
) -> None:
    """Tell of a link that came or went, once a direction, and of a primary one twice."""
    primary = any(one.label == "Primary" for one in types)
    for (from_, from_id), (to, to_id) in (ends, ends[::-1]):
        for is_primary in (False, True) if primary else (False,):
            tell(
                portal,
                from_.name,
                "associationChange",
                portal.clock(),
                associationType=f"{from_.legacy}_TO_{to.legacy}",
                fromObjectId=int(from_id),
                toObjectId=int(to_id),
                fromObjectTypeId=from_.type_id,
                toObjectTypeId=to.type_id,
                associationRemoved=removed,
                isPrimaryAssociation=is_primary,
            )
