"""The daemon: rounds by the clock, and the dashboard beside them, until a signal asks it to leave."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
import uvicorn

from jobs.asking import Asked
from jobs.bootstrap import agreement_of, opened_desk
from jobs.desk import Desk
from jobs.freezing import HOUR_OF_FREEZING
from jobs.reconcile import reconcile_round
from jobs.rounds import freeze_round, measure_round, sync_round
from jobs.schedule import Appointment, Every, Nightly, Schedule
from jobs.settings import Settings
from jobs.sweep import Orders
from jobs.web.app import build_app
from syncer.errors import ConfigError, Problem, SyncerError
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds that a signal leaves for requests to end.
_GRACE = 5
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


async def run_daemon(settings: Settings, store: Store, *, host: str, port: int) -> None:
    """Keep every account in step and serve the dashboard; return once a signal was obeyed.

    Raises ConfigError for an address beyond this machine: the dashboard has no login yet.
    """
    if host not in _LOOPBACK:
        hint = "use 127.0.0.1, and a reverse proxy with a login in front of it"
        raise ConfigError([Problem(key="--host", message="the dashboard listens on this machine only", hint=hint)])
    busy = asyncio.Lock()
    schedule = Schedule()
    for name in settings.accounts:
        for appointment in _appointments(settings, store, name, busy):
            schedule.add(appointment)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(settings, store),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    schedule.start()
    _log.info("schedule_started", accounts=list(settings.accounts), port=port)
    first = asyncio.gather(*(_guarded(settings, store, name, busy, _sync)() for name in settings.accounts))
    try:
        await server.serve()
    finally:
        schedule.stop()
        _log.info("stop_requested")
        async with busy:
            first.cancel()


def _appointments(settings: Settings, store: Store, name: str, busy: asyncio.Lock) -> list[Appointment]:
    plan = settings.schedule
    work: list[tuple[str, Every | Nightly, Callable[[Desk], Awaitable[None]]]] = [
        ("sync", Every(plan.sync_every), _sync),
        ("measure", Every(plan.measure_every), _measure),
    ]
    zone = agreement_of(settings).agreement.calendar.zone
    work.append(("freeze", Nightly(HOUR_OF_FREEZING, zone), _freeze))
    if plan.reconcile_hour is not None:
        work.append(("reconcile", Nightly(plan.reconcile_hour, zone), _reconcile))
    return [
        Appointment(name=f"{name}/{job}", when=when, work=_guarded(settings, store, name, busy, do))
        for job, when, do in work
    ]


def _guarded(
    settings: Settings, store: Store, name: str, busy: asyncio.Lock, work: Callable[[Desk], Awaitable[None]]
) -> Callable[[], Awaitable[None]]:
    """Return work on one account that never ends the daemon: its error is logged and the next round comes."""

    async def run() -> None:
        async with busy:
            try:
                async with opened_desk(settings, store, name) as desk:
                    await work(desk)
            except SyncerError as error:
                _log.error("run_failed", account=name, reason=error.message, hint=error.hint)

    return run


async def _sync(desk: Desk) -> None:
    await sync_round(desk)
    await measure_round(desk, Asked())


async def _measure(desk: Desk) -> None:
    await measure_round(desk, Asked())


async def _freeze(desk: Desk) -> None:
    await freeze_round(desk)


async def _reconcile(desk: Desk) -> None:
    await reconcile_round(desk, orders=Orders(apply=True))
