"""The only code that knows SQL: tables, mirror, evidence, ledger, desk. Jobs begin at `open_store`."""

from syncer.store.inbox_values import Erasure, InboxStanding, Tally, Waiting
from syncer.store.outbox import Settlement
from syncer.store.session import Store, Unit, open_store
from syncer.store.values import (
    AccountFacts,
    Compared,
    DeadLetter,
    Holding,
    OutboxEntry,
    Run,
    RunTally,
    Snapshot,
    Status,
    StoredGrant,
    Upserted,
)

__all__ = [
    "AccountFacts",
    "Compared",
    "DeadLetter",
    "Erasure",
    "Holding",
    "InboxStanding",
    "OutboxEntry",
    "Run",
    "RunTally",
    "Settlement",
    "Snapshot",
    "Status",
    "Store",
    "StoredGrant",
    "Tally",
    "Unit",
    "Upserted",
    "Waiting",
    "open_store",
]
