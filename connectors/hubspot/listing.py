"""Reads the full list of an object type: page after page, or in parts side by side."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from connectors.courses import Course, Listing, Sighting
from connectors.exchange import Request, query_of
from connectors.http import ApiClient
from connectors.hubspot import wire
from connectors.hubspot.campaigns import list_campaigns
from connectors.hubspot.records import Reading, read_by_id, read_errand
from connectors.hubspot.search import ID, sight
from connectors.hubspot.versions import Versions
from connectors.paginate import walk
from connectors.parts import MARK, RESTART, read_parts
from connectors.values import Page, SourceRecord
from syncer.errors import BadAnswer, CursorExpired, Unordered

CAMPAIGNS = "campaigns"
PAGE = 100
#: A query of 5,100 characters went through and 414 threatens beyond 7,000 (2026-08).
LONGEST_QUERY = 6_000


def fits_query(properties: Sequence[str]) -> bool:
    """Tell whether an address can name all the properties."""
    return len(query_of([("properties", ",".join(properties))])) <= LONGEST_QUERY


@dataclass(frozen=True, kw_only=True, slots=True)
class List:
    """One stream's list, with the properties that are wanted of each record."""

    api: ApiClient
    versions: Versions
    reading: Reading

    async def in_order(self, after: str | None) -> AsyncIterator[Page]:
        """Yield the pages from a cursor on, each after the one before.

        Raises CursorExpired when HubSpot no longer takes the cursor that the reading should resume at.
        """
        stream = self.reading.stream
        is_resuming = after is not None
        before: Collection[str] = ()
        try:
            async for page in self._walked(after):
                ids = {record.id for record in page.results}
                # Whether a cursor names the last record or the next one is told both ways.
                page.results = [record for record in page.results if record.id not in before]
                yield Page(stream=stream, records=await self._whole(page), cursor=page.next_cursor)
                is_resuming, before = False, ids
        except BadAnswer as error:
            if is_resuming and error.hint is None:
                raise CursorExpired(error.message, stream=stream, hint=RESTART) from error
            raise

    async def in_parts(self, after: str | None) -> AsyncIterator[Page]:
        """Yield the pages from a cursor on, in no order where the account has room for more than one at once.

        Raises Unordered where the list cannot be read so, CursorExpired as `in_order` does.
        """
        course = Course(
            stream=self.reading.stream,
            fetch=self._listing,
            sight=self._sight,
            has_room=lambda: self.api.budgets.has_room,
            page=PAGE,
        )
        async with aclosing(read_parts(course, after)) as pages:
            async for page in pages:
                yield page

    def _walked(self, after: str | None) -> AsyncIterator[wire.RecordPage]:
        stream = self.reading.stream
        if stream == CAMPAIGNS:
            return list_campaigns(self.api, self.versions, self.reading.properties, after=after)
        if after is not None and after.startswith(MARK):
            raise CursorExpired("the kept cursor is that of a list in parts", stream=stream, hint=RESTART)
        return walk(self._fetch, stream=stream, after=after)

    async def _fetch(self, cursor: str | None) -> wire.RecordPage:
        reading = self.reading
        properties = reading.properties if fits_query(reading.properties) else (ID,)
        params = [("limit", str(PAGE)), ("properties", ",".join(properties))]
        params.extend([("archived", "true")] if reading.archived else [])
        params.extend([] if cursor is None else [("after", cursor)])
        path = self.versions.list_objects(reading.stream)
        request = Request(method="GET", path=path, params=params, errand=read_errand(reading.stream))
        page = await self.api.call(request, wire.RecordPage)
        page.results = list({record.id: record for record in page.results}.values())
        return page

    async def _whole(self, page: wire.RecordPage) -> Sequence[SourceRecord]:
        stream = self.reading.stream
        if stream == CAMPAIGNS or fits_query(self.reading.properties):
            return [wire.source_record(stream, record) for record in page.results]
        return await read_by_id(self.api, self.versions, self.reading, [record.id for record in page.results])

    async def _listing(self, cursor: str | None) -> Listing:
        page = await self._fetch(cursor)
        if not all(record.id.isdigit() for record in page.results):
            raise Unordered("ids are no numbers", stream=self.reading.stream)
        ids = [int(record.id) for record in page.results]
        return Listing(ids=ids, records=await self._whole(page), cursor=page.next_cursor)

    async def _sight(self, above: int, places: int) -> Sighting:
        return await sight(self.api, self.versions, self.reading.stream, above, places)
