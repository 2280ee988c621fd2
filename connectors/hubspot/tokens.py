"""Keeps an OAuth account's access token fresh: one renewal at a time, kept before it is used."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from time import monotonic
from typing import Protocol, TypeVar

import httpx

from connectors.addresses import checked_address, is_loopback
from connectors.exchange import ANSWER_TIMEOUT, CONNECT_TIMEOUT, READ_TIMEOUT, Answer
from connectors.hubspot.oauth import RECONNECT, App, AppToken, Form, Grant, act_as_app, renew
from connectors.spans import call_span, note_status
from connectors.statuses import ADDRESS_HINT
from connectors.threads import in_own_thread
from syncer.errors import AuthFailed, SyncerError, Unavailable
from syncer.moments import SECOND, Millis

T = TypeVar("T")

Post = Callable[[Form], Answer]

#: For so long nobody asks a token path that failed again.
_REST = 3 * SECOND


class Vault(Protocol):
    """Where an account's grant lies between calls, runs and processes. Blocking."""

    def held(self) -> AbstractContextManager[None]:
        """Hold the grant until the block ends, against every other thread and process."""
        ...

    def load(self) -> Grant | None:
        """Return the newest grant, or None where the account is not connected."""
        ...

    def save(self, grant: Grant) -> None:
        """Make a grant durable."""
        ...


class TokenEndpoint:
    """Posts forms to HubSpot's token path."""

    def __init__(self, *, base_url: str, path: str, longest: float = ANSWER_TIMEOUT) -> None:
        self._url = f"{checked_address(base_url)}{path}"
        self._path = path
        self._longest = longest

    def __call__(self, form: Form) -> Answer:
        """Return the answer, whatever its status. Raises Unavailable where there is none."""
        trusts = not is_loopback(httpx.URL(self._url).host)
        try:
            with (
                call_span("POST", self._path) as span,
                httpx.Client(timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT), trust_env=trusts) as client,
            ):
                until = monotonic() + self._longest
                asking = client.stream("POST", self._url, data=dict(form), headers={"Accept": "application/json"})
                with asking as response:
                    note_status(span, response.status_code)
                    body = _whole(response, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            name = type(error).__name__
        else:
            return Answer(status=response.status_code, headers=response.headers, body=body)
        # Raised outside the handler: the cause would carry the request, and with it the secrets in its body.
        raise Unavailable(f"the CRM's token address does not answer ({name})", hint=ADDRESS_HINT)


def _whole(response: httpx.Response, until: float) -> bytes:
    parts: list[bytes] = []
    for part in response.iter_bytes():
        parts.append(part)
        if monotonic() > until:
            raise httpx.ReadTimeout("the answer trickles")
    return b"".join(parts)


def run(flow: Generator[Form, Answer, T], post: Post) -> T:
    """Carry a flow through and return what it was granted. Raises what it or `post` raises."""
    try:
        form = next(flow)
        while True:
            form = flow.send(post(form))
    except StopIteration as done:
        granted: T = done.value
        return granted


class AppTokens:
    """The Tokens of an app itself. They are kept in memory alone: another one costs one call."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str],
        post: Post,
        clock: Callable[[], Millis],
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._scopes = scopes
        self._post = post
        self._clock = clock
        self._lock = Lock()
        self._held: AppToken | None = None

    @property
    def hint(self) -> str:
        """Return what a person should do when HubSpot does not accept the token."""
        return "may the app read the webhooks journal? HubSpot gives that to apps of its developer platform"

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return a token that is good for the next call; another one where it is due or was rejected."""
        return (await in_own_thread(self._fresh, rejected)).access_token

    def _fresh(self, rejected: str | None) -> AppToken:
        with self._lock:
            held = self._held
            now = self._clock()
            if held is None or held.access_token == rejected or now >= held.renew_at:
                held = run(act_as_app(self._client_id, self._client_secret, self._scopes, now), self._post)
                self._held = held
            return held


class OAuthTokens:
    """The Tokens of one account of an OAuth app.

    A renewal runs in a thread of its own: a cancelled task cannot lose a refresh token between answer and store.
    """

    def __init__(self, *, app: App, vault: Vault, post: Post, clock: Callable[[], Millis], account: str) -> None:
        self._app = app
        self._vault = vault
        self._post = post
        self._clock = clock
        self._account = account
        self._lock = Lock()
        self._grant: Grant | None = None
        #: A grant that could not be kept, and the refresh token that it replaces.
        self._unkept: tuple[str, Grant] | None = None
        #: A refresh token that HubSpot refused: asking again with it helps nobody.
        self._refused: tuple[str, AuthFailed] | None = None
        #: When the token path last failed, and how: whoever asks within seconds would meet the same.
        self._failed: tuple[Millis, SyncerError] | None = None

    @property
    def hint(self) -> str:
        """Return what a person should do when the CRM does not accept the token."""
        return f"connect the portal again: syncer connect --account {self._account}"

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return a token that is good for the next call; renewed where it is due or was rejected."""
        grant = self._grant
        if grant is None or not self._is_good(grant, rejected):
            grant = await in_own_thread(self._renewed, rejected)
        return grant.access_token

    def _is_good(self, grant: Grant, rejected: str | None) -> bool:
        return grant.access_token != rejected and self._clock() < grant.renew_at

    def _renewed(self, rejected: str | None) -> Grant:
        with self._lock, self._vault.held():
            grant = self._newest()
            # Another task, thread or process may have been faster.
            if not self._is_good(grant, rejected):
                grant = self._renew(grant)
            self._grant = grant
            return grant

    def _newest(self) -> Grant:
        kept = self._vault.load()
        if kept is None:
            raise AuthFailed("the portal is not connected yet", account=self._account, hint=self._connect)
        if self._unkept is not None and self._unkept[0] == kept.refresh_token:
            return self._keep(*self._unkept)
        return kept

    def _renew(self, before: Grant) -> Grant:
        if self._refused is not None and self._refused[0] == before.refresh_token:
            raise AuthFailed(self._refused[1].message, account=self._account, hint=self._refused[1].hint)
        if self._failed is not None and 0 <= self._clock() - self._failed[0] < _REST:
            error = self._failed[1]
            raise type(error)(error.message, account=self._account, hint=error.hint)
        try:
            grant = run(renew(self._app, before, self._clock()), self._post)
        except SyncerError as error:
            raise self._noted(error, before) from None
        return self._keep(before.refresh_token, grant)

    def _keep(self, replaced: str, grant: Grant) -> Grant:
        self._unkept = (replaced, grant)
        self._vault.save(grant)
        self._unkept = None
        return grant

    def _noted(self, error: SyncerError, before: Grant) -> SyncerError:
        error.account = self._account
        if isinstance(error, AuthFailed):
            error.hint = f"{error.hint}: {self._connect}" if error.hint == RECONNECT else error.hint
            self._refused = (before.refresh_token, error)
        else:
            self._failed = (self._clock(), error)
        return error

    @property
    def _connect(self) -> str:
        return f"syncer connect --account {self._account}"
