"""Search answers from an index that lags: it may show a record as it was before we read, wrote or lost it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from connectors.values import SourceRecord
from jobs.desk import Desk
from jobs.pulling.holdings import holding_of
from jobs.pulling.intake import Intake
from jobs.pulling.reading import Chunk
from mappings.raw import changed_at
from syncer.store import Known
from syncer.writeback import same_value


async def as_they_are(intake: Intake, chunk: Chunk) -> Chunk:
    """Return a chunk of search's with each record that may be outdated as the CRM holds it now, or without it."""
    doubtful = await asyncio.to_thread(_doubtful, intake.desk, chunk)
    if not doubtful:
        return chunk
    properties = intake.portal.properties[chunk.stream]
    alive = await intake.desk.source.by_id(chunk.stream, sorted(doubtful), properties=properties)
    now = {raw.id: raw for raw in alive if raw.asked_id is None}
    records = [now.get(raw.id, raw) for raw in chunk.records if raw.id not in doubtful or raw.id in now]
    return replace(chunk, records=records)


def _doubtful(desk: Desk, chunk: Chunk) -> set[str]:
    holding = holding_of(desk, chunk.stream)
    if holding is None:
        return set()
    with desk.store.snapshot() as unit:
        known = unit.mirror.known(desk.name, holding, [raw.id for raw in chunk.records])
    return {raw.id for raw in chunk.records if raw.id in known and _is_doubtful(raw, known[raw.id])}


def _is_doubtful(raw: SourceRecord, known: Known) -> bool:
    """Return whether we know more than search shows: a later change, that it is gone, or what we wrote since."""
    at = changed_at(raw)
    if at is None or known.updated_at is None or at > known.updated_at:
        return False
    return at < known.updated_at or known.is_archived or _differs(raw.properties, known.held)


def _differs(shown: Mapping[str, str | None], held: Mapping[str, str | None]) -> bool:
    return any(name in shown and not same_value(shown[name], value) for name, value in held.items())
