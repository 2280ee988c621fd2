"""What an account's calls cost today and what the CRM said last of its limits: kept so that every process can tell."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import msgspec

from connectors.values import Usage
from jobs.budget.parking import begin_rests, believed, day_of, rests, zone_of
from jobs.desk import Desk
from syncer.errors import SyncerError
from syncer.moments import SECOND, Millis, iso
from syncer.store import Unit

#: Seconds between two notes while a job is at work.
_EVERY = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class BurstTold:
    """What the CRM said of the burst limit, and when."""

    calls: int
    remaining: int | None
    seconds: float
    at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTold:
    """What the CRM said of the day's limit, and when; all apps of the account draw on it."""

    limit: int | None
    remaining: int
    at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """One day of one account."""

    #: The day by the account's time zone.
    day: str
    #: Our calls by stream.
    calls: Mapping[str, int]
    #: Of them association calls, whose day is counted apart.
    associations: int = 0
    #: 429 answers met.
    limited: int = 0
    burst: BurstTold | None = None
    daily: DayTold | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        burst, daily = self.burst, self.daily
        return {
            "day": self.day,
            "calls": dict(self.calls),
            "calls_total": sum(self.calls.values()),
            "association_calls": self.associations,
            "refused_429": self.limited,
            "burst": burst
            and {"limit": burst.calls, "remaining": burst.remaining, "seconds": burst.seconds, "at": iso(burst.at)},
            "daily": daily and {"limit": daily.limit, "remaining": daily.remaining, "at": iso(daily.at)},
        }


def today(unit: Unit, account: str, now: Millis) -> Spending:
    """Return what was spent since midnight of the account's time zone; the CRM's last words may be older.

    What it said of a day that is over is forgotten.
    """
    facts = unit.desk.account(account)
    day = day_of(now, zone_of(facts.time_zone if facts else None))
    kept = _kept(unit, account)
    if kept is None:
        return Spending(day=day, calls={})
    return kept if kept.day == day else Spending(day=day, calls={}, burst=kept.burst)


def _kept(unit: Unit, account: str) -> Spending | None:
    text = unit.desk.cursor(account, "account", "spending")
    try:
        return None if text is None else msgspec.json.decode(text, type=Spending)
    except msgspec.MsgspecError:
        return None


@asynccontextmanager
async def noted_spending(desk: Desk) -> AsyncIterator[None]:
    """Note every few seconds and at the end what the desk's calls cost; a spent day becomes a rest."""
    noted = _Noted(desk)

    async def note_on() -> None:
        while True:
            await asyncio.sleep(_EVERY)
            # What could not be noted now is noted next time.
            with suppress(SyncerError):
                await asyncio.to_thread(noted.note)

    notes = asyncio.create_task(note_on())
    try:
        yield
    finally:
        notes.cancel()
        with suppress(asyncio.CancelledError):
            await notes
        await asyncio.to_thread(noted.note)


class _Noted:
    """What of a desk's usage is in the store already."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last = desk.source.usage

    def note(self) -> None:
        usage = self._desk.source.usage
        if usage.spent:
            begin_rests(self._desk)
        if sum(usage.calls.values()) == sum(self._last.calls.values()):
            return
        with self._desk.store.commit() as unit:
            before = today(unit, self._desk.name, self._desk.clock())
            now = _grown(before, usage, self._last, self._desk.clock())
            unit.desk.keep_cursor(self._desk.name, "account", "spending", msgspec.json.encode(now).decode())
            found = believed(rests(unit, self._desk.name, self._desk.clock()), self._desk.clock())
        self._last = usage
        others = {part: (rest.message, rest.until) for part, rest in found.items() if part not in usage.spent}
        # Calls that went meanwhile are noted next time; a day is no matter of a few calls.
        unnoted = self._desk.source.usage.associations - usage.associations
        self._desk.source.learn_day(now.associations + unnoted, others)


def _grown(before: Spending, usage: Usage, last: Usage, now: Millis) -> Spending:
    calls = Counter(before.calls)
    calls.update(usage.calls)
    calls.subtract(last.calls)
    burst, day = usage.burst, usage.day
    grown = replace(
        before,
        calls=dict(calls),
        associations=before.associations + usage.associations - last.associations,
        limited=before.limited + usage.limited - last.limited,
    )
    if burst is not None:
        told = BurstTold(calls=burst.calls, remaining=burst.remaining, seconds=burst.seconds, at=_at(burst.at, now))
        grown = replace(grown, burst=told)
    if day is not None:
        grown = replace(grown, daily=DayTold(limit=day.limit, remaining=day.remaining, at=_at(day.at, now)))
    return grown


def _at(heard: float, now: Millis) -> Millis:
    """Return a moment of the monotonic clock on the clock of the wall."""
    return Millis(now - round((time.monotonic() - heard) * SECOND))
