"""Tries dead letters again: reads their records anew, or sends their values again."""

import asyncio
from collections.abc import Sequence

from jobs.counts import PullCount
from jobs.deciding.derive import derive
from jobs.desk import Desk
from jobs.pulling.intake import Intake
from jobs.pulling.look import look
from jobs.pulling.reading import Chunk, Reader
from jobs.pulling.standins import fed
from jobs.pulling.storing import Reading, store_chunk
from jobs.runs import recorded_run
from jobs.writing.push import push
from jobs.writing.refusals import refused_values
from syncer.errors import ConfigError, Problem
from syncer.records import Kind
from syncer.store import DeadLetter


async def replay(desk: Desk, ident: str | None) -> tuple[int, int]:
    """Try one letter of the account again, or all of them; return how many were tried and how many still wait."""
    letters = [one for one in await asyncio.to_thread(_open, desk) if ident in {None, one.id}]
    if not letters:
        return 0, 0
    with recorded_run(desk, "replay") as run:
        await _read_again(desk, [one for one in letters if not one.is_write])
        await asyncio.to_thread(_reopen, desk, [one for one in letters if one.is_write])
        await derive(desk)
        await push(desk)
        left = {one.id for one in await asyncio.to_thread(_open, desk)}
        waiting = sum(one.id in left for one in letters)
        run.counts.update(tried=len(letters), waiting=waiting)
    return len(letters), waiting


def no_letter(ident: str) -> ConfigError:
    """Return the error for an id that no open letter has."""
    return ConfigError([Problem(key="dead-letters", message=f"no letter {ident}", hint="syncer dead-letters list")])


def _open(desk: Desk) -> Sequence[DeadLetter]:
    with desk.store.snapshot() as unit:
        return unit.desk.dead_letters(desk.name)


async def _read_again(desk: Desk, letters: Sequence[DeadLetter]) -> None:
    """Read the letters' records by id; feeds cannot be asked for one item, they come again with their overlap."""
    if not letters:
        return
    portal = await look(desk)
    reader = Reader(desk, portal, *await fed(desk, portal))
    intake = Intake(desk=desk, portal=portal, reader=reader, count=PullCount())
    for stream in sorted({one.stream for one in letters} & set(portal.streams)):
        ids = [one.record_id for one in letters if one.stream == stream]
        records = await desk.source.by_id(stream, ids, properties=portal.properties[stream])
        await store_chunk(intake, Chunk(stream=stream, records=records, cursor=None), Reading.CHANGES)


def _reopen(desk: Desk, letters: Sequence[DeadLetter]) -> None:
    """Open every refused value of the letters' records again."""
    with desk.store.commit() as unit:
        keys = [
            value.key for one in letters for value in refused_values(unit, desk.name, Kind(one.stream), one.record_id)
        ]
        unit.desk.reopen(desk.name, keys, desk.clock())
