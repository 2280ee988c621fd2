"""Facts about one contact as rows of the evidence ledger.

Of facts at one moment, what the contact did comes first, then what we did, then what the CRM's properties became.
"""

from collections.abc import Mapping

import orjson

from syncer.records import ActivityKind, Change
from syncer.store.engines.dialect import Row
from syncer.tellings import topic_of

#: Positions in a row of `evidence`: the key but for `recorded_at`, and the whole fact.
KEY, FACT = slice(5), 8

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
    fact = (occurred_at, PRIORITY[kind], f"{stream}:{id_}", kind, subject, asset, owner_id, outcome, value, now)
    return _row(account, contact_id, fact)


def evidence_key(account: str, contact_id: str, activity: Row) -> Row:
    """Return the key, but for `recorded_at`, of what a row of `activities` says about one contact."""
    return (account, contact_id, activity[4], PRIORITY[activity[3]], f"{activity[1]}:{activity[2]}")


def change_evidence(account: str, contact_id: str, change: Change, now: int) -> Row:
    """Return what a changed property says about its contact."""
    _, _, at, priority, id_ = change_key(account, contact_id, change.property, change.at)
    fact = (at, priority, id_, topic_of(change.property), None, None, str(change.source), change.value, None, now)
    return _row(account, contact_id, fact)


def moved(account: str, contact_id: str, row: Row, now: int) -> Row:
    """Return a row of `evidence` as a fact about another contact, learned now."""
    return _row(account, contact_id, (*orjson.loads(row[FACT])[:-1], now))


def change_key(account: str, contact_id: str, name: str, at: int) -> Row:
    """Return the key, but for `recorded_at`, of a contact's property change."""
    return (account, contact_id, at, _PROPERTY, f"{name}:{at}")


def _row(account: str, contact_id: str, fact: Row) -> Row:
    occurred_at, priority, id_, kind, _, _, _, outcome, _, now = fact
    return (account, contact_id, occurred_at, priority, id_, now, kind, outcome, orjson.dumps(fact).decode(), None)
