"""The daemon: rounds by the clock, drains on webhooks, the dashboard beside them, until a signal asks it to leave.

On PostgreSQL there may be several: one leads and has the schedule, the others stand by, take webhooks and show pages.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from jobs.bootstrap import agreement_of, system_clock
from jobs.distributed.refusing import unfit_engine
from jobs.figures.apart import Apart
from jobs.modes import Engine
from jobs.serving.election import Election
from jobs.serving.listening import MOST_CONNECTIONS, Protocol, listener
from jobs.serving.programs import program_of
from jobs.serving.shift import Shift
from jobs.serving.signals import Server, obeyed
from jobs.serving.work import Work
from jobs.settings import Settings
from jobs.web.access import is_password
from jobs.web.app import build_app
from jobs.web.webhooks import webhook_routes
from jobs.webhooks.keeping import Keeper
from syncer import tracing
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
    password that is none, for an engine that the database cannot carry, and where another daemon keeps the schedule of
    an SQLite file.
    """
    refuse_unguarded(settings, host)
    refuse_unfit(settings, store)
    if settings.engine is Engine.DISTRIBUTED:
        store.keep_queue()
    daemon = _Daemon(settings, store, host=host, reread=calls.reread)
    with daemon.standing_for_election(), closing(listener(host, port)) as door:
        server = _server(daemon)
        leaving = asyncio.Event()

        def leave() -> None:
            calls.on_leaving()
            leaving.set()

        taken = door.getsockname()[1]
        calls.on_serving(f"http://{host}:{taken}/")
        _log.info("serving", port=taken)
        with obeyed(leave, daemon.reload_soon):
            daemon.begin()
            serving = asyncio.create_task(server.serve([door]))
            await asyncio.wait({serving, asyncio.create_task(leaving.wait())}, return_when=asyncio.FIRST_COMPLETED)
            _log.info("stop_requested")
            server.should_exit = True
            await asyncio.gather(serving, daemon.leave())
            tracing.send()


class _Daemon:
    """The pages that are served, the inbox behind them, and while this daemon leads, the shift that is on."""

    def __init__(self, settings: Settings, store: Store, *, host: str, reread: Callable[[], Settings]) -> None:
        self._store = store
        self._host = host
        self._reread = reread
        self._locks: dict[str, asyncio.Lock] = {}
        self._apart = Apart()
        self._keeper = Keeper(store, system_clock, self._call)
        self._election = Election(store, self._take_up, self._lay_down)
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._shift: Shift | None = None
        self._past: list[Shift] = []
        self._database_url = settings.database_url
        self._go_by(self._read(settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the files as they were read last."""
        await self._app(scope, receive, send)

    @contextmanager
    def standing_for_election(self) -> Iterator[None]:
        """Stand for election until the block ends. Raises ConfigError where an SQLite file has its daemon already."""
        if not self._election.stand():
            if self._store.file is not None:
                raise another_daemon()
            _log.info("standing_by")
        try:
            yield
        finally:
            self._election.give_up()

    def begin(self) -> None:
        """Begin."""
        self._keeping = asyncio.create_task(self._keeper.run())
        self._leading = asyncio.create_task(self._election.run())

    def reload_soon(self) -> None:
        """Read the files anew as soon as may be."""
        task = asyncio.create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def leave(self) -> None:
        """End every shift, and keep what webhooks still brought."""
        self._leading.cancel()
        await asyncio.wait({self._leading})
        self._lay_down()
        await asyncio.gather(*(shift.leave() for shift in self._past))
        await self._apart.close()
        self._keeping.cancel()
        await self._keeper.flush()

    async def _reload(self) -> None:
        async with self._reloading:
            try:
                work = self._read(await asyncio.to_thread(self._reread))
                await asyncio.to_thread(self._refuse, work.settings)
            except ConfigError as error:
                _log.error("reload_refused", problems=[str(problem) for problem in error.problems])
                return
            self._go_by(work)
            if self._shift is not None:
                self._lay_down()
                self._take_up()
            _log.info("reloaded", accounts=list(work.settings.accounts))

    def _call(self) -> None:
        if self._shift is not None:
            self._shift.call()

    def _take_up(self) -> None:
        self._shift = Shift(program_of(self._work), self._election.is_sure)
        self._shift.begin()
        _log.info("schedule_started", accounts=list(self._work.settings.accounts), engine=self._work.settings.engine)

    def _lay_down(self) -> None:
        if self._shift is not None:
            self._shift.stop()
            self._past = [one for one in (*self._past, self._shift) if not one.is_over]
            self._shift = None

    def _go_by(self, work: Work) -> None:
        self._work = work
        routes = webhook_routes(work.settings, self._keeper)
        self._app: ASGIApp = build_app(work.settings, self._store, routes, work.in_force)

    def _read(self, settings: Settings) -> Work:
        for name in settings.accounts:
            self._locks.setdefault(name, asyncio.Lock())
        return Work(
            settings=settings,
            store=self._store,
            in_force=agreement_of(settings),
            locks=self._locks,
            apart=self._apart,
        )

    def _refuse(self, settings: Settings) -> None:
        refuse_unguarded(settings, self._host)
        refuse_unfit(settings, self._store)
        if settings.database_url != self._database_url:
            hint = "restart the daemon"
            raise ConfigError([Problem(key="SYNCER_DATABASE_URL", message="cannot change meanwhile", hint=hint)])
        if settings.engine is Engine.DISTRIBUTED:
            self._store.keep_queue()


def _server(app: ASGIApp) -> uvicorn.Server:
    return Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            # Its lines tell of strangers' crooked requests, and errors with their traces; ours say what is to be known.
            log_level="critical",
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
    )


def another_daemon() -> ConfigError:
    """Return the refusal of a second daemon on one SQLite file."""
    hint = "one daemon an SQLite file: stop the other first; all other commands may run beside it"
    problem = Problem(key="syncer run", message="another daemon is at work on this database", hint=hint)
    return ConfigError([problem])


def refuse_unfit(settings: Settings, store: Store) -> None:
    """Refuse what the database cannot carry: workers on a file, and a nightly backup of what is no file."""
    lacking = unfit_engine(settings, store)
    if lacking is not None:
        raise ConfigError([lacking])
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
