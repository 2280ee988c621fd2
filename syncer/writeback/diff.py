"""Wanted values minus what the CRM holds: the smallest set of edits, and what kind of move each is."""

from collections.abc import Mapping, Sequence
from enum import Enum
from zlib import crc32

from syncer.records import Kind
from syncer.writeback.intents import Edit, Intent, Wanted
from syncer.writeback.values import same_value


class Move(Enum):
    """How a value moves along an ordered property that the CRM lets go forward only."""

    NONE = "none"
    #: From blank to a value.
    SET = "set"
    FORWARD = "forward"
    #: Needs to be cleared first, then set in a later request.
    BACKWARD = "backward"
    CLEAR = "clear"
    #: One of the values is not in the order.
    UNKNOWN = "unknown"


def move_of(held: str | None, wanted: str | None, order: Sequence[str]) -> Move:
    """Return the move from one value to another by display order."""
    if same_value(held, wanted):
        return Move.NONE
    if not wanted:
        return Move.CLEAR
    if not held:
        return Move.SET
    if held not in order or wanted not in order:
        return Move.UNKNOWN
    return Move.FORWARD if order.index(wanted) > order.index(held) else Move.BACKWARD


def diff(wanted: Mapping[str, Wanted], held: Mapping[str, str | None]) -> Sequence[Edit]:
    """Return the edits that bring a record from what the CRM holds to what is wanted, by property name."""
    edits = []
    for name in sorted(wanted):
        value, rule, why = wanted[name]
        previous = held.get(name) or None
        if not same_value(previous, value):
            edits.append(Edit(property=name, value=value or None, previous=previous, rule=rule, why=why))
    return edits


def intents(edits: Sequence[Edit], *, account: str, kind: Kind, record_id: str, decided_at: int) -> Sequence[Intent]:
    """Return a record's edits as outbox rows. `decided_at` names the decision that wants them."""
    return [
        Intent(
            account=account,
            kind=kind,
            record_id=record_id,
            property=edit.property,
            value=edit.value,
            previous=edit.previous,
            rule=edit.rule,
            why=edit.why,
            decision=f"{decided_at}.{crc32((edit.value or '').encode()):08x}",
        )
        for edit in edits
    ]
