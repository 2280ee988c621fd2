"""A portal with a clock that stands still until it is told to move, and a client that talks to it."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.app import build_app
from connectors.sandbox.faults import NONE, Faults
from connectors.sandbox.limits import UNLIMITED, Limits
from connectors.sandbox.state import Habits, Portal
from tests.unit.sandbox.rig import TOKEN, Clock, Crm, Open


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(clock: Clock) -> Portal:
    return Portal(clock=clock, habits=Habits(index_lag=0))


@pytest.fixture
def open_client(clock: Clock) -> Iterator[Open]:
    opened: list[Crm] = []

    def open_(portal: Portal, *, limits: Limits = UNLIMITED, faults: Faults = NONE, token: str | None = TOKEN) -> Crm:
        app = build_app(portal, limits=limits, faults=faults, elapsed=clock.elapsed)
        opened.append(Crm(app, {"authorization": f"Bearer {token}"} if token else {}))
        return opened[-1]

    yield open_
    for client in opened:
        client.close()


@pytest.fixture
def crm(portal: Portal, open_client: Open) -> Crm:
    return open_client(portal)
