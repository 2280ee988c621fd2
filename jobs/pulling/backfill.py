"""The full pull: every stream from its first page to its last, resumable at each checkpoint."""

import asyncio
from collections.abc import Awaitable, Sequence

import structlog

from jobs.counts import PullCount
from jobs.desk import Desk, Portal
from jobs.names import WINDOW
from jobs.privacy.consents import feeds_needing_consent
from jobs.pulling.absences import note_absent
from jobs.pulling.checkpoints import begin, begin_again, export_cursor
from jobs.pulling.completeness import is_short, lacks_any, proof_of, searched
from jobs.pulling.exporting import Exporter
from jobs.pulling.intake import Intake
from jobs.pulling.look import note_out_of_reach
from jobs.pulling.pull import guarded, pull_feed, without_resting
from jobs.pulling.reading import Reader
from jobs.pulling.standins import fed, note_ended, out_of_reach, retire_standins
from jobs.pulling.storing import store_pages
from jobs.pulling.unlisted import read_unlisted
from jobs.pulling.watermarks import Watermarks, in_crm_time, keep_watermark, read_watermark
from syncer.errors import Unordered
from syncer.records import Kind

_log = structlog.get_logger()

#: Pages of one list come one after the other: only streams read side by side use a CRM's whole rate. Five fill
#: HubSpot's at 250 ms a call, and leave each enough of it that the longest is not alone at the end.
AT_ONCE = 5
#: Streams that tend to be long begin first; those that are not named, last.
_LONGEST_FIRST = (Kind.CONTACT, "emails", "notes", "tasks", "calls", "meetings", "communications", Kind.COMPANY)


async def backfill(desk: Desk, portal: Portal, *, streams: Sequence[str] = (), restart: bool = False) -> PullCount:
    """Read every stream in full and return the counts; a stream that stopped half-way resumes where it stopped.

    The moment before the first page becomes the stream's watermark, so that the next round misses nothing that
    changed meanwhile. Event feeds run first: where one delivers, the contacts' roll-ups need not stand in for it.
    """
    count = PullCount(skipped=dict(portal.skipped), halted=dict(portal.away))
    feeds = [name for name in portal.feeds if not streams or name in streams]
    first = Intake(desk=desk, portal=portal, reader=Reader(desk, portal, ()), count=count)
    delivered, _ = await fed(desk, portal)
    await _from_the_watermark(first, feeds)
    await retire_standins(desk, {*feeds} - {*delivered, *count.skipped, *count.halted})
    await note_ended(desk, count.skipped)
    delivering, ended = await fed(desk, portal)
    wanted = [name for name in portal.streams if not streams or name in streams]
    count.skipped |= await out_of_reach(desk, portal, {*wanted} - {*delivering})
    wanted = [name for name in wanted if name not in count.skipped]
    reader = Reader(desk, portal, [*delivering, *wanted], ended)
    intake = Intake(desk=desk, portal=portal, reader=reader, count=count)
    exporter = Exporter(intake=intake)

    def of(stream: str) -> Awaitable[None]:
        return _full(exporter, stream, restart=restart)

    for group in groups(desk, await without_resting(desk, wanted, count)):
        await guarded(group, of, count, at_once=AT_ONCE)
    await retire_standins(desk, {*wanted} - {*delivered, *count.skipped, *count.halted})
    await _feeds_with_consent(intake, feeds)
    await asyncio.to_thread(note_out_of_reach, desk, count.skipped)
    count.with_calls(desk.source.usage.calls)
    return count


async def _feeds_with_consent(intake: Intake, feeds: Sequence[str]) -> None:
    """Read the feeds anew whose events need a consent: who consented is known only now that the contacts are read."""
    desk, count = intake.desk, intake.count
    again = [name for name in feeds_needing_consent(desk, feeds) if name not in {*count.skipped, *count.halted}]
    for name in again:
        await asyncio.to_thread(_forget_watermark, desk, name)
        count.streams.pop(name)
    await _from_the_watermark(intake, again)


async def _from_the_watermark(intake: Intake, feeds: Sequence[str]) -> None:
    marks = await Watermarks.of(intake.desk)
    await guarded(feeds, lambda name: pull_feed(intake, marks, name, 0), intake.count)
    await marks.keep()


def _forget_watermark(desk: Desk, stream: str) -> None:
    with desk.store.commit() as unit:
        unit.desk.drop_cursor(desk.name, stream, WINDOW)


def groups(desk: Desk, streams: Sequence[str]) -> Sequence[Sequence[str]]:
    """Return the streams in the order in which they are read: each group side by side, after the one before it.

    The store joins what arrives in any order, but for costs: a campaign's source is that of its contacts.
    """
    rank = {name: place for place, name in enumerate(_LONGEST_FIRST)}
    ranked = sorted(streams, key=lambda name: rank.get(name, len(rank)))
    costs = desk.definitions.costs
    return [[name for name in ranked if name not in costs], [name for name in ranked if name in costs]]


async def _full(exporter: Exporter, stream: str, *, restart: bool) -> None:
    intake, desk = exporter.intake, exporter.intake.desk
    intake.count.of(stream)
    resumed, began = await asyncio.to_thread(begin, desk, stream, restart=restart)
    if not await exporter.read(stream, resumed):
        await _listed(intake, stream, None if export_cursor(resumed) else resumed)
    total = await searched(desk, stream)
    if await asyncio.to_thread(is_short, desk, stream, total):
        _log.warning("list_read_once_more", stream=stream, search_total=total)
        await _anew(intake, stream)
        total = await searched(desk, stream)
    if total is not None and await asyncio.to_thread(lacks_any, desk, stream, total):
        total -= await read_unlisted(intake, stream)
    if stream in set(Kind) or stream in desk.definitions.stories:
        await _archived(desk, stream, intake.count)
    await note_absent(desk, stream)
    intake.count.proof[stream] = await asyncio.to_thread(proof_of, desk, stream, total)
    await keep_watermark(desk, stream, in_crm_time(desk, began))
    desk.progress.done(stream)


async def _listed(intake: Intake, stream: str, resumed: str | None) -> None:
    """Read a list from a cursor on, in several parts where there is room; in one where parts would prove nothing."""
    try:
        await _stored(intake, stream, after=resumed, in_order=False)
    except Unordered as error:
        _log.warning("list_read_in_one", stream=stream, reason=error.message)
        await _anew(intake, stream)


async def _anew(intake: Intake, stream: str) -> None:
    await asyncio.to_thread(begin_again, intake.desk, stream)
    await _stored(intake, stream, after=None, in_order=True)


async def _stored(intake: Intake, stream: str, *, after: str | None, in_order: bool) -> None:
    wanted = intake.portal.properties[stream]
    pages = intake.desk.source.pages(stream, properties=wanted, after=after, in_order=in_order)
    await store_pages(intake, pages)


async def _archived(desk: Desk, stream: str, count: PullCount) -> None:
    """Mark what the CRM archived among the records that the mirror held before: a first backfill held none."""
    if await asyncio.to_thread(read_watermark, desk, stream) is None:
        return
    async for page in desk.source.pages(stream, properties=("hs_object_id",), archived=True):
        ids = [raw.id for raw in page.records]
        count.of(stream).archived += await asyncio.to_thread(_archive, desk, stream, ids)


def _archive(desk: Desk, stream: str, ids: Sequence[str]) -> int:
    with desk.store.commit() as unit:
        if stream in set(Kind):
            return unit.mirror.archive(desk.name, Kind(stream), ids, desk.clock())
        return unit.mirror.archive_stories(desk.name, stream, ids, desk.clock())
