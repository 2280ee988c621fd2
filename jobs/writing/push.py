"""Outbox to CRM: read what is there, deliver what differs, settle row by row."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from jobs.desk import Desk
from jobs.handovers.notices import NoticeCount, deliver_notices
from jobs.leaving import brought_to_its_end
from jobs.pulling.look import forget_look
from jobs.spans import write_span
from jobs.writing.delivery import FORWARD_ONLY, SECOND_LOOK, deliver
from jobs.writing.missed import NONE, Missed, look_for, take_out_missed
from jobs.writing.refusals import bury_refused, settle_refused
from syncer.errors import Missing, MissingScope, RateLimited, Rejected, SchemaChanged, SyncerError, TransientError
from syncer.records import Kind
from syncer.store import OutboxEntry, Settlement, Status
from syncer.writeback import same_value

_log = structlog.get_logger()

T = TypeVar("T")

#: Code of a value for a property that nobody may write.
_READ_ONLY = "READ_ONLY_VALUE"

#: Records of one round: the CRM's cap on a batch.
_BATCH = 100

#: Open rows looked at for one batch: a hundred records with all of their properties.
_LOOKED_AT = 2_000

#: After so many unanswered sendings a row waits for a person.
_MOST_ATTEMPTS = 5

_GONE = "the record was deleted or merged away meanwhile"

_EVENTS = {
    Status.FAILED: (logging.ERROR, "write_refused"),
    Status.CONFLICT: (logging.WARNING, "conflict_kept"),
}

Held = Mapping[str, Mapping[str, str | None]]


@dataclass(kw_only=True, slots=True)
class PushCount:
    """What became of an account's outbox rows, counted by row."""

    account: str
    written: int = 0
    unchanged: int = 0
    failed: int = 0
    conflicts: int = 0
    #: Written values by property.
    properties: dict[str, int] = field(default_factory=dict)
    #: What became of notes and tasks.
    notices: NoticeCount = field(default_factory=NoticeCount)
    #: The account's day is spent: what is left waits in the outbox.
    parked: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class _Settled:
    entry: OutboxEntry
    status: Status
    #: What the CRM held before the write.
    previous: str | None
    error: str | None = None


async def push(desk: Desk, count: PushCount | None = None) -> PushCount:
    """Send every open outbox row of the account and return the counts, added to those of a `count` that is given.

    Raises MissingScope last of all, where the token may not write one kind of record: the others are written.
    Rows that an earlier, interrupted push had claimed are looked at first: if the CRM holds their value, they count
    as written, not as sent again.
    """
    count = count or PushCount(account=desk.name)
    barred: dict[Kind, MissingScope] = {}
    while (settled := await brought_to_its_end(_batch(desk, barred))) is not None:
        _add(count, settled)
        desk.progress.advance("written back", len({one.entry.record_id for one in settled}))
    desk.progress.done("written back")
    await deliver_notices(desk, count.notices)
    for error in barred.values():
        raise error
    return count


async def _batch(desk: Desk, barred: dict[Kind, MissingScope]) -> Sequence[_Settled] | None:
    """Claim, read, write and settle one batch; None where nothing waits that may be written.

    A kind of record that the token may not write joins the `barred`; its rows wait as those of a push that broke off.
    """
    entries = await asyncio.to_thread(_claim, desk, barred)
    if not entries:
        return None
    kind = entries[0].kind
    try:
        with write_span(kind, len(entries)):
            present, missed = await _seen(desk, kind, entries)
            settled = await _round(desk, kind, entries, present)
    except MissingScope as error:
        barred[kind] = error
        return ()
    await asyncio.to_thread(_settle, desk, kind, settled, missed)
    return settled


def _claim(desk: Desk, barred: Collection[Kind]) -> Sequence[OutboxEntry]:
    """Claim the rows of one batch: up to so many records of one kind that may be written."""
    with desk.store.commit() as unit:
        waiting = unit.desk.pending(desk.name, _LOOKED_AT, without=barred)
        of_kind = [entry for entry in waiting if entry.kind is waiting[0].kind]
        records = set(list(dict.fromkeys(entry.record_id for entry in of_kind))[:_BATCH])
        chosen = [entry for entry in of_kind if entry.record_id in records]
        unit.desk.claim(desk.name, [entry.key for entry in chosen], desk.clock())
    return [replace(entry, attempts=entry.attempts + 1) for entry in chosen]


async def _seen(desk: Desk, kind: Kind, entries: Sequence[OutboxEntry]) -> tuple[Held, Missed]:
    """Return what the CRM holds; what it leaves out, or seems changed by somebody, a second look makes sure of."""
    present = await _read(desk, kind, entries)
    absent = [one for one in dict.fromkeys(entry.record_id for entry in entries) if one not in present]
    settled = (_without_writing(entry, present) for entry in entries)
    doubtful = {one.entry.record_id for one in settled if one is not None and one.status is Status.CONFLICT}
    if not (doubtful or absent):
        return present, NONE
    await desk.sleep(SECOND_LOOK)
    again = await _read(desk, kind, entries) if doubtful else {}
    sure = {ident: values for ident, values in present.items() if ident not in doubtful}
    missed = await _asked(desk, entries, look_for(desk, kind, absent, _properties(entries))) if absent else NONE
    return {**sure, **{ident: again[ident] for ident in doubtful if ident in again}, **missed.here}, missed


async def _read(desk: Desk, kind: Kind, entries: Sequence[OutboxEntry]) -> Held:
    """Return what the CRM holds of the rows' records."""
    ids = list(dict.fromkeys(entry.record_id for entry in entries))
    return await _asked(desk, entries, desk.destination.read(kind, ids, properties=_properties(entries)))


async def _asked(desk: Desk, entries: Sequence[OutboxEntry], answer: Awaitable[T]) -> T:
    """Return the answer; where the CRM cannot be asked, the rows wait as if they had never been claimed."""
    try:
        return await answer
    except (RateLimited, asyncio.CancelledError):
        await asyncio.to_thread(_release, desk, entries)
        raise


def _properties(entries: Sequence[OutboxEntry]) -> Sequence[str]:
    return sorted({entry.property for entry in entries})


def _release(desk: Desk, entries: Sequence[OutboxEntry]) -> None:
    with desk.store.commit() as unit:
        unit.desk.release(desk.name, [entry.key for entry in entries], desk.clock())


async def _round(desk: Desk, kind: Kind, entries: Sequence[OutboxEntry], present: Held) -> Sequence[_Settled]:
    settled = [done for entry in entries if (done := _without_writing(entry, present)) is not None]
    decided = {id(one.entry) for one in settled}
    due = [entry for entry in entries if id(entry) not in decided]
    if due:
        errors = await deliver(desk, kind, due)
        settled += [_outcome(entry, present, errors) for entry in due]
        if any(map(_is_about_schema, errors.values())):
            await asyncio.to_thread(forget_look, desk)
    return settled


def _is_about_schema(error: SyncerError) -> bool:
    """Tell whether the CRM refused a property as such: somebody has archived or locked it since we looked."""
    codes = error.codes if isinstance(error, Rejected) else ()
    return isinstance(error, SchemaChanged) or _READ_ONLY in codes


def _without_writing(entry: OutboxEntry, present: Held) -> _Settled | None:
    """Settle a row that needs no write: already so, gone, or changed by somebody since it was planned."""
    if entry.record_id not in present:
        return _Settled(entry, Status.CANCELLED, entry.previous, _GONE)
    held = present[entry.record_id].get(entry.property)
    if same_value(held, entry.value):
        sent = entry.attempts > 1
        return _Settled(entry, Status.WRITTEN if sent else Status.UNCHANGED, entry.previous if sent else held)
    if not same_value(held, entry.previous) and not _was_cut_off(entry, held):
        return _Settled(entry, Status.CONFLICT, held, "somebody changed the value after it was planned")
    # A row without an error was claimed and never sent: the CRM was away, or its limits were spent.
    if entry.attempts > _MOST_ATTEMPTS and entry.error is not None:
        return _Settled(entry, Status.FAILED, held, "the CRM never answered whether it took the value")
    return None


def _was_cut_off(entry: OutboxEntry, held: str | None) -> bool:
    """Return whether an earlier push ended between clearing the value and setting it."""
    return entry.attempts > 1 and not held and entry.property in FORWARD_ONLY


def _outcome(entry: OutboxEntry, present: Held, errors: Mapping[str, SyncerError]) -> _Settled:
    held = present[entry.record_id].get(entry.property)
    error = errors.get(entry.key)
    if error is None:
        return _Settled(entry, Status.WRITTEN, held)
    if isinstance(error, TransientError):
        return _Settled(entry, Status.PENDING, entry.previous, error.message)
    if isinstance(error, Missing):
        return _Settled(entry, Status.CANCELLED, held, _GONE)
    return _Settled(entry, Status.FAILED, held, error.message)


def _settle(desk: Desk, kind: Kind, settled: Sequence[_Settled], missed: Missed) -> None:
    now = desk.clock()
    with desk.store.commit() as unit:
        unit.desk.settle(desk.name, [_settlement(one) for one in settled], now)
        unit.mirror.set_held(desk.name, kind, _held(settled), now)
        taken = {one.entry.record_id for one in settled if one.status in {Status.WRITTEN, Status.UNCHANGED}}
        refused = [one.entry.record_id for one in settled if one.status is Status.FAILED]
        bury_refused(unit, desk.name, kind, refused, now)
        settle_refused(unit, desk.name, kind, taken)
        take_out_missed(unit, desk, kind, missed)
    for one in settled:
        if one.status in _EVENTS:
            level, event = _EVENTS[one.status]
            _log.log(level, event, kind=kind, record=one.entry.record_id, property=one.entry.property)


def _settlement(one: _Settled) -> Settlement:
    return Settlement(key=one.entry.key, status=one.status, previous=one.previous, error=one.error)


def _held(settled: Sequence[_Settled]) -> Mapping[str, Mapping[str, str | None]]:
    """Return what the CRM holds now, by record, as far as settling showed it."""
    held: dict[str, dict[str, str | None]] = {}
    for one in settled:
        if one.status in {Status.WRITTEN, Status.UNCHANGED}:
            held.setdefault(one.entry.record_id, {})[one.entry.property] = one.entry.value
        elif one.status is Status.CONFLICT:
            held.setdefault(one.entry.record_id, {})[one.entry.property] = one.previous
    return held


def _add(count: PushCount, settled: Sequence[_Settled]) -> None:
    for one in settled:
        match one.status:
            case Status.WRITTEN:
                count.written += 1
                count.properties[one.entry.property] = count.properties.get(one.entry.property, 0) + 1
            case Status.UNCHANGED:
                count.unchanged += 1
            case Status.CONFLICT:
                count.conflicts += 1
            case Status.FAILED:
                count.failed += 1
            case _:
                pass
