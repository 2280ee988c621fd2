"""The store against bare sqlite3: what a record costs beyond the executemany that it cannot do without.

Run: python -m bench.store [contacts]. CPU seconds of this process; every line is a ratio or a cost a record.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from syncer.funnel.facts import (
    ContactDecision,
    Cycle,
    CycleType,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
    Score,
    StageEvent,
)
from syncer.moments import Millis
from syncer.records import Activity, ActivityKind, Company, Contact
from syncer.store import Store, open_store, tables
from syncer.store.engines.dialect import Row
from syncer.store.engines.sqlite import upsert_sql
from syncer.store.rows.encode import encode_contact

ACCOUNT = "hubspot"
NOW = Millis(1_775_000_000_000)
DAY = 86_400_000
PAGE = 100
ACTIVITIES = 10
FIELDS = {"seniority": "director", "job_title": "Leiter Einkauf", "employees_band": "51-200", "score_hint": 3}
HELD = {"lifecyclestage": "lead", "fn_stage": "LEAD_MQL", "fn_fit": "51.99", "fn_engagement": "24.86"}
KINDS = (ActivityKind.PAGE_VIEW, ActivityKind.EMAIL_CLICK, ActivityKind.FORM, ActivityKind.CALL)


def contacts(count: int, updated_at: int = NOW) -> Iterator[Contact]:
    """Yield contacts as a mapping would."""
    for number in range(count):
        yield Contact(
            id=f"{10_000_000 + number}",
            email=f"person{number}@firma{number // 4}.example",
            first_name="Erika",
            last_name=f"Muster{number}",
            company_id=f"{50_000_000 + number // 4}",
            owner_id=str(number % 7),
            lifecycle="lead",
            lead_status="NEW",
            source="organic_search",
            country="DE",
            created_at=Millis(NOW - 90 * DAY),
            updated_at=Millis(updated_at),
            fields=FIELDS,
            held=HELD,
        )


def companies(count: int) -> Iterator[Company]:
    """Yield a company for every four contacts."""
    for number in range(count // 4 + 1):
        yield Company(id=f"{50_000_000 + number}", name=f"Firma {number}", industry="machinery", employees=120)


def activities(count: int) -> Iterator[Activity]:
    """Yield ten activities a contact."""
    for number in range(count * ACTIVITIES):
        yield Activity(
            id=str(number),
            stream="events",
            kind=KINDS[number % 4],
            occurred_at=Millis(NOW - (number * 7919) % (90 * DAY)),
            subject="Preise",
            asset=f"/preise/{number % 20}",
            contact_ids=(f"{10_000_000 + number // ACTIVITIES}",),
        )


def decisions(count: int, fit: float) -> Iterator[ContactDecision]:
    """Yield decisions with three events and one cycle."""
    stages = (FunnelStage.SUSPECT, FunnelStage.INQUIRY, FunnelStage.LEAD_MQL)
    for number in range(count):
        yield ContactDecision(
            contact_id=f"{10_000_000 + number}",
            stage=FunnelStage.LEAD_MQL,
            since=Millis(NOW - DAY),
            cycle_no=1,
            relationship=Relationship.PROSPECT,
            outcome=Outcome.OPEN,
            score=Score(
                fit=fit, engagement=24.86, grade="B", level=2, cell="B2", action="mql", priority=2200, completeness=0.8
            ),
            events=[
                StageEvent(1, seq, None, stage, Millis(NOW - (9 - seq) * DAY), "score_inquiry", (f"events:{number}",))
                for seq, stage in enumerate(stages)
            ],
            cycles=[Cycle(cycle_no=1, type=CycleType.ACQUISITION, origin=Origin.INBOUND, started_at=Millis(NOW - DAY))],
            due_at=Millis(NOW + 9 * DAY) if number % 3 == 0 else None,
        )


def pages(records: Iterator[object], size: int) -> Iterator[list[object]]:
    """Yield lists of records."""
    page = []
    for record in records:
        page.append(record)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def spent(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a piece of work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def floor(folder: Path, rows: Sequence[Row]) -> float:
    """Return the CPU seconds of the bare upsert: the same rows, table, pages and commits on sqlite3 alone."""
    store = open_store(f"sqlite:///{folder / 'floor.db'}")
    store.upgrade()
    store.close()
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA synchronous=NORMAL")
    statement = upsert_sql(tables.contacts)

    def write() -> None:
        for start in range(0, len(rows), PAGE):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows[start : start + PAGE])
            connection.execute("COMMIT")

    seconds = spent(write)
    connection.close()
    return seconds


def upsert(store: Store, kind: str, records: list[list[object]]) -> float:
    """Return the CPU seconds of upserting pages, one commit each."""

    def write() -> None:
        for page in records:
            with store.commit() as unit:
                getattr(unit.mirror, f"upsert_{kind}")(ACCOUNT, page, NOW, mark_dirty=False)

    return spent(write)


def derive(store: Store, count: int, fit: float) -> float:
    """Return the CPU seconds of writing decisions."""
    made = list(decisions(count, fit))

    def write() -> None:
        for page in pages(iter(made), 5_000):
            with store.commit() as unit:
                unit.ledger.save_contacts(ACCOUNT, page, now=NOW, agreement="1")

    return spent(write)


def read(store: Store, ids: Sequence[str] | None) -> float:
    """Return the CPU seconds of streaming facts."""

    def stream() -> None:
        with store.snapshot() as unit:
            for _ in unit.facts.contacts(ACCOUNT, ids, NOW, lambda _ids: {}):
                pass

    return spent(stream)


def line(what: str, seconds: float, records: int, bare: float) -> None:
    """Print one measurement."""
    print(f"{what:<46}{seconds / records * 1e6:8.1f} us/record {seconds / bare:7.2f} x bare upsert")


def main(count: int = 20_000) -> None:
    """Measure everything on a fresh database."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [encode_contact(ACCOUNT, record, NOW) for record in contacts(count)]
        bare = floor(folder, rows)
        store = open_store(f"sqlite:///{folder / 'syncer.db'}")
        store.upgrade()
        line("bare sqlite3 upsert, pages of 100", bare, count, bare)
        line("upsert contacts, new", upsert(store, "contacts", list(pages(contacts(count), PAGE))), count, bare)
        line("upsert contacts, same", upsert(store, "contacts", list(pages(contacts(count), PAGE))), count, bare)
        changed = list(pages(contacts(count, NOW + 1), PAGE))
        line("upsert contacts, changed", upsert(store, "contacts", changed), count, bare)
        upsert(store, "companies", list(pages(companies(count), PAGE)))
        made = list(pages(activities(count), PAGE))
        line("upsert activities, new", upsert(store, "activities", made), count * ACTIVITIES, bare)
        del made, changed, rows
        line("read facts with 10 activities", read(store, None), count, bare)
        line("first derive, 3 events and a cycle", derive(store, count, 51.99), count, bare)
        line("same derive again", derive(store, count, 51.99), count, bare)
        line("derive, score changed", derive(store, count, 52.99), count, bare)
        some = [f"{10_000_000 + number}" for number in range(0, count, max(1, count // 1000))]
        line("read facts of 1,000 among all", read(store, some), len(some), bare)
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
