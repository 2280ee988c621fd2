"""The dead letter of a record whose values the CRM refused: one for all of them, open until none of them waits."""

from collections.abc import Collection, Mapping, Sequence

from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import OutboxEntry, Status, Unit

_REASON = "the CRM did not take a value"


def bury_refused(unit: Unit, account: str, kind: Kind, record_ids: Collection[str], now: Millis) -> None:
    """Write each record's letter: every value that was refused, with why."""
    for record_id in dict.fromkeys(record_ids):
        refused = refused_values(unit, account, kind, record_id)
        unit.desk.bury(
            account,
            kind,
            record_id,
            reason=_REASON,
            problems=[f"{one.property}: {one.error}" for one in refused],
            now=now,
            payload_ref=refused[0].key,
        )


def settle_refused(unit: Unit, account: str, kind: Kind, record_ids: Collection[str]) -> None:
    """Close the letters of records none of whose values still waits for a person."""
    waiting = [one for one in unit.desk.dead_letters(account) if one.stream == kind and one.is_write]
    through = set(record_ids) if waiting else set()
    for letter in waiting:
        if letter.record_id in through and not refused_values(unit, account, kind, letter.record_id):
            unit.desk.mark_replayed(account, letter.id)


def refused_values(unit: Unit, account: str, kind: Kind, record_id: str) -> Sequence[OutboxEntry]:
    """Return a record's values that the CRM refused and that no later decision has replaced, by property."""
    latest: Mapping[str, OutboxEntry] = {
        one.property: one for one in reversed(unit.desk.of_record(account, kind, record_id))
    }
    return sorted((one for one in latest.values() if one.status is Status.FAILED), key=lambda one: one.property)
