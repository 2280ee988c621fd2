"""Whether the process lives and whether it can work. Strangers learn yes or no; who may look learns why."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jobs.status import read_status
from jobs.web.site import Site
from syncer.errors import SyncerError


def health_routes(site: Site, *, is_open: bool) -> Sequence[Route]:
    """Return /healthz and /readyz."""

    async def healthy(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        may_look = is_open or request.state.session is not None

        def read() -> list[dict[str, object]]:
            names = site.pages.accounts()
            return [read_status(site.store, name, site.clock(), runs=1).as_dict() for name in names]

        try:
            accounts = await asyncio.to_thread(read)
        except SyncerError as error:
            said = {"reason": error.message, "hint": error.hint} if may_look else {}
            return JSONResponse({"status": "failed", **said}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok", **({"accounts": accounts} if may_look else {})})

    return [Route("/healthz", healthy), Route("/readyz", ready)]
