"""The daemon: rounds by the clock, drains on webhooks, the dashboard beside them, until a signal asks it to leave."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket

import structlog
import uvicorn
from starlette.applications import Starlette

from jobs.bootstrap import agreement_of, opened_desk, system_clock
from jobs.desk import Desk
from jobs.digest.sending import send_digests
from jobs.figures.asking import Asked
from jobs.figures.freezing import HOUR_OF_FREEZING
from jobs.privacy.prune import prune_desk
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import freeze_round, measure_round, sync_round
from jobs.schedule import Appointment, Every, Nightly, Schedule
from jobs.settings import Settings
from jobs.web.access import is_password
from jobs.web.app import build_app
from jobs.web.webhooks import webhook_routes
from jobs.webhooks.drainer import Drainer
from jobs.webhooks.keeping import Keeper
from syncer.errors import ConfigError, Problem, SyncerError
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds that a signal leaves for requests to end.
_GRACE = 5
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


async def run_daemon(settings: Settings, store: Store, listener: socket) -> None:
    """Keep every account in step and serve the dashboard; return once a signal was obeyed."""
    work = _Work(settings, store, {name: asyncio.Lock() for name in settings.accounts})
    schedule = Schedule()
    for name in settings.accounts:
        for appointment in _appointments(work, name):
            schedule.add(appointment)
    drainer = Drainer(settings, store, {name: lock for name, lock in work.locks.items() if _takes_webhooks(work, name)})
    keeper = Keeper(store, system_clock, drainer.call)
    server = _server(build_app(settings, store, webhook_routes(settings, keeper)))
    schedule.start()
    _log.info("schedule_started", accounts=list(settings.accounts), port=listener.getsockname()[1])
    first = asyncio.gather(*(_guarded(work, name, _sync)() for name in settings.accounts))
    keeping, draining = asyncio.create_task(keeper.run()), asyncio.create_task(drainer.run())
    try:
        with _obeyed_once():
            await server.serve(sockets=[listener])
    finally:
        schedule.stop()
        _log.info("stop_requested")
        drainer.leave()
        keeping.cancel()
        await keeper.flush()
        await draining
        async with work.busy:
            first.cancel()


@contextmanager
def _obeyed_once() -> Iterator[None]:
    """Let no signal that the server obeyed end the process before its work is done: uvicorn raises it once more.

    A second one, sent afterwards, ends it at once.
    """
    before = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every job of the daemon needs."""

    settings: Settings
    store: Store
    #: Held by whatever is at work on the account.
    locks: Mapping[str, asyncio.Lock]
    #: Held by the one round that is under way; a drain needs its account alone.
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


def _takes_webhooks(work: _Work, name: str) -> bool:
    return work.settings.accounts[name].webhooks is not None


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
    )


def refuse_unguarded(settings: Settings, host: str) -> None:
    """Refuse passwords that are too short, and to listen beyond this machine without one, with a ConfigError."""
    passwords = {
        "SYNCER_DASHBOARD_PASSWORD": settings.dashboard_password,
        "SYNCER_DASHBOARD_READER_PASSWORD": settings.reader_password,
    }
    said = {name: one.get_secret_value() for name, one in passwords.items() if one is not None}
    hint = "twelve characters or more, or an argon2 hash"
    problems = [
        Problem(key=name, message="is no password that can serve", hint=hint)
        for name, text in said.items()
        if text and not is_password(text)
    ]
    if host not in _LOOPBACK and not any(said.values()):
        hint = "set SYNCER_DASHBOARD_PASSWORD, or listen at 127.0.0.1"
        problems.append(Problem(key="--host", message="beyond this machine the dashboard needs a password", hint=hint))
    if problems:
        raise ConfigError(problems)


def _appointments(work: _Work, name: str) -> list[Appointment]:
    plan = work.settings.schedule
    jobs: list[tuple[str, Every | Nightly, Callable[[Desk], Awaitable[None]]]] = [
        ("sync", Every(plan.sync_every), _sync),
        ("measure", Every(plan.measure_every), _measure),
    ]
    zone = agreement_of(work.settings).agreement.calendar.zone
    jobs.append(("freeze", Nightly(HOUR_OF_FREEZING, zone), _freeze))
    if plan.reconcile_hour is not None:
        jobs.append(("reconcile", Nightly(plan.reconcile_hour, zone), _reconcile))
    if work.settings.retention.hour is not None:
        jobs.append(("prune", Nightly(work.settings.retention.hour, zone), prune_desk))
    found = [Appointment(name=f"{name}/{job}", when=when, work=_guarded(work, name, do)) for job, when, do in jobs]
    report = work.settings.digest
    if report.hour is not None and report.variables:
        when = Nightly(report.hour, zone)
        found.append(Appointment(name=f"{name}/digest", when=when, work=_digest(work, name)))
    return found


def _digest(work: _Work, name: str) -> Callable[[], Awaitable[None]]:
    """Return the sending of the morning report; it reads only, so it waits for no round."""

    async def run() -> None:
        try:
            sent = await send_digests(work.settings, work.store, agreement_of(work.settings), name, system_clock())
        except SyncerError as error:
            _log.error("run_failed", account=name, reason=error.message, hint=error.hint)
            return
        for one in sent:
            if one.failed is None:
                _log.info("report_sent", account=name, channel=one.channel, silent=one.silent)
            else:
                _log.error("report_failed", account=name, channel=one.channel, reason=one.failed, hint=one.hint)

    return run


def _guarded(work: _Work, name: str, do: Callable[[Desk], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return work on one account that never ends the daemon: its error is logged and the next round comes."""

    async def run() -> None:
        async with work.busy, work.locks[name]:
            try:
                async with opened_desk(work.settings, work.store, name) as desk:
                    await do(desk)
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
