"""Reads the journal of one app into the inboxes of its accounts: file by file, each in one commit with its offset.

A kill in between reads the file again, and hints that came before are there already. Where the journal lost its place,
it is read from its beginning, and a gap is noted: rounds read what changed, the next full compare what is gone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

import msgspec
import structlog

from connectors.ending import to_the_end
from connectors.hubspot.journal import READ_SCOPE, Journal, UnreadableFileError
from connectors.hubspot.journalfile import JournalFile
from connectors.hubspot.tokens import AppTokens
from connectors.hubspot.versions import versions_with
from jobs.access.grants import endpoint_of
from jobs.desk import Clock
from jobs.settings import Account
from jobs.webhooks.journal_place import Gap, Place, ReadApp, keep_place, place_of
from jobs.webhooks.keeping import Delivery, Outcome, receive
from syncer.errors import BadAnswer, Bug, CursorExpired, SyncerError
from syncer.moments import Millis
from syncer.store import Store, Unit

_log = structlog.get_logger()

#: Readings that meet the same unreadable file before it is left out.
MOST_UNREADABLE = 5

Places = Mapping[str, Place | None]


@dataclass(kw_only=True, slots=True)
class JournalResult:
    """What one reading did."""

    accounts: list[str]
    files: int = 0
    events: int = 0
    #: Hints that were not known.
    kept: int = 0
    foreign: int = 0
    unreadable: int = 0
    skipped_files: int = 0
    #: Accounts of which the journal may not have told everything.
    gaps: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


def app_tokens(account: Account, clock: Clock, scopes: tuple[str, ...] = (READ_SCOPE,)) -> AppTokens:
    """Return the tokens of the app whose journal an account reads."""
    if account.journal is None:
        raise Bug("an account without a journal has no app", account=account.name)
    return AppTokens(
        client_id=account.journal.client_id,
        client_secret=account.journal.client_secret.get_secret_value(),
        scopes=scopes,
        post=endpoint_of(account),
        clock=clock,
    )


async def read_journal(store: Store, app: ReadApp, tokens: AppTokens, clock: Clock) -> JournalResult:
    """Read everything that is new. Raises what the journal raises, once it is noted for every account of the app."""
    first = app.first
    journal = Journal(base_url=first.base_url, tokens=tokens, versions=versions_with(first.versions))
    reading = _Reading(store=store, app=app, journal=journal, clock=clock)
    try:
        while await reading.step():
            pass
    except SyncerError as error:
        await asyncio.to_thread(reading.note_failure, error)
        raise
    finally:
        await to_the_end(journal.close())
    result = reading.result
    if result.files:
        _log.info("journal_read", **result.as_dict())
    return result


@dataclass(kw_only=True, slots=True)
class _Reading:
    store: Store
    app: ReadApp
    journal: Journal
    clock: Clock
    result: JournalResult = field(init=False)
    #: Offsets that were read from: one that comes again would never end.
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.result = JournalResult(accounts=list(self.app.names))

    async def step(self) -> bool:
        """Read one file and keep it; return whether there may be more."""
        places, now = await asyncio.to_thread(self._places), self.clock()
        start = _start(places, now)
        try:
            found, is_lost = await self._next(start, now)
        except UnreadableFileError as error:
            return await self._unreadable(error, places, now)
        if found is None:
            await asyncio.to_thread(self._keep, places, None, now, is_lost=is_lost)
            return False
        offset, file = found
        if offset in self._seen or (start is not None and offset == start.offset):
            raise BadAnswer("the journal leads in a circle", stream="journal")
        self._seen.add(offset)
        return await asyncio.to_thread(self._keep, places, (offset, file), now, is_lost=is_lost)

    async def _next(self, start: Place | None, now: Millis) -> tuple[tuple[str, JournalFile] | None, bool]:
        """Return what follows a place, and whether the journal had lost it."""
        if start is None:
            return await self.journal.read(None), False
        try:
            found = await self.journal.read(start.offset)
        except CursorExpired:
            return await self.journal.read(None), True
        if found is None and start.is_old(now):
            # Nothing new in three days, or a place that is no more and nobody says so: the beginning tells.
            first = await self.journal.read(None)
            if first is not None and first[0] != start.offset and (first[1].until or now) > (start.until or 0):
                return first, True
        return found, False

    async def _unreadable(self, error: UnreadableFileError, places: Places, now: Millis) -> bool:
        """Count a file that is none; leave it out in the end, and note the gap."""
        tries = 1 + max((one.unreadable for one in places.values() if one is not None), default=0)
        if tries < MOST_UNREADABLE:
            await asyncio.to_thread(self._note_unreadable, tries)
            raise BadAnswer(str(error), stream="journal", hint=f"left out after {MOST_UNREADABLE} readings")
        self.result.skipped_files += 1
        _log.warning("journal_file_skipped", accounts=self.result.accounts, reason=str(error))
        self._seen.add(error.offset)
        return await asyncio.to_thread(self._keep, places, (error.offset, None), now, is_lost=True)

    def _places(self) -> Places:
        with self.store.snapshot() as unit:
            return {name: place_of(unit, name, self.app.origin) for name in self.app.names}

    def _keep(
        self, places: Places, found: tuple[str, JournalFile | None] | None, now: Millis, *, is_lost: bool
    ) -> bool:
        """Keep hints and offset in one commit; return False, and keep nothing, where another process moved on."""
        file = None if found is None else found[1]
        with self.store.commit() as unit:
            if {name: place_of(unit, name, self.app.origin) for name in places} != places:
                return False
            if file is not None:
                self._receive(unit, file, now)
            elif found is not None:
                unit.inbox.count({(self.app.shared_name, Outcome.JOURNAL_FILES_SKIPPED.value): 1}, now)
            for name, before in places.items():
                keep_place(unit, name, self._moved(name, before, found, now, is_lost=is_lost))
        return True

    def _receive(self, unit: Unit, file: JournalFile, now: Millis) -> None:
        name, batch = self.app.shared_name, file.batch
        numbers = Counter({(name, Outcome.JOURNAL_FILES.value): 1})
        numbers[name, Outcome.FOREIGN.value] += batch.foreign
        numbers[name, Outcome.UNREADABLE.value] += batch.unreadable
        receive(unit, [Delivery(accounts=self.app.names, hints=batch.hints)], numbers, now)
        self.result.files += 1
        self.result.events += batch.events
        self.result.foreign += batch.foreign
        self.result.unreadable += batch.unreadable
        self.result.kept += sum(number for (_, what), number in numbers.items() if what == Outcome.KEPT.value)

    def _moved(
        self,
        name: str,
        before: Place | None,
        found: tuple[str, JournalFile | None] | None,
        now: Millis,
        *,
        is_lost: bool,
    ) -> Place:
        """Return where an account stands after a file, or after the word that there is none."""
        held = before or Place(origin=self.app.origin)
        gap = held.gap
        if before is not None and (is_lost or before.is_old(now)):
            since = before.until if gap is None or gap.until < (before.until or 0) else gap.since
            gap = Gap(since=since, until=now)
            self._say_gap(name)
        # An offset that was lost is not asked for again.
        offset = found[0] if found is not None else None if is_lost else held.offset
        until = now if found is None else _until(held, found[1], now)
        return msgspec.structs.replace(
            held, offset=offset, until=until, gap=gap, failures=0, failed_at=None, why=None, unreadable=0
        )

    def _say_gap(self, name: str) -> None:
        if name not in self.result.gaps:
            self.result.gaps.append(name)
            _log.warning("journal_gap", account=name)

    def _note_unreadable(self, tries: int) -> None:
        self._change(lambda place: msgspec.structs.replace(place, unreadable=tries))

    def note_failure(self, error: SyncerError) -> None:
        """Keep that this reading failed, and why, for every account of the app."""
        now = self.clock()
        self._change(
            lambda place: msgspec.structs.replace(
                place, failures=place.failures + 1, failed_at=now, why=f"{type(error).__name__}: {error.message}"
            )
        )

    def _change(self, changed: Callable[[Place], Place]) -> None:
        with self.store.commit() as unit:
            for name in self.app.names:
                before = place_of(unit, name, self.app.origin) or Place(origin=self.app.origin)
                keep_place(unit, name, changed(before))


def _start(places: Places, now: Millis) -> Place | None:
    """Return from where an app's journal is read on: where the account stands that is furthest behind.

    Accounts for whom files may be gone do not hold up the others.
    """
    known = [one for one in places.values() if one is not None and one.offset is not None]
    fresh = [one for one in known if not one.is_old(now)]
    if fresh:
        return min(fresh, key=_reached)
    return max(known, key=_reached, default=None)


def _reached(place: Place) -> int:
    return place.until or 0


def _until(before: Place, file: JournalFile | None, now: Millis) -> Millis | None:
    """Return up to when the journal told; a file that does not say, or says the future, tells no more than before."""
    said = None if file is None else file.until
    return before.until if said is None else Millis(min(said, now))
