"""Reads the records that hints name, the way a pull reads what changed, and takes out what is gone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from connectors.values import SourceRecord
from jobs.desk import Desk
from jobs.privacy.announced import carry_out, request_announced
from jobs.pulling.departed import Gone, take_out
from jobs.pulling.holdings import holding_of
from jobs.pulling.intake import Intake
from jobs.pulling.reading import Chunk
from jobs.pulling.storing import Reading, store_chunk
from jobs.spans import stream_span
from jobs.webhooks.keeping import Outcome
from syncer.errors import MissingScope
from syncer.hints import Deed
from syncer.records import Kind, Link
from syncer.store import Waiting

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What the CRM says of hinted records this very moment."""

    #: By id, survivors of merges under their own.
    alive: Mapping[str, SourceRecord]
    #: Merged away: into which record.
    into: Mapping[str, str]
    lost: Sequence[str]


async def look_into(intake: Intake, hints: Sequence[Waiting]) -> None:
    """Read every record that the hints name, keep what differs, and settle the hints.

    A stream that may not be read settles its hints unread, like one that is not pulled at all.
    """
    streams = dict.fromkeys(one.stream for one in hints)
    for stream in streams:
        if stream not in intake.portal.streams:
            continue
        try:
            with stream_span(stream, intake.count):
                await _look_into_stream(intake, stream, [one for one in hints if one.stream == stream])
        except MissingScope as error:
            _log.info("stream_skipped", stream=stream, hint=error.hint)
    await asyncio.to_thread(_settle, intake.desk, hints)


async def _look_into_stream(intake: Intake, stream: str, hints: Sequence[Waiting]) -> None:
    intake.count.of(stream)
    seen = await _seen(intake, stream, list(dict.fromkeys(one.record_id for one in hints)))
    if seen.alive:
        chunk = Chunk(stream=stream, records=list(seen.alive.values()), cursor=None)
        await store_chunk(intake, chunk, Reading.CHANGES)
    linked = {seen.into.get(one.record_id, one.record_id) for one in hints if one.deed is Deed.LINKED}
    await _read_links(intake, stream, sorted(linked & seen.alive.keys()))
    await asyncio.to_thread(_take_out, intake.desk, stream, seen)
    await asyncio.to_thread(carry_out, intake.desk, stream)


async def _seen(intake: Intake, stream: str, ids: Sequence[str]) -> _Seen:
    properties = intake.portal.properties[stream]
    records = await intake.desk.source.by_id(stream, ids, properties=properties)
    into = {raw.asked_id: raw.id for raw in records if raw.asked_id is not None and raw.asked_id != raw.id}
    alive = {raw.id: raw for raw in records}
    return _Seen(alive=alive, into=into, lost=[one for one in ids if one not in alive and one not in into])


async def _read_links(intake: Intake, stream: str, ids: Sequence[str]) -> None:
    """Read links by themselves: a new association changes neither record."""
    links = await intake.reader.links(stream, ids)
    if links:
        await asyncio.to_thread(_keep_links, intake.desk, Kind(stream), links)


def _keep_links(desk: Desk, kind: Kind, links: Mapping[Kind, Mapping[str, Sequence[Link]]]) -> None:
    with desk.store.commit() as unit:
        for to_kind, of in links.items():
            unit.mirror.replace_links(desk.name, kind, to_kind, of, desk.clock())


def _take_out(desk: Desk, stream: str, seen: _Seen) -> None:
    holding = holding_of(desk, stream)
    if holding is None or not (seen.lost or seen.into):
        return
    with desk.store.commit() as unit:
        held = unit.reconcile.live(desk.name, holding, [*seen.lost, *seen.into])
        into = {old: new for old, new in seen.into.items() if old in held}
        take_out(unit, desk, stream, Gone(holding=holding, lost=[one for one in seen.lost if one in held], into=into))
        request_announced(unit, desk, stream, seen.lost)


def _settle(desk: Desk, hints: Sequence[Waiting]) -> None:
    with desk.store.commit() as unit:
        unit.inbox.settle(desk.name, [one.id for one in hints], desk.clock())
        unit.inbox.count({(desk.name, Outcome.LOOKED_AT.value): len(hints)}, desk.clock())
