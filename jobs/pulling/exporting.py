"""Reads a stream in full by the CRM's export of it, where that pays and the file is proved; else says why not.

A file is looked through, counted and held against records read by id before its first row is kept. So whatever is
wrong with it, nothing of it is in the store, and the list is read instead.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice

import structlog
from msgspec import structs

from connectors.exporting import Exported
from connectors.values import Costs, Page, SourceRecord
from jobs.desk import Desk
from jobs.modes import BackfillMode
from jobs.pulling.checkpoints import ExportCursor, begin_again, export_cursor, note_ordered, ordered_today
from jobs.pulling.intake import Intake
from jobs.pulling.reading import CHUNK
from jobs.pulling.samples import refuse_differing, sample
from jobs.pulling.storing import store_pages
from jobs.pulling.ways import By, Way, budget_of, choose, without_counting
from syncer.errors import (
    ExportUnusable,
    LimitScope,
    MissingScope,
    PreconditionFailed,
    RateLimited,
    RecordError,
    StreamError,
    SyncerError,
    TransientError,
)

_log = structlog.get_logger()

#: What speaks against an export and not against the list.
_OBSTACLES = (StreamError, TransientError, PreconditionFailed, RecordError)
_OF_THE_DAY = frozenset({LimitScope.DAILY, LimitScope.ASSOCIATIONS_DAILY})


@dataclass(kw_only=True, slots=True)
class Exporter:
    """The exports of one backfill, one at a time: the CRM makes no two at once."""

    intake: Intake
    #: Why no more of them are asked for in this run.
    closed: str | None = None
    _gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, stream: str, resumed: str | None) -> bool:
        """Read a stream by export and return True; False where its list is to be read.

        `resumed` is the kept cursor. One in an export that can be used no more is given up, and the list begins anew.
        Raises RateLimited where the account's day is spent, TransientError where an export begun can go on later.
        """
        cursor = export_cursor(resumed)
        if resumed is not None and not await self._goes_on(stream, cursor):
            return False
        try:
            async with self._gate:
                cursor = cursor or await self._ordered(stream)
                if cursor is not None:
                    await self.intake.desk.source.exports.wait(stream, cursor.task)
            file = None if cursor is None else await self._proved(stream, cursor)
        except _OBSTACLES as error:
            if _goes_on_later(error, cursor):
                raise
            await self._give_up(stream, error)
            return False
        if cursor is None or file is None:
            return False
        await self._keep(stream, cursor, file)
        return True

    async def _goes_on(self, stream: str, cursor: ExportCursor | None) -> bool:
        """Tell whether a pull that broke off goes on in its export, and note which way it goes."""
        if cursor is None:
            self._note(stream, Way(by=By.LIST, why="a list that broke off is read to its end"))
            return False
        if self.intake.desk.account.backfill is not BackfillMode.LIST:
            self._note(stream, Way(by=By.EXPORT, why="an export that was ordered before is used"))
            return True
        self._note(stream, Way(by=By.LIST, why="syncer.yaml says backfill: list"))
        await asyncio.to_thread(begin_again, self.intake.desk, stream)
        return False

    def _costs(self, stream: str) -> Costs:
        return self.intake.desk.source.costs(stream, properties=self.intake.portal.properties[stream])

    async def _ordered(self, stream: str) -> ExportCursor | None:
        """Return the place at the beginning of a new export; None where the list is the better way."""
        desk = self.intake.desk
        way, counted = await self._way(stream)
        self._note(stream, way)
        if way.by is By.LIST or counted is None:
            return None
        task = await desk.source.exports.begin(stream, properties=self.intake.portal.properties[stream])
        cursor = ExportCursor(task=task, counted=counted)
        await asyncio.to_thread(note_ordered, desk, stream, cursor)
        return cursor

    async def _way(self, stream: str) -> tuple[Way, int | None]:
        desk = self.intake.desk
        costs, budget, mode = self._costs(stream), budget_of(desk.source.usage), desk.account.backfill
        way = without_counting(mode, costs, budget) or await self._barred(stream)
        if way is not None:
            return way, None
        counted = await desk.source.total(stream)
        return choose(mode, counted, costs, budget), counted

    async def _barred(self, stream: str) -> Way | None:
        if self.closed is not None:
            return Way(by=By.LIST, why=self.closed)
        return await _not_offered(self.intake.desk, stream)

    async def _proved(self, stream: str, cursor: ExportCursor) -> Exported:
        """Return the file of an export, counted and held against the CRM's own records."""
        source, properties = self.intake.desk.source, self.intake.portal.properties[stream]
        file = await source.exports.open(stream, cursor.task, properties=properties)
        try:
            await self._refuse_miscounted(stream, cursor, file)
            rows = await asyncio.to_thread(sample, file)
            present = await source.by_id(stream, [row.id for row in rows], properties=_asked(rows))
            refuse_differing(stream, rows, present)
        except BaseException:
            file.close()
            raise
        return file

    async def _refuse_miscounted(self, stream: str, cursor: ExportCursor, file: Exported) -> None:
        now = await self.intake.desk.source.total(stream)
        least, most = sorted((cursor.counted, cursor.counted if now is None else now))
        if not least <= file.count <= most:
            why = f"the export has {file.count:,} records, the CRM counts {least:,} to {most:,}"
            raise ExportUnusable(why, stream=stream)

    async def _keep(self, stream: str, cursor: ExportCursor, file: Exported) -> None:
        """Keep every row that is not kept yet."""
        place = cursor
        if cursor.digest != file.digest:
            place = structs.replace(cursor, digest=file.digest, rows=0)
            await asyncio.to_thread(begin_again, self.intake.desk, stream, str(place))
        with closing(file), closing(file.records(skip=place.rows)) as records:
            await store_pages(self.intake, _pages(stream, place, file.count, records))

    async def _give_up(self, stream: str, error: SyncerError) -> None:
        why = error.message + (f" ({error.hint})" if error.hint else "")
        if isinstance(error, MissingScope | RateLimited):
            # The next stream would meet the same.
            self.closed = why
        known = self.intake.count.ways.get(stream) or Way(by=By.LIST, why=why)
        self._note(stream, replace(known, by=By.LIST, why=f"no export: {why}", is_fallback=True))
        _log.warning("export_given_up", stream=stream, reason=error.message, hint=error.hint)
        await asyncio.to_thread(begin_again, self.intake.desk, stream)

    def _note(self, stream: str, way: Way) -> None:
        self.intake.count.ways[stream] = way
        _log.info("way_chosen", stream=stream, way=way.by.value, reason=way.why)


async def foretold(desk: Desk, stream: str, counted: int | None, costs: Costs) -> Way:
    """Return the way that a stream of so many records would go now."""
    barred = await _not_offered(desk, stream)
    return barred or choose(desk.account.backfill, counted, costs, budget_of(desk.source.usage))


async def is_counted(desk: Desk, stream: str, costs: Costs) -> bool:
    """Tell whether a backfill would count the stream's records before it chooses the way."""
    is_open = without_counting(desk.account.backfill, costs, budget_of(desk.source.usage)) is None
    return is_open and await _not_offered(desk, stream) is None


async def _not_offered(desk: Desk, stream: str) -> Way | None:
    exports = desk.source.exports
    if not exports.offers(stream):
        return Way(by=By.LIST, why="the CRM does not export it")
    ordered = await asyncio.to_thread(ordered_today, desk)
    if ordered < exports.most_a_day:
        return None
    return Way(by=By.LIST, why=f"{ordered} exports were ordered in the last 24 hours")


def _goes_on_later(error: SyncerError, cursor: ExportCursor | None) -> bool:
    """Tell whether the list would meet the same trouble, or rows are kept that a later run can go on after."""
    if isinstance(error, RateLimited) and error.scope in _OF_THE_DAY:
        return True
    return isinstance(error, TransientError) and cursor is not None and cursor.rows > 0


def _asked(rows: list[SourceRecord]) -> list[str]:
    return list(rows[0].properties) if rows else []


async def _pages(
    stream: str, place: ExportCursor, count: int, records: Generator[SourceRecord]
) -> AsyncGenerator[Page]:
    rows = place.rows
    while True:
        part = await _read(records)
        rows += len(part)
        is_last = rows >= count or not part
        cursor = None if is_last else str(structs.replace(place, rows=rows))
        yield Page(stream=stream, records=part, cursor=cursor)
        if is_last:
            return


async def _read(records: Generator[SourceRecord]) -> list[SourceRecord]:
    reading = asyncio.ensure_future(asyncio.to_thread(lambda: list(islice(records, CHUNK))))
    try:
        return await asyncio.shield(reading)
    finally:
        # A thread cannot be stopped: whoever gives up the file waits until nobody reads it.
        await asyncio.wait({reading})
