"""The whole catalogue of KPIs on a large ledger: CPU seconds and memory against the budget, KPI by KPI.

Run as `python -m bench.kpis [CONTACTS] [DATABASE ...]`: 100,000 contacts have 30,000 deals and 1,000,000 activities.
The budget is 60 seconds and 300 MB for ten times that: the seconds scale with the contacts, the memory does not.
Databases that are named are kept, filled where they are empty, and must all give the same rows; without any it is an
SQLite file.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.large_ledger import filled
from bench.measured import run
from bench.run_kpis import Report

_SECONDS, _MEGABYTES, _CONTACTS = 60.0, 300.0, 1_000_000


def main(contacts: int = 100_000, urls: Sequence[str] = ()) -> None:
    """Print what every KPI takes of the budget, then the whole and the memory, database by database."""
    with TemporaryDirectory() as folder:
        found = [_measured(url, contacts, Path(folder)) for url in urls or (f"sqlite:///{Path(folder) / 'bench.db'}",)]
    if len({one.digest for one in found}) > 1:
        raise SystemExit("the databases give different rows")
    print(f"{found[0].rows} rows, the same on {len(found)} database(s)")


def _measured(url: str, contacts: int, folder: Path) -> Report:
    filled(url, contacts)
    cost = run(["bench.run_kpis", url, str(folder / "report.json")])
    report = msgspec.json.decode((folder / "report.json").read_bytes(), type=Report)
    budget = _SECONDS * contacts / _CONTACTS
    print(f"-- {url.partition(':')[0]}")
    for ident, spent in sorted(report.alone.items(), key=lambda item: -item[1]):
        print(f"{ident:<6} alone {spent / budget:8.3f} of the budget")
    print(f"all at once {report.whole / budget:9.3f} of the budget of {_SECONDS:.0f} s for {_CONTACTS:,} contacts")
    if report.server is not None:
        print(f"the server's {report.server / budget:8.3f} besides")
    print(f"peak memory {cost.memory / _MEGABYTES:9.3f} of {_MEGABYTES:.0f} MB")
    return report


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2:])
