"""A whole derive on SQLite: read, decide, keep. Full, then a thousand dirty contacts among all.

Run as `python -m bench.derive [CONTACTS]`; ten activities each, about six of them scored.
"""

import asyncio
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bench.derive_pure import _contact
from connectors.ports import Destination, Source
from jobs.deciding.derive import derive
from jobs.desk import Desk
from jobs.progress import Silent
from jobs.settings import Account
from mappings.fields import definitions
from syncer.agreement import InForce, load_default
from syncer.moments import DAY, Millis
from syncer.records import Activity, ActivityKind
from syncer.store import Store, open_store

_ACCOUNT = "bench"
_AS_OF = Millis(1_790_000_000_000)
_CHUNK = 2_000
_DIRTY = 1_000


def main(contacts: int = 50_000) -> None:
    """Print contacts a second, the ratio to a bare loop over the same rows, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store = open_store(f"sqlite:///{path}")
        store.upgrade()
        _fill(store, contacts)
        bare = _seconds(lambda: _bare(path))
        desk = _desk(store)
        full = _seconds(lambda: asyncio.run(derive(desk, full=True)))
        print(f"full derive of {contacts:,}: {contacts / full:,.0f} contacts/s, {full / bare:.1f}x a bare loop")
        _touch(store, contacts)
        some = _seconds(lambda: asyncio.run(derive(desk)))
        print(f"{_DIRTY:,} dirty among {contacts:,}: {some:.2f} s of CPU, {some / full:.3f} of the full derive")
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def _fill(store: Store, contacts: int) -> None:
    for first in range(0, contacts, _CHUNK):
        facts = [_contact(number, 10, days=60) for number in range(first, min(first + _CHUNK, contacts))]
        activities = [
            Activity(
                id=f"{one.contact.id}-{row.id}",
                stream="bench",
                kind=ActivityKind(row.kind),
                occurred_at=Millis(row.occurred_at),
                subject=row.subject,
                asset=row.asset,
                contact_ids=(one.contact.id,),
            )
            for one in facts
            for row in one.evidence
        ]
        with store.commit() as unit:
            unit.mirror.upsert_contacts(_ACCOUNT, [one.contact for one in facts], _AS_OF, mark_dirty=False)
            unit.mirror.upsert_activities(_ACCOUNT, activities, _AS_OF, mark_dirty=False)
    with store.commit() as unit:
        unit.desk.keep_account(_ACCOUNT, portal_id="1", time_zone="UTC", currency="EUR", account_type=None)


def _touch(store: Store, contacts: int) -> None:
    """Give a thousand contacts, spread over all, one more page view."""
    step = max(1, contacts // _DIRTY)
    activities = [
        Activity(
            id=f"new-{number}",
            stream="bench",
            kind=ActivityKind.PAGE_VIEW,
            occurred_at=Millis(_AS_OF - DAY),
            subject="/preise",
            asset="/preise",
            contact_ids=(_contact(number, 0, days=60).contact.id,),
        )
        for number in range(0, contacts, step)
    ]
    with store.commit() as unit:
        unit.mirror.upsert_activities(_ACCOUNT, activities, _AS_OF)


def _bare(path: Path) -> int:
    connection = sqlite3.connect(path)
    total = 0
    for row in connection.execute("SELECT contact_id, occurred_at, fact FROM evidence ORDER BY 1, 2"):
        total += row[1]
    connection.close()
    return total


def _desk(store: Store) -> Desk:
    account = Account.model_construct(name=_ACCOUNT)
    nobody = cast("Source", None)
    return Desk(
        account=account,
        store=store,
        source=nobody,
        destination=cast("Destination", None),
        agreement=InForce(agreement=load_default()),
        definitions=definitions("hubspot"),
        clock=lambda: _AS_OF,
        progress=Silent(),
        overlap=0,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:2]))
