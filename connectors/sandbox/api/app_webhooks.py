"""Webhook settings and subscriptions of apps, by developer key; Hooks send what some app is subscribed to."""

from starlette.responses import Response

from connectors.sandbox.answers import PageNotFoundError, RefusalError, invalid, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.values import text
from syncer.moments import iso

_Subscriptions = list[dict[str, object]]


def _app(call: Call) -> str:
    if not call.query("hapikey"):
        raise RefusalError(401, "This app key is not valid.", category="INVALID_AUTHENTICATION")
    return call.part("app_id")


def put_settings(call: Call) -> Response:
    """Set where an app's webhooks go."""
    app, body = _app(call), call.body()
    address = text(body.get("targetUrl"))
    if not address:
        raise invalid("Some required fields were not set: [targetUrl]")
    call.portal.webhook_targets[app] = address
    now = iso(call.portal.clock())
    return reply({"targetUrl": address, "throttling": body.get("throttling"), "createdAt": now, "updatedAt": now})


def list_subscriptions(call: Call) -> Response:
    """Answer every subscription of an app."""
    return reply({"results": _of(call)})


def create_subscription(call: Call) -> Response:
    """Add a subscription; the same one twice is refused."""
    held, body = _of(call), call.body()
    named = {"eventType": text(body.get("eventType")), "propertyName": text(body.get("propertyName"))}
    if not named["eventType"]:
        raise invalid("Some required fields were not set: [eventType]")
    if any(one["eventType"] == named["eventType"] and one["propertyName"] == named["propertyName"] for one in held):
        raise RefusalError(409, "This subscription already exists", category="CONFLICT")
    kept = {"id": call.portal.new_id(), **named, "active": body.get("active") is True}
    held.append({**kept, "createdAt": iso(call.portal.clock())})
    return reply(held[-1], 201)


def change_subscription(call: Call) -> Response:
    """Switch a subscription on or off."""
    found = next((one for one in _of(call) if one["id"] == call.part("id")), None)
    if found is None:
        raise PageNotFoundError
    found["active"] = call.body().get("active") is True
    return reply(found)


def _of(call: Call) -> _Subscriptions:
    return call.portal.subscriptions.setdefault(_app(call), [])
