"""Orders HubSpot's CRM exports, waits for them, and fetches their files.

Shapes as of 2026-03 and v3; what was never seen of a live account is survived in both readings.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import count
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import BinaryIO, cast

import msgspec

from connectors.download import Downloads
from connectors.exchange import Request
from connectors.exporting import Exported
from connectors.http import ApiClient
from connectors.hubspot.exportfile import Wanted, looked_through
from connectors.hubspot.schema import Schema
from connectors.hubspot.search import ID, modified_property
from connectors.hubspot.versions import Versions
from connectors.limits import Sleep
from connectors.statuses import Effect, Errand
from connectors.telling import Teller
from connectors.values import PropertyDefinition
from syncer.errors import ExportUnusable, Missing, Rejected, Unavailable

SCOPE = "crm.export"
#: "Up to 30 exports within a rolling 24 hour window, one at a time" (2026-11).
MOST_A_DAY = 30
#: Object type ids: a name is refused for some objects, an id for none.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "contacts": "0-1",
        "companies": "0-2",
        "deals": "0-3",
        "communications": "0-18",
        "feedback_submissions": "0-19",
        "tasks": "0-27",
        "notes": "0-46",
        "meetings": "0-47",
        "calls": "0-48",
        "emails": "0-49",
        "leads": "0-136",
    }
)
#: Where HubSpot keeps files that it gives out links to.
_HOSTS = re.compile(r"(.+\.)?(hubspot\.com|hubspot\.net|hubapi\.com|hubspotusercontent(\d*|-[a-z]+\d*)\.(com|net))")
_LARGEST = 4 * 1024**3
_TRIES = 3
#: Seconds: the first pause and the longest, and when an export counts as never ending.
_FIRST_PAUSE, _LONGEST_PAUSE, _PATIENCE = 2.0, 30.0, 3_600.0
_DONE = frozenset({"COMPLETE", "COMPLETED", "DONE"})
_DEAD = frozenset({"CANCELED", "CANCELLED", "FAILED"})


class _Task(msgspec.Struct):
    """The answer to an order."""

    id: str | int


class _Status(msgspec.Struct):
    """How an export stands; `result` is an address, told also as an object that holds it."""

    status: str = ""
    result: str | dict[str, object] | None = None

    @property
    def address(self) -> str | None:
        found = self.result.get("url") if isinstance(self.result, dict) else self.result
        return found if isinstance(found, str) and found else None


def is_hubspots(host: str) -> bool:
    """Tell whether a host is one that HubSpot gives files out from."""
    return _HOSTS.fullmatch(host.lower()) is not None


class HubSpotExports:
    """The Exports of one HubSpot account."""

    def __init__(
        self, *, api: ApiClient, schema: Schema, versions: Versions, downloads: Downloads, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._api = api
        self._schema = schema
        self._versions = versions
        self._downloads = downloads
        self._sleep = sleep
        self._known: dict[tuple[str, ...], Wanted] = {}
        self._teller = Teller()

    @property
    def most_a_day(self) -> int:
        """Return how many exports HubSpot makes in any 24 hours."""
        return MOST_A_DAY

    def offers(self, stream: str) -> bool:
        """Tell whether records of this kind are exported at all."""
        return stream in TYPES

    async def begin(self, stream: str, *, properties: Sequence[str]) -> str:
        """Order an export of every live record and return its task."""
        wanted = await self._wanted(stream, properties)
        with suppress(Rejected):
            return await self._ordered(stream, {**_order(stream, wanted), **_WITHOUT_ASSOCIATIONS})
        # The dated spec asks for fields that the guide's examples leave out: one of both is right.
        return await self._ordered(stream, _order(stream, wanted))

    async def _ordered(self, stream: str, body: Mapping[str, object]) -> str:
        errand = Errand(stream=stream, scope=SCOPE, effect=Effect.ONCE)
        request = Request(method="POST", path=self._versions.export(), json=body, errand=errand)
        return str((await self._api.call(request, _Task)).id)

    async def wait(self, stream: str, task: str) -> None:
        """Ask at growing intervals until the file is there."""
        waited = 0.0
        for turn in count():
            found = await self._status(stream, task)
            if found.address is not None:
                return
            if waited >= _PATIENCE:
                raise ExportUnusable(f"the export is not there after {_PATIENCE / 60:.0f} minutes", stream=stream)
            self._teller.export_is_made(stream=stream, status=found.status, waited=waited)
            pause = min(_FIRST_PAUSE * 1.5**turn, _LONGEST_PAUSE)
            await self._sleep(pause)
            waited += pause

    async def _status(self, stream: str, task: str) -> _Status:
        """Return how an export stands, with a fresh address where the file is there: each is good for minutes."""
        errand = Errand(stream=stream, scope=SCOPE)
        request = Request(method="GET", path=self._versions.export_status(task), errand=errand)
        try:
            found = await self._api.call(request, _Status)
        except Missing as error:
            raise ExportUnusable("HubSpot knows the export no more", stream=stream) from error
        word = found.status.upper()
        if word in _DEAD or (word in _DONE and found.address is None):
            raise ExportUnusable(f"HubSpot ended the export without a file ({word})", stream=stream)
        return found if word in _DONE else _Status(status=word)

    async def open(self, stream: str, task: str, *, properties: Sequence[str]) -> Exported:
        """Fetch the file and look it through, row by row."""
        wanted = await self._wanted(stream, properties)
        with ExitStack() as stack:
            file = cast("BinaryIO", stack.enter_context(TemporaryFile()))
            digest = await self._fetched(stream, task, file)
            found = await asyncio.to_thread(looked_through, file, wanted, digest)
            stack.pop_all()
        return found

    async def _fetched(self, stream: str, task: str, file: BinaryIO) -> str:
        why = ""
        for turn in range(_TRIES):
            address = (await self._status(stream, task)).address
            if address is None:
                raise ExportUnusable("the export that was there is no more", stream=stream)
            file.seek(0)
            file.truncate()
            try:
                return await self._downloads.fetch(address, file, most=_LARGEST, stream=stream)
            except Unavailable as error:
                why = error.message
                await self._sleep(_FIRST_PAUSE * (turn + 1))
        raise ExportUnusable(f"the file did not arrive whole in {_TRIES} tries: {why}", stream=stream)

    async def _wanted(self, stream: str, properties: Sequence[str]) -> Wanted:
        key = (stream, *properties)
        if key not in self._known:
            self._known[key] = _wanted(stream, properties, await self._schema.definitions(stream))
        return self._known[key]


def _wanted(stream: str, properties: Sequence[str], known: Mapping[str, PropertyDefinition]) -> Wanted:
    created = "createdate" if "createdate" in known else "hs_createdate"
    modified = modified_property(stream)
    names = dict.fromkeys([ID, *properties, created, modified])
    found = {name: known[name] for name in names if name in known}
    return Wanted(stream=stream, properties=found, created=created, modified=modified)


_WITHOUT_ASSOCIATIONS: Mapping[str, object] = MappingProxyType(
    {
        "associatedObjectType": [],
        "includeLabeledAssociations": False,
        "includePrimaryDisplayPropertyForAssociatedObjects": False,
        "overrideAssociatedObjectsPerDefinitionPerRowLimit": False,
    }
)


def _order(stream: str, wanted: Wanted) -> Mapping[str, object]:
    return {
        "exportType": "VIEW",
        "exportName": f"syncer backfill {stream}",
        "format": "CSV",
        "language": "EN",
        "objectType": TYPES[stream],
        "objectProperties": list(wanted.properties),
        "exportInternalValuesOptions": ["NAMES", "VALUES"],
    }
