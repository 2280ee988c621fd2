"""One incremental round of reading: what changed since the last one, stream by stream, each with its own watermark."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from connectors.ending import together
from jobs.budget.parking import ASSOCIATIONS, believed, kept_rests
from jobs.counts import PullCount
from jobs.desk import Desk, Portal
from jobs.health.silence import note_arrivals
from jobs.pulling.intake import Intake
from jobs.pulling.lagging import as_they_are
from jobs.pulling.look import forget_look, note_out_of_reach
from jobs.pulling.reading import LINKED, Reader, chunks
from jobs.pulling.standins import fed, note_ended, retire_standins
from jobs.pulling.storing import Reading, store_chunk
from jobs.pulling.watermarks import LAG, Watermarks, in_crm_time, keep_watermark
from jobs.spans import stream_span
from syncer.errors import AuthFailed, Missing, MissingScope, SchemaChanged, StreamError, SyncerError, TransientError
from syncer.moments import Millis

_log = structlog.get_logger()

#: Streams read at once. A CRM that lets us search a few times a second answers that many as fast as all of them, and
#: each connection beside costs a handshake a round.
_AT_ONCE = 4


async def pull(
    desk: Desk, portal: Portal, *, overlap: int, streams: Sequence[str] = (), without: Sequence[str] = ()
) -> PullCount:
    """Read the changes of every stream and return the counts; one stream's failure never stops the others.

    `overlap` (milliseconds) is read again before each watermark.
    """
    count = PullCount(skipped=dict(portal.skipped), halted=dict(portal.away))
    delivering, ended = await fed(desk, portal)
    reader = Reader(desk, portal, delivering, ended)
    intake = Intake(desk=desk, portal=portal, reader=reader, count=count)
    marks = await Watermarks.of(desk)
    wanted = [
        name for name in (*portal.streams, *portal.feeds) if (not streams or name in streams) and name not in without
    ]

    def of(stream: str) -> Awaitable[None]:
        read = pull_feed if stream in portal.feeds else _pull_stream
        return read(intake, marks, stream, overlap)

    unknown = await guarded(await without_resting(desk, wanted, count), of, count)
    await marks.keep()
    if unknown:
        await asyncio.to_thread(forget_look, desk)
    await asyncio.to_thread(note_out_of_reach, desk, count.skipped)
    await retire_standins(desk, {*wanted} - {*delivering, *count.skipped, *count.halted})
    await note_ended(desk, count.skipped)
    count.with_calls(desk.source.usage.calls)
    await asyncio.to_thread(note_arrivals, desk.store, desk.name, count.bringing, desk.clock())
    return count


async def without_resting(desk: Desk, streams: Sequence[str], count: PullCount) -> Sequence[str]:
    """Return the streams that can be read now.

    Where the day of association calls is spent, streams that need links are noted as stopped before they are begun.
    """
    now = desk.clock()
    rest = believed(await asyncio.to_thread(kept_rests, desk.store, desk.name, now), now).get(ASSOCIATIONS)
    if rest is None:
        return streams
    count.halted |= {name: rest.message for name in streams if name in LINKED}
    return [name for name in streams if name not in LINKED]


async def guarded(
    streams: Sequence[str],
    work: Callable[[str], Awaitable[None]],
    count: PullCount,
    *,
    at_once: int = _AT_ONCE,
) -> Sequence[str]:
    """Work on streams side by side; note what a stream lacks or what stopped it, and let the others go on.

    At most `at_once` of them are under way, begun in the order given. Returns the streams for which the CRM was asked
    what it does not know: it has changed since we looked at it.
    """
    gate = asyncio.Semaphore(at_once)
    unknown: list[str] = []
    stopped: list[SyncerError] = []

    async def one(stream: str) -> None:
        try:
            async with gate:
                with stream_span(stream, count):
                    await work(stream)
        except MissingScope as error:
            count.skipped[stream] = error.hint or error.message
            _log.info("stream_skipped", stream=stream, hint=error.hint)
        except (StreamError, TransientError, Missing) as error:
            if isinstance(error, SchemaChanged | Missing):
                unknown.append(stream)
            count.halted[stream] = error.message + (f" ({error.hint})" if error.hint else "")
            if not _is_known(error, stopped):
                _log.error("stream_halted", stream=stream, reason=error.message, hint=error.hint)
            stopped.append(error)

    await together(*(one(stream) for stream in streams))
    return unknown


def _is_known(error: SyncerError, stopped: Sequence[SyncerError]) -> bool:
    """Return whether the log knows already: a token that is refused stops every stream, and is told once."""
    return isinstance(error, AuthFailed) and any(isinstance(one, AuthFailed) for one in stopped)


async def pull_feed(intake: Intake, marks: Watermarks, stream: str, overlap: int) -> None:
    """Read an event feed from its watermark on; the first time, all of it."""
    desk = intake.desk
    intake.count.of(stream)
    began, is_quiet = desk.clock(), True
    async for chunk in chunks(desk.source.events(stream, since=marks.since(stream, overlap))):
        await store_chunk(intake, chunk, Reading.CHANGES)
        is_quiet = False
    await marks.settle(stream, in_crm_time(desk, Millis(began - LAG)), is_quiet=is_quiet)
    desk.progress.done(stream)


async def _pull_stream(intake: Intake, marks: Watermarks, stream: str, overlap: int) -> None:
    desk = intake.desk
    intake.count.of(stream)
    began, is_quiet = desk.clock(), True
    pages = desk.source.changes(
        stream,
        since=marks.since(stream, overlap) or Millis(0),
        until=Millis(began + LAG),
        properties=intake.portal.properties[stream],
    )
    async for chunk in chunks(pages):
        await store_chunk(intake, await as_they_are(intake, chunk), Reading.CHANGES)
        is_quiet = False
        if chunk.cursor is not None:
            # A run that ends before a large window does leaves the rest of it to the next one.
            read_to = in_crm_time(desk, Millis(began - LAG))
            await keep_watermark(desk, stream, Millis(min(int(chunk.cursor), read_to)))
    await marks.settle(stream, in_crm_time(desk, Millis(began - LAG)), is_quiet=is_quiet)
    desk.progress.done(stream)
