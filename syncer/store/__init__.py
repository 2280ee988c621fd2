"""The only code that knows SQL: tables, mirror, evidence, ledger, desk. Jobs begin at `open_store`."""

from syncer.store.desk.inbox_values import ErasureRequest, InboxStanding, Tally, Waiting
from syncer.store.desk.outbox import Settlement
from syncer.store.desk.queue import DEAD_AFTER_S, HEARTBEAT_S, REGISTER_BESIDE, QueueStanding
from syncer.store.engines.leading import Lead
from syncer.store.mirror.people import Person
from syncer.store.privacy.privacy import ERASED, EXPIRED, LIFTED, PREFIX, Erasure, LoggedErasure
from syncer.store.rows.decode import amount_of
from syncer.store.rows.encode import email_key
from syncer.store.session import Store, Unit, open_store
from syncer.store.upkeep.backups import BackupFacts, facts_of, put_back, refuse_unsound, take_backup
from syncer.store.values import (
    AccountFacts,
    Compared,
    DeadLetter,
    Holding,
    Known,
    OutboxEntry,
    Run,
    RunTally,
    Snapshot,
    Status,
    StoredGrant,
    Upserted,
)

__all__ = [
    "DEAD_AFTER_S",
    "ERASED",
    "EXPIRED",
    "HEARTBEAT_S",
    "LIFTED",
    "PREFIX",
    "REGISTER_BESIDE",
    "AccountFacts",
    "BackupFacts",
    "Compared",
    "DeadLetter",
    "Erasure",
    "ErasureRequest",
    "Holding",
    "InboxStanding",
    "Known",
    "Lead",
    "LoggedErasure",
    "OutboxEntry",
    "Person",
    "QueueStanding",
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
    "amount_of",
    "email_key",
    "facts_of",
    "open_store",
    "put_back",
    "refuse_unsound",
    "take_backup",
]
