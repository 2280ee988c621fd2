"""Table of what a web analytics tool counted, as it was brought in: one row a day, source and definition."""

from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, table


class VisitRow(SQLModel, table=True):
    """One local day of one source by one definition of a session. `day` counts from 1970-01-01."""

    __tablename__ = "visits"
    __table_args__ = CLUSTERED
    account: Key
    day: NumberKey
    source: Key
    definition: Key
    sessions: Number
    bounced: MaybeNumber
    timed: MaybeNumber
    seconds: MaybeNumber
    impressions: MaybeNumber
    clicks: MaybeNumber
    likes: MaybeNumber


visits = table(VisitRow)
