"""The one door to a CRM's HTTP API: sends, waits, repeats and translates what comes back into `syncer.errors`.

One client an account. All waiting and retrying happens here; what may be repeated when is a table.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState

from connectors.limits import Bucket, Budgets, Sleep
from connectors.statuses import Case, Effect, Errand, Facts, Fault, Meaning, error_of, facts_of, meaning_of
from connectors.tokens import Tokens
from syncer.errors import (
    AuthFailed,
    BadAnswer,
    ConfigError,
    LimitScope,
    Problem,
    RateLimited,
    SyncerError,
    TransientError,
    UnknownOutcome,
)

T = TypeVar("T")

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
_POOL = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30)

_ANY = frozenset(Effect)
_NOT_ONCE = frozenset({Effect.READ, Effect.REPEATABLE})
_READS = frozenset({Effect.READ})
#: What may be sent again after what; absent means never.
REPEATS: Mapping[Meaning, frozenset[Effect]] = {
    Meaning.SEARCH_LIMIT: _ANY,
    Meaning.BURST_LIMIT: _ANY,
    Meaning.LOCKED: _ANY,
    Meaning.MIGRATING: _ANY,
    Meaning.NOT_SENT: _ANY,
    Meaning.FAILED: _NOT_ONCE,
    # After a minute without an answer a person may have edited: read back instead of writing again.
    Meaning.OVERDUE: _READS,
    Meaning.GARBLED: _READS,
}
#: Seconds before the first repetition, and the most; the wait grows linearly for limits, doubling for failures.
WAITS: Mapping[Meaning, tuple[float, float]] = {
    Meaning.SEARCH_LIMIT: (1, 5),
    Meaning.BURST_LIMIT: (2, 10),
    Meaning.LOCKED: (2, 10),
    Meaning.MIGRATING: (60, 60),
}
_FAILURE_WAIT = (0.5, 20.0)
#: A garbled success is seldom an accident: two more tries tell.
_GARBLED_ATTEMPTS = 3

#: What each exception of httpx means, most specific first.
FOREIGN: Sequence[tuple[type[Exception], Meaning]] = (
    (httpx.ConnectTimeout, Meaning.NOT_SENT),
    (httpx.PoolTimeout, Meaning.NOT_SENT),
    (httpx.TimeoutException, Meaning.OVERDUE),
    (httpx.ConnectError, Meaning.NOT_SENT),
    (httpx.NetworkError, Meaning.FAILED),
    (httpx.ProxyError, Meaning.NOT_SENT),
    (httpx.RemoteProtocolError, Meaning.FAILED),
    (httpx.DecodingError, Meaning.GARBLED),
    (httpx.UnsupportedProtocol, Meaning.OURS),
    (httpx.LocalProtocolError, Meaning.OURS),
    (httpx.TooManyRedirects, Meaning.ELSEWHERE),
    (httpx.HTTPStatusError, Meaning.OURS),
    (httpx.InvalidURL, Meaning.OURS),
    (httpx.CookieConflict, Meaning.OURS),
    (httpx.StreamError, Meaning.OURS),
)


def foreign_meaning(error: Exception, table: Sequence[tuple[type[Exception], Meaning]] = FOREIGN) -> Meaning | None:
    """Return what a client library's exception means; None for one that the table lacks."""
    return next((meaning for kind, meaning in table if isinstance(error, kind)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One call of the data plane."""

    method: str
    path: str
    params: Sequence[tuple[str, str]] = ()
    #: Sent as JSON; None sends no body.
    json: object = None
    errand: Errand = field(default_factory=Errand)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, undecoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Setback:
    """A call that did not succeed: what is known of it, and the error to raise."""

    case: Case
    error: SyncerError


class Unanswered(Exception):
    """Raised by a transport that got no answer; `meaning` says how far the call came."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__(meaning.value)
        self.meaning = meaning


#: Sends a call with the access token it is given.
Send = Callable[[str], Awaitable[Answer]]
Decode = Callable[[bytes], T]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a call is tried. `sleep` and `jitter` (0..1) are given so that tests need no time."""

    attempts: int = 8
    #: Seconds spent waiting before giving up.
    seconds: float = 300.0
    #: The most that Retry-After can ask for; a call that must wait longer is given up.
    longest: float = 60.0
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.SystemRandom().random


def pause(setback: Setback, attempt: int, patience: Patience) -> float:
    """Return the seconds to wait after the nth attempt, jitter included."""
    meaning, retry_after = setback.case.meaning, setback.case.retry_after
    if retry_after is not None:
        wait = min(retry_after, patience.longest)
    elif meaning in WAITS:
        first, most = WAITS[meaning]
        wait = min(first * attempt, most)
    else:
        first, most = _FAILURE_WAIT
        wait = min(first * 2 ** (attempt - 1), most)
    return wait * (1 + patience.jitter() / 4)


def again(setback: Setback, effect: Effect, attempt: int, patience: Patience) -> bool:
    """Tell whether a call may be sent once more."""
    meaning = setback.case.meaning
    if meaning is Meaning.GARBLED and attempt >= _GARBLED_ATTEMPTS:
        return False
    if meaning is Meaning.MIGRATING and (setback.case.retry_after or 0) > patience.longest:
        return False
    return effect in REPEATS.get(meaning, frozenset())


class ApiClient:
    """Talks to one account: paced by `budgets`, repeated with `patience`, answers decoded into msgspec shapes."""

    def __init__(
        self,
        *,
        base_url: str,
        tokens: Tokens,
        budgets: Budgets,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.budgets = budgets
        self._tokens = tokens
        self._patience = patience or Patience()
        self._address = address = checked_address(base_url)
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"User-Agent": "syncer", "Accept": "application/json"},
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT, pool=None),
            limits=_POOL,
            transport=transport,
            trust_env=not is_loopback(httpx.URL(address).host),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()
        await self.budgets.close()

    async def call(self, request: Request, shape: type[T]) -> T:
        """Send a request and return its answer in the given shape.

        Raises errors of `syncer.errors` only: Unavailable or RateLimited when patience ends, UnknownOutcome for a
        write that may have been done, BadAnswer for what is not the CRM's API, and those of the status table.
        """
        return _value(await self.ask(request, shape))

    async def find(self, request: Request, shape: type[T]) -> T | Setback | None:
        """Return what `ask` returns, None where the answer is that there is nothing (204)."""
        return await self._exchange(partial(self._send, request), partial(_found, shape=shape), request.errand)

    async def tell(self, request: Request) -> None:
        """Send a request whose answer has no content; raises what `call` raises."""
        _value(await self._exchange(partial(self._send, request), _nothing, request.errand))

    async def ask(self, request: Request, shape: type[T]) -> T | Setback:
        """Return what `call` returns, or as a value what it would raise."""
        return await self._exchange(partial(self._send, request), partial(decoded, shape=shape), request.errand)

    async def exchange(self, send: Send, decode: Decode[T], errand: Errand) -> T:
        """Return the decoded answer of another transport's call, waiting and repeating as `call` does."""
        return _value(await self._exchange(send, decode, errand))

    async def _exchange(self, send: Send, decode: Decode[T], errand: Errand) -> T | Setback:
        doubts: list[Setback] = []
        retrying = AsyncRetrying(
            sleep=self._patience.sleep,
            retry=lambda state: self._again(state, errand, doubts),
            wait=lambda state: self._wait(state, errand),
            stop=self._spent,
            retry_error_callback=_outcome,
        )
        outcome: T | Setback = await retrying(self._attempt, send, decode, errand)
        if doubts and isinstance(outcome, Setback) and isinstance(outcome.error, TransientError):
            # An earlier attempt may have been done, whatever stopped the later ones.
            return doubts[0]
        return outcome

    async def _attempt(self, send: Send, decode: Decode[T], errand: Errand) -> T | Setback:
        try:
            token = await self._tokens.fresh()
            answer = await self._paced(send, token, errand)
            if answer.status == httpx.codes.UNAUTHORIZED:
                # Nothing was done, so it may be sent again, if there is a newer token to send it with.
                newer = await self._tokens.fresh(rejected=token)
                answer = answer if newer == token else await self._paced(send, newer, errand)
        except Unanswered as lost:
            return _setback(lost.meaning, errand, cause=lost.__cause__)
        except (AuthFailed, BadAnswer, TransientError) as error:
            return Setback(case=Case(meaning=_unsent(error), errand=errand), error=error)
        if not _is_success(answer.status):
            return self._refused(answer, errand)
        try:
            return decode(_NO_CONTENT if answer.status == httpx.codes.NO_CONTENT else answer.body)
        except msgspec.DecodeError as error:
            return _setback(Meaning.GARBLED, errand, cause=error)

    async def _paced(self, send: Send, token: str, errand: Errand) -> Answer:
        async with self.budgets.turn(errand.bucket, errand.stream, errand.urgency) as learn:
            answer = await send(token)
            learn(answer.headers)
        return answer

    def _refused(self, answer: Answer, errand: Errand) -> Setback:
        facts = facts_of(answer.body)
        case = Case(
            meaning=meaning_of(answer.status, facts, errand),
            errand=errand,
            facts=facts,
            status=answer.status,
            retry_after=retry_after_seconds(answer.headers.get("retry-after")),
        )
        error = error_of(case)
        if isinstance(error, AuthFailed):
            error.hint = self._tokens.hint
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            self.budgets.note_limited(error.scope if isinstance(error, RateLimited) else LimitScope.UNKNOWN)
        return Setback(case=case, error=error)

    def _again(self, state: RetryCallState, errand: Errand, doubts: list[Setback]) -> bool:
        setback = _outcome(state)
        if not isinstance(setback, Setback):
            return False
        if isinstance(setback.error, UnknownOutcome):
            doubts.append(setback)
        return again(setback, errand.effect, state.attempt_number, self._patience)

    def _wait(self, state: RetryCallState, errand: Errand) -> float:
        setback = _outcome(state)
        if not isinstance(setback, Setback):
            return 0.0
        seconds = pause(setback, state.attempt_number, self._patience)
        if setback.case.meaning is Meaning.SEARCH_LIMIT:
            self.budgets.hold(Bucket.SEARCH, seconds)
        elif setback.case.meaning is Meaning.BURST_LIMIT:
            # A search that meets the burst limit met everybody's: it is told by its policy only.
            of_all = errand.bucket is Bucket.SEARCH
            self.budgets.hold(Bucket.GENERAL if of_all else errand.bucket, seconds)
        return seconds

    def _spent(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self._patience.attempts or state.idle_for >= self._patience.seconds

    async def _send(self, request: Request, token: str) -> Answer:
        named = {"Authorization": f"Bearer {token}"}
        query = f"?{urlencode(request.params)}" if request.params else ""
        try:
            response = await self._http.request(
                request.method,
                # Joined by httpx, base, path and parameters would be parsed three times over, letter by letter.
                httpx.URL(f"{self._address}{request.path}{query}"),
                content=None if request.json is None else msgspec.json.encode(request.json),
                headers=named if request.json is None else named | {"Content-Type": "application/json"},
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError) as error:
            raise Unanswered(foreign_meaning(error) or Meaning.OURS) from error
        return Answer(status=response.status_code, headers=response.headers, body=response.content)


def _outcome(state: RetryCallState) -> object:
    """Return the last attempt's value, or raise what it raised."""
    return None if state.outcome is None else state.outcome.result()


def _value(outcome: T | Setback) -> T:
    if isinstance(outcome, Setback):
        raise outcome.error
    return outcome


def _unsent(error: SyncerError) -> Meaning:
    """Return what an error means that kept a call from being sent: a spent budget, or a token that cannot be had."""
    if isinstance(error, RateLimited):
        return Meaning.DAY_SPENT
    return Meaning.NOT_SENT if isinstance(error, TransientError) else Meaning.UNAUTHORISED


def _setback(meaning: Meaning, errand: Errand, *, cause: BaseException | None) -> Setback:
    facts = Facts() if cause is None else Facts(faults=(Fault(type(cause).__name__, None),))
    case = Case(meaning=meaning, errand=errand, facts=facts)
    error = error_of(case)
    error.__cause__ = cause
    return Setback(case=case, error=error)


def _is_success(status: int) -> bool:
    return httpx.codes.is_success(status)


#: Stands for the body of an answer that has none.
_NO_CONTENT = b"null"


def _found(body: bytes, *, shape: type[T]) -> T | None:
    return None if body == _NO_CONTENT else decoded(body, shape=shape)


def _nothing(_body: bytes) -> None:
    return None


def decoded(body: bytes, *, shape: type[T]) -> T:
    """Return a body in a shape. Values of `properties` become text or None whatever they were.

    Raises msgspec.DecodeError for what does not fit.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return msgspec.convert(_with_text_values(msgspec.json.decode(body)), shape)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error.reason)) from error


def _with_text_values(raw: object) -> object:
    if isinstance(raw, list):
        return [_with_text_values(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {
        key: {name: _as_text(item) for name, item in value.items()}
        if key == "properties" and isinstance(value, dict)
        else _with_text_values(value)
        for key, value in raw.items()
    }


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def retry_after_seconds(header: str | None) -> float | None:
    """Return Retry-After in seconds from either of its forms; None where it is absent or nonsense."""
    if header is None:
        return None
    try:
        return max(float(header), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else None


def checked_address(base_url: str) -> str:
    """Return the address without a trailing slash.

    Raises ConfigError unless it is https, or http to this machine: a token must not cross a network in clear.
    """
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
    if not safe or not url.host or url.userinfo or url.query or url.fragment:
        hint = "https://..., or http:// to this machine; without user name and query"
        raise ConfigError([Problem(message="the CRM's address cannot be used", key="HUBSPOT_BASE_URL", hint=hint)])
    return base_url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
