"""Backfill against its floor: its CPU over that of a bare loop on the same pages, and its memory at two sizes."""

import tempfile
from pathlib import Path

from bench.measured import Cost, portal, run

_PORT = 8399
_SMALL, _LARGE = 10_000, 200_000


def main() -> None:
    """Print the ratio and the peaks."""
    small, large = _syncer(_SMALL), _syncer(_LARGE)
    floor = _floor(_LARGE)
    start_up = run(["jobs.cli", "status"], {"SYNCER_DATABASE_URL": "sqlite://"}).cpu
    print(f"backfill of {_LARGE:,} contacts: {large.cpu / floor.cpu:.2f}x the CPU of the bare loop", end="")
    print(f" ({(large.cpu - start_up) / floor.cpu:.2f}x without start-up); {_LARGE / large.wall:,.0f} contacts/s")
    print(f"peak memory: {small.memory:.0f} MB at {_SMALL:,}, {large.memory:.0f} MB at {_LARGE:,} contacts")


def _syncer(contacts: int) -> Cost:
    with portal(contacts, _PORT) as address, tempfile.TemporaryDirectory() as folder:
        environment = {
            "SYNCER_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "SYNCER_CONFIG": str(_config(Path(folder))),
            "HUBSPOT_BASE_URL": address,
            "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
        }
        return run(["jobs.cli", "pull-only"], environment)


def _config(folder: Path) -> Path:
    path = folder / "syncer.yaml"
    path.write_text("accounts: {hubspot: {streams: [contacts], tier: enterprise}}\n", encoding="utf-8")
    return path


def _floor(contacts: int) -> Cost:
    with portal(contacts, _PORT) as address, tempfile.TemporaryDirectory() as folder:
        return run(["bench.floor_backfill", address, str(Path(folder) / "floor.db")])


if __name__ == "__main__":
    main()
