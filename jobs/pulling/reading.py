"""From pages to canonical records: chunks, mapping, links, versions. Talks to the connector, not to the store."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.ending import together
from connectors.values import HistoryItem, LinkRow, Page, SourceRecord
from jobs.desk import Desk, Portal
from jobs.names import LEADS, property_names
from jobs.pulling.look import dated_stages
from mappings.activities import activity, rollup_activities, rollups_beside
from mappings.fields import Definitions, extended
from mappings.history import changes
from mappings.plain import answer, cost_line
from mappings.records import RecordMapper, mappers
from mappings.stage_dates import entered_names, with_entered_names
from mappings.stories import as_it_stands, as_lead, story
from syncer.errors import InvalidRecord, MissingScope
from syncer.moments import Millis
from syncer.records import Activity, Answer, Change, Company, Contact, CostLine, Deal, Kind, Link
from syncer.tellings import Story

#: Records per commit; also the CRM's cap on one association call.
CHUNK = 1_000

#: stream → streams that its records are linked to, as far as Syncer reads links.
LINKED: Mapping[str, tuple[str, ...]] = {
    "contacts": ("companies",),
    "deals": ("contacts", "companies"),
    "calls": ("contacts",),
    "emails": ("contacts",),
    "meetings": ("contacts",),
    "notes": ("contacts",),
    "tasks": ("contacts",),
    "communications": ("contacts",),
    "leads": ("contacts",),
    "quotes": ("deals",),
    "feedback_submissions": ("contacts",),
}

_UNTOLD = "the CRM fails to tell its links to {}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Up to CHUNK records of one stream; `cursor` resumes after the last, None at the end."""

    stream: str
    records: Sequence[SourceRecord]
    cursor: str | None


@dataclass(kw_only=True, slots=True)
class Batch:
    """One chunk in canonical form, ready for one commit."""

    stream: str
    read: int = 0
    contacts: list[Contact] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    costs: list[CostLine] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    #: Canonical name → vendor property of the changes.
    tracked: Mapping[str, str] = field(default_factory=dict)
    #: to_kind → from_id → links; the whole set of links of each from_id.
    links: dict[Kind, Mapping[str, Sequence[Link]]] = field(default_factory=dict)
    broken: list[InvalidRecord] = field(default_factory=list)
    #: Ids of records of the stream that are not taken in: their people were erased, or pruned and rest.
    forgotten: set[str] = field(default_factory=set)


async def chunks(pages: AsyncIterator[Page], *, size: int = CHUNK) -> AsyncIterator[Chunk]:
    """Yield pages gathered to `size` records, so that links and commits cost one call a chunk, not one a page.

    A page without records but with a cursor ends a chunk: it says how far the reading has come.
    """
    gathered: list[SourceRecord] = []
    cursor: str | None = None
    stream: str | None = None
    async for page in pages:
        if gathered and len(gathered) + len(page.records) > size:
            yield Chunk(stream=page.stream, records=gathered, cursor=cursor)
            gathered = []
        stream, cursor = page.stream, page.cursor
        gathered += page.records
        if len(gathered) >= size or (cursor is not None and not page.records):
            yield Chunk(stream=stream, records=gathered, cursor=cursor)
            gathered = []
    if stream is not None and (gathered or cursor is None):
        yield Chunk(stream=stream, records=gathered, cursor=None)


class Reader:
    """Turns chunks of one account into batches; compiled once per run."""

    def __init__(
        self, desk: Desk, portal: Portal, feeds: Collection[str], ended: Mapping[str, Millis] | None = None
    ) -> None:
        """Read for an account whose `feeds` deliver, and where `ended` ones told what happened up to a moment."""
        self._source = desk.source
        self._definitions = _with_stage_dates(desk.definitions, portal)
        self._mappers = mappers(
            self._definitions,
            {kind: property_names(desk.agreement.agreement, kind) for kind in Kind},
            asked=portal.properties,
        )
        contacts = self._definitions.objects[Kind.CONTACT]
        self._ended = ended or {}
        self._rollups = rollups_beside(contacts, feeds, portal.properties.get(Kind.CONTACT))
        self._there = {stream: frozenset(names) for stream, names in portal.properties.items()}
        self._out_of_reach = set(portal.skipped)
        self._lead_states = {id_: stage.state for id_, stage in portal.lead_stages.items() if stage.state is not None}

    async def batch(self, chunk: Chunk) -> Batch:
        """Return the chunk's records in canonical form, without links of contacts, companies and deals."""
        batch = Batch(stream=chunk.stream, read=len(chunk.records))
        if chunk.stream in set(Kind):
            # In a thread, so that other streams' calls leave meanwhile.
            await asyncio.to_thread(self._objects, Kind(chunk.stream), chunk.records, batch)
            return batch
        if chunk.stream in self._definitions.stories:
            await self._stories(chunk, batch)
            return batch
        linked = await self._contact_ids(chunk)
        await asyncio.to_thread(self._others, chunk.records, linked, batch)
        return batch

    async def complete(self, batch: Batch, changed: Sequence[str], storied: Sequence[str]) -> None:
        """Add the links of the `changed` records and the versions of the `storied` ones."""
        if batch.stream not in set(Kind):
            return
        kind = Kind(batch.stream)
        batch.links.update(await self.links(batch.stream, changed))
        batch.broken += _unlinked(batch, changed)
        batch.tracked = self._definitions.objects[kind].history
        batch.changes += await self._versions(kind, storied)

    async def links(self, stream: str, ids: Sequence[str]) -> Mapping[Kind, Mapping[str, Sequence[Link]]]:
        """Return by kind the whole set of links of each id, as far as we read links of the stream's records."""
        if stream not in set(Kind) or not ids:
            return {}
        # Whether one end's scope suffices for links is told both ways: none are asked for to what may not be read.
        within = set(Kind) - set(self._out_of_reach)
        kind, targets = Kind(stream), [Kind(to) for to in LINKED.get(stream, ()) if to in within]
        found = await together(*(self._links(kind, to, ids) for to in targets))
        return {to: links for to, links in zip(targets, found, strict=True) if links is not None}

    def _objects(self, kind: Kind, records: Iterable[SourceRecord], batch: Batch) -> None:
        mapper = self._mappers[kind]
        for raw in records:
            try:
                self._object(mapper, raw, batch)
            except InvalidRecord as error:
                batch.broken.append(error)

    def _object(self, mapper: RecordMapper, raw: SourceRecord, batch: Batch) -> None:
        match mapper(raw):
            case Contact() as contact:
                batch.contacts.append(contact)
                batch.activities += rollup_activities(raw, self._rollups, self._ended)
            case Company() as company:
                batch.companies.append(company)
            case Deal() as deal:
                batch.deals.append(deal)

    def _others(
        self, records: Iterable[SourceRecord], linked: Mapping[str, Sequence[str]] | None, batch: Batch
    ) -> None:
        for raw in records:
            try:
                self._other(raw, () if linked is None else _told_of(raw, Kind.CONTACT, linked), batch)
            except InvalidRecord as error:
                batch.broken.append(error)

    def _other(self, raw: SourceRecord, contact_ids: Sequence[str], batch: Batch) -> None:
        if raw.stream in self._definitions.activities:
            batch.activities.append(activity(raw, self._definitions.activities[raw.stream], contact_ids))
        elif raw.stream in self._definitions.answers:
            given = answer(raw, self._definitions.answers[raw.stream], contact_ids)
            batch.answers += [given] if given else []
        elif raw.stream in self._definitions.costs:
            line = cost_line(raw, self._definitions.costs[raw.stream])
            batch.costs += [line] if line else []

    async def _stories(self, chunk: Chunk, batch: Batch) -> None:
        story_map = self._definitions.stories[chunk.stream]
        word = as_lead(self._lead_states) if chunk.stream == LEADS else as_it_stands
        ids = [raw.id for raw in chunk.records]
        linked, told = await together(
            self._linked(chunk.stream, story_map.about, ids), self._told(chunk.stream, story_map.history(), ids)
        )
        for raw in chunk.records:
            try:
                batch.stories.append(
                    story(raw, story_map, _told_of(raw, story_map.about, linked), told.get(raw.id, {}), word)
                )
            except InvalidRecord as error:
                batch.broken.append(error)

    async def _told(
        self, stream: str, properties: Sequence[str], ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Sequence[HistoryItem]]]:
        records = await self._history(stream, properties, ids)
        return {raw.asked_id or raw.id: raw.history for raw in records}

    async def _history(self, stream: str, properties: Iterable[str], ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return the versions of those properties that the CRM has: whether it ignores others is told both ways."""
        there = self._there.get(stream)
        asked = [name for name in properties if there is None or name in there]
        return await self._source.history(stream, ids, properties=asked) if asked and ids else ()

    async def _contact_ids(self, chunk: Chunk) -> Mapping[str, Sequence[str]] | None:
        """Return the contacts of each record; None where records of the stream have none."""
        if "contacts" not in LINKED.get(chunk.stream, ()):
            return None
        return await self._linked(chunk.stream, Kind.CONTACT, [raw.id for raw in chunk.records])

    async def _linked(self, stream: str, to: Kind, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        if not ids:
            return {}
        rows = await self._source.links(stream, to, ids)
        return {ident: tuple(dict.fromkeys(row.to_id for row in found)) for ident, found in rows.items()}

    async def _links(self, kind: Kind, to: Kind, ids: Sequence[str]) -> Mapping[str, Sequence[Link]] | None:
        """Return the links of each id; None where the token reads the records, and not what they are linked to."""
        try:
            rows = await self._source.links(kind, to, ids)
        except MissingScope:
            self._out_of_reach.add(to)
            return None
        asked = set(ids)
        return {
            ident: tuple(_link(kind, to, row) for row in found) if found else ()
            for ident, found in rows.items()
            if ident in asked
        }

    async def _versions(self, kind: Kind, ids: Sequence[str]) -> Sequence[Change]:
        tracked = self._definitions.objects[kind].history
        records = await self._history(kind, tracked.values(), ids)
        return [change for raw in records for change in changes(kind, raw, tracked)]


def _told_of(raw: SourceRecord, to: str, linked: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return what a record is linked to. Raises InvalidRecord where the CRM does not tell."""
    if raw.id not in linked:
        raise InvalidRecord([_UNTOLD.format(to)], stream=raw.stream, record=raw.id)
    return linked[raw.id]


def _unlinked(batch: Batch, ids: Sequence[str]) -> Sequence[InvalidRecord]:
    """Return an error for each record whose links the CRM does not tell: it keeps those that it has."""
    untold: dict[str, list[str]] = {}
    for to, of in batch.links.items():
        for one in ids:
            if one not in of:
                untold.setdefault(one, []).append(_UNTOLD.format(to))
    return [InvalidRecord(words, stream=batch.stream, record=one) for one, words in untold.items()]


def _link(kind: Kind, to: Kind, row: LinkRow) -> Link:
    return Link(
        from_kind=kind, from_id=row.from_id, to_kind=to, to_id=row.to_id, label=row.label, is_primary=row.is_primary
    )


def _with_stage_dates(definitions: Definitions, portal: Portal) -> Definitions:
    asked = {kind: portal.properties.get(kind, ()) for kind in Kind}
    objects = {kind: with_entered_names(one, asked[kind]) for kind, one in definitions.objects.items()}
    found = entered_names([stage.stage_id for stage in dated_stages(portal.stages)], asked[Kind.DEAL])
    dated = {f"entered_{stage_id}": {"from": names, "as": "moment"} for stage_id, names in found.items()}
    named = replace(definitions, objects=objects)
    return extended(named, {Kind.DEAL: dated}) if dated else named
