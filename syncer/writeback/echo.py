"""Tells our own writes from people's: echoes are no news, a person's newer edit is an override (domain R11)."""

from collections.abc import Collection, Iterable, Mapping
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
