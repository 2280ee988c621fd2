"""The only code that knows SQL: tables, mirror, evidence, ledger, desk. Jobs begin at `open_store`."""

from syncer.store.outbox import Settlement
from syncer.store.session import Store, Unit, open_store
from syncer.store.values import (
    AccountFacts,
    Compared,
    DeadLetter,
    Holding,
    OutboxEntry,
    Run,
    Snapshot,
    Status,
    StoredGrant,
    Upserted,
)

__all__ = [
    "AccountFacts",
    "Compared",
    "DeadLetter",
    "Holding",
    "OutboxEntry",
    "Run",
    "Settlement",
    "Snapshot",
    "Status",
    "Store",
    "StoredGrant",
    "Unit",
    "Upserted",
    "open_store",
]
