"""The web application: one dashboard page, the figures behind it as JSON, and health. It only reads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from jobs.bootstrap import agreement_of
from jobs.settings import Settings
from jobs.web.health import health_routes
from jobs.web.view import DashboardView, read_view
from jobs.words import LANGUAGES, Language, word
from syncer.store import Store

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_app(settings: Settings, store: Store, webhooks: Sequence[Route] = ()) -> Starlette:
    """Return the application over one store; `webhooks` are the routes where they arrive."""
    pages = Environment(loader=PackageLoader("jobs.web"), autoescape=select_autoescape(), trim_blocks=True)
    agreement = agreement_of(settings)

    def view(account: str | None, lang: Language) -> DashboardView | None:
        names = _accounts(settings, store)
        chosen = account if account in names else next(iter(names), None)
        return read_view(store, agreement, chosen, lang) if chosen else None

    async def index(request: Request) -> Response:
        lang = _language(request)
        shown = await asyncio.to_thread(view, request.query_params.get("account"), lang)
        other = next(one for one in LANGUAGES if one != lang)
        template = pages.get_template("index.html")
        return HTMLResponse(template.render(view=shown, lang=lang, other=other, w=lambda key: word(key, lang)))

    async def figures(request: Request) -> Response:
        shown = await asyncio.to_thread(view, request.query_params.get("account"), _language(request))
        return JSONResponse([] if shown is None else shown.rows)

    static = resources.files("jobs.web").joinpath("static")
    read = [
        Route("/", index),
        Route("/api/kpis", figures),
        *health_routes(settings, store, lambda: _accounts(settings, store)),
        Mount("/static", StaticFiles(directory=str(static))),
    ]
    # Webhooks are for machines: the headers of pages would only slow their answers down.
    return Starlette(
        routes=[*webhooks, Mount("/", routes=read, middleware=[Middleware(BaseHTTPMiddleware, dispatch=_with_headers)])]
    )


async def _with_headers(request: Request, following: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await following(request)
    response.headers.update(_HEADERS)
    return response


def _language(request: Request) -> Language:
    asked = request.query_params.get("lang")
    preferred = request.headers.get("accept-language", "")[:2]
    return next((one for text in (asked, preferred) for one in LANGUAGES if one == text), "en")


def _accounts(settings: Settings, store: Store) -> list[str]:
    with store.snapshot() as unit:
        known = unit.desk.account_names()
    return list(dict.fromkeys([*settings.accounts, *known]))
