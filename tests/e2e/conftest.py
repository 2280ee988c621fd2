"""A sandbox CRM that really listens, and desks that really talk to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.sandbox.faults import NONE, Faults
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED, Limits
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import opened_desk, system_clock
from jobs.desk import Desk
from jobs.settings import Account, ScheduleFile, Settings
from jobs.settings import Limits as OwnLimits
from syncer.log import LogFormat
from syncer.store import Store

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


def settings_for(base_url: str, folder: Path, *, tier: str = "unlimited", streams: tuple[str, ...] = ()) -> Settings:
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
    )


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(sqlite_store: Store, tmp_path: Path) -> OpenDesk:
    """Return how to open a desk on a CRM."""

    @asynccontextmanager
    async def opened(crm: Crm, *, store: Store | None = None, **options: object) -> AsyncIterator[Desk]:
        settings = settings_for(crm.server.base_url, tmp_path, **options)
        async with opened_desk(settings, store or sqlite_store, "hubspot", clock=crm.clock) as desk:
            yield desk

    return opened
