"""Reads one HubSpot account: full lists, windows of change, records by id, history, associations, feeds."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from connectors.http import ApiClient, Request
from connectors.hubspot import wire
from connectors.hubspot.associations import BATCH as LINKS
from connectors.hubspot.associations import read_links
from connectors.hubspot.campaigns import changed_campaigns, list_campaigns
from connectors.hubspot.currencies import list_rates
from connectors.hubspot.events import FEEDS, feed_pages
from connectors.hubspot.records import HISTORY_BATCH, Reading, read_by_id, read_errand
from connectors.hubspot.schema import Schema
from connectors.hubspot.search import ID, Window, changed, count_all, fits_search
from connectors.hubspot.versions import Versions
from connectors.paginate import walk
from connectors.ports import (
    AccountFacts,
    Costs,
    ExchangeRate,
    Having,
    LinkRow,
    OwnerRow,
    Page,
    PipelineStage,
    PropertyDefinition,
    SourceRecord,
    Streams,
    Usage,
)
from connectors.statuses import Errand
from syncer.errors import BadAnswer, CursorExpired
from syncer.moments import Millis

CAMPAIGNS = "campaigns"
STREAMS = Streams(
    objects=(
        "contacts",
        "companies",
        "deals",
        "calls",
        "emails",
        "meetings",
        "notes",
        "tasks",
        "communications",
        "leads",
        "quotes",
        "feedback_submissions",
        CAMPAIGNS,
    ),
    events=tuple(FEEDS),
)
_LIST_PAGE = "100"
#: A query of 5,100 characters went through and 414 threatens beyond 7,000 (2026-08).
LONGEST_QUERY = 6_000


class HubSpotSource:
    """The Source of one HubSpot account."""

    def __init__(self, *, api: ApiClient, schema: Schema, versions: Versions) -> None:
        self._api = api
        self._schema = schema
        self._versions = versions

    @property
    def streams(self) -> Streams:
        """Return the streams that HubSpot offers; an account's tier may lack some of them."""
        return STREAMS

    @property
    def usage(self) -> Usage:
        """Return what was spent since this account was opened."""
        return self._api.budgets.usage

    def wake(self) -> None:
        """Believe in a spent day no longer: the next call finds out."""
        self._api.budgets.wake()

    async def account(self) -> AccountFacts:
        """Return the account's own facts."""
        request = Request(method="GET", path=self._versions.account(), errand=Errand(stream="account"))
        account = await self._api.call(request, wire.Account)
        return AccountFacts(
            portal_id=str(account.portal_id),
            time_zone=account.time_zone,
            currency=account.company_currency,
            account_type=account.account_type,
            more_currencies=tuple(account.additional_currencies or ()),
        )

    async def exchange_rates(self) -> Sequence[ExchangeRate]:
        """Return what the account's further currencies are and were worth.

        Raises MissingScope without the scope for it.
        """
        return await list_rates(self._api, self._versions)

    async def owners(self) -> Sequence[OwnerRow]:
        """Return all owners, archived ones included."""
        return await self._schema.owners()

    async def pipelines(self, stream: str = "deals") -> Sequence[PipelineStage]:
        """Return every stage of every pipeline of a stream's records."""
        return await self._schema.pipelines(stream)

    async def definitions(self, stream: str) -> Mapping[str, PropertyDefinition]:
        """Return the properties of a stream by name."""
        return await self._schema.definitions(stream)

    async def groups(self, stream: str) -> Sequence[str]:
        """Return the names of a stream's property groups; campaigns have none."""
        return () if stream == CAMPAIGNS else await self._schema.groups(stream)

    async def pages(
        self, stream: str, *, properties: Sequence[str], after: str | None = None, archived: bool = False
    ) -> AsyncIterator[Page]:
        """Yield the whole stream from a cursor on, 100 records a page.

        Raises CursorExpired when HubSpot no longer takes the cursor that the reading should resume at.
        """
        is_resuming = after is not None
        fits = stream == CAMPAIGNS or _fits_query(properties)
        reading = Reading(stream=stream, properties=properties if fits else (ID,), archived=archived)
        try:
            async for page in self._list(reading, after):
                records: Sequence[SourceRecord] = [wire.source_record(stream, record) for record in page.results]
                if not fits:
                    whole = replace(reading, properties=properties)
                    records = await read_by_id(self._api, self._versions, whole, [record.id for record in records])
                yield Page(stream=stream, records=records, cursor=page.next_cursor)
                is_resuming = False
        except BadAnswer as error:
            if is_resuming and error.hint is None:
                raise CursorExpired(error.message, stream=stream, hint="backfill with --restart") from error
            raise

    def _list(self, reading: Reading, after: str | None) -> AsyncIterator[wire.RecordPage]:
        stream = reading.stream
        if stream == CAMPAIGNS:
            return list_campaigns(self._api, self._versions, reading.properties, after=after)

        async def fetch(cursor: str | None) -> wire.RecordPage:
            params = [("limit", _LIST_PAGE), ("properties", ",".join(reading.properties))]
            params.extend([("archived", "true")] if reading.archived else [])
            params.extend([] if cursor is None else [("after", cursor)])
            path = self._versions.list_objects(stream)
            request = Request(method="GET", path=path, params=params, errand=read_errand(stream))
            return await self._api.call(request, wire.RecordPage)

        return walk(fetch, stream=stream, after=after)

    async def changes(
        self, stream: str, *, since: Millis, until: Millis, properties: Sequence[str]
    ) -> AsyncIterator[Page]:
        """Yield what changed in [since, until), complete when the iteration ends without an error."""
        window = Window(stream=stream, since=since, until=until, properties=properties)
        if stream == CAMPAIGNS:
            async for records in changed_campaigns(self._api, self._versions, window):
                yield _page(stream, records)
            return
        is_whole = fits_search(window)
        async for found in changed(
            self._api, self._versions, window if is_whole else replace(window, properties=(ID,))
        ):
            if is_whole:
                yield _page(stream, found)
            else:
                whole = await self.by_id(stream, [record.id for record in found], properties=properties)
                yield Page(stream=stream, records=whole, cursor=None)

    def events(self, stream: str, *, since: Millis | None) -> AsyncIterator[Page]:
        """Yield a feed's items from `since` on, all when None.

        Raises MissingScope where the account's tier or scopes lack the feed.
        """
        return feed_pages(self._api, self._versions, stream, since)

    async def by_id(
        self, stream: str, ids: Sequence[str], *, properties: Sequence[str], archived: bool = False
    ) -> Sequence[SourceRecord]:
        """Return the live records among `ids`, or the archived ones, any order; merged ones carry `asked_id`."""
        reading = Reading(stream=stream, properties=properties, archived=archived)
        return await read_by_id(self._api, self._versions, reading, ids)

    async def total(self, stream: str, *, having: Sequence[Having] = ()) -> int | None:
        """Return how many live records search counts; None for campaigns, which it does not know."""
        return None if stream == CAMPAIGNS else await count_all(self._api, self._versions, stream, having)

    def costs(self, stream: str, *, properties: Sequence[str]) -> Costs:
        """Return what reading the stream costs; properties too many for an address take a second call a page."""
        calls = 1 if stream == CAMPAIGNS or _fits_query(properties) else 2
        return Costs(page=int(_LIST_PAGE), calls_a_page=calls, links=LINKS, histories=HISTORY_BATCH)

    async def history(self, stream: str, ids: Sequence[str], *, properties: Sequence[str]) -> Sequence[SourceRecord]:
        """Return records with the version history of `properties`."""
        reading = Reading(stream=stream, properties=properties, history=True)
        return await read_by_id(self._api, self._versions, reading, ids)

    async def links(self, from_stream: str, to_stream: str, ids: Sequence[str]) -> Mapping[str, Sequence[LinkRow]]:
        """Return the associations of every id; an id without any maps to an empty sequence."""
        return await read_links(self._api, self._versions, (from_stream, to_stream), ids)

    async def close(self) -> None:
        """Let go of connections."""
        await self._api.close()
        self._schema.close()


def _fits_query(properties: Sequence[str]) -> bool:
    return len(urlencode({"properties": ",".join(properties)})) <= LONGEST_QUERY


def _page(stream: str, records: Sequence[wire.Record]) -> Page:
    return Page(stream=stream, records=[wire.source_record(stream, record) for record in records], cursor=None)
