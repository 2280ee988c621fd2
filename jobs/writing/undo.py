"""Take back what a run wrote: only where the CRM still holds its value; the rest is named with the reason."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.desk import Desk
from jobs.pulling.door import sure_of_portal
from jobs.runs import recorded_run
from jobs.writing.push import PushCount, push
from jobs.writing.undo_notices import NoticeStep, archive_notices, notice_steps
from syncer.records import Kind
from syncer.store import OutboxEntry, Settlement, Status
from syncer.writeback import Intent, UndoStep, Verdict, as_it_went, followed, restoring, same_value, undo, withheld

#: What of a run is taken back, or not done any more.
_UNDONE = frozenset({Status.WRITTEN, Status.SENDING, Status.PENDING})
_WENT: Mapping[Status, Verdict] = {Status.FAILED: Verdict.REFUSED, Status.CONFLICT: Verdict.CHANGED}
_TAKEN_BACK = "taken back"

Values = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoResult:
    """What undoing a run does, or did."""

    account: str
    #: The run that restored; None where the steps were only shown.
    run: str | None
    steps: Sequence[UndoStep]
    #: Notes and tasks that the run put into the CRM.
    notices: Sequence[NoticeStep]
    pushed: PushCount | None


@dataclass(kw_only=True, slots=True)
class _Held:
    """What the CRM holds of the records that a run wrote to."""

    values: dict[tuple[Kind, str], Values] = field(default_factory=dict)
    #: Merged away since: into which record.
    into: dict[tuple[Kind, str], str] = field(default_factory=dict)


async def undo_run(desk: Desk, run: str, *, apply: bool) -> UndoResult | None:
    """Return the steps that undo a run, after restoring them with `apply`; None where the run wrote nothing here.

    What the run had yet to write is never written; what it wrote to a record that was merged away since is taken back
    from the survivor. Raises ConfigError where the token opens another portal.
    """
    await sure_of_portal(desk)
    entries = await asyncio.to_thread(_entries, desk, run)
    notices = await notice_steps(desk, run)
    if not entries and not notices:
        return None
    sent = [one for one in entries if one.status is not Status.PENDING]
    held = await _held(desk, sent)
    steps = followed(undo([_intent(desk.name, one) for one in sent], held.values), held.into)
    waiting = withheld(_intent(desk.name, one) for one in entries if one.status is Status.PENDING)
    if not apply:
        return UndoResult(account=desk.name, run=None, steps=[*steps, *waiting], notices=notices, pushed=None)
    with recorded_run(desk, "undo") as own:
        await archive_notices(desk, run, notices)
        settled = [_settlement(one, held) for one in entries if one.status is not Status.WRITTEN]
        await asyncio.to_thread(_intend, desk, own.id, settled, restoring(steps, account=desk.name, run=run))
        pushed = await push(desk)
        own.counts.update(written=pushed.written, conflicts=pushed.conflicts, failed=pushed.failed)
    steps = as_it_went(steps, await asyncio.to_thread(_went, desk, own.id))
    return UndoResult(account=desk.name, run=own.id, steps=[*steps, *waiting], notices=notices, pushed=pushed)


def _entries(desk: Desk, run: str) -> Sequence[OutboxEntry]:
    """Return what a run wrote, sent without learning what became of it, or had yet to write."""
    with desk.store.snapshot() as unit:
        return [one for one in unit.desk.of_run(desk.name, run) if one.status in _UNDONE]


def _intent(account: str, entry: OutboxEntry) -> Intent:
    return Intent(
        account=account,
        kind=entry.kind,
        record_id=entry.record_id,
        property=entry.property,
        value=entry.value,
        previous=entry.previous,
        rule=entry.rule,
        why=entry.why,
        decision=entry.decision,
    )


def _settlement(entry: OutboxEntry, held: _Held) -> Settlement:
    """Return what a value that stood open was: ours where the CRM holds it, else never written."""
    values = held.values.get((entry.kind, entry.record_id), {})
    is_there = entry.status is Status.SENDING and same_value(values.get(entry.property), entry.value)
    if is_there:
        return Settlement(key=entry.key, status=Status.WRITTEN)
    return Settlement(key=entry.key, status=Status.CANCELLED, error=_TAKEN_BACK)


def _intend(desk: Desk, run: str, settled: Sequence[Settlement], rows: Sequence[Intent]) -> None:
    with desk.store.commit() as unit:
        unit.desk.settle(desk.name, settled, desk.clock())
        unit.desk.intend(desk.name, run, rows, desk.clock())


def _went(desk: Desk, run: str) -> Mapping[tuple[Kind, str, str], Verdict]:
    """Return what became of the values that an undo could not restore."""
    with desk.store.snapshot() as unit:
        rows = unit.desk.of_run(desk.name, run)
    return {(one.kind, one.record_id, one.property): _WENT[one.status] for one in rows if one.status in _WENT}


async def _held(desk: Desk, rows: Sequence[OutboxEntry]) -> _Held:
    held = _Held()
    for kind in {row.kind for row in rows}:
        of_kind = [row for row in rows if row.kind is kind]
        ids = list(dict.fromkeys(row.record_id for row in of_kind))
        names = sorted({row.property for row in of_kind})
        read = await desk.destination.read(kind, ids, properties=names)
        held.values |= {(kind, ident): values for ident, values in read.items()}
        await _follow(desk, kind, [one for one in ids if one not in read], names, held)
    return held


async def _follow(desk: Desk, kind: Kind, ids: Sequence[str], names: Sequence[str], held: _Held) -> None:
    """Add what records that are not there under their own id went into."""
    found = await desk.source.by_id(kind, ids, properties=names) if ids else ()
    for raw in found:
        asked = raw.asked_id or raw.id
        held.values[kind, asked] = {name: raw.properties.get(name) for name in names}
        if asked != raw.id:
            held.into[kind, asked] = raw.id
