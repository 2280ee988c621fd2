"""Every page of the dashboard on a large ledger: milliseconds of CPU from request to answer, and the first paint.

Run as `python -m bench.web_pages [CONTACTS] [DATABASE]`; a database that is named is kept, and filled where
it is empty. The targets are 200 ms a page and 150 KB for the first paint, page and style together as sent.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from pydantic import SecretStr

from bench.large_ledger import filled
from bench.large_mirror import ACCOUNT, NOW
from jobs.figures.asking import Asked, question
from jobs.figures.splits import every_split
from jobs.settings import Account, Settings
from jobs.settings_file import Limits, ScheduleFile
from jobs.web.app import build_app
from syncer.agreement import InForce, load_default
from syncer.log import LogFormat
from syncer.moments import Millis
from syncer.store import Store, open_store

_TARGET_MS, _PAINT_KB, _ASKED = 200.0, 150.0, 7
_WINNER = "0000003"
_PAGES = (
    "/",
    "/handovers",
    "/handovers?owner=3",
    "/contacts",
    "/contacts?stage=INQUIRY",
    "/contacts?owner=3",
    "/contacts?owner=nobody",
    "/contacts?after=500:c0500000",
    "/contacts?find=p77@firma.example",
    "/contacts/c{one}",
    "/deals",
    "/deals?view=open",
    "/deals?view=other",
    "/deals?view=won",
    "/deals?view=lost&owner=3",
    "/deals?view=open&owner=nobody",
    "/deals/dc{one}",
    "/forecast",
    "/money",
    "/score",
    "/figures",
    "/quality",
    "/quality?fault=K42.overdue",
    "/sync",
    "/readyz",
    "/metrics",
    "/api/kpis",
)


def main(contacts: int = 100_000, url: str | None = None) -> None:
    """Print median and worst of several requests for every page, and what the first page takes to paint."""
    with TemporaryDirectory() as folder:
        where = url or f"sqlite:///{Path(folder) / 'bench.db'}"
        filled(where, contacts)
        store = open_store(where)
        _measure(store)
        asyncio.run(_visit(store, where, Path(folder)))
        store.close()


def _measure(store: Store) -> None:
    """Keep a snapshot of the figures unless there is one."""
    with store.snapshot() as unit:
        kept = unit.desk.last_snapshot(ACCOUNT)
    if kept is not None:
        return
    asked = question(store, InForce(agreement=load_default(), notice=None), ACCOUNT, Asked(as_of="2026-09-20"))
    with store.snapshot() as unit:
        splits = every_split(unit, asked)
    with store.commit() as unit:
        run = unit.desk.begin_run(ACCOUNT, "measure", Millis(NOW))
        unit.desk.keep_snapshot(ACCOUNT, run, asked.as_of, splits)


async def _visit(store: Store, url: str, folder: Path) -> None:
    with store.snapshot() as unit:
        lines = unit.browse.deals(ACCOUNT, "open", limit=1)
    one = lines[0].id[2:] if lines else _WINNER
    transport = httpx.ASGITransport(app=build_app(_settings(url, folder), store))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for page in _PAGES:
            address = page.replace("{one}", one)
            taken, waited, size = await _asked(client, address)
            worst, median = max(taken), statistics.median(taken)
            verdict = "" if worst <= _TARGET_MS else f"  {worst / _TARGET_MS:.1f} of the target"
            spent = f"{median:7.0f} ms of CPU  worst {worst:7.0f}  answered after {statistics.median(waited):7.0f}"
            print(f"{page:<34} {spent}  {size / 1024:6.1f} KB{verdict}", flush=True)
        first, style = await client.get("/"), await client.get(_style(await client.get("/")))
    paint = (len(first.content) + len(style.content)) / 1024
    print(f"first paint {paint:.1f} KB, {paint / _PAINT_KB:.3f} of the target")


async def _asked(client: httpx.AsyncClient, address: str) -> tuple[Sequence[float], Sequence[float], int]:
    """Return milliseconds of CPU and of waiting for every request but the first, and the size of the answer.

    The first one warms the page cache of a new connection.
    """
    taken, waited, size = [], [], 0
    for _ in range(_ASKED + 1):
        before, began = time.process_time(), time.monotonic()
        answer = await client.get(address)
        taken.append((time.process_time() - before) * 1_000)
        waited.append((time.monotonic() - began) * 1_000)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise SystemExit(f"{address} answered {answer.status_code}")
        size = len(answer.content)
    return taken[1:], waited[1:], size


def _style(page: httpx.Response) -> str:
    return page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]


def _settings(url: str, folder: Path) -> Settings:
    account = Account(
        name=ACCOUNT,
        connector="hubspot",
        token=SecretStr("pat-bench-1"),
        base_url="http://127.0.0.1:9",
        tier="unlimited",
        limits=Limits(),
        versions={},
        streams=(),
        write_back=True,
        fields={},
    )
    return Settings(
        database_url=url,
        agreement_path=folder / "agreement.yaml",
        log=LogFormat.JSON,
        public_url=None,
        dashboard_password=None,
        accounts={ACCOUNT: account},
        schedule=ScheduleFile(),
        erasures=folder / "erasures",
    )


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:2]), *sys.argv[2:3])
