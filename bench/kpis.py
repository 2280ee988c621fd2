"""The whole catalogue of KPIs on a large ledger in SQLite: CPU seconds and memory against the budget, KPI by KPI.

Run as `python -m bench.kpis [CONTACTS]`: 100,000 contacts have 30,000 deals and 1,000,000 activities. The budget is 60
seconds and 300 MB for ten times that: the seconds scale with the contacts, the memory does not.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.large_ledger import fill
from bench.measured import run

_SECONDS, _MEGABYTES, _CONTACTS = 60.0, 300.0, 1_000_000


def main(contacts: int = 100_000) -> None:
    """Print what every KPI takes of the budget, then the whole and the memory."""
    with TemporaryDirectory() as folder:
        url, report = f"sqlite:///{Path(folder) / 'bench.db'}", Path(folder) / "report.json"
        fill(url, contacts)
        cost = run(["bench.run_kpis", url, str(report)])
        seconds = msgspec.json.decode(report.read_bytes(), type=dict[str, float])
    budget = _SECONDS * contacts / _CONTACTS
    whole = seconds.pop("all")
    for ident, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"{ident:<6} alone {spent / budget:8.3f} of the budget")
    print(f"all at once {whole / budget:9.3f} of the budget of {_SECONDS:.0f} s for {_CONTACTS:,} contacts")
    print(f"peak memory {cost.memory / _MEGABYTES:9.3f} of {_MEGABYTES:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
