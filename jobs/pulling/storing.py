"""One chunk of records into the mirror, ledger and cursor, in one commit."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import Enum

import structlog

from connectors.values import Page
from jobs.counts import StreamCount
from jobs.desk import Desk
from jobs.names import rules_for
from jobs.privacy.consents import drop_without_consent
from jobs.privacy.gate import forgotten_ids, let_in, settle_forgotten, without_forgotten
from jobs.privacy.prune import reduce_old
from jobs.pulling.ahead import ahead
from jobs.pulling.completeness import tally
from jobs.pulling.echoes import as_others_left_them, deals_as_others_left_them, without_echoes
from jobs.pulling.employers import employer_changes, with_companies
from jobs.pulling.forebears import adopt_earlier
from jobs.pulling.intake import Intake
from jobs.pulling.letters import settle_letters
from jobs.pulling.reading import Batch, Chunk, chunks
from jobs.pulling.sources import with_sources
from jobs.pulling.versions import had_story, has_news, has_story
from syncer.agreement import Agreement
from syncer.errors import InvalidRecord
from syncer.moments import Millis
from syncer.records import Company, Contact, Deal, Kind
from syncer.store import Unit, Upserted
from syncer.writeback import same_value
from syncer.writeback.rules import LEAD_STATUS, LIFECYCLE, OF_THE_CRM

_log = structlog.get_logger()


class Reading(Enum):
    """How a chunk came: it decides what is completed and what the commit keeps."""

    #: A full list: links of every record, the cursor kept, the whole account derived afterwards.
    BACKFILL = "backfill"
    #: Changes: links and versions of what differs from the mirror, which is marked dirty.
    CHANGES = "changes"


async def store_pages(intake: Intake, pages: AsyncIterator[Page]) -> None:
    """Keep a full list chunk by chunk, reading one ahead while the last is being stored."""
    async with aclosing(ahead(chunks(pages))) as read:
        async for chunk in read:
            await store_chunk(intake, chunk, Reading.BACKFILL)


async def store_chunk(intake: Intake, chunk: Chunk, reading: Reading) -> None:
    """Map, complete and keep one chunk; records that cannot be used become dead letters."""
    desk = intake.desk
    batch = await intake.reader.batch(chunk)
    await asyncio.to_thread(settle_forgotten, desk, batch)
    changed, storied = await asyncio.to_thread(_to_complete, desk, batch, reading)
    await intake.reader.complete(batch, changed, storied)
    await asyncio.to_thread(_commit, intake, batch, chunk, reading)
    for error in batch.broken:
        _log.warning("record_buried", stream=batch.stream, record=error.record, problems=list(error.problems))
    desk.progress.advance(batch.stream, batch.read)


def _records(batch: Batch) -> Sequence[Contact | Company | Deal]:
    return batch.contacts or batch.companies or batch.deals


def _to_complete(desk: Desk, batch: Batch, reading: Reading) -> tuple[Sequence[str], Sequence[str]]:
    if not _records(batch):
        return (), ()
    kind = Kind(batch.stream)
    with desk.store.snapshot() as unit:
        names = rules_for(desk.agreement.agreement).names
        has_written = without_our_words(unit, desk, batch)
        records = _records(batch)
        if reading is Reading.BACKFILL and not has_written:
            # Where we never wrote, no value of ours can have been edited: nothing is to be compared.
            return [one.id for one in records], [one.id for one in records if has_story(one) or had_story(one)]
        held = unit.mirror.held(desk.name, kind, [one.id for one in records])
        differing = {one.id for one in records}
        known: Mapping[str, Contact] = {}
        if reading is Reading.CHANGES:
            differing = set(unit.mirror.differing(desk.name, kind, records))
            known = unit.mirror.contacts(desk.name, sorted(differing)) if kind is Kind.CONTACT else {}
    ours = {name for role, name in names[kind].items() if role not in OF_THE_CRM}
    tracked = [name for name in desk.definitions.objects[kind].history.values() if name in ours]
    edited = {one.id for one in records if _is_edited(one, held.get(one.id), tracked)}
    changed = [one for one in records if one.id in differing]
    words = frozenset(name for role, name in names[kind].items() if role in (LIFECYCLE, LEAD_STATUS))
    storied = [one.id for one in changed if has_news(one, held.get(one.id), known.get(one.id), words)]
    return [one.id for one in changed], [*storied, *sorted(edited - set(storied))]


def without_our_words(unit: Unit, desk: Desk, batch: Batch) -> bool:
    """Make a batch's records say what somebody other than us said last; return whether we ever wrote to the account."""
    if not unit.desk.has_written(desk.name):
        return False
    names = rules_for(desk.agreement.agreement).names
    batch.contacts = as_others_left_them(unit, desk.name, batch.contacts, names[Kind.CONTACT])
    batch.deals = deals_as_others_left_them(unit, desk.name, batch.deals, names[Kind.DEAL])
    return True


def _is_edited(record: Contact | Company | Deal, held: Mapping[str, str | None] | None, tracked: Sequence[str]) -> bool:
    """Return whether a property of ours whose versions are evidence is not as we left it: a person may have spoken."""
    return held is not None and any(not same_value(record.held.get(name), held.get(name)) for name in tracked)


def _commit(intake: Intake, batch: Batch, chunk: Chunk, reading: Reading) -> None:
    desk = intake.desk
    now = desk.clock()
    seen = intake.count.of(batch.stream)
    with desk.store.commit() as unit:
        # Once more, now that links and versions are there and nobody else can write.
        let_in(unit, desk, without_forgotten(unit, desk, batch))
        reduce_old(desk, batch)
        seen.without_consent += drop_without_consent(unit, desk, batch)
        adopt_earlier(unit, desk.name, batch)
        pen = _Pen(unit, desk.name, desk.agreement.agreement, now, mark_dirty=reading is Reading.CHANGES)
        batch.broken += _keep(pen, batch, seen)
        _leave_forgotten_unburied(unit, desk, batch, chunk)
        broken = {error.record for error in batch.broken}
        settle_letters(unit, desk.name, chunk.stream, [raw.id for raw in chunk.records if raw.id not in broken])
        for error in batch.broken:
            record = error.record or ""
            reason = "the record cannot be read"
            unit.desk.bury(desk.name, batch.stream, record, reason=reason, problems=error.problems, now=now)
        if reading is Reading.BACKFILL:
            if _records(batch) or batch.activities or batch.stories:
                unit.desk.demand_full_derive(desk.name)
            unit.desk.keep_cursor(desk.name, batch.stream, "backfill", chunk.cursor or "")
            listed = [raw.id for raw in chunk.records if raw.id not in batch.forgotten]
            tally(unit, desk, batch.stream, listed, forgotten=len(chunk.records) - len(listed))
    seen.forgotten += len(batch.forgotten)
    seen.read += batch.read
    seen.buried += len(batch.broken)


def _leave_forgotten_unburied(unit: Unit, desk: Desk, batch: Batch, chunk: Chunk) -> None:
    """Write and keep no letter of a forgotten person whose record cannot be read: it is not to be read at all."""
    broken = {error.record for error in batch.broken}
    gone = forgotten_ids(unit, desk, [raw for raw in chunk.records if raw.id in broken])
    batch.broken = [error for error in batch.broken if error.record not in gone]
    batch.forgotten |= gone
    for letter in unit.desk.dead_letters(desk.name) if gone else ():
        if letter.stream == batch.stream and letter.record_id in gone:
            unit.desk.drop(desk.name, letter.id)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where and how one commit writes."""

    unit: Unit
    account: str
    agreement: Agreement
    now: Millis
    mark_dirty: bool = field(kw_only=True)


def _keep(pen: _Pen, batch: Batch, seen: StreamCount) -> Sequence[InvalidRecord]:
    """Write a batch and return the records that no column can hold."""
    mirror, account, now, mark = pen.unit.mirror, pen.account, pen.now, pen.mark_dirty
    batch.contacts = with_companies(pen.unit, account, batch.contacts, batch.links.get(Kind.COMPANY, {}))
    companies = mirror.upsert_companies(account, batch.companies, now, mark_dirty=mark)
    people = mirror.upsert_contacts(account, batch.contacts, now, mark_dirty=mark)
    own = [companies, people, mirror.upsert_deals(account, batch.deals, now, mark_dirty=mark)]
    if moves := employer_changes(batch.contacts, people.moved, now):
        mirror.add_changes(account, moves, now, mark_dirty=mark)
    if batch.costs:
        batch.costs = with_sources(pen.unit, account, batch.costs, pen.agreement.money.sources)
    others = [
        mirror.upsert_activities(account, batch.activities, now, mark_dirty=mark),
        mirror.upsert_stories(account, batch.stories, now, mark_dirty=mark),
        mirror.upsert_answers(account, batch.answers, now),
        mirror.upsert_costs(account, batch.costs, now),
    ]
    for to_kind, links in batch.links.items():
        mirror.replace_links(account, Kind(batch.stream), to_kind, links, now, mark_dirty=mark)
    if batch.changes:
        kind = Kind(batch.stream)
        theirs = without_echoes(pen.unit, account, kind, batch.changes, batch.tracked)
        mirror.add_changes(account, theirs, now, mark_dirty=mark)
    _count(seen, own if batch.stream in set(Kind) else others)
    return [error for one in (*own, *others) for error in one.refused]


def _count(seen: StreamCount, written: Sequence[Upserted]) -> None:
    seen.created += sum(one.created for one in written)
    seen.updated += sum(one.updated for one in written)
