"""Backfill against its floor: its CPU over that of a bare loop on the same pages, and its memory at several sizes.

Run as `python -m bench.backfill [CONTACTS ...]`; the last size is the one that the ratio is taken at.
"""

import sys
import tempfile
from pathlib import Path

from bench.measured import Asked, Cost, asked_of, run, served
from bench.portal_pages import Portal
from syncer.store import open_store
from syncer.store.engines.sqlite import upsert_sql
from syncer.store.tables import contacts as contacts_table

_SIZES = (10_000, 100_000)
CONTACTS_ONLY = "streams: [contacts], tier: unlimited"


def main(sizes: tuple[int, ...] = _SIZES) -> None:
    """Print the ratio and the peaks."""
    costs = {size: syncer(Portal(contacts=size))[0] for size in sizes}
    largest = sizes[-1]
    start_up, bare = syncer(Portal(contacts=1))[0], floor(Portal(contacts=largest))[0]
    cost = costs[largest]
    print(f"backfill of {largest:,} contacts: {cost.cpu / bare.cpu:.2f}x the CPU of the bare loop", end="")
    print(f" ({(cost.cpu - start_up.cpu) / bare.cpu:.2f}x without start-up), {largest / cost.wall:,.0f} contacts/s")
    peaks = ", ".join(f"{one.memory:.0f} MB at {size:,}" for size, one in costs.items())
    print(f"backfill peak memory: {peaks}")


def syncer(portal: Portal, account: str = CONTACTS_ONLY) -> tuple[Cost, Asked]:
    """Return what Syncer's backfill of a portal costs, and what it asks; `account` are the account's settings."""
    with served(portal) as address, tempfile.TemporaryDirectory() as folder:
        cost = run(["bench.run_backfill"], environment(Path(folder), address, account))
        return cost, asked_of(address)


def environment(folder: Path, address: str, account: str) -> dict[str, str]:
    """Return the environment of a Syncer with one account, its files in a folder."""
    config = folder / "syncer.yaml"
    config.write_text(f"accounts: {{hubspot: {{{account}}}}}\n", encoding="utf-8")
    return {
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "SYNCER_CONFIG": str(config),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "HUBSPOT_BASE_URL": address,
        "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
    }


def floor(portal: Portal) -> tuple[Cost, Asked]:
    """Return what the bare loop over the same pages costs, and what it asks."""
    with served(portal) as address, tempfile.TemporaryDirectory() as folder:
        database, statement = floor_files(Path(folder))
        cost = run(["bench.floor_backfill", address, str(database), str(statement)])
        return cost, asked_of(address)


def floor_files(folder: Path) -> tuple[Path, Path]:
    """Return a database with Syncer's empty tables, and a file with the statement that upserts a contact."""
    database, statement = folder / "floor.db", folder / "upsert.sql"
    store = open_store(f"sqlite:///{database}")
    store.upgrade()
    store.close()
    statement.write_text(upsert_sql(contacts_table), encoding="utf-8")
    return database, statement


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or _SIZES)
