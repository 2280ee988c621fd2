"""Records that a full list left out without a word: search knows of them, and they are read by id."""

import asyncio
from collections.abc import Collection

import structlog

from jobs.desk import Desk
from jobs.pulling.holdings import holding_of
from jobs.pulling.intake import Intake
from jobs.pulling.reading import Chunk
from jobs.pulling.storing import Reading, store_chunk
from syncer.store import Holding

_log = structlog.get_logger()

#: More ids than one question of a connector is about.
_ALL = 100_000


async def read_unlisted(intake: Intake, stream: str) -> int:
    """Read and keep what search finds and the mirror lacks; return how much of that is not in the CRM any more.

    Answers are left alone: one that carries nothing is not held.
    """
    desk = intake.desk
    holding = holding_of(desk, stream)
    if holding is None or stream in desk.definitions.answers:
        return 0
    buried = await asyncio.to_thread(_buried, desk, stream)

    async def held(above: str, upto: str | None) -> Collection[str]:
        return await asyncio.to_thread(_held, desk, holding, above, upto)

    gone = kept = 0
    async for found in desk.source.unheld(stream, held):
        ids = [one for one in found if one not in buried]
        alive = await desk.source.by_id(stream, ids, properties=intake.portal.properties[stream]) if ids else ()
        records = [raw for raw in alive if raw.asked_id is None]
        gone += len(ids) - len(records)
        if records:
            await store_chunk(intake, Chunk(stream=stream, records=records, cursor=None), Reading.BACKFILL)
        kept += len(records)
    if kept:
        _log.warning("list_left_records_out", stream=stream, read_by_id=kept)
    return gone


def _buried(desk: Desk, stream: str) -> Collection[str]:
    with desk.store.snapshot() as unit:
        return {one.record_id for one in unit.desk.dead_letters(desk.name) if one.stream == stream}


def _held(desk: Desk, holding: Holding, above: str, upto: str | None) -> Collection[str]:
    with desk.store.snapshot() as unit:
        return frozenset(unit.reconcile.ids_between(desk.name, holding, after=above, upto=upto, limit=_ALL))
