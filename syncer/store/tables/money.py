"""Tables of money over time: what currencies were worth, and the open pipeline as it stood at the end of each day."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, Ref, table


class RateRow(SQLModel, table=True):
    """What one unit of a currency is worth in another, believed from `recorded_at` until `superseded_at`."""

    __tablename__ = "rates"
    __table_args__ = CLUSTERED
    account: Key
    #: `file` or `crm`.
    origin: Key
    currency: Key
    into_currency: Key
    #: Days since 1970-01-01, both included; no last day is until the next line.
    first_day: NumberKey
    recorded_at: NumberKey
    last_day: MaybeNumber
    #: Decimal text: exact.
    rate: str
    superseded_at: MaybeNumber


class FrozenDayRow(SQLModel, table=True):
    """A local day at whose end the open pipeline was frozen."""

    __tablename__ = "frozen_days"
    __table_args__ = CLUSTERED
    account: Key
    #: Days since 1970-01-01.
    day: NumberKey
    #: The last moment of the day.
    as_of: Number
    #: What was known at this moment is what was frozen.
    frozen_at: Number
    #: The agreement under which the forecast was read.
    agreement: str


class FrozenDealRow(SQLModel, table=True):
    """An open deal as it stood at the end of each day from `first_day` to `last_day`, both included."""

    __tablename__ = "frozen_deals"
    __table_args__ = (Index("ix_frozen_deals_day", "account", "last_day"), CLUSTERED)
    account: Key
    deal_id: Key
    first_day: NumberKey
    last_day: Number
    owner_id: Ref
    #: Whether the deal counts in the forecast of the quarter in which it is to close.
    promised: bool
    pipeline_id: Ref
    pipeline_kind: str | None
    stage_id: Ref
    #: Micro-units.
    amount: MaybeNumber
    currency: str | None
    close_date: MaybeNumber
    forecast_category: str | None
    probability: float | None
    offer_at: MaybeNumber
    month_pushes: Number
    quarter_pushes: Number
    slip_days: MaybeNumber
    proposal: str | None


rates = table(RateRow)
frozen_days = table(FrozenDayRow)
frozen_deals = table(FrozenDealRow)
