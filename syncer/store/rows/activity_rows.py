"""Rows of `activities` written anew: with other values, and the digests that an intake of those would give them."""

from msgspec.structs import replace

from syncer.records import Activity, ActivityKind
from syncer.store.engines.dialect import Row
from syncer.store.rows.decode import texts_of
from syncer.store.rows.encode import encode_activity

#: Position in a row of `activities`.
_JOINED, _RECORDED_AT = 12, 17


def activity_of(row: Row) -> Activity:
    """Return the activity in a row; its address as joins compare it."""
    return Activity(
        stream=row[1],
        id=row[2],
        kind=ActivityKind(row[3]),
        occurred_at=row[4],
        subject=row[5],
        asset=row[6],
        owner_id=row[7],
        outcome=row[8],
        value=row[9],
        contact_ids=texts_of(row[10]),
        email=row[11],
        updated_at=row[13],
        archived_at=row[14],
    )


def with_record(row: Row, record: Activity, joined: str | None) -> Row:
    """Return a row that holds this record instead, joined to a contact or to none."""
    made = encode_activity(row[0], record, row[_RECORDED_AT])
    return (*made[:_JOINED], joined, *made[_JOINED + 1 :])


def with_texts(row: Row, subject: str | None, asset: str | None) -> Row:
    """Return a row with another subject and asset."""
    return with_record(row, replace(activity_of(row), subject=subject, asset=asset), row[_JOINED])
