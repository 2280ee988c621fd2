"""Tables of the desk: accounts, OAuth grants, cursors, runs, dirty marks, outbox, dead letters, KPI snapshots."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, Ref, table
from syncer.store.tables.indexes import partial


class AccountRow(SQLModel, table=True):
    """One account. `generation` counts the commits that marked something dirty."""

    __tablename__ = "accounts"
    account: Key
    portal_id: Ref
    time_zone: str | None
    currency: str | None
    account_type: str | None
    generation: Number
    #: The generation at which a full derive was demanded; NULL when none is.
    full_generation: MaybeNumber


class OAuthGrantRow(SQLModel, table=True):
    """What an OAuth app was granted in one account's portal."""

    __tablename__ = "oauth_grants"
    account: Key
    #: Digest of the app, address and configured refresh token that it descends from.
    origin: str
    #: Access and refresh token; how they are sealed is not the store's business.
    sealed: str
    obtained_at: Number
    #: From here on the access token is renewed before it is used.
    renew_at: Number
    expires_at: Number
    portal_id: Ref
    #: JSON list; NULL where the CRM did not say.
    scopes: str | None


class DirtyContactRow(SQLModel, table=True):
    """A contact to decide anew, with the generation that marked it last."""

    __tablename__ = "dirty_contacts"
    __table_args__ = CLUSTERED
    account: Key
    contact_id: Key
    generation: Number


class DirtyDealRow(SQLModel, table=True):
    """A deal to decide anew, with the generation that marked it last."""

    __tablename__ = "dirty_deals"
    __table_args__ = CLUSTERED
    account: Key
    deal_id: Key
    generation: Number


class DirtyCompanyRow(SQLModel, table=True):
    """A company to decide anew, with the generation that marked it last."""

    __tablename__ = "dirty_companies"
    __table_args__ = CLUSTERED
    account: Key
    company_id: Key
    generation: Number


class CursorRow(SQLModel, table=True):
    """A durable position in a stream."""

    __tablename__ = "cursors"
    account: Key
    stream: Key
    kind: Key
    position: str


class RunRow(SQLModel, table=True):
    """One run of one job; ids sort by start."""

    __tablename__ = "runs"
    account: Key
    id: Key
    job: str
    started_at: Number
    ended_at: MaybeNumber
    status: str
    #: JSON object.
    counts: str


class OutboxRow(SQLModel, table=True):
    """A value that we mean to write, or wrote."""

    __tablename__ = "outbox"
    account: Key
    #: `kind/record/property/decision`.
    key: Key
    run: Ref
    kind: str
    record_id: Ref
    property: str
    value: str | None
    #: What the CRM held when the value was planned, then what it held when it was written.
    previous: str | None
    rule: str
    why: str
    decision: str
    status: str
    attempts: Number
    error: str | None
    changed_at: Number


class DeadLetterRow(SQLModel, table=True):
    """A record that needs a person."""

    __tablename__ = "dead_letters"
    account: Key
    #: `stream:record`.
    id: Key
    stream: str
    record_id: Ref
    reason: str
    #: JSON list of field and reason; never a value.
    problems: str
    payload_ref: str | None
    status: str
    attempts: Number
    buried_at: Number


class KpiSnapshotRow(SQLModel, table=True):
    """One KPI row as a run reported it."""

    __tablename__ = "kpi_snapshots"
    account: Key
    run: Key
    position: NumberKey
    kpi: str
    as_of: Number
    #: JSON object.
    row: str
    #: Which split the row belongs to, empty for the catalogue's own rows.
    split: str = Field(sa_column_kwargs={"server_default": ""})


accounts = table(AccountRow)
dirty_companies = table(DirtyCompanyRow)
dirty_contacts = table(DirtyContactRow)
dirty_deals = table(DirtyDealRow)
oauth_grants = table(OAuthGrantRow)
cursors = table(CursorRow)
runs = table(RunRow)
outbox = table(OutboxRow)
dead_letters = table(DeadLetterRow)
kpi_snapshots = table(KpiSnapshotRow)

#: The condition of an outbox row that is not settled; the partial index serves only these very words.
OPEN = "status IN ('pending', 'sending')"
#: The condition of one that a person should look at.
DOUBTFUL = "status IN ('failed', 'conflict')"
#: The order in which values are sent: a push reads the first few again and again and must not sort the rest.
SENDING_ORDER = (outbox.c.run, outbox.c.kind, outbox.c.record_id, outbox.c.property, outbox.c.key)
partial("ix_outbox_open", OPEN, outbox.c.account, *SENDING_ORDER)
partial("ix_outbox_doubtful", DOUBTFUL, outbox.c.account, outbox.c.changed_at)
Index("ix_outbox_record", outbox.c.account, outbox.c.kind, outbox.c.record_id)
Index("ix_outbox_run", outbox.c.account, outbox.c.run, outbox.c.changed_at)
