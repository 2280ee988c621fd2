"""Our own writes come back among the versions of a property: they are taken out before they could become evidence."""

from collections.abc import Mapping, Sequence

from syncer.records import Change, Kind
from syncer.store import Unit
from syncer.writeback import is_echo


def without_echoes(
    unit: Unit, account: str, kind: Kind, changes: Sequence[Change], tracked: Mapping[str, str]
) -> list[Change]:
    """Return the changes that somebody else made. `tracked` maps canonical names to vendor properties."""
    written = unit.desk.written_values(account, kind, {change.record_id for change in changes})

    def ours(change: Change) -> bool:
        values = written.get(change.record_id, {}).get(tracked.get(change.property, ""), ())
        return any(is_echo(change, {change.property: one}) for one in values)

    return [change for change in changes if not ours(change)]
