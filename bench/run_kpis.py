"""Measures the whole catalogue at once, then every KPI by itself: what bench/kpis.py reports.

Run as `python -m bench.run_kpis DATABASE REPORT`. CPU seconds are those of this process; what PostgreSQL's backend
takes for the whole catalogue is told beside them, where the system says so.
"""

import os
import sys
import time
from hashlib import blake2b
from pathlib import Path

import msgspec

from bench.large_mirror import ACCOUNT
from jobs.figures.asking import Asked, question
from jobs.memory import spare_start_up
from syncer.agreement import InForce, load_default
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import measure
from syncer.kpis.rendering.render import to_json
from syncer.store import Unit, open_store


class Report(msgspec.Struct):
    """What a run took and found."""

    #: CPU seconds of the whole catalogue, and of each KPI asked alone.
    whole: float
    #: CPU seconds of PostgreSQL's backend meanwhile; None where there is none, or the system does not tell.
    server: float | None
    alone: dict[str, float]
    rows: int
    #: Of the rows as JSON.
    digest: str


def main(url: str, report: str) -> None:
    """Measure, one KPI after the other."""
    spare_start_up()
    store = open_store(url)
    agreement = InForce(agreement=load_default(), notice=None)
    asked = question(store, agreement, ACCOUNT, Asked(as_of="2026-09-20", known_at="2026-09-21"))
    alone: dict[str, float] = {}
    with store.snapshot() as unit:
        backend = _backend_seconds(unit)
        before = time.process_time()
        rows = measure(unit.measures, asked)
        whole = time.process_time() - before
        after = _backend_seconds(unit)
    for ident in catalogue():
        with store.snapshot() as unit:
            before = time.process_time()
            measure(unit.measures, asked, [ident])
            alone[ident] = time.process_time() - before
    store.close()
    digest = blake2b(to_json(rows).encode()).hexdigest()
    server = None if backend is None or after is None else after - backend
    found = Report(whole=whole, server=server, alone=alone, rows=len(rows), digest=digest)
    Path(report).write_bytes(msgspec.json.encode(found))


def _backend_seconds(unit: Unit) -> float | None:
    """Return the CPU seconds of the backend that serves a transaction, as Linux tells them."""
    if unit.connection.dialect.name != "postgresql":
        return None
    process = unit.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    told = Path(f"/proc/{process}/stat")
    if not told.exists():
        return None
    # After the name in brackets: the twelfth and thirteenth are clock ticks in the program and in the kernel.
    ticks = told.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(*sys.argv[1:])
