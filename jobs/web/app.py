"""The web application: the dashboard, the figures behind it as JSON, and health."""

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from jobs.bootstrap import agreement_of, system_clock
from jobs.settings import Settings
from jobs.web.access import Doorkeeper, Role, doorkeeper
from jobs.web.assets import Assets
from jobs.web.contacts import contact_routes
from jobs.web.deals import deal_routes
from jobs.web.entrance import entrance
from jobs.web.figures import figure_routes
from jobs.web.forecast import forecast_routes
from jobs.web.guard import Guard
from jobs.web.handovers import handover_routes
from jobs.web.health import health_routes
from jobs.web.money import money_routes
from jobs.web.overview import overview_routes
from jobs.web.pages import Pages
from jobs.web.quality import quality_routes
from jobs.web.score import score_routes
from jobs.web.site import Site
from jobs.web.story import story_routes
from jobs.web.sync import sync_routes
from syncer.agreement import InForce
from syncer.errors import SyncerError, Unavailable
from syncer.store import Store

_log = structlog.get_logger()

_FAILED = "not answered, the log says why · nicht beantwortet, das Protokoll sagt, warum\n"


def build_app(
    settings: Settings, store: Store, webhooks: Sequence[Route] = (), rules: InForce | None = None
) -> Starlette:
    """Return the application over one store; its passwords are those of the settings.

    `webhooks` are the routes where the CRM's arrive; without `rules` the agreement is the one in force now.
    """
    keeper = doorkeeper(
        {Role.READER: settings.reader_password, Role.OPERATOR: settings.dashboard_password}, system_clock
    )
    is_encrypted = (settings.public_url or "").startswith("https://")
    pages = Pages(lambda: _accounts(settings, store), is_open=keeper.is_open)
    site = Site(store=store, in_force=rules or agreement_of(settings), pages=pages, clock=system_clock)

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if request.url.path.startswith("/api/") or getattr(request.state, "session", None) is None:
            return JSONResponse({"status": "failed", "reason": error.detail}, error.status_code)
        response = pages.page(request, "refused.html", pages.asking(request), reason=error.detail)
        response.status_code = error.status_code
        return response

    return Starlette(
        routes=[*webhooks, *_routes(site, settings, keeper, is_encrypted=is_encrypted)],
        middleware=[Middleware(Guard, keeper=keeper, is_encrypted=is_encrypted)],
        exception_handlers={HTTPException: refused, Exception: _failed},
    )


async def _failed(request: Request, error: Exception) -> Response:
    """Answer what went wrong, and log it without anything that the request brought."""
    reason = error.message if isinstance(error, SyncerError) else type(error).__name__
    _log.error("request_failed", page=getattr(request.scope.get("endpoint"), "__qualname__", None), reason=reason)
    return PlainTextResponse(_FAILED, 503 if isinstance(error, Unavailable) else 500)


def _routes(site: Site, settings: Settings, keeper: Doorkeeper, *, is_encrypted: bool) -> Sequence[Route | Mount]:
    return [
        *overview_routes(site),
        *handover_routes(site),
        *contact_routes(site),
        *story_routes(site),
        *deal_routes(site),
        *forecast_routes(site),
        *money_routes(site),
        *score_routes(site),
        *figure_routes(site),
        *quality_routes(site),
        *sync_routes(site),
        *health_routes(site, settings.schedule, is_open=keeper.is_open),
        *entrance(site.pages, keeper, is_encrypted=is_encrypted),
        Mount("/static", Assets()),
    ]


def _accounts(settings: Settings, store: Store) -> list[str]:
    with store.snapshot() as unit:
        known = unit.desk.account_names()
    return list(dict.fromkeys([*settings.accounts, *known]))
