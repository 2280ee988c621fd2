"""A sandbox CRM that really listens, and desks that really talk to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.patience import Patience
from connectors.sandbox.faults import NONE, Faults
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED, Limits
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import agreement_of, opened_desk, system_clock
from jobs.desk import Desk
from jobs.modes import BackfillMode
from jobs.schedule import Appointment
from jobs.serving.rota import appointments
from jobs.serving.work import Work
from jobs.settings import Account, Settings
from jobs.settings_file import Limits as OwnLimits
from jobs.settings_file import ScheduleFile
from syncer.log import LogFormat
from syncer.store import Store
from tests.databases import new_database
from tests.e2e.commands import commands, forked, started

#: One present for every portal of a run: two portals of one seed are then equal.
TODAY = system_clock()


@dataclass
class Clock:
    """The present, and as far ahead of it as a test says."""

    ahead: int = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead


@dataclass
class Crm:
    """A CRM at work."""

    portal: Portal
    server: Running
    clock: Clock = field(default_factory=Clock)

    def value(self, kind: str, id_: str, name: str) -> str | None:
        row = self.portal.find(kind, id_)
        assert row is not None
        return row.properties.get(name) or None


Serve = Callable[..., Crm]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return how to start a CRM: filled with so many generated contacts, or with lines."""
    open_servers = []

    def start(
        contacts: int = 60,
        lines: list[dict] | None = None,
        *,
        limits: Limits = UNLIMITED,
        faults: Faults = NONE,
        habits: Habits | None = None,
        seed: int = 3,
    ) -> Crm:
        portal = Portal(habits=habits or Habits(index_lag=0))
        portal.load(generate_portal(contacts=contacts, seed=seed, today=TODAY) if lines is None else lines)
        context = running(portal, limits=limits, faults=faults)
        server = context.__enter__()
        open_servers.append(context)
        return Crm(portal=portal, server=server)

    yield start
    for context in open_servers:
        context.__exit__(None, None, None)


@pytest.fixture
def crm(serve: Serve) -> Crm:
    """Return a CRM with sixty generated contacts."""
    return serve()


def settings_for(
    base_url: str,
    folder: Path,
    *,
    tier: str = "unlimited",
    streams: tuple[str, ...] = (),
    backfill: BackfillMode = BackfillMode.AUTO,
) -> Settings:
    """Return settings with one account named hubspot."""
    account = Account(
        name="hubspot",
        connector="hubspot",
        token=SecretStr("pat-test-1"),
        base_url=base_url,
        tier=tier,
        limits=OwnLimits(),
        versions={},
        streams=streams,
        backfill=backfill,
        write_back=True,
        fields={},
    )
    return Settings(
        database_url="sqlite://",
        agreement_path=folder / "agreement.yaml",
        log=LogFormat.JSON,
        public_url=None,
        dashboard_password=None,
        accounts={"hubspot": account},
        schedule=ScheduleFile(),
        erasures=folder / "erasures",
    )


def planned_for(settings: Settings, store: Store) -> list[Appointment]:
    """Return what the daemon does for the account again and again."""
    work = Work(settings=settings, store=store, in_force=agreement_of(settings), locks={"hubspot": asyncio.Lock()})
    return appointments(work, "hubspot")


async def at_once(_seconds: float) -> None:
    """Wait no time: this CRM never answers with what was true before."""


#: For what a test makes fail more often than it likes to wait.
AT_ONCE = Patience(sleep=at_once)

OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(sqlite_store: Store, tmp_path: Path) -> OpenDesk:
    """Return how to open a desk on a CRM."""

    @asynccontextmanager
    async def opened(
        crm: Crm, *, store: Store | None = None, patience: Patience | None = None, **options: object
    ) -> AsyncIterator[Desk]:
        settings = settings_for(crm.server.base_url, tmp_path, **options)
        kept = store or sqlite_store
        async with opened_desk(settings, kept, "hubspot", clock=crm.clock, patience=patience, sleep=at_once) as desk:
            yield desk

    return opened


@pytest.fixture
def run(tmp_path):
    """Return how to run a command on a CRM in a process of its own, with an empty database."""
    if not (tmp_path / "syncer.db").exists():
        new_database(tmp_path / "syncer.db")
    return commands(tmp_path, forked)


@pytest.fixture
def typed(tmp_path):
    """Return how to run a command as a person does, from the start of the interpreter and without a database."""
    return commands(tmp_path, started)
