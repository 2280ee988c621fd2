"""Databases of accounts that were read and measured: made once a process, then copied."""

import asyncio
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import opened_desk
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round
from tests.databases import new_store
from tests.e2e.conftest import TODAY, at_once, settings_for


def measured_database(path: Path, lines: Iterable[dict] | None = None) -> None:
    """Put one there: of sixty generated contacts, as `crm` serves them, or of lines."""
    kept = None if lines is None else json.dumps(list(lines))
    path.write_bytes(_measured(kept))


@cache
def _measured(lines: str | None) -> bytes:
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=60, seed=3, today=TODAY) if lines is None else json.loads(lines))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "syncer.db"
        asyncio.run(_fill(portal, path))
        return path.read_bytes()


async def _fill(portal: Portal, path: Path) -> None:
    with running(portal, limits=UNLIMITED) as server, new_store(path) as store:
        settings = settings_for(server.base_url, path.parent)
        async with opened_desk(settings, store, "hubspot", sleep=at_once) as desk:
            await backfill_round(desk)
            await measure_round(desk, Asked())
