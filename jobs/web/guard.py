"""The door of the web application: who is asking, from where, and which answers nobody else may read or frame."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jobs.web.access import Doorkeeper, Refused, Role, Session

COOKIE = "syncer_session"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: What the CRM sends; it is known by its signature, and headers of pages would only slow its answers down.
_HOOKS = "/webhooks/"
#: Answered to anybody; what they tell strangers is their own care.
PUBLIC = ("/healthz", "/readyz", "/login", "/static/")
#: For programs that bring a password instead of a cookie.
_MACHINES = ("/metrics", "/api/")
#: How htmx names the element that a page refreshes itself with (base.html).
_REFRESHER = "main#content"
_LOOKING = frozenset({"GET", "HEAD"})
#: In no name or id that the CRM or a person gives, and PostgreSQL cannot even be asked for it.
_NUL = "\0"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """Lets in who has a session, and puts it into `request.state.session`; public paths need none.

    Without passwords only requests that name this machine as their host are answered: a page of a stranger cannot
    reach the dashboard by a name of its own that leads here.
    """

    def __init__(self, app: ASGIApp, *, keeper: Doorkeeper, is_encrypted: bool) -> None:
        self._app = app
        self._keeper = keeper
        self._is_encrypted = is_encrypted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or pass it on; every answer carries the headers of the house."""
        if scope["type"] != "http" or scope["path"].startswith(_HOOKS):
            await self._app(scope, receive, send)
            return

        request = Request(scope)
        begun, refusal = await self._judge(request)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), begun)
            await send(message)

        await (refusal or self._app)(scope, receive, with_headers)

    async def _judge(self, request: Request) -> tuple[str | None, Response | None]:
        """Return the token of a session that begins now, and the answer to who may not come in."""
        path, begun = request.url.path, None
        if self._keeper.is_open and _host(request.headers) not in _LOOPBACK:
            return None, PlainTextResponse("not served under this name\n", HTTPStatus.MISDIRECTED_REQUEST)
        if _NUL in path or b"%00" in request.scope["query_string"]:
            return None, PlainTextResponse("no page has such an address\n", HTTPStatus.BAD_REQUEST)
        token = request.cookies.get(COOKIE)
        is_person = request.headers.get("hx-source") != _REFRESHER
        session = self._keeper.session(token, is_person=is_person) if token else None
        if session is None and path.startswith(_MACHINES):
            session = await self._by_password(request)
        elif session is None and self._keeper.is_open and request.method in _LOOKING and not path.startswith(PUBLIC):
            begun = self._keeper.begin(Role.OPERATOR)
            session = self._keeper.session(begun)
        request.state.session = session
        if session is not None or path.startswith(PUBLIC) or self._keeper.is_open:
            return begun, None
        return None, _turned_away(request)

    def _complete(self, headers: MutableHeaders, begun: str | None) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._is_encrypted:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if begun is not None:
            headers.append("Set-Cookie", cookie(begun, is_encrypted=self._is_encrypted))

    async def _by_password(self, request: Request) -> Session | None:
        password = _password(request.headers)
        if password is None or self._keeper.is_open:
            return None
        address = request.client.host if request.client else ""
        token = await self._keeper.knock(password, address)
        if isinstance(token, Refused):
            return None
        session = self._keeper.session(token)
        self._keeper.end(token)
        return session


def cookie(token: str, *, is_encrypted: bool) -> str:
    """Return how a browser keeps a session: out of reach of scripts, and not sent along by other sites' forms."""
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if is_encrypted else ''}"


def _turned_away(request: Request) -> Response:
    if request.headers.get("hx-request"):
        path, query = _shown(request.headers.get("hx-current-url", "/"))
        return PlainTextResponse("log in first\n", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": _login(path, query)})
    if request.method in _LOOKING and not request.url.path.startswith(_MACHINES):
        return RedirectResponse(_login(request.url.path, request.url.query), HTTPStatus.SEE_OTHER)
    return PlainTextResponse("log in first\n", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": 'Basic realm="syncer"'})


def _shown(address: str) -> tuple[str, str]:
    """Return path and query of the page that asks, of an address that is none those of the first page."""
    try:
        found = urlsplit(address)
    except ValueError:
        return "/", ""
    return found.path, found.query


def _login(path: str, query: str) -> str:
    wanted = path + (f"?{query}" if query else "")
    return f"/login?next={quote(wanted, safe='')}"


def _host(headers: Headers) -> str:
    named = headers.get("host", "")
    return named.partition("]")[0].lstrip("[") if named.startswith("[") else named.partition(":")[0]


def _password(headers: Mapping[str, str]) -> str | None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(given, validate=True).decode().partition(":")[2]
    except (NotBase64, UnicodeDecodeError):
        return None
