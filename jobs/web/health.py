"""Whether the daemon lives, whether all is well with it, and its numbers."""

import asyncio
from collections.abc import Callable, Sequence

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jobs.bootstrap import system_clock
from jobs.readiness import troubles
from jobs.settings import Settings
from jobs.status import AccountStatus, read_status
from jobs.web.metrics import Standings, metrics_page
from syncer.errors import SyncerError
from syncer.store import RunTally, Store


def health_routes(settings: Settings, store: Store, accounts: Callable[[], Sequence[str]]) -> Sequence[Route]:
    """Return `/healthz`, `/readyz` and `/metrics`. They hold counts and the names of accounts, nothing of people."""

    def statuses() -> Sequence[AccountStatus]:
        return [read_status(store, name, system_clock(), runs=10) for name in accounts()]

    def standings() -> Standings:
        def tallied(status: AccountStatus) -> tuple[AccountStatus, Sequence[RunTally]]:
            with store.snapshot() as unit:
                return status, unit.desk.run_tallies(status.account)

        return [tallied(one) for one in statuses()]

    async def healthy(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        try:
            found = await asyncio.to_thread(statuses)
        except SyncerError as error:
            return JSONResponse({"status": "failed", "reason": error.message, "hint": error.hint}, status_code=503)
        wrong = [trouble.as_dict() for one in found for trouble in troubles(one, settings.schedule)]
        # A daemon that is late still takes webhooks: only one that cannot serve may be taken out of the way.
        body = {
            "status": "degraded" if wrong else "ok",
            "problems": wrong,
            "accounts": [one.as_dict() for one in found],
        }
        return JSONResponse(body)

    async def metrics(_request: Request) -> Response:
        try:
            page = metrics_page(await asyncio.to_thread(standings))
        except SyncerError as error:
            return Response(f"{error.message}\n", status_code=503, media_type="text/plain")
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", metrics)]
