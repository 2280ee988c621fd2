"""Backfill against its floor: its CPU over that of a bare loop on the same pages, and its memory at several sizes.

Run as `python -m bench.backfill [CONTACTS ...]`; the last size is the one that the ratio is taken at.
"""

import sys
import tempfile
from pathlib import Path

from bench.measured import Cost, portal, run
from syncer.store import open_store
from syncer.store.sqlite import upsert_sql
from syncer.store.tables import contacts as contacts_table

_PORT = 8399
_SIZES = (10_000, 100_000)


def main(sizes: tuple[int, ...] = _SIZES) -> None:
    """Print the ratio and the peaks."""
    costs = {size: _syncer(size) for size in sizes}
    largest = sizes[-1]
    start_up, floor = _syncer(1), _floor(largest)
    cost = costs[largest]
    print(f"backfill of {largest:,} contacts: {cost.cpu / floor.cpu:.2f}x the CPU of the bare loop", end="")
    print(f" ({(cost.cpu - start_up.cpu) / floor.cpu:.2f}x without start-up), {largest / cost.wall:,.0f} contacts/s")
    peaks = ", ".join(f"{one.memory:.0f} MB at {size:,}" for size, one in costs.items())
    print(f"backfill peak memory: {peaks}")


def _syncer(contacts: int) -> Cost:
    with portal(contacts, _PORT) as address, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "syncer.yaml"
        config.write_text("accounts: {hubspot: {streams: [contacts], tier: unlimited}}\n", encoding="utf-8")
        environment = {
            "SYNCER_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "SYNCER_CONFIG": str(config),
            "SYNCER_AGREEMENT": str(Path(folder) / "agreement.yaml"),
            "HUBSPOT_BASE_URL": address,
            "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
        }
        return run(["bench.run_backfill"], environment)


def _floor(contacts: int) -> Cost:
    with portal(contacts, _PORT) as address, tempfile.TemporaryDirectory() as folder:
        database, statement = Path(folder) / "floor.db", Path(folder) / "upsert.sql"
        store = open_store(f"sqlite:///{database}")
        store.upgrade()
        store.close()
        statement.write_text(upsert_sql(contacts_table), encoding="utf-8")
        return run(["bench.floor_backfill", address, str(database), str(statement)])


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or _SIZES)
