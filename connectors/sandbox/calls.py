"""One call on its way through the sandbox: who calls, what is asked, what it costs, and what goes wrong."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from zlib import crc32

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox import answers
from connectors.sandbox.answers import PageNotFoundError, RefusalError, invalid, reply
from connectors.sandbox.broken import HalfAnswer, HangUp
from connectors.sandbox.faults import Fate, Fault, Trouble
from connectors.sandbox.happenings import Origin
from connectors.sandbox.kinds import Kind, find_kind
from connectors.sandbox.limits import Bucket, Budgets, too_many
from connectors.sandbox.records import Token
from connectors.sandbox.state import Portal
from syncer.moments import SECOND, Millis, iso, moment

#: Longer addresses are refused before anybody reads them.
MAX_URL = 16_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What an endpoint gets to see."""

    portal: Portal
    request: Request
    raw: bytes
    token: Token
    budgets: Budgets
    #: Reads show records before their latest change.
    stale: bool = False

    @property
    def version(self) -> str:
        """The version in the path: v3, v4 or a date."""
        dated = self.request.path_params.get("version")
        return str(dated or ("v4" if "/v4/" in self.request.url.path else "v3"))

    @property
    def lenient(self) -> bool:
        """Whether dates are put right instead of refused."""
        return self.version.startswith("2026-09")

    @property
    def origin(self) -> Origin:
        """How property history names this caller."""
        return Origin(source_type="INTEGRATION", source_id=self.token.app_id)

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def kind(self, name: str = "kind") -> Kind:
        """Return the kind that the path names; raises the 400 for one that HubSpot does not know."""
        found = find_kind(self.part(name))
        if found is None:
            raise RefusalError(400, f"Unable to infer object type from: {self.part(name)}")
        return found

    def query(self, name: str) -> str | None:
        """Return a query parameter, or None."""
        return self.request.query_params.get(name)

    def names(self, name: str) -> list[str]:
        """Return a list parameter, repeated or joined by commas."""
        return [item for raw in self.request.query_params.getlist(name) for item in raw.split(",") if item]

    def flag(self, name: str) -> bool:
        """Return a boolean parameter; absent is false."""
        return (self.query(name) or "").lower() == "true"

    def number(self, name: str, *, default: int, top: int) -> int:
        """Return a count from the query; raises the 400 when it is none or too large."""
        raw = self.query(name)
        if raw is None:
            return default
        if not raw.isdigit() or not 0 < int(raw) <= top:
            raise invalid(f"{name} must be a number between 1 and {top}")
        return int(raw)

    def body(self) -> dict[str, object]:
        """Return the body as an object; raises the 400 for anything else."""
        try:
            found = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            raise invalid("Invalid input JSON on line 1, column 1: the body is no JSON") from None
        if not isinstance(found, dict):
            raise invalid("Invalid input JSON on line 1, column 1: the body is no object")
        return found

    def link(self, after: str) -> str:
        """Return the address of the next page; `after` is taken as it stands."""
        url = self.request.url
        kept = "&".join(part for part in url.query.split("&") if part and not part.startswith("after="))
        return f"{url.scheme}://{url.netloc}{url.path}?{kept}{'&' if kept else ''}after={after}"

    def paging(self, after: str) -> dict[str, object]:
        """Return the paging block that leads to the next page."""
        return {"next": {"after": after, "link": self.link(after)}}


Handler = Callable[[Call], Response]
Scopes = Callable[[Request], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """What all endpoints share."""

    portal: Portal
    budgets: Budgets
    fate: Fate


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """One handler and what calling it takes."""

    handler: Handler
    scopes: Scopes
    bucket: Bucket = Bucket.GENERAL
    #: Scopes that do as well as `scopes`; none where nothing does.
    instead: Scopes | None = None
    #: Asks for no token and counts as no call.
    is_open: bool = False
    #: Counts against no limit.
    is_exempt: bool = False


async def answer(server: Server, endpoint: Endpoint, request: Request) -> Response:
    """Carry one call through checks, budgets, ordered troubles and its handler, and answer it."""
    if len(request.url.path) + len(request.url.query) > MAX_URL:
        return answers.page(answers.TOO_LONG_PAGE, 414)
    raw = await request.body()
    faults = server.fate.of(request.method, request.url.path)
    await asyncio.sleep(sum(fault.seconds for fault in faults if fault.trouble is Trouble.LATENCY))
    headers: Mapping[str, str] = {}
    try:
        token = _NOBODY if endpoint.is_open else _token(server.portal, request)
        headers = {} if endpoint.is_open or endpoint.is_exempt else _spend(server, endpoint, token)
        early = _early(faults)
        response = early or await _handled(server, endpoint, token, faults=faults, request=request, raw=raw)
    except RefusalError as refusal:
        response = reply({**refusal.body, "correlationId": server.portal.draws.uuid()}, refusal.status)
        if refusal.status == _MOVING:
            response.headers["Retry-After"] = "3600"
    except PageNotFoundError:
        response = answers.page(answers.NOT_FOUND_PAGE, 404)
        response.headers["X-HubSpot-NotFound"] = "true"
    date = format_datetime(moment(server.portal.clock()), usegmt=True)
    for name, value in {**headers, "Date": date, "X-HubSpot-Correlation-Id": server.portal.draws.uuid()}.items():
        response.headers[name] = value
    return response


_MOVING = 477
_NOBODY = Token(app_id="")


def _token(portal: Portal, request: Request) -> Token:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise RefusalError(
            401,
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
            category="INVALID_AUTHENTICATION",
        )
    known = portal.tokens.get(secret)
    if known is not None:
        return _unexpired(known, portal.clock())
    if not secret.startswith("pat-"):
        raise RefusalError(
            401,
            "Authentication credentials not found or invalid. The access token is not known to this account.",
            category="INVALID_AUTHENTICATION",
        )
    return Token(app_id=str(crc32(secret.encode())))


def _unexpired(token: Token, now: Millis) -> Token:
    if token.ends is not None and now >= token.ends:
        ago = (now - token.ends) // SECOND
        raise RefusalError(
            401,
            f"The OAuth token used to make this call expired {ago} second(s) ago.",
            category="EXPIRED_AUTHENTICATION",
            context={"expire time": [iso(token.ends)]},
        )
    return token


def _spend(server: Server, endpoint: Endpoint, token: Token) -> Mapping[str, str]:
    with server.portal.lock:
        account = server.portal.account
        return server.budgets.spend(endpoint.bucket, token.app_id, now=server.portal.clock(), zone=account.time_zone)


def _early(faults: Sequence[Fault]) -> Response | None:
    """Return the answer of a trouble that strikes before anything is done, or None where none does."""
    for fault in faults:
        refusal = _REFUSALS.get(fault.trouble)
        if refusal is not None:
            raise refusal()
        if fault.trouble is Trouble.STATUS:
            return _broken(fault.status)
        if fault.trouble in _EMPTY_HANDED:
            return _EMPTY_HANDED[fault.trouble]()
    return None


_REFUSALS: Mapping[Trouble, Callable[[], RefusalError]] = {
    Trouble.BURST_LIMIT: lambda: too_many("TEN_SECONDLY_ROLLING"),
    Trouble.SEARCH_LIMIT: lambda: too_many("SECONDLY"),
    Trouble.DAILY_LIMIT: lambda: too_many("DAILY"),
    Trouble.LOCKED: lambda: RefusalError(423, "The record is locked. Try again in a moment."),
    Trouble.MIGRATING: lambda: RefusalError(_MOVING, "This account is being migrated between data centers."),
}
_EMPTY_HANDED: Mapping[Trouble, Callable[[], Response]] = {
    Trouble.RESET_BEFORE: HangUp,
    Trouble.HTML: lambda: answers.page("<html><body>HubSpot is having a moment.</body></html>", 200),
    Trouble.EMPTY: lambda: Response(status_code=200),
}


def _broken(status: int) -> Response:
    return answers.page(f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>", status)


async def _handled(
    server: Server, endpoint: Endpoint, token: Token, *, faults: Sequence[Fault], request: Request, raw: bytes
) -> Response:
    _check_scopes(server, token, endpoint, request)
    troubles = {fault.trouble for fault in faults}
    if Trouble.IGNORED_WRITE in troubles and "/batch/" in request.url.path and "/read" not in request.url.path:
        return reply({"status": "COMPLETE", "results": []})
    call = Call(
        portal=server.portal,
        request=request,
        raw=raw,
        token=token,
        budgets=server.budgets,
        stale=Trouble.STALE_READ in troubles,
    )
    with server.portal.lock:
        response = endpoint.handler(call)
        server.portal.flush()
    return _late(faults, response)


def _late(faults: Sequence[Fault], response: Response) -> Response:
    """Return what a trouble that strikes after the work makes of an answer."""
    for fault in faults:
        match fault.trouble:
            case Trouble.STATUS_AFTER:
                return _broken(fault.status)
            case Trouble.RESET_AFTER:
                return HangUp()
            case Trouble.TRUNCATED:
                return HalfAnswer(response)
            case Trouble.CUT_LIST:
                return answers.without_next(response)
            case _:
                continue
    return response


def _check_scopes(server: Server, token: Token, endpoint: Endpoint, request: Request) -> None:
    lacking = _lacking(server, token, endpoint.scopes(request))
    instead = () if endpoint.instead is None else endpoint.instead(request)
    if not lacking or (instead and not _lacking(server, token, instead)):
        return
    kind = find_kind(str(request.path_params.get("kind")))
    if kind is not None and request.method == "GET" and "/properties/" in request.url.path:
        raise answers.not_permitted(kind, server.portal.account.portal_id)
    raise answers.missing_scopes(lacking)


def _lacking(server: Server, token: Token, wanted: Sequence[str]) -> Sequence[str]:
    granted, nobody_has = token.scopes, server.portal.lacking
    return [scope for scope in wanted if scope in nobody_has or (granted is not None and scope not in granted)]
