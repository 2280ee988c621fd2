"""Keeps deliveries in the inbox: whatever arrived meanwhile goes into one commit, and only then is any answered."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from jobs.desk import Clock
from syncer.errors import Unavailable
from syncer.hints import Hint
from syncer.moments import Millis
from syncer.store import Store, Unit

_log = structlog.get_logger()

#: Deliveries that may wait for the database at once; HubSpot keeps ten in flight.
MOST_WAITING = 200
#: No stream: letters of erasures that name nobody.
NAMELESS = "erasures"
_NAMELESS = "the CRM erased a person and did not say whom"
_WHAT_TO_DO = (
    "syncer reconcile --apply --stream contacts takes out who is gone",
    "HubSpot's audit log of privacy deletions names whom: syncer forget ID, then syncer dead-letters drop this letter",
)
#: Seconds in which what arrives together is gathered: a commit costs more than all that it keeps.
_GATHER = 0.001
#: Seconds between two notes of what came, where nothing is to be kept.
_NOTE_EVERY = 5.0


class Outcome(StrEnum):
    """What came of a delivery, or of the events in it."""

    #: Deliveries.
    ACCEPTED = "accepted"
    UNSIGNED = "unsigned"
    STALE = "stale"
    BAD_SIGNATURE = "bad_signature"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CUT_OFF = "cut_off"
    UNREADABLE_BODY = "unreadable_body"
    BUSY = "busy"
    #: Events and the hints that they gave.
    KEPT = "kept"
    REPEATED = "repeated"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    OTHER_PORTAL = "other_portal"
    #: Files of the journal; their events and hints count like those of deliveries.
    JOURNAL_FILES = "journal_files"
    JOURNAL_FILES_SKIPPED = "journal_files_skipped"
    LOOKED_AT = "looked_at"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What an app told: a verified delivery, or a file of its journal."""

    #: Accounts that the app may tell of: they share its secret.
    accounts: Sequence[str]
    #: By portal id.
    hints: Mapping[str, Sequence[Hint]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    delivery: Delivery
    kept: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Keeper:
    """The one writer of the inbox in this process."""

    def __init__(self, store: Store, clock: Clock, on_kept: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._on_kept = on_kept
        self._places: list[_Place] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._arrived = asyncio.Event()
        # Work may fill the threads that everybody shares, and deliveries are answered within seconds.
        self._thread = ThreadPoolExecutor(1, "inbox")

    def note(self, account: str, outcome: Outcome, number: int = 1) -> None:
        """Count what came of something; it reaches the database with the next commit."""
        if number:
            self._counts[account, outcome.value] += number

    async def keep(self, delivery: Delivery) -> None:
        """Return once the delivery's hints are in the database. Raises Unavailable where it cannot take them now."""
        if len(self._places) >= MOST_WAITING:
            raise Unavailable("too many deliveries wait for the database")
        place = _Place(delivery=delivery)
        self._places.append(place)
        self._arrived.set()
        await place.kept

    async def run(self) -> None:
        """Keep what arrives until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), _NOTE_EVERY)
                await asyncio.sleep(_GATHER)
            await self.flush()

    async def flush(self) -> None:
        """Keep what waits now."""
        self._arrived.clear()
        places, self._places = self._places, []
        counts, self._counts = self._counts, Counter()
        if not places and not counts:
            return
        # Looked at instead of awaited: whatever went wrong, the next deliveries find a writer.
        deliveries, loop = [one.delivery for one in places], asyncio.get_running_loop()
        commit = loop.run_in_executor(self._thread, self._commit, deliveries, counts)
        await asyncio.wait({commit})
        error = commit.exception()
        if error is not None:
            self._counts.update(counts)
            _log.error("hints_not_kept", reason=type(error).__name__, deliveries=len(places))
        for one in places:
            _answer(one.kept, error)
        if error is None and places:
            self._on_kept()

    def _commit(self, deliveries: Sequence[Delivery], counts: Mapping[tuple[str, str], int]) -> None:
        now = self._clock()
        numbers = Counter(counts)
        with self._store.commit() as unit:
            receive(unit, deliveries, numbers, now)


def receive(unit: Unit, deliveries: Sequence[Delivery], numbers: Counter[tuple[str, str]], now: Millis) -> None:
    """Put the hints of deliveries into the inboxes of their accounts, and keep the numbers with what came of them."""
    for account, told in sorted(_by_account(unit, deliveries, numbers).items()):
        hints = [one for one in told if one.record_id]
        for one in told:
            if not one.record_id:
                _bury(unit, account, one, now)
        numbers[account, Outcome.UNREADABLE.value] += len(told) - len(hints)
        new = unit.inbox.receive(account, hints, now)
        numbers[account, Outcome.KEPT.value] += new
        numbers[account, Outcome.REPEATED.value] += len(hints) - new
    unit.inbox.count({key: number for key, number in numbers.items() if number}, now)


def _bury(unit: Unit, account: str, erasure: Hint, now: Millis) -> None:
    """Keep the letter of an erasure that names nobody: one that comes again counts a further attempt."""
    unit.desk.bury(account, NAMELESS, erasure.id, reason=_NAMELESS, problems=_WHAT_TO_DO, now=now)
    _log.error("record_buried", account=account, stream=NAMELESS, record=erasure.id, problems=list(_WHAT_TO_DO))


def _by_account(
    unit: Unit, deliveries: Sequence[Delivery], numbers: Counter[tuple[str, str]]
) -> Mapping[str, Sequence[Hint]]:
    """Return the hints of all deliveries by account, and count those of portals that are nobody's."""
    found: dict[str, list[Hint]] = {}
    owners = {names: _owners(unit, names) for names in {tuple(one.accounts) for one in deliveries}}
    for delivery in deliveries:
        of = owners[tuple(delivery.accounts)]
        for portal, hints in delivery.hints.items():
            account = of.get(portal) or of.get("")
            if account is None:
                numbers[delivery.accounts[0], Outcome.OTHER_PORTAL.value] += len(hints)
            else:
                found.setdefault(account, []).extend(hints)
    return found


def _owners(unit: Unit, accounts: Sequence[str]) -> Mapping[str, str]:
    """Return by portal id whose account it is; an only account whose portal is not known yet takes the rest, as ''."""
    facts = {name: unit.desk.account(name) for name in accounts}
    known = {one.portal_id: name for name, one in facts.items() if one is not None and one.portal_id is not None}
    unknown = [name for name in accounts if name not in known.values()]
    return known | ({"": unknown[0]} if len(unknown) == 1 else {})


def _answer(kept: asyncio.Future[None], error: BaseException | None) -> None:
    # Who waited too long has left.
    if kept.done():
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(Unavailable("the hints could not be kept"))
