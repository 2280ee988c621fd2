"""Take back what a run wrote: only where the CRM still holds its value; the rest is named with the reason."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.desk import Desk
from jobs.runs import recorded_run
from jobs.writing.push import PushCount, push
from jobs.writing.undo_notices import NoticeStep, archive_notices, notice_steps
from syncer.records import Kind
from syncer.store import OutboxEntry, Status
from syncer.writeback import Intent, UndoStep, restoring, undo


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


async def undo_run(desk: Desk, run: str, *, apply: bool) -> UndoResult | None:
    """Return the steps that undo a run, after restoring them with `apply`; None where the run wrote nothing here."""
    rows = await asyncio.to_thread(_written, desk, run)
    notices = await notice_steps(desk, run)
    if not rows and not notices:
        return None
    steps = undo(rows, await _held(desk, rows))
    if not apply:
        return UndoResult(account=desk.name, run=None, steps=steps, notices=notices, pushed=None)
    with recorded_run(desk, "undo") as own:
        await archive_notices(desk, run, notices)
        await asyncio.to_thread(_intend, desk, own.id, restoring(steps, account=desk.name, run=run))
        pushed = await push(desk)
        own.counts.update(written=pushed.written, conflicts=pushed.conflicts, failed=pushed.failed)
    return UndoResult(account=desk.name, run=own.id, steps=steps, notices=notices, pushed=pushed)


def _written(desk: Desk, run: str) -> Sequence[Intent]:
    with desk.store.snapshot() as unit:
        return [_intent(desk.name, one) for one in unit.desk.of_run(desk.name, run) if one.status is Status.WRITTEN]


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


def _intend(desk: Desk, run: str, rows: Sequence[Intent]) -> None:
    with desk.store.commit() as unit:
        unit.desk.intend(desk.name, run, rows, desk.clock())


async def _held(desk: Desk, rows: Sequence[Intent]) -> Mapping[tuple[Kind, str], Mapping[str, str | None]]:
    held: dict[tuple[Kind, str], Mapping[str, str | None]] = {}
    for kind in {row.kind for row in rows}:
        of_kind = [row for row in rows if row.kind is kind]
        ids = list(dict.fromkeys(row.record_id for row in of_kind))
        names = sorted({row.property for row in of_kind})
        for ident, values in (await desk.destination.read(kind, ids, properties=names)).items():
            held[kind, ident] = values
    return held
