"""The one door to a CRM's HTTP API: sends, waits, repeats and translates what comes back into `syncer.errors`.

One client an account. All waiting and retrying happens here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from typing import TypeVar

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState

from connectors.addresses import checked_address, is_loopback
from connectors.bodies import decoded
from connectors.ending import to_the_end
from connectors.exchange import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Answer,
    Request,
    Setback,
    Unanswered,
    foreign_meaning,
    query_of,
    setback,
)
from connectors.facts import facts_of
from connectors.limits import Bucket, Budgets
from connectors.patience import Patience, Reach, again, pause, retry_after_seconds
from connectors.spans import call_span, note_status
from connectors.statuses import Case, Errand, Meaning, error_of, meaning_of
from connectors.telling import Teller
from connectors.tls import certificates
from connectors.tokens import Tokens
from syncer.errors import (
    AuthFailed,
    BadAnswer,
    LimitScope,
    RateLimited,
    SyncerError,
    TransientError,
    UnknownOutcome,
)

T = TypeVar("T")

_POOL = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30)

#: Sends a request with the access token it is given.
Send = Callable[[Request, str], Awaitable[Answer]]
#: One attempt to send a request, with an access token.
Try = Callable[[str], Awaitable[Answer]]
Decode = Callable[[bytes], T]


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
        self._reach = Reach(self._patience)
        self._teller = Teller()
        self._address = address = checked_address(base_url)
        trust_env = not is_loopback(httpx.URL(address).host)
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"User-Agent": "syncer", "Accept": "application/json"},
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT, pool=None),
            limits=_POOL,
            transport=transport,
            trust_env=trust_env,
            verify=certificates(trust_env=trust_env),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await to_the_end(self._http.aclose())
        await self.budgets.close()

    async def call(self, request: Request, shape: type[T]) -> T:
        """Send a request and return its answer in the given shape.

        Raises errors of `syncer.errors` only: Unavailable or RateLimited when patience ends, UnknownOutcome for a
        write that may have been done, BadAnswer for what is not the CRM's API, and those of the status table.
        """
        return _value(await self.ask(request, shape))

    async def find(self, request: Request, shape: type[T]) -> T | Setback | None:
        """Return what `ask` returns, None where the answer is that there is nothing (204)."""
        return await self._exchange(request, self._send, partial(_found, shape=shape))

    async def tell(self, request: Request) -> None:
        """Send a request whose answer has no content; raises what `call` raises."""
        _value(await self._exchange(request, self._send, _nothing))

    async def ask(self, request: Request, shape: type[T]) -> T | Setback:
        """Return what `call` returns, or as a value what it would raise."""
        return await self._exchange(request, self._send, partial(decoded, shape=shape))

    async def exchange(self, request: Request, send: Send, decode: Decode[T]) -> T:
        """Return the decoded answer to a request over another transport, waiting and repeating as `call` does."""
        return _value(await self._exchange(request, send, decode))

    async def _exchange(self, request: Request, send: Send, decode: Decode[T]) -> T | Setback:
        doubts: list[Setback] = []
        took: list[float] = []
        errand, attempts = request.errand, count(1)

        async def attempt() -> T | Setback:
            timed = self._timed(_traced(request, send, next(attempts)), took)
            return await self._attempt(timed, decode, errand)

        retrying = AsyncRetrying(
            sleep=self._patience.sleep,
            retry=lambda state: self._again(state, errand, doubts),
            wait=lambda state: self._wait(state, errand),
            stop=lambda state: self._spent(state, sum(took)),
            before_sleep=lambda state: self._tell(state, errand, sum(took)),
            retry_error_callback=_outcome,
        )
        outcome: T | Setback = await retrying(attempt)
        if doubts and isinstance(outcome, Setback) and isinstance(outcome.error, TransientError):
            # An earlier attempt may have been done, whatever stopped the later ones.
            return doubts[0]
        return outcome

    async def _attempt(self, send: Try, decode: Decode[T], errand: Errand) -> T | Setback:
        try:
            token = await self._tokens.fresh()
            answer = await self._paced(send, token, errand)
            if answer.status == httpx.codes.UNAUTHORIZED:
                # Nothing was done, so it may be sent again, if there is a newer token to send it with.
                newer = await self._tokens.fresh(rejected=token)
                answer = answer if newer == token else await self._paced(send, newer, errand)
        except Unanswered as lost:
            return setback(lost.meaning, errand, cause=lost.__cause__)
        except (AuthFailed, BadAnswer, TransientError) as error:
            return Setback(case=Case(meaning=_unsent(error), errand=errand), error=error)
        if not _is_success(answer.status):
            return self._refused(answer, errand)
        try:
            return decode(_NO_CONTENT if answer.status == httpx.codes.NO_CONTENT else answer.body)
        except msgspec.DecodeError as error:
            return setback(Meaning.GARBLED, errand, cause=error)

    async def _paced(self, send: Try, token: str, errand: Errand) -> Answer:
        async with self.budgets.turn(errand.bucket, errand.stream, errand.urgency) as learn:
            answer = await self._in_time(send, token)
            self._reach.answered()
            learn(answer.headers)
        return answer

    async def _in_time(self, send: Try, token: str) -> Answer:
        try:
            # What trickles meets no time-out of a single read.
            async with asyncio.timeout(self._patience.answer):
                return await send(token)
        except TimeoutError as error:
            raise Unanswered(Meaning.OVERDUE) from error

    def _timed(self, send: Try, took: list[float]) -> Try:
        """Return how to send a request so that it is known for how long its answers were waited for."""

        async def sent(token: str) -> Answer:
            began = self._patience.clock()
            try:
                return await send(token)
            finally:
                took.append(self._patience.clock() - began)

        return sent

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
        return again(setback.case, errand.effect, state.attempt_number, self._patience)

    def _wait(self, state: RetryCallState, errand: Errand) -> float:
        setback = _outcome(state)
        if not isinstance(setback, Setback):
            return 0.0
        seconds = pause(setback.case, state.attempt_number, self._patience)
        if setback.case.meaning is Meaning.SEARCH_LIMIT:
            self.budgets.hold(Bucket.SEARCH, seconds)
        elif setback.case.meaning is Meaning.BURST_LIMIT:
            # A search that meets the burst limit met everybody's: it is told by its policy only.
            of_all = errand.bucket is Bucket.SEARCH
            self.budgets.hold(Bucket.GENERAL if of_all else errand.bucket, seconds)
        return seconds

    def _tell(self, state: RetryCallState, errand: Errand, took: float) -> None:
        setback = _outcome(state)
        if isinstance(setback, Setback):
            self._teller.waits(
                setback.error.message,
                stream=errand.stream,
                attempt=state.attempt_number,
                seconds=state.upcoming_sleep,
                altogether=state.idle_for + took,
            )

    def _spent(self, state: RetryCallState, took: float) -> bool:
        setback = _outcome(state)
        if not isinstance(setback, Setback):
            return True
        return self._reach.is_spent(setback.case, state.attempt_number, state.idle_for + took)

    async def _send(self, request: Request, token: str) -> Answer:
        named = {"Authorization": f"Bearer {token}"}
        query = f"?{query_of(request.params)}" if request.params else ""
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


def _traced(request: Request, send: Send, attempt: int) -> Try:
    """Return how to send a request so that a trace shows the call."""

    async def sent(token: str) -> Answer:
        with call_span(request.method, request.path, attempt) as span:
            answer = await send(request, token)
            note_status(span, answer.status)
            return answer

    return sent


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


def _is_success(status: int) -> bool:
    return httpx.codes.is_success(status)


#: Stands for the body of an answer that has none.
_NO_CONTENT = b"null"


def _found(body: bytes, *, shape: type[T]) -> T | None:
    return None if body == _NO_CONTENT else decoded(body, shape=shape)


def _nothing(_body: bytes) -> None:
    return None
