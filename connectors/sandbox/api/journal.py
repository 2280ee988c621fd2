"""The webhooks journal: what an app is told of, which file comes next, and the file itself."""

from starlette.responses import Response

from connectors.sandbox.answers import RefusalError, invalid, nothing, reply
from connectors.sandbox.calls import Call
from syncer.moments import iso

_REQUIRED = {
    "OBJECT": ("portalId", "objectTypeId", "actions", "properties", "objectIds"),
    "ASSOCIATION": ("portalId", "objectTypeId", "actions", "objectIds", "associatedObjectTypeIds"),
    "GDPR_PRIVACY_DELETION": ("portalId", "objectTypeId", "actions"),
}
#: As the store of the files says it.
_GONE = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


def _app(call: Call) -> str:
    if not call.token.is_app:
        raise RefusalError(
            403, "This endpoint takes client credentials tokens only.", category="INVALID_AUTHENTICATION"
        )
    return call.token.app_id


def earliest(call: Call) -> Response:
    """Name the first file that is kept."""
    app = _app(call)
    return _named(call, app, call.portal.journal.earliest(app))


def after(call: Call) -> Response:
    """Name the file after an offset."""
    app = _app(call)
    try:
        found = call.portal.journal.after(app, call.part("offset"))
    except KeyError:
        raise RefusalError(404, "The offset does not exist or has expired", category="OBJECT_NOT_FOUND") from None
    return _named(call, app, found)


def _named(call: Call, app: str, offset: str | None) -> Response:
    if offset is None:
        return nothing()
    key, ends = call.portal.journal.address(app, offset)
    address = call.request.url.replace(path=f"/journal-files/{key}", query="")
    return reply({"currentOffset": offset, "expiresAt": iso(ends), "url": str(address)})


def file(call: Call) -> Response:
    """Hand the file to whoever holds its address."""
    found = call.portal.journal.file(call.part("key"))
    if found is None:
        return Response(_GONE, status_code=403, media_type="application/xml")
    return reply(found)


def list_subscriptions(call: Call) -> Response:
    """Answer everything that an app is told of."""
    return reply({"results": call.portal.journal.subscriptions(_app(call))})


def subscribe(call: Call) -> Response:
    """Add a subscription, or answer the one that is the same."""
    app, body = _app(call), call.body()
    required = _REQUIRED.get(str(body.get("subscriptionType")))
    if required is None:
        raise invalid("Invalid subscription type provided")
    lacking = [name for name in required if name not in body]
    if lacking:
        raise invalid(f"Some required fields were not set: [{', '.join(lacking)}]")
    if body["portalId"] != call.portal.account.portal_id:
        raise RefusalError(403, "The app is not installed in this account", category="MISSING_SCOPES")
    held = call.portal.journal.subscriptions(app)
    asked = {name: body[name] for name in ("subscriptionType", *required)}
    same = next((one for one in held if {name: one.get(name) for name in asked} == asked), None)
    if same is None:
        now = iso(call.portal.clock())
        # No record's id: the sequence of records stays what it is without a journal.
        same = {"id": len(held) + 1, "appId": 1, **asked, "createdAt": now, "updatedAt": now, "deletedAt": None}
        held.append(same)
    return reply(same)
