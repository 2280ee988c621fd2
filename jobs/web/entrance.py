"""Coming in and leaving."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from jobs.web.access import Doorkeeper, Refused
from jobs.web.forms import read_form
from jobs.web.guard import COOKIE, cookie
from jobs.web.pages import Pages
from syncer.moments import MINUTE

#: Characters of a password that are looked at: hashing more is work for nothing.
_LONGEST = 1_024
#: Characters of a name that are kept.
_NAME = 60


def entrance(pages: Pages, keeper: Doorkeeper, *, is_encrypted: bool) -> Sequence[Route]:
    """Return the routes of the login page and its form, and of leaving."""

    async def ask(request: Request) -> Response:
        if keeper.is_open:
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        return pages.bare(request, "login.html", next=_inside(request.query_params.get("next")), wait=None, wrong=False)

    async def enter(request: Request) -> Response:
        fields = await read_form(request)
        address = request.client.host if request.client else ""
        following = _inside(fields.get("next"))
        password, name = fields.get("password", "")[:_LONGEST], fields.get("name", "").replace("\0", "").strip()[:_NAME]
        found = await keeper.knock(password, address, name=name)
        if isinstance(found, Refused):
            minutes = -(-found.wait // MINUTE) if found.wait else None
            status = HTTPStatus.TOO_MANY_REQUESTS if minutes else HTTPStatus.UNAUTHORIZED
            response = pages.bare(request, "login.html", next=following, wait=minutes, wrong=True)
            response.status_code = status
            return response
        entered = RedirectResponse(following, HTTPStatus.SEE_OTHER)
        entered.headers.append("Set-Cookie", cookie(found, is_encrypted=is_encrypted))
        return entered

    async def leave(request: Request) -> Response:
        token = request.cookies.get(COOKIE)
        if token:
            keeper.end(token)
        return RedirectResponse("/login", HTTPStatus.SEE_OTHER)

    return [Route("/login", ask), Route("/login", enter, methods=["POST"]), Route("/logout", leave, methods=["POST"])]


def _inside(path: str | None) -> str:
    """Return a path of this site: what a link may lead to after the login."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return path
