"""OAuth as the sandbox plays it: apps, codes, refresh tokens, and access tokens that end.

Everybody consents, and an app that nobody registered is taken for one as it comes. It lives in memory only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.sandbox.answers import RefusalError
from connectors.sandbox.draws import Draws
from connectors.sandbox.records import Token
from syncer.moments import MINUTE, SECOND, Millis

_CODE_LIFE = 10 * MINUTE
_JOURNAL = frozenset(
    f"developer.webhooks_journal.{name}" for name in ("read", "subscriptions.read", "subscriptions.write")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OAuthApp:
    """An app as HubSpot knows it."""

    client_id: str
    client_secret: str
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    client_id: str
    redirect: str
    scopes: frozenset[str]
    ends: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refresh:
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """What a token request brings."""

    access_token: str
    refresh_token: str
    seconds: int
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedToApp:
    """What an app's own credentials bring; a refresh token does not come with it."""

    access_token: str
    seconds: int


def refused(status: str, message: str, *, error: str = "invalid_grant") -> RefusalError:
    """Return the 400 of the token path."""
    more = {"status": status, "error": error, "error_description": message}
    return RefusalError(400, message, more=more)


class Grants:
    """Who may call in whose name. The portal's lock guards it."""

    def __init__(self, *, clock: Callable[[], Millis], draws: Draws, tokens: dict[str, Token]) -> None:
        self._clock = clock
        self._draws = draws
        self._tokens = tokens
        self._codes: dict[str, _Code] = {}
        self._refreshes: dict[str, _Refresh] = {}
        #: Registered apps; any other id and secret will do where there are none.
        self.apps: dict[str, OAuthApp] = {}
        #: Optional scopes that this portal has no subscription for.
        self.withheld: set[str] = set()
        #: Life of an access token.
        self.seconds = 1_800
        #: Every renewal brings a new refresh token and ends the old one.
        self.rotates = False
        #: Token requests that were answered with a token.
        self.issued = 0

    def authorise(self, client_id: str, redirect: str, scopes: Iterable[str], optional: Iterable[str]) -> str:
        """Return the code for an app that a person lets in."""
        app = self.apps.get(client_id)
        if self.apps and (app is None or (app.redirects and redirect not in app.redirects)):
            raise refused("BAD_REDIRECT_URI" if app else "BAD_CLIENT_ID", "the app cannot be authorised")
        code = self._draws.uuid()
        granted = frozenset({*scopes, *optional} - self.withheld)
        ends = Millis(self._clock() + _CODE_LIFE)
        self._codes[code] = _Code(client_id=client_id, redirect=redirect, scopes=granted, ends=ends)
        return code

    def redeem(self, client_id: str, client_secret: str, *, code: str, redirect: str) -> Issued:
        """Exchange a code, which works once."""
        self._check(client_id, client_secret)
        found = self._codes.pop(code, None)
        if found is None or found.client_id != client_id:
            raise refused("BAD_AUTH_CODE", "missing or unknown auth code")
        if self._clock() >= found.ends:
            raise refused("EXPIRED_AUTH_CODE", "the auth code has expired")
        if found.redirect != redirect:
            raise refused("BAD_REDIRECT_URI", "redirect URI does not match")
        return self._issue(self._new_refresh(client_id, found.scopes))

    def renew(self, client_id: str, client_secret: str, *, refresh_token: str) -> Issued:
        """Exchange a refresh token."""
        self._check(client_id, client_secret)
        found = self._refreshes.get(refresh_token)
        if found is None or found.client_id != client_id:
            raise refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        if self.rotates:
            del self._refreshes[refresh_token]
            return self._issue(self._new_refresh(client_id, found.scopes))
        return self._issue(refresh_token)

    def act(self, client_id: str, client_secret: str, scopes: Iterable[str]) -> IssuedToApp:
        """Give an app a token of its own: for the scopes it asks for, or for the journal's where it names none."""
        self._check(client_id, client_secret)
        asked = frozenset(scopes)
        if asked & self.withheld:
            raise refused("BAD_SCOPE", "unknown or forbidden scopes", error="invalid_scope")
        access_token = f"C{self._draws.uuid()}"
        ends = Millis(self._clock() + self.seconds * SECOND)
        self._tokens[access_token] = Token(app_id=client_id, scopes=asked or _JOURNAL, ends=ends, is_app=True)
        self.issued += 1
        return IssuedToApp(access_token=access_token, seconds=self.seconds)

    def install(self, client_id: str, scopes: Iterable[str]) -> str:
        """Return a refresh token for an app, as if a person had let it in."""
        return self._new_refresh(client_id, frozenset(scopes))

    def uninstall(self, client_id: str) -> None:
        """Take back everything that an app was granted."""
        self._refreshes = {key: one for key, one in self._refreshes.items() if one.client_id != client_id}
        for key in [key for key, token in self._tokens.items() if token.app_id == client_id]:
            del self._tokens[key]

    def _check(self, client_id: str, client_secret: str) -> None:
        app = self.apps.get(client_id)
        if not client_id or not client_secret or (self.apps and app is None):
            raise refused("BAD_CLIENT_ID", "missing or unknown client id", error="invalid_client")
        if app is not None and app.client_secret != client_secret:
            raise refused("BAD_CLIENT_SECRET", "missing or invalid client secret", error="invalid_client")

    def _new_refresh(self, client_id: str, scopes: frozenset[str]) -> str:
        key = f"eu1-{self._draws.uuid()}"
        self._refreshes[key] = _Refresh(client_id=client_id, scopes=scopes)
        return key

    def _issue(self, refresh_token: str) -> Issued:
        granted = self._refreshes[refresh_token]
        access_token = f"C{self._draws.uuid()}"
        ends = Millis(self._clock() + self.seconds * SECOND)
        self._tokens[access_token] = Token(app_id=granted.client_id, scopes=granted.scopes, ends=ends)
        self.issued += 1
        return Issued(
            access_token=access_token, refresh_token=refresh_token, seconds=self.seconds, scopes=granted.scopes
        )
