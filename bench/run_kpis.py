"""Measures the whole catalogue at once, then every KPI by itself: what bench/kpis.py reports.

Run as `python -m bench.run_kpis DATABASE REPORT`; writes a JSON object of KPI id or `all` → CPU seconds.
"""

import sys
import time
from pathlib import Path

import msgspec

from bench.large_ledger import ACCOUNT
from jobs.figures.asking import Asked, question
from syncer.agreement import InForce, load_default
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import measure
from syncer.store import open_store


def main(url: str, report: str) -> None:
    """Measure, one KPI after the other."""
    store = open_store(url)
    agreement = InForce(agreement=load_default(), notice=None)
    asked = question(store, agreement, ACCOUNT, Asked(as_of="2026-09-20", known_at="2026-09-21"))
    seconds: dict[str, float] = {}
    with store.snapshot() as unit:
        before = time.process_time()
        measure(unit.measures, asked)
        seconds["all"] = time.process_time() - before
    for ident in catalogue():
        with store.snapshot() as unit:
            before = time.process_time()
            measure(unit.measures, asked, [ident])
            seconds[ident] = time.process_time() - before
    store.close()
    Path(report).write_bytes(msgspec.json.encode(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
