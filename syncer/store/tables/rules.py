"""Tables of what rules remember over all decisions: figures of the account, and records that stay away."""

from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, table


class StageStayRow(SQLModel, table=True):
    """How long won deals had stayed in a stage as of a moment: holds until the stage's next row."""

    __tablename__ = "stage_stays"
    __table_args__ = CLUSTERED
    account: Key
    pipeline_id: Key
    stage_id: Key
    as_of: NumberKey
    p75_days: float
    n: Number


class AbsenceRow(SQLModel, table=True):
    """A record that full compares in a row have not found since it was marked as gone at `archived_at`."""

    __tablename__ = "absences"
    __table_args__ = CLUSTERED
    account: Key
    kind: Key
    record_id: Key
    archived_at: Number
    times: Number
    confirmed_at: MaybeNumber


stage_stays = table(StageStayRow)
absences = table(AbsenceRow)
