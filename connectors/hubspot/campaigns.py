"""Reads marketing campaigns, which are no CRM objects: a list of their own, no search, no archive."""

from collections.abc import AsyncIterator, Sequence

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.search import Window
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import Record, RecordPage, moment_of
from connectors.paginate import walk
from connectors.statuses import Errand
from syncer.errors import BadAnswer

_STREAM = "campaigns"
_PAGE = "100"


async def list_campaigns(
    api: ApiClient, versions: Versions, properties: Sequence[str], *, after: str | None = None
) -> AsyncIterator[RecordPage]:
    """Yield all campaigns, the last changed first. Raises MissingScope where the account's tier has none."""
    errand = Errand(stream=_STREAM, scope=READ_SCOPES[_STREAM], tiered=True)
    sizes = [[("limit", _PAGE)]]

    async def fetch(cursor: str | None) -> RecordPage:
        params = [*sizes[-1], ("sort", "-updatedAt"), ("properties", ",".join(properties))]
        params.extend([] if cursor is None else [("after", cursor)])
        request = Request(method="GET", path=versions.list_campaigns(), params=params, errand=errand)
        return await api.call(request, RecordPage)

    async def of_any_size(cursor: str | None) -> RecordPage:
        try:
            return await fetch(cursor)
        except BadAnswer:
            if not sizes[-1]:
                raise
            # The longest page is told by clients, not by HubSpot (2026-11): then its own choice.
            sizes.append([])
            return await fetch(cursor)

    async for page in walk(of_any_size, stream=_STREAM, after=after):
        yield page


async def changed_campaigns(api: ApiClient, versions: Versions, window: Window) -> AsyncIterator[Sequence[Record]]:
    """Yield the campaigns changed in the window; reading ends at the first one older than it."""
    async for page in list_campaigns(api, versions, window.properties):
        moments = [moment_of(record.updated_at) for record in page.results]
        found = [
            record
            for record, at in zip(page.results, moments, strict=True)
            if at is None or window.since <= at < window.until
        ]
        if found:
            yield found
        if any(at is not None and at < window.since for at in moments):
            return
