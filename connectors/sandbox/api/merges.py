"""Two records becoming one, and a person being erased."""

from starlette.responses import Response

from connectors.sandbox.answers import PageNotFoundError, invalid, nothing, reply
from connectors.sandbox.api.objects import find_row
from connectors.sandbox.calls import Call
from connectors.sandbox.kinds import BY_NAME, Kind
from connectors.sandbox.lineparse import address_digest
from connectors.sandbox.merging import erase, merge
from connectors.sandbox.rows import Row
from connectors.sandbox.values import text
from connectors.sandbox.views import Wish, show


def merge_records(call: Call) -> Response:
    """Merge two records and answer the survivor."""
    kind = call.kind()
    if not kind.mergeable:
        raise PageNotFoundError
    body = call.body()
    primary, other = (_row(call, kind, text(body.get(name))) for name in ("primaryObjectId", "objectIdToMerge"))
    if primary is other:
        raise invalid("A record cannot be merged with itself")
    survivor = merge(call.portal, kind, primary, other, at=call.portal.clock())
    return reply(show(call.portal, kind, survivor, Wish(properties=tuple(sorted(survivor.properties)))))


def _row(call: Call, kind: Kind, id_: str | None) -> Row:
    row = call.portal.tables[kind.name].rows.get(id_ or "")
    if row is None or row.archived_at is not None:
        raise invalid(f"Unable to merge objects: {id_} does not exist")
    return row


def gdpr_delete(call: Call) -> Response:
    """Erase a contact for good; its address may not come back."""
    kind = BY_NAME["contacts"]
    body = call.body()
    wanted, id_property = text(body.get("objectId")) or "", text(body.get("idProperty"))
    row = find_row(call, kind, wanted, id_property)
    address = (row.properties.get("email") if row else None) or (wanted if id_property == "email" else None)
    if address:
        call.portal.blocked.add(address_digest(address))
        call.portal.touch("blocked", address_digest(address))
    if row is not None:
        erase(call.portal, kind, row)
    return nothing()
