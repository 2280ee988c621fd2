"""Reads HubSpot's webhooks journal: which file comes next, and the file itself.

The journal is one for all portals of an app, in the order of its offsets; it keeps three days. What HubSpot answers to
an offset that it no longer has was never seen: any refusal of the offset counts as that.
"""

import asyncio
import re
from io import BytesIO

import httpx
import msgspec

from connectors.addresses import checked_address
from connectors.download import Downloads
from connectors.exchange import Request, Setback
from connectors.http import ApiClient
from connectors.hubspot.exports import is_hubspots
from connectors.hubspot.hinting import UnreadableError
from connectors.hubspot.journalfile import JournalFile, read_file
from connectors.hubspot.versions import Versions
from connectors.limits import Budgets, Sleep
from connectors.patience import Patience
from connectors.statuses import Errand
from connectors.tokens import Tokens
from syncer.errors import BadAnswer, CursorExpired, ExportUnusable, Missing, Unavailable
from syncer.moments import DAY

READ_SCOPE = "developer.webhooks_journal.read"
RETENTION = 3 * DAY
#: HubSpot speaks of five megabytes a file (2026-07).
LARGEST = 32 * 1024**2
_STREAM = "journal"
_TRIES = 3
_PAUSE = 2.0
#: Files lie in Amazon's store, by HubSpot's examples, or where its exports lie.
_STORE = re.compile(r"([a-z0-9.-]+\.)?s3([.-][a-z0-9-]+)*\.amazonaws\.com")
_OFFSET_REFUSED = frozenset({400, 404, 410})
_HINT = "is versions.journal a version that HubSpot has, and may the app read the journal?"


class JournalEntry(msgspec.Struct, kw_only=True, rename="camel"):
    """Where a file lies, for minutes, and the offset that leads past it."""

    current_offset: str
    url: str


class UnreadableFileError(Exception):
    """A file that is no page of a journal, however often it is fetched; `offset` leads past it."""

    def __init__(self, offset: str, why: str) -> None:
        super().__init__(why)
        self.offset = offset


def may_hold_files(host: str) -> bool:
    """Tell whether a host is one that files of the journal lie at."""
    return is_hubspots(host) or _STORE.fullmatch(host.lower()) is not None


class Journal:
    """The journal of one app."""

    def __init__(
        self,
        *,
        base_url: str,
        tokens: Tokens,
        versions: Versions,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        address = checked_address(base_url)
        self._versions = versions
        self._sleep = sleep
        self._api = ApiClient(
            base_url=address, tokens=tokens, budgets=Budgets(tier=None), patience=patience, transport=transport
        )
        self._downloads = Downloads(base_url=address, is_trusted=may_hold_files, transport=transport)

    async def close(self) -> None:
        """Let go of connections."""
        await self._downloads.close()
        await self._api.close()

    async def read(self, after: str | None) -> tuple[str, JournalFile] | None:
        """Return the file after an offset, without one the earliest, and the offset that leads past it.

        None where there is nothing new. Raises CursorExpired where HubSpot refuses the offset, BadAnswer where the file
        lies elsewhere or is too large, UnreadableFileError where it is none, Unavailable where it does not arrive.
        """
        unreadable: UnreadableFileError | None = None
        for turn in range(_TRIES):
            entry = await self._entry(after)
            if entry is None:
                return None
            try:
                body = await self._fetched(entry)
                return entry.current_offset, await asyncio.to_thread(read_file, body, entry.current_offset)
            except UnreadableError as error:
                unreadable = UnreadableFileError(entry.current_offset, str(error))
            except Unavailable:
                # Its address may have ended meanwhile: the next turn asks for another.
                unreadable = None
            await self._sleep(_PAUSE * (turn + 1))
        if unreadable is not None:
            raise unreadable
        raise Unavailable(f"a file of the journal did not arrive in {_TRIES} tries", stream=_STREAM)

    async def _entry(self, after: str | None) -> JournalEntry | None:
        request = Request(
            method="GET", path=self._versions.journal_file(after), errand=Errand(stream=_STREAM, scope=READ_SCOPE)
        )
        found = await self._api.find(request, JournalEntry)
        if not isinstance(found, Setback):
            return found
        if after is not None and found.case.status in _OFFSET_REFUSED:
            raise CursorExpired(f"HubSpot does not take the offset: {found.error.message}", stream=_STREAM)
        if isinstance(found.error, BadAnswer | Missing):
            found.error.hint = _HINT
        raise found.error

    async def _fetched(self, entry: JournalEntry) -> bytes:
        file = BytesIO()
        try:
            await self._downloads.fetch(entry.url, file, most=LARGEST, stream=_STREAM)
        except ExportUnusable as error:
            raise BadAnswer(error.message, stream=_STREAM) from error
        return file.getvalue()
