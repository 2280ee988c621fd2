"""OAuth: letting an app in, and its tokens."""

from urllib.parse import parse_qs, urlencode

from starlette.responses import RedirectResponse, Response

from connectors.sandbox.answers import reply
from connectors.sandbox.calls import Call
from connectors.sandbox.grants import Issued, IssuedToApp, refused


def authorise(call: Call) -> Response:
    """Send the person back to the app with a code, as HubSpot does after a click."""
    redirect = call.query("redirect_uri") or ""
    scopes, optional = ((call.query(name) or "").split() for name in ("scope", "optional_scope"))
    code = call.portal.oauth.authorise(call.query("client_id") or "", redirect, scopes, optional)
    query = {"code": code} | ({"state": state} if (state := call.query("state")) else {})
    return RedirectResponse(f"{redirect}?{urlencode(query)}", status_code=302)


def token(call: Call) -> Response:
    """Answer a code, a refresh token or an app's own credentials with an access token; all stands in the body."""
    form = {name: values[-1] for name, values in parse_qs(call.raw.decode()).items()}
    if call.request.url.query:
        raise refused("BAD_REQUEST", "credentials are taken from the body alone", error="invalid_request")
    portal, app = call.portal, (form.get("client_id", ""), form.get("client_secret", ""))
    match form.get("grant_type"):
        case "refresh_token":
            issued = portal.oauth.renew(*app, refresh_token=form.get("refresh_token", ""))
        case "authorization_code":
            code, redirect = form.get("code", ""), form.get("redirect_uri", "")
            issued = portal.oauth.redeem(*app, code=code, redirect=redirect)
        case "client_credentials":
            return reply(_of_app(portal.oauth.act(*app, form.get("scope", "").split())))
        case _:
            raise refused("BAD_GRANT_TYPE", "missing or unknown grant type", error="unsupported_grant_type")
    return reply(_body(issued, portal.account.portal_id))


def _of_app(issued: IssuedToApp) -> dict[str, object]:
    return {
        "token_type": "bearer",
        "access_token": issued.access_token,
        "expires_in": issued.seconds,
        "token_use": "client_credentials",
    }


def _body(issued: Issued, portal_id: int) -> dict[str, object]:
    return {
        "token_type": "bearer",
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": issued.seconds,
        "hub_id": portal_id,
        "scopes": sorted(issued.scopes),
    }
