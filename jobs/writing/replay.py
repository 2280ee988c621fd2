"""Tries dead letters again: reads their records anew, or sends their values again."""

import asyncio
from collections.abc import Sequence

from jobs.bootstrap import recorded_run
from jobs.counts import PullCount
from jobs.deciding.derive import derive
from jobs.desk import Desk
from jobs.pulling.intake import Intake
from jobs.pulling.look import look
from jobs.pulling.pull import delivering
from jobs.pulling.reading import Chunk, Reader
from jobs.pulling.storing import Reading, store_chunk
from jobs.writing.push import push
from syncer.errors import ConfigError, Problem
from syncer.records import Kind
from syncer.store import DeadLetter, OutboxEntry, Status


async def replay(desk: Desk, ident: str | None) -> tuple[int, int]:
    """Try one letter again, or all of them; return how many were tried and how many still wait.

    Raises ConfigError for an id that no open letter has.
    """
    with recorded_run(desk, "replay") as run:
        letters = _chosen(await asyncio.to_thread(_open, desk), ident)
        await _read_again(desk, [one for one in letters if one.payload_ref is None])
        await asyncio.to_thread(_reopen, desk, [one for one in letters if one.payload_ref is not None])
        await derive(desk)
        await push(desk)
        left = {one.id for one in await asyncio.to_thread(_open, desk)}
        waiting = sum(one.id in left for one in letters)
        run.counts.update(tried=len(letters), waiting=waiting)
    return len(letters), waiting


def _chosen(letters: Sequence[DeadLetter], ident: str | None) -> Sequence[DeadLetter]:
    chosen = [one for one in letters if ident is None or one.id == ident]
    if ident is not None and not chosen:
        raise ConfigError([Problem(key="dead-letters", message=f"no letter {ident}", hint="syncer dead-letters list")])
    return chosen


def _open(desk: Desk) -> Sequence[DeadLetter]:
    with desk.store.snapshot() as unit:
        return unit.desk.dead_letters(desk.name)


async def _read_again(desk: Desk, letters: Sequence[DeadLetter]) -> None:
    """Read the letters' records by id; feeds cannot be asked for one item, they come again with their overlap."""
    if not letters:
        return
    portal = await look(desk)
    reader = Reader(desk, portal, await delivering(desk, portal))
    intake = Intake(desk=desk, portal=portal, reader=reader, count=PullCount())
    for stream in sorted({one.stream for one in letters} & set(portal.streams)):
        ids = [one.record_id for one in letters if one.stream == stream]
        records = await desk.source.by_id(stream, ids, properties=portal.properties[stream])
        await store_chunk(intake, Chunk(stream=stream, records=records, cursor=None), Reading.CHANGES)


def _reopen(desk: Desk, letters: Sequence[DeadLetter]) -> None:
    with desk.store.commit() as unit:
        for one in letters:
            # A record has one letter, however many of its values were refused.
            rows = _latest(unit.desk.of_record(desk.name, Kind(one.stream), one.record_id))
            refused = [row.key for row in rows if row.status is Status.FAILED]
            unit.desk.reopen(desk.name, refused, desk.clock())


def _latest(rows: Sequence[OutboxEntry]) -> Sequence[OutboxEntry]:
    """Return of each property what was meant last: what was refused before that is out of date."""
    found: dict[str, OutboxEntry] = {}
    for row in rows:
        found.setdefault(row.property, row)
    return list(found.values())
