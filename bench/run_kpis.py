"""Measures the whole catalogue at once, then every KPI by itself: what bench/kpis.py reports.

Run as `python -m bench.run_kpis DATABASE REPORT`. CPU seconds are those of this process; on PostgreSQL they leave
out the server's.
"""

import sys
import time
from hashlib import blake2b
from pathlib import Path

import msgspec

from bench.large_mirror import ACCOUNT
from jobs.figures.asking import Asked, question
from syncer.agreement import InForce, load_default
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import measure
from syncer.kpis.render import to_json
from syncer.store import open_store


class Report(msgspec.Struct):
    """What a run took and found."""

    #: CPU seconds of the whole catalogue, and of each KPI asked alone.
    whole: float
    alone: dict[str, float]
    rows: int
    #: Of the rows as JSON.
    digest: str


def main(url: str, report: str) -> None:
    """Measure, one KPI after the other."""
    store = open_store(url)
    agreement = InForce(agreement=load_default(), notice=None)
    asked = question(store, agreement, ACCOUNT, Asked(as_of="2026-09-20", known_at="2026-09-21"))
    alone: dict[str, float] = {}
    with store.snapshot() as unit:
        before = time.process_time()
        rows = measure(unit.measures, asked)
        whole = time.process_time() - before
    for ident in catalogue():
        with store.snapshot() as unit:
            before = time.process_time()
            measure(unit.measures, asked, [ident])
            alone[ident] = time.process_time() - before
    store.close()
    digest = blake2b(to_json(rows).encode()).hexdigest()
    Path(report).write_bytes(msgspec.json.encode(Report(whole=whole, alone=alone, rows=len(rows), digest=digest)))


if __name__ == "__main__":
    main(*sys.argv[1:])
