"""The demo: a sandbox CRM with generated data, and every step of Syncer on it, once, for real."""

import asyncio
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import uvicorn
from pydantic import SecretStr

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import opened_desk, opened_store, system_clock
from jobs.deciding.derive import last_clocks
from jobs.desk import Desk
from jobs.figures.asking import Asked
from jobs.figures.leads import Lead, hottest
from jobs.figures.measuring import measure_round
from jobs.init import agreement_text
from jobs.progress import Progress, progress
from jobs.rounds import RoundResult, backfill_round, sync_round
from jobs.settings import Account, Settings
from jobs.settings_file import Limits, ScheduleFile
from jobs.web.app import build_app
from jobs.wording.words import Language
from jobs.writing.setup import SetupStep, setup
from syncer.agreement import Role, sign
from syncer.log import LogFormat, configure_log
from syncer.moments import moment
from syncer.store import Store
from syncer.store.values import KpiRow

_NAME = "demo"
#: How the generator names records that somebody made to try things out.
_TESTS = "testkontakt$"


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoDone:
    """What the demo did, for printing and serving."""

    settings: Settings
    store: Store
    lang: Language
    steps: Sequence[SetupStep]
    backfill: RoundResult
    sync: RoundResult
    #: The second sync: it writes nothing.
    again: RoundResult
    figures: Sequence[KpiRow]
    leads: Sequence[Lead]
    #: 429 answers met.
    limited: int
    #: Where the sandbox CRM listens while the demo is open.
    crm: str


@contextmanager
def run_demo(*, contacts: int, seed: int, lang: Language) -> Iterator[DemoDone]:
    """Yield the finished demo; the sandbox CRM runs and the database exists until the block ends."""
    configure_log(LogFormat.CONSOLE, logging.ERROR)
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=contacts, seed=seed, today=system_clock()))
    with tempfile.TemporaryDirectory(prefix="syncer-demo-") as folder, running(portal) as crm:
        settings = _settings(Path(folder), crm.base_url)
        agree(settings.agreement_path, lang)
        with opened_store(settings) as store:
            with progress(quiet=False, lang=lang) as way:
                done = asyncio.run(_run(settings, store, way, lang))
            yield done


def serve_demo(done: DemoDone, listener: socket) -> None:
    """Serve the demo's dashboard until interrupted."""
    config = uvicorn.Config(build_app(done.settings, done.store), log_level="warning")
    uvicorn.Server(config).run([listener])


def agree(path: Path, lang: Language) -> None:
    """Write the agreement of the demo: the built-in one, with what its generated test records are called, signed."""
    tests = f"\n  test_name_patterns: ['{_TESTS}'] "
    path.write_text(agreement_text(lang).replace("\n  test_name_patterns: [] ", tests, 1), encoding="utf-8")
    for role in Role:
        sign(path, role, "Demo", moment(system_clock()).date())


def _settings(folder: Path, base_url: str) -> Settings:
    account = Account(
        name=_NAME,
        connector="hubspot",
        token=SecretStr("pat-demo-1"),
        base_url=base_url,
        tier="professional",
        limits=Limits(),
        versions={},
        streams=(),
        write_back=True,
        fields={},
    )
    return Settings(
        database_url=f"sqlite:///{folder / 'demo.db'}",
        agreement_path=folder / "agreement.yaml",
        log=LogFormat.CONSOLE,
        public_url=None,
        dashboard_password=None,
        accounts={_NAME: account},
        schedule=ScheduleFile(),
    )


async def _run(settings: Settings, store: Store, way: Progress, lang: Language) -> DemoDone:
    async with opened_desk(settings, store, _NAME, progress=way) as desk:
        steps = await setup(desk, apply=True)
        read = await backfill_round(desk)
        first = await sync_round(desk)
        again = await sync_round(desk)
        figures = await measure_round(desk, Asked(lang=lang))
        return DemoDone(
            settings=settings,
            store=store,
            lang=lang,
            steps=steps,
            backfill=read,
            sync=first,
            again=again,
            figures=figures,
            leads=await asyncio.to_thread(_leads, desk, lang),
            limited=desk.source.usage.limited,
            crm=desk.account.base_url,
        )


def _leads(desk: Desk, lang: Language) -> Sequence[Lead]:
    with desk.store.snapshot() as unit:
        clocks = last_clocks(unit, desk.name, desk.clock())
    return hottest(desk.store, desk.agreement.agreement, desk.name, clocks, lang)
