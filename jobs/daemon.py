"""The daemon: rounds by the clock, drains on webhooks, the dashboard beside them, until a signal asks it to leave."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from jobs.bootstrap import agreement_of, system_clock
from jobs.serving.listening import MOST_CONNECTIONS, Protocol, listener
from jobs.serving.shift import Shift
from jobs.serving.signals import Server, obeyed
from jobs.serving.work import Work
from jobs.settings import Settings
from jobs.web.access import is_password
from jobs.web.app import build_app
from jobs.web.webhooks import webhook_routes
from jobs.webhooks.keeping import Keeper
from syncer.errors import ConfigError, Problem
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds that a signal leaves for requests to end.
_GRACE = 3
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """What a daemon calls outside."""

    #: Returns the settings anew, on SIGHUP.
    reread: Callable[[], Settings]
    #: Is told the address, once it is the daemon's.
    on_serving: Callable[[str], None] = lambda _: None
    #: The moment a signal asks to leave.
    on_leaving: Callable[[], None] = lambda: None


async def run_daemon(settings: Settings, store: Store, *, host: str, port: int, calls: Calls) -> None:
    """Keep every account in step and serve the dashboard; return once a signal was obeyed.

    Raises ConfigError for an address beyond this machine without a password, for one that cannot be had, for a
    password that is none, and where another daemon keeps the database's schedule.
    """
    refuse_unguarded(settings, host)
    refuse_unfit(settings, store)
    with store.schedule_lock(), closing(listener(host, port)) as door:
        daemon = _Daemon(settings, store, host=host, reread=calls.reread)
        server = _server(daemon)
        leaving = asyncio.Event()

        def leave() -> None:
            calls.on_leaving()
            leaving.set()

        taken = door.getsockname()[1]
        calls.on_serving(f"http://{host}:{taken}/")
        _log.info("schedule_started", accounts=list(settings.accounts), port=taken)
        with obeyed(leave, daemon.reload_soon):
            daemon.begin()
            serving = asyncio.create_task(server.serve([door]))
            await asyncio.wait({serving, asyncio.create_task(leaving.wait())}, return_when=asyncio.FIRST_COMPLETED)
            _log.info("stop_requested")
            server.should_exit = True
            await asyncio.gather(serving, daemon.leave())


class _Daemon:
    """The shift that is on, the pages that it serves, and the inbox that outlives shifts."""

    def __init__(self, settings: Settings, store: Store, *, host: str, reread: Callable[[], Settings]) -> None:
        self._store = store
        self._host = host
        self._reread = reread
        self._locks: dict[str, asyncio.Lock] = {}
        self._keeper = Keeper(store, system_clock, self._call_drainer)
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._past: list[Shift] = []
        self._take(self._work(settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the files as they were read last."""
        await self._app(scope, receive, send)

    def begin(self) -> None:
        """Begin."""
        self._keeping = asyncio.create_task(self._keeper.run())
        self._shift.begin()

    def reload_soon(self) -> None:
        """Read the files anew as soon as may be."""
        task = asyncio.create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def leave(self) -> None:
        """End every shift, and keep what webhooks still brought."""
        await asyncio.gather(*(shift.leave() for shift in (*self._past, self._shift)))
        self._keeping.cancel()
        await self._keeper.flush()

    async def _reload(self) -> None:
        async with self._reloading:
            try:
                work = self._work(await asyncio.to_thread(self._reread))
                refuse_unguarded(work.settings, self._host)
                refuse_unfit(work.settings, self._store)
                self._refuse_another_database(work.settings)
            except ConfigError as error:
                _log.error("reload_refused", problems=[str(problem) for problem in error.problems])
                return
            before = self._shift
            before.stop()
            self._past = [one for one in (*self._past, before) if not one.is_over]
            self._take(work)
            self._shift.begin()
            _log.info("reloaded", accounts=list(work.settings.accounts))

    def _call_drainer(self) -> None:
        self._shift.drainer.call()

    def _take(self, work: Work) -> None:
        self._database_url = work.settings.database_url
        self._shift = Shift(work)
        routes = webhook_routes(work.settings, self._keeper)
        self._app: ASGIApp = build_app(work.settings, self._store, routes, work.in_force)

    def _work(self, settings: Settings) -> Work:
        for name in settings.accounts:
            self._locks.setdefault(name, asyncio.Lock())
        return Work(settings=settings, store=self._store, in_force=agreement_of(settings), locks=self._locks)

    def _refuse_another_database(self, settings: Settings) -> None:
        if settings.database_url != self._database_url:
            hint = "restart the daemon"
            raise ConfigError([Problem(key="SYNCER_DATABASE_URL", message="cannot change meanwhile", hint=hint)])


def _server(app: ASGIApp) -> uvicorn.Server:
    return Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
    )


def refuse_unfit(settings: Settings, store: Store) -> None:
    """Refuse a nightly backup of a database that is no file: a server's own tools do that."""
    if settings.schedule.backup_hour is not None and store.file is None:
        message = "only an SQLite file is backed up from here"
        hint = "pg_dump by cron, and backup_hour: null"
        raise ConfigError([Problem(key="schedule.backup_hour", message=message, hint=hint)])


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
