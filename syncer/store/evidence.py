"""Facts about one contact as rows of the evidence ledger.

Of facts at one moment, what the contact did comes first, then what we did, then what the CRM's properties became.
"""

from collections.abc import Mapping

from syncer.records import ActivityKind, Change
from syncer.store.dialect import Row

_BY_CONTACT = 10
_BY_US = 20
_PROPERTY = 30
_CONTACT_KINDS = (
    ActivityKind.FORM,
    ActivityKind.EMAIL_CLICK,
    ActivityKind.PAGE_VIEW,
    ActivityKind.EMAIL_IN,
    ActivityKind.REGISTRATION,
    ActivityKind.UNSUBSCRIBE,
)
PRIORITY: Mapping[str, int] = {kind.value: _BY_CONTACT if kind in _CONTACT_KINDS else _BY_US for kind in ActivityKind}


def evidence_row(account: str, contact_id: str, activity: Row, now: int) -> Row:
    """Return what a row of `activities` says about one contact."""
    _, stream, id_, kind, occurred_at, subject, asset, owner_id, outcome, value, *_ = activity
    return (
        account,
        contact_id,
        occurred_at,
        PRIORITY[kind],
        f"{stream}:{id_}",
        now,
        kind,
        subject,
        asset,
        owner_id,
        outcome,
        value,
        None,
    )


def evidence_key(account: str, contact_id: str, activity: Row) -> tuple[object, ...]:
    """Return the key, but for `recorded_at`, of what a row of `activities` says about one contact."""
    return (account, contact_id, activity[4], PRIORITY[activity[3]], f"{activity[1]}:{activity[2]}")


def change_evidence(account: str, contact_id: str, change: Change, now: int) -> Row:
    """Return what a changed property says about its contact."""
    return (
        *change_key(account, contact_id, change.property, change.at),
        now,
        change.property,
        None,
        None,
        str(change.source),
        change.value,
        None,
        None,
    )


def change_key(account: str, contact_id: str, name: str, at: int) -> tuple[object, ...]:
    """Return the key, but for `recorded_at`, of a contact's property change."""
    return (account, contact_id, at, _PROPERTY, f"{name}:{at}")
