"""Tables of privacy: who may not come back, as digests, and what was erased when; neither names anybody."""

from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, table


class TombstoneRow(SQLModel, table=True):
    """A keyed digest of an id or address of somebody whose records are not taken in any more."""

    __tablename__ = "tombstones"
    __table_args__ = CLUSTERED
    account: Key
    digest: Key
    #: `erased` for good, or `expired`: until the person acts again.
    reason: str
    #: What the key is known by; never the key.
    key_id: str
    #: The erasure that it belongs to.
    erasure: str
    at: Number


class ErasureRow(SQLModel, table=True):
    """One erasure: the proof that it was made, without a word about whom."""

    __tablename__ = "erasures"
    account: Key
    id: Key
    at: Number
    #: Who asked for it: the name that `--by` gave, `crm` or `retention`.
    actor: str
    reason: str
    #: JSON object: rows erased or made impersonal, by table.
    counts: str
    #: When no byte of it was left in the database's files; NULL: not yet.
    wiped_at: MaybeNumber


tombstones = table(TombstoneRow)
erasures = table(ErasureRow)
