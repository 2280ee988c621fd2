"""OAuth as HubSpot speaks it, without I/O: what to ask, what an answer grants, what a refusal means.

A flow is a generator: it yields a form to post to the token path and receives the answer. Secrets stay out of every
text: a refusal is told by HubSpot's own known codes, never by its words.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
import msgspec

from connectors.exchange import Answer
from connectors.statuses import ADDRESS_HINT
from syncer.errors import AuthFailed, BadAnswer, SyncerError, Unavailable
from syncer.moments import MINUTE, SECOND, Millis

#: Where a person agrees; a stand-in serves the same path itself.
AUTHORIZE_ADDRESS = "https://app.hubspot.com"
_LIFETIME_S = 1_800
#: Nothing that lives longer would be an access token; also keeps out infinity.
_LONGEST_S = 366 * 24 * 3_600
#: A token is renewed so long before it ends, or a sixth of its life where that is shorter.
_EARLY = 5 * MINUTE
_SHARE = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An OAuth app as HubSpot knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a portal granted an app. Moments are by our own clock."""

    #: Empty where only the refresh token is known yet.
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    obtained_at: Millis
    #: From here on the access token is renewed before it is used.
    renew_at: Millis
    expires_at: Millis
    portal_id: str | None = None
    #: None where HubSpot did not say.
    scopes: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppToken:
    """A token of an app itself, of no portal. Moments are by our own clock."""

    access_token: str = field(repr=False)
    #: From here on another one is asked for.
    renew_at: Millis


Form = Mapping[str, str]
Flow = Generator[Form, Answer, Grant]
AppFlow = Generator[Form, Answer, AppToken]


def seed(refresh_token: str) -> Grant:
    """Return a grant of which only the refresh token is known: it is due at once."""
    zero = Millis(0)
    return Grant(access_token="", refresh_token=refresh_token, obtained_at=zero, renew_at=zero, expires_at=zero)


def redeem(app: App, code: str, now: Millis) -> Flow:
    """Exchange the code that HubSpot sent to the redirect address; a code works once and for minutes."""
    form = {"grant_type": "authorization_code", "redirect_uri": app.redirect_url, "code": code}
    return (yield from _ask(app, form, None, now))


def renew(app: App, grant: Grant, now: Millis) -> Flow:
    """Exchange a refresh token for an access token, and for a newer refresh token where HubSpot sends one."""
    form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    return (yield from _ask(app, form, grant, now))


def act_as_app(client_id: str, client_secret: str, scopes: Sequence[str], now: Millis) -> AppFlow:
    """Ask for a token of the app itself; where HubSpot does not know scopes by these names, for all that it may have.

    No refresh token comes with it: the same is asked for again.
    """
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    answer = yield {**form, "scope": " ".join(scopes)}
    if answer.status == httpx.codes.BAD_REQUEST and not _codes(answer.body):
        answer = yield form
    if not httpx.codes.is_success(answer.status):
        raise refusal(answer, otherwise=_APP)
    reply = _reply(answer.body)
    if not _is_token(reply.access_token):
        raise _nonsense()
    return AppToken(access_token=reply.access_token, renew_at=_renewal(now, _lifetime(reply.expires_in)))


def _ask(app: App, form: Form, before: Grant | None, now: Millis) -> Flow:
    answer = yield {**form, "client_id": app.client_id, "client_secret": app.client_secret}
    if not httpx.codes.is_success(answer.status):
        raise refusal(answer)
    return _granted(answer, before, now)


class _Reply(msgspec.Struct):
    """The two tokens must be what they are; the rest is taken as far as it is understood."""

    access_token: str
    refresh_token: str | None = None
    expires_in: object = None
    hub_id: object = None
    scopes: object = None
    scope: object = None


def _granted(answer: Answer, before: Grant | None, now: Millis) -> Grant:
    reply = _reply(answer.body)
    refresh_token = reply.refresh_token or (before.refresh_token if before else "")
    if not _is_token(reply.access_token) or not _is_token(refresh_token):
        raise _nonsense()
    lifetime = _lifetime(reply.expires_in)
    portal_id = before.portal_id if before else None
    scopes = _scopes(reply.scopes if reply.scopes is not None else reply.scope)
    return Grant(
        access_token=reply.access_token,
        refresh_token=refresh_token,
        obtained_at=now,
        renew_at=_renewal(now, lifetime),
        expires_at=Millis(now + lifetime),
        portal_id=str(reply.hub_id) if isinstance(reply.hub_id, int | str) else portal_id,
        scopes=(before.scopes if before else None) if scopes is None else scopes,
    )


def _renewal(now: Millis, lifetime: int) -> Millis:
    return Millis(now + lifetime - min(_EARLY, lifetime // _SHARE))


def _lifetime(said: object) -> int:
    try:
        seconds = float(said) if isinstance(said, int | float | str) else 0.0
    except ValueError:
        seconds = 0.0
    return int((seconds if 0 < seconds <= _LONGEST_S else _LIFETIME_S) * SECOND)


def _scopes(said: object) -> Sequence[str] | None:
    # Every grant has at least one: an empty list is an answer that does not say.
    named = said.split() if isinstance(said, str) else said
    return (tuple(str(one) for one in named) or None) if isinstance(named, list) else None


def _reply(body: bytes) -> _Reply:
    try:
        return msgspec.json.decode(body, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    # Raised outside the handler: the cause would have seen the body.
    raise _nonsense()


def _is_token(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _nonsense() -> BadAnswer:
    return BadAnswer("the answer to the token request is not HubSpot's", hint=ADDRESS_HINT)


#: HubSpot's reasons, its `status` before OAuth's `error`, and what a person does about each.
RECONNECT = "the app was removed from the portal, or its token revoked"
_CODE = "a code works once and for a few minutes: run syncer connect again"
_APP = "HubSpot does not know the app: check client id and client secret on the app's Auth page"
_REDIRECT = "the redirect address must stand in the app's settings, letter by letter"
REASONS: Mapping[str, str] = {
    "BAD_CLIENT_ID": _APP,
    "BAD_CLIENT_SECRET": _APP,
    "MISSING_CLIENT_ID": _APP,
    "MISSING_CLIENT_SECRET": _APP,
    "BAD_REDIRECT_URI": _REDIRECT,
    "MISSING_REDIRECT_URI": _REDIRECT,
    "REDIRECT_URI_MISMATCH": _REDIRECT,
    "BAD_REFRESH_TOKEN": RECONNECT,
    "MISSING_REFRESH_TOKEN": RECONNECT,
    "BAD_AUTH_CODE": _CODE,
    "EXPIRED_AUTH_CODE": _CODE,
    "BAD_HUB": RECONNECT,
    "INVALID_CLIENT": _APP,
    "UNAUTHORIZED_CLIENT": _APP,
    "INVALID_GRANT": RECONNECT,
    "ACCESS_DENIED": RECONNECT,
}
_PASSING = frozenset({408, 423, 425, 429, 477})
_ELSEWHERE = frozenset({404, 405, 410})


class _Refusal(msgspec.Struct):
    status: object = None
    error: object = None


def refusal(answer: Answer, otherwise: str = RECONNECT) -> SyncerError:
    """Return what an answer without a grant means; transient where asking again may help.

    `otherwise` is what a person does where HubSpot gives no reason that we know.
    """
    if answer.status in _PASSING or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unavailable(f"HubSpot gives no token at the moment ({answer.status})")
    if answer.status in _ELSEWHERE or answer.status < httpx.codes.BAD_REQUEST:
        hint = f"{ADDRESS_HINT} Is versions.oauth a version that it has?"
        return BadAnswer(f"no tokens are given at this address ({answer.status})", hint=hint)
    codes = _codes(answer.body)
    said = ", ".join((str(answer.status), *codes))
    hint = next((REASONS[code.upper()] for code in codes), otherwise)
    return AuthFailed(f"HubSpot refuses the token request ({said})", hint=hint)


def _codes(body: bytes) -> Sequence[str]:
    """Return the reasons that we know: anything else could repeat what was sent."""
    try:
        raw = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return [code for code in (raw.status, raw.error) if isinstance(code, str) and code.upper() in REASONS]


def authorize_url(app: App, *, address: str, scopes: Sequence[str], optional: Sequence[str], state: str) -> str:
    """Return where a person lets the app into a portal; HubSpot then calls the redirect address with code and state."""
    query = {"client_id": app.client_id, "redirect_uri": app.redirect_url, "scope": " ".join(scopes), "state": state}
    if optional:
        query["optional_scope"] = " ".join(optional)
    return f"{address}/oauth/authorize?{urlencode(query, quote_via=quote)}"
