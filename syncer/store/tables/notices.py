"""The table of notices: notes and tasks that we mean to put into the CRM, or put there."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from syncer.store.tables.columns import Key, MaybeNumber, Number, Ref, table
from syncer.store.tables.indexes import partial


class NoticeRow(SQLModel, table=True):
    """One note or task; holds no text and no personal value."""

    __tablename__ = "notices"
    account: Key
    #: Names the occasion.
    key: Key
    run: Ref
    #: notes or tasks.
    form: str
    purpose: str
    kind: str
    record_id: Ref
    #: When the occasion arose.
    at: Number
    status: str
    attempts: Number
    #: The id that the CRM gave; NULL until it is known.
    crm_id: Ref
    error: str | None
    #: When it was last claimed to be sent.
    sent_at: MaybeNumber
    changed_at: Number


notices = table(NoticeRow)

#: The condition of a notice that is not settled; the partial index serves only these very words.
OPEN = "status IN ('pending', 'sending')"
partial("ix_notices_open", OPEN, notices.c.account, notices.c.key)
Index("ix_notices_record", notices.c.account, notices.c.kind, notices.c.record_id)
Index("ix_notices_run", notices.c.account, notices.c.run)
