"""Tables of the inbox: hints received, how many of what came, and whom the CRM erased."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, Ref, table
from syncer.store.tables.indexes import partial


class InboxRow(SQLModel, table=True):
    """A hint: waiting, settled, or dead. Settled rows stay for a while: the same message may come again."""

    __tablename__ = "inbox"
    __table_args__ = CLUSTERED
    account: Key
    id: Key
    stream: str
    record_id: Ref
    deed: str
    occurred_at: Number
    received_at: Number
    status: str
    attempts: Number
    settled_at: MaybeNumber


class WebhookCountRow(SQLModel, table=True):
    """How often something came of webhooks, and when last. The account is empty where none was told."""

    __tablename__ = "webhook_counts"
    account: Key
    outcome: Key
    number: Number
    last_at: Number


class ErasureRow(SQLModel, table=True):
    """A person whom the CRM erased for good: what is kept here of the record is to be erased too."""

    __tablename__ = "erasure_requests"
    account: Key
    stream: Key
    record_id: Key
    requested_at: Number


inbox = table(InboxRow)
webhook_counts = table(WebhookCountRow)
erasure_requests = table(ErasureRow)

#: The condition of a hint that nobody has looked at; the partial index serves only these very words.
WAITING = "status = 'waiting'"
#: Hints that failed before come after those that never did, so that they hold up nobody.
DRAINING_ORDER = (inbox.c.attempts, inbox.c.received_at, inbox.c.id)
partial("ix_inbox_waiting", WAITING, inbox.c.account, *DRAINING_ORDER)
Index("ix_inbox_settled", inbox.c.settled_at)
