"""Table of the stories: leads and quotes as the CRM tells them; what they tell stands in `changes` and `evidence`."""

from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, table


class StoryRow(SQLModel, table=True):
    """A story. `record_ids` and `tellings` are JSON lists."""

    __tablename__ = "stories"
    __table_args__ = CLUSTERED
    account: Key
    stream: Key
    id: Key
    topic: str
    kind: str
    record_ids: str
    tellings: str
    updated_at: MaybeNumber
    archived_at: MaybeNumber
    gist: Number
    fingerprint: Number
    recorded_at: Number


stories = table(StoryRow)
