"""Where HubSpot's webhooks arrive: verified, kept, answered. Nothing else happens in the request."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.hubspot.hinting import UnreadableError
from connectors.hubspot.signatures import Refusal, Signed, hopeless, signer, signer_v1
from connectors.hubspot.webhooks import read_batch
from jobs.bootstrap import system_clock
from jobs.desk import Clock
from jobs.settings import Settings
from jobs.webhooks.hooks import PATH, Webhooks
from jobs.webhooks.keeping import Delivery, Keeper, Outcome
from syncer.errors import Unavailable

#: Bytes of a delivery; a hundred events take a tenth of it.
LARGEST_BODY = 1 << 20
#: Seconds until an answer; HubSpot waits for five.
ANSWER_WITHIN = 4.0
_SAID: Mapping[Refusal, str] = {
    Refusal.UNSIGNED: "no signature that is accepted here",
    Refusal.STALE: "the request's time is not within five minutes of ours",
    Refusal.BAD_SIGNATURE: "the signature is not that of a known app for this address",
}


class _RefusedError(Exception):
    """A delivery that is not kept."""

    def __init__(self, status: int, outcome: Outcome, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.outcome = outcome
        self.said = said


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Takes webhooks for the accounts that have a secret."""

    accounts: Mapping[str, Webhooks]
    public_url: str
    keeper: Keeper
    clock: Clock

    def routes(self) -> Sequence[Route]:
        """Return where webhooks arrive: of any account, and of a named one."""
        return [
            Route(PATH, self.receive, methods=["POST"]),
            Route(PATH + "/{account}", self.receive, methods=["POST"]),
        ]

    async def receive(self, request: Request) -> Response:
        """Answer one delivery: 200 once its hints are durable, 4xx for what HubSpot did not sign, 503 when busy."""
        named = request.path_params.get("account")
        if named is not None and named not in self.accounts:
            return PlainTextResponse("no such account takes webhooks\n", status_code=404)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._take(request, [named] if named else list(self.accounts), named or "")
        except (_RefusedError, TimeoutError, Unavailable, ClientDisconnect) as error:
            refused = _as_refused(error)
            self.keeper.note(named or "", refused.outcome)
            return PlainTextResponse(f"{refused.said}\n", status_code=refused.status)
        return Response(status_code=200)

    async def _take(self, request: Request, candidates: Sequence[str], account: str) -> None:
        self._refuse_strangers(request, candidates)
        body = await _body(request)
        senders = self._verified(request, body, candidates)
        try:
            batch = read_batch(body)
        except UnreadableError as error:
            raise _RefusedError(400, Outcome.UNREADABLE_BODY, str(error)) from None
        await self.keeper.keep(Delivery(accounts=senders, hints=batch.hints))
        # Whose delivery it was is known by now, but for an app that several accounts share.
        account = senders[0] if len(senders) == 1 else account
        self.keeper.note(account, Outcome.ACCEPTED)
        self.keeper.note(account, Outcome.FOREIGN, batch.foreign)
        self.keeper.note(account, Outcome.UNREADABLE, batch.unreadable)

    def _refuse_strangers(self, request: Request, candidates: Sequence[str]) -> None:
        """Wait for no body that could not be believed whatever it says: its sender would hold the door for seconds."""
        allow_v1 = any(self.accounts[one].allow_v1 for one in candidates)
        found = hopeless(request.headers, self.clock(), allow_v1=allow_v1)
        if found is not None:
            raise _unbelieved(found)

    def _verified(self, request: Request, body: bytes, candidates: Sequence[str]) -> Sequence[str]:
        """Return the accounts that know the secret with which the request was signed."""
        signed = Signed(method=request.method, uri=self._uri(request), body=body, headers=request.headers)
        found = signer(signed, self._secrets(candidates), self.clock())
        older = [one for one in candidates if self.accounts[one].allow_v1]
        if found is Refusal.UNSIGNED and older:
            candidates, found = older, signer_v1(signed, self._secrets(older))
        if isinstance(found, Refusal):
            raise _unbelieved(found)
        return [one for one in candidates if found in self.accounts[one].secrets]

    def _secrets(self, accounts: Sequence[str]) -> Sequence[SecretStr]:
        return list(dict.fromkeys(secret for one in accounts for secret in self.accounts[one].secrets))

    def _uri(self, request: Request) -> str:
        """Return the address as HubSpot called it: ours by configuration, never by a header that anybody can send."""
        path = request.scope.get("raw_path") or request.url.path.encode()
        query = request.scope["query_string"]
        return f"{self.public_url}{path.decode('latin-1')}{'?' if query else ''}{query.decode('latin-1')}"


def _unbelieved(found: Refusal) -> _RefusedError:
    return _RefusedError(401, Outcome(found.value), _SAID[found])


def _as_refused(error: Exception) -> _RefusedError:
    if isinstance(error, TimeoutError):
        return _RefusedError(503, Outcome.TOO_SLOW, "the delivery did not arrive, or was not kept, in time")
    if isinstance(error, Unavailable):
        return _RefusedError(503, Outcome.BUSY, "the database takes nothing now")
    return error if isinstance(error, _RefusedError) else _RefusedError(400, Outcome.CUT_OFF, "the body was cut off")


def webhook_routes(settings: Settings, keeper: Keeper) -> Sequence[Route]:
    """Return the routes of the accounts that take webhooks, none where no account does."""
    accounts = {name: one.webhooks for name, one in settings.accounts.items() if one.webhooks is not None}
    if not accounts or settings.public_url is None:
        return ()
    return Receiver(accounts=accounts, public_url=settings.public_url, keeper=keeper, clock=system_clock).routes()


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise _RefusedError(413, Outcome.TOO_LARGE, f"more than {LARGEST_BODY:,} bytes")
        parts.append(part)
    return b"".join(parts)
