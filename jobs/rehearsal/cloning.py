"""Copies one stream at a time into the file of a clone: pages with their links and versions, feeds, late changes."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from connectors.ending import together
from connectors.ports import Source
from connectors.sandbox import copies
from connectors.sandbox.clonefile import CloneFile
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.linefields import LineError
from connectors.sandbox.storefile import Change
from connectors.values import HistoryItem, LinkRow, OwnerRow, Page, SourceRecord
from jobs.counts import PullCount
from jobs.desk import Clock
from jobs.progress import Progress
from jobs.pulling.ahead import ahead
from jobs.pulling.reading import LINKED, Chunk, chunks
from jobs.pulling.versions import ENTERED, was_told
from mappings.convert import CONVERTERS
from mappings.fields import Definitions
from mappings.pseudonyms import Pseudonyms
from syncer.errors import CursorExpired, MissingScope, Unavailable
from syncer.moments import MINUTE, Millis
from syncer.records import Kind

#: The CRM's index lags: the look at what changed meanwhile begins earlier and ends later than the clock says.
_OVERLAP = 15 * MINUTE
_LAG = 2 * MINUTE
_END = "end"


@dataclass(kw_only=True, slots=True)
class Copied:
    """What the streams' own counts do not say."""

    links: int = 0
    versions: int = 0
    #: Links to records that the copy does not hold.
    loose: int = 0
    #: Texts that the agreement reads otherwise in the copy than in the account.
    unlike: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is read of each stream."""

    definitions: Definitions
    #: stream → properties to ask for.
    properties: Mapping[str, Sequence[str]]
    #: Returns records without those of people who were forgotten.
    sifted: Callable[[Sequence[SourceRecord]], Sequence[SourceRecord]]


class Cloning:
    """The streams of one account on their way into one file."""

    def __init__(
        self,
        *,
        source: Source,
        file: CloneFile,
        reading: Wanted,
        disguise: Pseudonyms | None,
        counts: tuple[PullCount, Copied],
        clock: Clock,
        progress: Progress,
    ) -> None:
        self._source = source
        self._file = file
        self._reading = reading
        self._disguise = disguise
        self._count, self._copied = counts
        self._clock = clock
        self._progress = progress

    async def whole(self, stream: str) -> None:
        """Copy a stream's full list from where an earlier run stopped, and its recycle bin if it has one we read."""
        if self._file.mark(f"began {stream}") is None:
            self._file.save((), {f"began {stream}": str(self._clock())})
        await self._list(stream, archived=False)
        if stream in set(Kind) or stream in self._reading.definitions.stories:
            await self._list(stream, archived=True)
        self._progress.done(stream)

    async def feed(self, stream: str) -> None:
        """Copy an event feed; one that was read to its end is left alone."""
        self._count.of(stream)
        if self._file.mark(f"feed {stream}") != _END:
            async for chunk in chunks(self._source.events(stream, since=None)):
                records = await asyncio.to_thread(self._reading.sifted, chunk.records)
                self._keep(chunk, [change for raw in records for change in self._event(raw)])
            self._file.save((), {f"feed {stream}": _END})
        self._progress.done(stream)

    async def meanwhile(self, stream: str) -> None:
        """Copy what changed since the stream's first page was read."""
        began = Millis(int(self._file.mark(f"began {stream}") or 0))
        pages = self._source.changes(
            stream,
            since=Millis(max(0, began - _OVERLAP)),
            until=Millis(self._clock() + _LAG),
            properties=self._reading.properties[stream],
        )
        async for chunk in chunks(pages):
            await self._take(chunk)

    async def _list(self, stream: str, *, archived: bool) -> None:
        mark = f"archived {stream}" if archived else f"list {stream}"
        self._count.of(stream)
        after = self._file.mark(mark)
        if after == _END:
            return
        try:
            await self._pages(stream, after, mark, archived=archived)
        except CursorExpired:
            await self._pages(stream, None, mark, archived=archived)

    async def _pages(self, stream: str, after: str | None, mark: str, *, archived: bool) -> None:
        properties = self._reading.properties[stream]
        pages = self._source.pages(stream, properties=properties, after=after or None, archived=archived)
        async for chunk in ahead(chunks(_archived(pages) if archived else pages)):
            await self._take(chunk, {mark: chunk.cursor or _END})
            self._count.of(stream).archived += len(chunk.records) if archived else 0

    async def _take(self, chunk: Chunk, marks: dict[str, str] | None = None) -> None:
        """Keep a chunk of records with their links and versions, and where to go on."""
        stream = chunk.stream
        records = await asyncio.to_thread(self._reading.sifted, chunk.records)
        live = [raw.id for raw in records if not raw.archived]
        links, versions = await together(self._links(stream, live), self._versions(stream, records))
        changes = [
            change for raw in records for change in self._record(raw, links.get(raw.id, {}), versions.get(raw.id, {}))
        ]
        self._keep(chunk, changes, marks)

    def _keep(self, chunk: Chunk, changes: Sequence[Change], marks: dict[str, str] | None = None) -> None:
        self._file.save(changes, marks)
        self._count.of(chunk.stream).read += len(chunk.records)
        self._progress.advance(chunk.stream, len(chunk.records))

    def _record(
        self, raw: SourceRecord, links: Mapping[str, Sequence[LinkRow]], history: Mapping[str, Sequence[HistoryItem]]
    ) -> Iterator[Change]:
        """Yield what a record becomes; one that the sandbox could not take in is counted and left out."""
        try:
            shown = self._disguised(self._allowed(raw))
            if raw.stream not in BY_NAME:
                yield copies.campaign_change(shown)
                return
            yield copies.record_change(shown, history=self._told(raw, history), links=links)
            for gone in self._merged(raw):
                yield copies.merged_change(raw.stream, gone, raw.id)
        except (LineError, OverflowError):
            self._count.of(raw.stream).buried += 1

    def _event(self, raw: SourceRecord) -> Sequence[Change]:
        try:
            return list(copies.event_changes(self._disguised(raw)))
        except LineError:
            self._count.of(raw.stream).buried += 1
            return ()

    def _allowed(self, raw: SourceRecord) -> SourceRecord:
        """Return a record with nothing beyond what was asked for and what every answer carries."""
        kind = BY_NAME.get(raw.stream)
        asked = {*self._reading.properties[raw.stream], *(kind.always if kind else ())}
        held = {name: value for name, value in raw.properties.items() if name in asked}
        return msgspec.structs.replace(raw, properties=held)

    def _disguised(self, raw: SourceRecord) -> SourceRecord:
        if self._disguise is None:
            return raw
        return msgspec.structs.replace(raw, id=self._disguise.feed_id(raw), properties=self._disguise.properties(raw))

    def _told(
        self, raw: SourceRecord, history: Mapping[str, Sequence[HistoryItem]]
    ) -> Mapping[str, Sequence[HistoryItem]]:
        if self._disguise is None:
            return history
        value = self._disguise.value
        return {
            name: [
                replace(item, value=value(raw.stream, raw.id, name, item.value)) if item.value else item
                for item in items
            ]
            for name, items in history.items()
        }

    def _merged(self, raw: SourceRecord) -> Iterator[str]:
        if raw.stream not in set(Kind):
            return
        rules = (rule for rule in self._reading.definitions.objects[Kind(raw.stream)].columns if rule.type == "ids")
        texts = {text for rule in rules for name in rule.candidates if (text := raw.properties.get(name))}
        found = {one for text in texts for one in _ids(text)}
        yield from sorted(found - {raw.id})

    async def _links(self, stream: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[LinkRow]]]:
        """Return by id and far kind the links to records that the copy holds."""
        targets = [to for to in LINKED.get(stream, ()) if to in self._reading.properties]
        found: dict[str, dict[str, Sequence[LinkRow]]] = defaultdict(dict)
        for to in targets if ids else ():
            rows = await self._linked(stream, to, ids)
            held = self._file.held(to, {row.to_id for each in rows.values() for row in each})
            for id_, each in rows.items():
                found[id_][to] = [row for row in each if row.to_id in held]
                self._copied.links += len(found[id_][to])
                self._copied.loose += len(each) - len(found[id_][to])
        return found

    async def _linked(self, stream: str, to: str, ids: Sequence[str]) -> Mapping[str, Sequence[LinkRow]]:
        """Return by id the links to one kind; none where the token reads the records and not what they lead to."""
        which = f"{stream} → {to}"
        if which in self._count.skipped or to in self._count.skipped:
            return {}
        try:
            rows = await self._source.links(stream, to, ids)
        except MissingScope as error:
            self._count.skipped[which] = error.hint or error.message
            return {}
        if len(rows) < len(set(ids)):
            raise Unavailable(f"the CRM fails to tell links to {to}", stream=stream)
        return rows

    async def _versions(
        self, stream: str, records: Sequence[SourceRecord]
    ) -> Mapping[str, Mapping[str, Sequence[HistoryItem]]]:
        """Return by id and property the versions of tracked properties, for the records that have a story."""
        there = self._reading.properties[stream]
        tracked = [name for name in _tracked(self._reading.definitions, stream) if name in there]
        dates = _dates_of_stories(self._reading.definitions) if stream == Kind.CONTACT else ()
        ids = [raw.id for raw in records if not raw.archived and _has_story(raw, tracked, dates)]
        if not tracked or not ids:
            return {}
        found = await self._source.history(stream, ids, properties=tracked)
        self._copied.versions += sum(len(items) for one in found for items in one.history.values())
        return {one.id: one.history for one in found if one.asked_id in {None, one.id}}


def disguised_owner(row: OwnerRow, disguise: Pseudonyms | None) -> OwnerRow:
    """Return an owner as the copy shows it."""
    if disguise is None:
        return row
    return replace(
        row,
        email=disguise.address(row.email) if row.email else row.email,
        first_name=disguise.name(row.id, "first_name") if row.first_name else row.first_name,
        last_name=disguise.name(row.id, "last_name") if row.last_name else row.last_name,
    )


async def _archived(pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """Yield the pages of a recycle bin, whose records are archived whether or not each says so."""
    async for page in pages:
        yield replace(page, records=[msgspec.structs.replace(raw, archived=True) for raw in page.records])


def _tracked(definitions: Definitions, stream: str) -> Sequence[str]:
    """Return the properties whose versions a pull reads."""
    if stream in definitions.stories:
        return tuple(definitions.stories[stream].history())
    return tuple(definitions.objects[Kind(stream)].history.values()) if stream in set(Kind) else ()


def _dates_of_stories(definitions: Definitions) -> Sequence[str]:
    """Return the properties that are set only of contacts who once had a story."""
    dated = (rule for rule in definitions.objects[Kind.CONTACT].fields if rule.name.startswith(ENTERED))
    return tuple(name for rule in dated if was_told(rule.name.removeprefix(ENTERED)) for name in rule.candidates)


def _has_story(raw: SourceRecord, tracked: Collection[str], dates: Collection[str]) -> bool:
    stands = any(was_told(raw.properties.get(name)) for name in tracked)
    return raw.stream != Kind.CONTACT or stands or any(raw.properties.get(name) for name in dates)


def _ids(text: str) -> Sequence[str]:
    found = CONVERTERS["ids"](text)
    return found if isinstance(found, tuple) else ()
