"""Who tells a portal's watchers what happened to a record or a link: one happening, one event."""

from collections.abc import Sequence

from connectors.sandbox.happenings import Happening, Origin
from connectors.sandbox.holdings import Holdings
from connectors.sandbox.kinds import Kind
from connectors.sandbox.links import LinkType
from connectors.sandbox.rows import Row
from syncer.moments import Millis


def tell_creation(portal: Holdings, kind: Kind, row: Row, given: Sequence[str], origin: Origin) -> None:
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


def tell_changes(portal: Holdings, kind: Kind, row: Row, names: Sequence[str], origin: Origin) -> None:
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


def tell(portal: Holdings, kind: str, what: str, at: Millis, **more: object) -> None:
    """Tell of anything else; who did it is not told apart."""
    portal.tell(Happening(kind=kind, what=what, at=at, source="CRM_UI", more=more))


def tell_link(
    portal: Holdings, ends: tuple[tuple[Kind, str], tuple[Kind, str]], types: Sequence[LinkType], *, removed: bool
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
