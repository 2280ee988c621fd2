"""Reads one HubSpot account: full lists, windows of change, records by id, history, associations, feeds."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from connectors.download import Downloads
from connectors.exchange import Request
from connectors.exporting import Exports
from connectors.http import ApiClient
from connectors.hubspot import wire, wire_portal
from connectors.hubspot.associations import BATCH as LINKS
from connectors.hubspot.associations import read_links
from connectors.hubspot.campaigns import changed_campaigns
from connectors.hubspot.currencies import list_rates
from connectors.hubspot.events import FEEDS, feed_pages
from connectors.hubspot.exports import HubSpotExports
from connectors.hubspot.listing import CAMPAIGNS, PAGE, List, fits_query
from connectors.hubspot.records import HISTORY_BATCH, Reading, read_by_id
from connectors.hubspot.schema import Schema
from connectors.hubspot.search import ID, Window, changed, count_all, fits_search
from connectors.hubspot.versions import Versions
from connectors.hubspot.witness import unheld
from connectors.limits import Sleep
from connectors.statuses import Errand
from connectors.values import (
    AccountFacts,
    Costs,
    ExchangeRate,
    Having,
    Held,
    LinkRow,
    OwnerRow,
    Page,
    PipelineStage,
    PropertyDefinition,
    SourceRecord,
    Streams,
    Usage,
)
from syncer.moments import Millis

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


class HubSpotSource:
    """The Source of one HubSpot account."""

    def __init__(
        self, *, api: ApiClient, schema: Schema, versions: Versions, downloads: Downloads, sleep: Sleep
    ) -> None:
        self._api = api
        self._schema = schema
        self._versions = versions
        self._downloads = downloads
        self._exports = HubSpotExports(api=api, schema=schema, versions=versions, downloads=downloads, sleep=sleep)

    @property
    def streams(self) -> Streams:
        """Return the streams that HubSpot offers; an account's tier may lack some of them."""
        return STREAMS

    @property
    def exports(self) -> Exports:
        """Return the account's exports; whether its token may order any, only an order tells."""
        return self._exports

    @property
    def usage(self) -> Usage:
        """Return what was spent since this account was opened."""
        return self._api.budgets.usage

    def wake(self) -> None:
        """Believe in a spent day no longer: the next call finds out."""
        self._api.budgets.wake()

    def learn_day(self, associations: int, rests: Mapping[str, tuple[str, Millis]]) -> None:
        """Learn what all processes spent of the account's day, and which parts rest: why, and until when."""
        self._api.budgets.learn_day(associations, rests)

    async def account(self) -> AccountFacts:
        """Return the account's own facts."""
        request = Request(method="GET", path=self._versions.account(), errand=Errand(stream="account"))
        account = await self._api.call(request, wire_portal.Account)
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

    def pages(
        self,
        stream: str,
        *,
        properties: Sequence[str],
        after: str | None = None,
        archived: bool = False,
        in_order: bool = True,
    ) -> AsyncIterator[Page]:
        """Yield the whole stream from a cursor on, 100 records a page.

        Raises CursorExpired when HubSpot no longer takes the cursor that the reading should resume at, and, not
        `in_order`, Unordered where only a reading in order is complete.
        """
        reading = Reading(stream=stream, properties=properties, archived=archived)
        listed = List(api=self._api, versions=self._versions, reading=reading)
        return listed.in_order(after) if in_order or stream == CAMPAIGNS else listed.in_parts(after)

    async def changes(
        self, stream: str, *, since: Millis, until: Millis, properties: Sequence[str]
    ) -> AsyncIterator[Page]:
        """Yield what changed in [since, until), complete when the iteration ends without an error.

        A window of more changes than search holds is read in parts: a page without records tells up to when.
        """
        window = Window(stream=stream, since=since, until=until, properties=properties)
        if stream == CAMPAIGNS:
            async for records in changed_campaigns(self._api, self._versions, window):
                yield _page(stream, records)
            return
        is_whole = fits_search(window)
        async for portion in changed(
            self._api, self._versions, window if is_whole else replace(window, properties=(ID,))
        ):
            if portion.read_to is not None:
                yield Page(stream=stream, records=(), cursor=str(portion.read_to))
            elif is_whole:
                yield _page(stream, portion.records)
            else:
                whole = await self.by_id(stream, [record.id for record in portion.records], properties=properties)
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

    def unheld(self, stream: str, held: Held) -> AsyncIterator[Sequence[str]]:
        """Yield ids of live records that search finds and `held` does not name; campaigns it does not know."""
        return unheld(self._api, self._versions, stream, held)

    def costs(self, stream: str, *, properties: Sequence[str]) -> Costs:
        """Return what reading the stream costs; properties too many for an address take a second call a page."""
        calls = 1 if stream == CAMPAIGNS or fits_query(properties) else 2
        return Costs(page=PAGE, calls_a_page=calls, links=LINKS, histories=HISTORY_BATCH)

    async def history(self, stream: str, ids: Sequence[str], *, properties: Sequence[str]) -> Sequence[SourceRecord]:
        """Return records with the version history of `properties`."""
        reading = Reading(stream=stream, properties=properties, history=True)
        return await read_by_id(self._api, self._versions, reading, ids)

    async def links(self, from_stream: str, to_stream: str, ids: Sequence[str]) -> Mapping[str, Sequence[LinkRow]]:
        """Return the associations of every id; one without any maps to an empty sequence, one not told is absent."""
        return await read_links(self._api, self._versions, (from_stream, to_stream), ids)

    async def close(self) -> None:
        """Let go of connections."""
        await self._api.close()
        await self._downloads.close()
        self._schema.close()


def _page(stream: str, records: Sequence[wire.Record]) -> Page:
    return Page(stream=stream, records=[wire.source_record(stream, record) for record in records], cursor=None)
