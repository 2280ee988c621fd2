"""One stream, swept: every page that the CRM lists is held against the mirror, and what the mirror holds beyond it.

No word of a list counts alone: what it lacks, and what it shows otherwise, is asked for by id before it is told.
Memory holds two chunks, the named findings and the ids of what is gone.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.values import SourceRecord
from jobs.privacy.announced import request_announced
from jobs.privacy.gate import without_forgotten
from jobs.pulling.ahead import ahead
from jobs.pulling.departed import Gone, take_out
from jobs.pulling.drift import Finding, StreamDrift, What
from jobs.pulling.intake import Intake
from jobs.pulling.reading import Batch, Chunk, chunks
from jobs.pulling.storing import Reading, store_chunk, without_our_words
from mappings.convert import moment
from syncer.errors import UnsafePlan
from syncer.moments import Millis
from syncer.records import Activity, Answer, Company, Contact, Deal, Kind, Link
from syncer.store import Compared, Holding
from syncer.tellings import Story

#: Share of the mirror above which, and number below which, vanished records are believed without a person's word.
_MOST_GONE, _FEW_GONE = 0.3, 10
_PART = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """What a sweep may do about what it finds."""

    apply: bool
    #: Mark records as gone also where they are an unusual share of the mirror.
    force: bool = False


@dataclass(kw_only=True, slots=True)
class Sweep:
    """One stream at work."""

    intake: Intake
    stream: str
    holding: Holding
    #: Up to when the stream was pulled.
    watermark: Millis
    orders: Orders
    drift: StreamDrift
    #: The highest id that the list has passed.
    passed: str = ""
    #: The ids of the chunk before.
    before: Collection[str] = ()
    gone: list[Finding] = field(default_factory=list)

    async def run(self) -> None:
        """Compare the whole stream, and mend it page by page where that is ordered."""
        desk = self.intake.desk
        self.drift.mirror = await asyncio.to_thread(self._count)
        pages = desk.source.pages(self.stream, properties=self.intake.portal.properties[self.stream])
        async for chunk in ahead(chunks(pages)):
            await self._chunk(chunk.records)
        await self._beyond(frozenset(), None)
        await self._settle_gone()
        desk.progress.done(self._step)

    @property
    def _step(self) -> str:
        return f"{self.stream} compared"

    def _count(self) -> int:
        with self.intake.desk.store.snapshot() as unit:
            return unit.reconcile.count(self.intake.desk.name, self.holding)

    async def _chunk(self, named: Sequence[SourceRecord]) -> None:
        # A list may name a record again where it goes on.
        records = list({raw.id: raw for raw in named if raw.id not in self.before}.values())
        if not records:
            return
        listed = {raw.id for raw in records}
        highest = max(listed, key=_by_number)
        # First what the list lacks: mending a survivor takes the records that went into it out of sight.
        await self._beyond(listed, highest)
        await self._compare(records)
        self.passed = max(self.passed, highest, key=_by_number)
        self.before = listed
        self.intake.desk.progress.advance(self._step, len(listed))

    async def _compare(self, records: Sequence[SourceRecord]) -> None:
        """Hold listed records against the mirror; what seems to differ is asked for by id before it counts."""
        page = await self._page(records)
        found = await asyncio.to_thread(self._differences, page)
        self._tally(page, found)
        if self.orders.apply and found.counted:
            await asyncio.to_thread(self._take_over, page, found.counted)
        await self._confirm([*found.findings, *found.unknown])

    def _take_over(self, page: "_Page", ids: Collection[str]) -> None:
        """Keep the listed counts that figures alone read; a list tells them as well as a look by id."""
        desk = self.intake.desk
        contacts = [one for one in page.batch.contacts if one.id in ids]
        with desk.store.commit() as unit:
            unit.mirror.upsert_contacts(desk.name, contacts, desk.clock(), mark_dirty=False)
        self.drift.counted_anew += len(contacts)

    async def _judge(self, records: Sequence[SourceRecord]) -> None:
        """Count how records that are in the CRM this very moment differ, and mend them where that is ordered."""
        page = await self._page(records)
        found = await asyncio.to_thread(self._differences, page)
        if self.orders.apply and (found.findings or found.unknown):
            await self._mend(page, found)
        for one in found.findings.values():
            self.drift.note(one)

    def _tally(self, page: "_Page", found: "_Differences") -> None:
        self.drift.crm += len(page.records)
        self.drift.unreadable += len(found.unreadable)
        self.drift.empty += len(page.records) - len(page.own) - len(page.batch.broken)

    async def _page(self, records: Sequence[SourceRecord]) -> "_Page":
        reader = self.intake.reader
        batch = await reader.batch(Chunk(stream=self.stream, records=records, cursor=None))
        batch.links.update(await reader.links(self.stream, [one.id for one in _own(batch)]))
        await asyncio.to_thread(self._sift, batch)
        return _Page(records={raw.id: raw for raw in records}, batch=batch, links=batch.links)

    def _sift(self, batch: Batch) -> None:
        with self.intake.desk.store.snapshot() as unit:
            without_forgotten(unit, self.intake.desk, batch)

    def _differences(self, page: "_Page") -> "_Differences":
        desk = self.intake.desk
        with desk.store.snapshot() as unit:
            without_our_words(unit, desk, page.batch)
            compared = unit.reconcile.compare(desk.name, self.holding, page.own)
            linked = {
                to: unit.reconcile.differing_links(desk.name, Kind(self.stream), to, links)
                for to, links in page.links.items()
            }
            letters = unit.desk.dead_letters(desk.name) if page.batch.broken or compared.refused else ()
        broken = {one.record for one in (*page.batch.broken, *compared.refused) if one.record}
        known = {one.record_id for one in letters if one.stream == self.stream}
        findings = {one.id: one for one in self._findings(page, compared, linked)}
        counted = frozenset(compared.counted) - findings.keys()
        return _Differences(findings=findings, unreadable=broken, unknown=broken - known, counted=counted)

    def _findings(self, page: "_Page", compared: Compared, linked: Mapping[Kind, Collection[str]]) -> Iterable[Finding]:
        for id_, raw in page.records.items():
            kinds = tuple(to.value for to, ids in linked.items() if id_ in ids)
            if id_ in compared.missing:
                yield Finding(id=id_, what=What.MISSING, not_yet_pulled=self._is_later(raw.updated_at))
            elif kinds or id_ in compared.differing:
                yield Finding(
                    id=id_,
                    what=What.DIFFERS,
                    properties=tuple(compared.differing.get(id_, ())),
                    links=kinds,
                    not_yet_pulled=self._is_later(raw.updated_at),
                )

    def _is_later(self, changed_at: str | None) -> bool:
        try:
            return changed_at is not None and moment(changed_at) > self.watermark
        except ValueError:
            return False

    async def _mend(self, page: "_Page", found: "_Differences") -> None:
        """Read and keep what differs as a pull does, then look whether it is so now."""
        await asyncio.to_thread(self._doubt, list(found.findings))
        wanted = found.findings.keys() | found.unknown
        records = [raw for id_, raw in page.records.items() if id_ in wanted]
        await store_chunk(self.intake, Chunk(stream=self.stream, records=records, cursor=None), Reading.CHANGES)
        still = await asyncio.to_thread(self._differences, page)
        for id_, one in found.findings.items():
            one.repaired = id_ not in still.findings

    def _doubt(self, ids: Sequence[str]) -> None:
        with self.intake.desk.store.commit() as unit:
            unit.reconcile.doubt(self.intake.desk.name, self.holding, ids)

    async def _beyond(self, listed: Collection[str], upto: str | None) -> None:
        """Look at what the mirror holds between the last page and `upto` and the list does not name."""
        after = self.passed
        while ids := await asyncio.to_thread(self._ids, after, upto):
            after = ids[-1]
            self.drift.crm += await self._confirm([one for one in ids if one not in listed])

    def _ids(self, after: str, upto: str | None) -> Sequence[str]:
        with self.intake.desk.store.snapshot() as unit:
            return unit.reconcile.ids_between(self.intake.desk.name, self.holding, after=after, upto=upto, limit=_PART)

    async def _confirm(self, ids: Sequence[str]) -> int:
        """Ask for records by id: judge those that are there, note how the others went, return how many are there."""
        if not ids:
            return 0
        properties = self.intake.portal.properties[self.stream]
        alive = await self.intake.desk.source.by_id(self.stream, ids, properties=properties)
        here = {raw.id: raw for raw in alive if raw.asked_id is None}
        merged = {raw.asked_id: raw for raw in alive if raw.asked_id is not None}
        if here:
            await self._judge(list(here.values()))
        await self._note_gone([one for one in ids if one not in here], merged)
        return len(here)

    async def _note_gone(self, ids: Sequence[str], merged: Mapping[str, SourceRecord]) -> None:
        held = await asyncio.to_thread(self._held, ids) if ids else set()
        rest = [one for one in ids if one in held and one not in merged]
        source = self.intake.desk.source
        binned = await source.by_id(self.stream, rest, properties=(), archived=True) if rest else ()
        archived = {raw.asked_id or raw.id: raw for raw in binned}
        self.gone += [self._merged(id_, raw) for id_, raw in merged.items() if id_ in held]
        self.gone += [self._lost(id_, archived.get(id_)) for id_ in rest]

    def _held(self, ids: Sequence[str]) -> set[str]:
        with self.intake.desk.store.snapshot() as unit:
            return unit.reconcile.live(self.intake.desk.name, self.holding, ids)

    def _merged(self, id_: str, survivor: SourceRecord) -> Finding:
        is_later = self._is_later(survivor.updated_at)
        return Finding(id=id_, what=What.MERGED, into=survivor.id, not_yet_pulled=is_later)

    def _lost(self, id_: str, archived: SourceRecord | None) -> Finding:
        if archived is None:
            return Finding(id=id_, what=What.DELETED)
        return Finding(id=id_, what=What.ARCHIVED, not_yet_pulled=self._is_later(archived.archived_at))

    async def _settle_gone(self) -> None:
        """Take what is gone out of the mirror, last of all: by now every survivor of a merge is in it."""
        is_much = len(self.gone) > max(_FEW_GONE, _MOST_GONE * self.drift.mirror) and not self.orders.force
        if self.orders.apply and not is_much:
            for start in range(0, len(self.gone), _PART):
                await asyncio.to_thread(self._remove, self.gone[start : start + _PART])
        for one in self.gone:
            self.drift.note(one)
        if self.orders.apply and is_much:
            raise UnsafePlan(
                f"{len(self.gone):,} of {self.drift.mirror:,} are gone from the CRM: more than {_MOST_GONE:.0%}",
                stream=self.stream,
                hint="look at `syncer reconcile`; if it is so, run it again with --apply --force",
            )

    def _remove(self, part: Sequence[Finding]) -> None:
        desk, ids = self.intake.desk, [one.id for one in part if one.what is not What.MERGED]
        into = {one.id: one.into for one in part if one.into is not None}
        with desk.store.commit() as unit:
            take_out(unit, desk, self.stream, Gone(holding=self.holding, lost=ids, into=into))
            request_announced(unit, desk, self.stream, ids)
            left = unit.reconcile.live(desk.name, self.holding, [one.id for one in part])
        for one in part:
            one.repaired = one.id not in left


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """Some records of the CRM, as they came and as the mirror would hold them."""

    records: Mapping[str, SourceRecord]
    batch: Batch
    links: Mapping[Kind, Mapping[str, Sequence[Link]]]

    @property
    def own(self) -> Sequence[Contact | Company | Deal | Activity | Answer | Story]:
        return _own(self.batch)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Differences:
    findings: Mapping[str, Finding]
    #: Ids of records that cannot be read, and those among them that are no dead letters yet.
    unreadable: Collection[str]
    unknown: Collection[str]
    #: Ids of contacts that differ in nothing but counts that figures alone read.
    counted: Collection[str]


def _own(batch: Batch) -> Sequence[Contact | Company | Deal | Activity | Answer | Story]:
    """Return the records of the batch's own stream; roll-ups of contacts follow the record they stand on."""
    if batch.stream in set(Kind):
        return batch.contacts or batch.companies or batch.deals
    return batch.activities or batch.stories or batch.answers


def _by_number(id_: str) -> tuple[int, str]:
    return len(id_), id_
