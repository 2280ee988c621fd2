"""Tells our own writes from people's: echoes are no news, a person's newer edit is an override (domain R11)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncer.moments import MINUTE, Millis
from syncer.records import Change, ChangeSource
from syncer.writeback.intents import Written
from syncer.writeback.values import same_value

#: The CRM's clock and ours may differ by so much.
_SKEW = 10 * MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A person's value that is newer than ours."""

    property: str
    value: str | None
    at: Millis
    #: The user, as the CRM names them.
    by: str | None
    #: What we had written; None where we never wrote.
    ours: str | None


def is_echo(change: Change, written: Mapping[str, Written]) -> bool:
    """Return whether a change is one of our own writes coming back. `written` holds our last writes by property."""
    last = written.get(change.property)
    return (
        last is not None
        and change.source is not ChangeSource.USER
        and change.at >= last.at - _SKEW
        and same_value(change.value, last.value)
    )


def is_clearing(change: Change, written: Written) -> bool:
    """Return whether a change is the first half of a step back of ours: the value is blanked, then set anew."""
    is_blank = not change.value and bool(written.value)
    return is_blank and change.source is not ChangeSource.USER and abs(change.at - written.at) <= _SKEW


def earlier_words(changes: Sequence[Change], own: str, *, before: int | None) -> Sequence[Change]:
    """Return those of one record's changes that an earlier installation of ours made, whose ledger is not at hand.

    Nobody but us writes `own` by the CRM's interface: who did is one of us, and other changes by that author are ours
    too. Of an author whom the CRM does not name, only what was written beside `own` counts. From `before` on, this
    database's own ledger tells; the CRM dates a write a little earlier than we settle it.
    """
    until = None if before is None else before - _SKEW
    by_interface = [
        one for one in changes if one.source is ChangeSource.INTEGRATION and (until is None or one.at < until)
    ]
    ours = [one for one in by_interface if one.property == own]
    named = {one.source_id for one in ours if one.source_id is not None}

    def is_ours(change: Change) -> bool:
        if change.source_id is not None:
            return change.source_id in named
        return any(one.source_id is None and abs(change.at - one.at) <= _SKEW for one in ours)

    return [one for one in by_interface if is_ours(one)]


def override_of(
    history: Iterable[Change], written: Mapping[str, Written], *, properties: Collection[str]
) -> Override | None:
    """Return the latest human edit of one of the properties that is newer than our last write and differs from it."""
    edits = [change for change in history if change.source is ChangeSource.USER and change.property in properties]
    if not edits:
        return None
    latest = max(edits, key=lambda change: change.at)
    ours = written.get(latest.property)
    if ours is not None and (latest.at <= ours.at or same_value(latest.value, ours.value)):
        return None
    return Override(
        property=latest.property,
        value=latest.value,
        at=latest.at,
        by=latest.source_id,
        ours=None if ours is None else ours.value,
    )
