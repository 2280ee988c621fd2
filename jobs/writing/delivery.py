"""Sends values to the CRM and finds out which it took: refusals told apart, values read back, steps backward."""

from collections import Counter
from collections.abc import Mapping, Sequence

from connectors.values import RecordWrite, WriteResult
from jobs.desk import Desk
from syncer.errors import NotApplied, Rejected, SchemaChanged, SyncerError, UnknownOutcome
from syncer.records import Kind
from syncer.store import OutboxEntry
from syncer.writeback import same_value

#: Values that HubSpot ignores or refuses when they go backward: they are cleared, then set.
FORWARD_ONLY = frozenset({"lifecyclestage"})

#: Seconds before a value that seems ignored, or changed by somebody, is looked at again.
SECOND_LOOK = 1.0

#: Refusals that have another reason than the direction.
_OTHER_REASONS = ("INVALID_OPTION", "MISSING_", "READ_ONLY")

Rows = Sequence[OutboxEntry]
Errors = Mapping[str, SyncerError]


async def deliver(desk: Desk, kind: Kind, due: Rows) -> Errors:
    """Write and verify; return by row key why a value is not in the CRM."""
    try:
        errors = await _told_apart(desk, kind, due, await _sent(desk, kind, due))
        looked_at = [row for row in due if isinstance(errors.get(row.key), NotApplied | None)]
        errors = {**_without(errors, looked_at), **await _not_applied(desk, kind, looked_at)}
        backward = [row for row in due if _may_go_backward(row, errors.get(row.key))]
        return {**_without(errors, backward), **await _step_back(desk, kind, backward)}
    except UnknownOutcome as error:
        return {row.key: error for row in due}


async def _sent(desk: Desk, kind: Kind, rows: Rows) -> Errors:
    return await _write(desk, kind, rows, {row.key: row.value for row in rows})


async def _write(desk: Desk, kind: Kind, rows: Rows, values: Mapping[str, str | None]) -> Errors:
    if not rows:
        return {}
    records: dict[str, dict[str, str | None]] = {}
    for row in rows:
        records.setdefault(row.record_id, {})[row.property] = values[row.key]
    writes = [RecordWrite(id=ident, values=one) for ident, one in records.items()]
    return _by_row(rows, await desk.destination.write(kind, writes))


async def _clear(desk: Desk, kind: Kind, rows: Rows) -> Errors:
    errors: dict[str, SyncerError] = {}
    for name in sorted({row.property for row in rows}):
        named = [row for row in rows if row.property == name]
        errors |= _by_row(named, await desk.destination.clear(kind, [row.record_id for row in named], name))
    return errors


def _by_row(rows: Rows, results: Sequence[WriteResult]) -> Errors:
    refused = {one.id: one.error for one in results if one.error is not None}
    return {row.key: refused[row.record_id] for row in rows if row.record_id in refused}


async def _told_apart(desk: Desk, kind: Kind, due: Rows, errors: Errors) -> Errors:
    """Send refused values property by property: one that the CRM does not take must not sink its neighbours."""
    refused = [row for row in due if isinstance(errors.get(row.key), Rejected | SchemaChanged)]
    rows_of = Counter(row.record_id for row in refused)
    together = [row for row in refused if rows_of[row.record_id] > 1]
    found = dict(_without(errors, together))
    for name in sorted({row.property for row in together}):
        found |= await _sent(desk, kind, [row for row in together if row.property == name])
    return found


def _without(errors: Errors, rows: Rows) -> Errors:
    keys = {row.key for row in rows}
    return {key: error for key, error in errors.items() if key not in keys}


async def _not_applied(desk: Desk, kind: Kind, rows: Rows) -> Errors:
    """Return an error for each row whose value the CRM shows otherwise; a second look rules out a stale answer."""
    differing = await _differing(desk, kind, rows)
    if differing:
        await desk.sleep(SECOND_LOOK)
        differing = await _differing(desk, kind, differing)
    message = "the CRM answered success and kept another value"
    return {row.key: NotApplied(message, stream=kind, record=row.record_id) for row in differing}


async def _differing(desk: Desk, kind: Kind, rows: Rows) -> Rows:
    if not rows:
        return ()
    properties = sorted({row.property for row in rows})
    ids = list(dict.fromkeys(row.record_id for row in rows))
    held = await desk.destination.read(kind, ids, properties=properties)
    return [
        row
        for row in rows
        if row.record_id in held and not same_value(held[row.record_id].get(row.property), row.value)
    ]


def _may_go_backward(row: OutboxEntry, error: SyncerError | None) -> bool:
    if row.property not in FORWARD_ONLY or not row.value or not row.previous:
        return False
    if isinstance(error, Rejected):
        return not any(code.startswith(_OTHER_REASONS) for code in error.codes)
    return isinstance(error, NotApplied)


async def _step_back(desk: Desk, kind: Kind, rows: Rows) -> Errors:
    """Clear in one request and set in a later one; where that fails, what was there comes back."""
    errors = await _clear(desk, kind, rows)
    cleared = [row for row in rows if row.key not in errors]
    errors = {**errors, **await _sent(desk, kind, cleared)}
    errors = {**errors, **await _not_applied(desk, kind, [row for row in cleared if row.key not in errors])}
    blank = [row for row in cleared if row.key in errors]
    await _write(desk, kind, blank, {row.key: row.previous for row in blank})
    return errors
