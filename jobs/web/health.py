"""Whether the process lives, whether all is well with it, and its numbers. Strangers learn yes or no, and no more."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jobs.health.nightly import BackupStanding, backup_standing
from jobs.health.readiness import Trouble, troubles
from jobs.health.status import AccountStatus, read_status
from jobs.health.stock import last_stock
from jobs.settings_file import ScheduleFile
from jobs.web.measured import last_figures
from jobs.web.metrics import Machine, Standings, metrics_page
from jobs.web.pages import language_of
from jobs.web.site import Site
from jobs.wording.sentences import spoken
from jobs.wording.words import Language
from syncer.errors import SyncerError
from syncer.moments import SECOND
from syncer.store import RunTally

_RUNS = 10


def health_routes(site: Site, schedule: ScheduleFile, *, is_open: bool) -> Sequence[Route]:
    """Return `/healthz`, `/readyz` and `/metrics`. They hold counts and the names of accounts, nothing of people."""

    async def healthy(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        may_look, lang = is_open or request.state.session is not None, language_of(request)
        try:
            found = await asyncio.to_thread(_statuses, site)
            backups = await asyncio.to_thread(_backups, site, schedule)
            if site.store.unwritable is not None:
                raise site.store.unwritable
        except SyncerError as error:
            said = _why(error, lang) if may_look else {}
            return JSONResponse({"status": "failed", **said}, HTTPStatus.SERVICE_UNAVAILABLE)
        wrong = [trouble.as_dict(lang) for one in found for trouble in troubles(one, schedule)]
        wrong += [Trouble(account="", what=what, remedy=help_).as_dict(lang) for what, help_ in backups.troubles]
        # A daemon that is late still takes webhooks: only one that cannot serve may be taken out of the way.
        status = "degraded" if wrong else "ok"
        told = {"problems": wrong, "accounts": [one.as_dict() for one in found]} if may_look else {}
        return JSONResponse({"status": status, **told})

    async def metrics(_request: Request) -> Response:
        try:
            page = await asyncio.to_thread(_metrics, site, schedule)
        except SyncerError as error:
            return Response(f"{error.message}\n", HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/plain")
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", metrics)]


def _why(error: SyncerError, lang: Language) -> Mapping[str, str | None]:
    hint = None if error.hint is None else spoken(error.hint, lang)
    return {"reason": spoken(error.message, lang), "hint": hint}


def _statuses(site: Site) -> Sequence[AccountStatus]:
    now, names = site.clock(), site.pages.accounts()
    return [read_status(site.store, name, now, runs=_RUNS, counted=last_stock) for name in names]


def _backups(site: Site, schedule: ScheduleFile) -> BackupStanding:
    """Return how nightly backups stand; where none are asked for, nothing is wrong with them."""
    if schedule.backup_hour is None:
        return BackupStanding()
    with site.store.snapshot() as unit:
        return backup_standing(unit)


def _metrics(site: Site, schedule: ScheduleFile) -> bytes:
    figures = {name: last_figures(site, name) for name in site.pages.accounts()}
    backups = _backups(site, schedule)
    age = None if backups.at is None else max(0, site.clock() - backups.at) / SECOND
    machine = Machine(is_writable=site.store.unwritable is None, is_backed_up=backups.why is None, backup_age=age)
    return metrics_page(_standings(site), figures, machine)


def _standings(site: Site) -> Standings:
    def tallied(status: AccountStatus) -> tuple[AccountStatus, Sequence[RunTally]]:
        with site.store.snapshot() as unit:
            return status, unit.desk.run_tallies(status.account)

    return [tallied(one) for one in _statuses(site)]
