"""Rest: an account whose day is spent is asked for nothing until midnight of its own time zone.

HubSpot counts a day by the account's time zone and says neither that nor when it ends. Kept in the store, so that every
process knows; believed only as long as the clock makes sense.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog

from jobs.desk import Desk
from syncer.errors import LimitScope, RateLimited, SyncerError
from syncer.moments import HOUR, MINUTE, Millis, iso, millis, moment
from syncer.notation import minute_text
from syncer.store import Store, Unit

_log = structlog.get_logger()

GENERAL, ASSOCIATIONS = "general", "associations"
_DAILY = (LimitScope.DAILY, LimitScope.ASSOCIATIONS_DAILY)

#: A day refused so soon after its beginning is the last one: the CRM's clock is behind ours.
_TOO_SOON = 5 * MINUTE
#: A day's limit may be raised meanwhile: after so long one call may find out.
_PROBE = HOUR
#: The longest day there is, when clocks are put back; a rest beyond it comes from a wrong clock.
_LONGEST = 26 * HOUR
#: A clock that differs less from the CRM's is right.
_SAME = MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """Why and how long nothing is asked of an account, or of its associations."""

    #: `general`, all of the account; or `associations`, whose day is counted apart.
    part: str
    since: Millis
    until: Millis
    #: The account's time zone; UTC where it is unknown.
    zone: str
    why: str
    #: When it was last found to hold.
    probed: Millis

    @property
    def local(self) -> str:
        """The end as the account's own people read it."""
        return f"{minute_text(moment(self.until).astimezone(zone_of(self.zone)), 'en')} {self.zone}"

    @property
    def message(self) -> str:
        """What a person is told."""
        calls = "association calls" if self.part == ASSOCIATIONS else "calls"
        return f"the account's {calls} for today are spent ({self.why}): it rests until {self.local}"

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "part": self.part,
            "since": iso(self.since),
            "until": iso(self.until),
            "until_local": self.local,
            "time_zone": self.zone,
            "why": self.why,
        }

    def holds(self, now: Millis) -> bool:
        """Tell whether it is to be believed: also not where the clock went back before its beginning."""
        return self.since <= now < self.until <= self.since + _LONGEST


def zone_of(name: str | None) -> ZoneInfo:
    """Return a time zone by name, UTC for none or one that nobody knows."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(now: Millis, zone: ZoneInfo) -> str:
    """Return which day it is in a time zone."""
    return moment(now).astimezone(zone).date().isoformat()


def end_of_day(now: Millis, zone: ZoneInfo) -> Millis:
    """Return the next midnight of a time zone, in days of 23 and 25 hours too."""
    return _midnight(moment(now).astimezone(zone), zone, days=1)


def _midnight(local: datetime, zone: ZoneInfo, *, days: int) -> Millis:
    return millis(datetime.combine(local.date() + timedelta(days=days), time.min, tzinfo=zone))


def end_of_rest(now: Millis, zone: ZoneInfo, server_time: Millis | None) -> Millis:
    """Return when to ask again, on our clock, after a day was spent.

    Where our clock and the CRM's differ, it is the CRM's midnight that counts.
    """
    ahead = 0 if server_time is None or abs(server_time - now) <= _SAME else server_time - now
    there = Millis(now + ahead)
    begun = _midnight(moment(there).astimezone(zone), zone, days=0)
    if there - begun < _TOO_SOON:
        return Millis(now + _TOO_SOON)
    return Millis(end_of_day(there, zone) - ahead)


def rests(unit: Unit, account: str, now: Millis) -> Mapping[str, Rest]:
    """Return the rests that hold now, by part."""
    return {part: rest for part, rest in _kept(unit, account).items() if rest.holds(now)}


def kept_rests(store: Store, account: str, now: Millis) -> Mapping[str, Rest]:
    """Return the rests that hold now, by part."""
    with store.snapshot() as unit:
        return rests(unit, account, now)


def believed(found: Mapping[str, Rest], now: Millis) -> Mapping[str, Rest]:
    """Return the rests that need no new proof: the associations' is proved anew by their next call, once an hour."""
    return {part: rest for part, rest in found.items() if part == GENERAL or now - rest.probed < _PROBE}


def _kept(unit: Unit, account: str) -> dict[str, Rest]:
    text = unit.desk.cursor(account, "account", "rests")
    try:
        return {} if text is None else msgspec.json.decode(text, type=dict[str, Rest])
    except msgspec.MsgspecError:
        return {}


def _keep(unit: Unit, account: str, found: Mapping[str, Rest]) -> None:
    unit.desk.keep_cursor(account, "account", "rests", msgspec.json.encode(found).decode())


def begin_rests(desk: Desk) -> Mapping[str, Rest]:
    """Keep a rest for every part of the day that this desk found spent, and return those that hold."""
    spent, now = desk.source.usage.spent, desk.clock()
    with desk.store.commit() as unit:
        found = dict(rests(unit, desk.name, now))
        again = {part: replace(found[part], probed=now) for part in spent if part in found}
        begun = {part: _begun(desk, unit, part, why) for part, why in spent.items() if part not in found}
        if begun or again:
            _keep(unit, desk.name, found | again | begun)
    for rest in begun.values():
        _log.warning("account_rests", account=desk.name, part=rest.part, until=iso(rest.until), reason=rest.why)
    return found | begun


def _begun(desk: Desk, unit: Unit, part: str, why: str) -> Rest:
    now = desk.clock()
    facts = unit.desk.account(desk.name)
    zone = zone_of(facts.time_zone if facts else None)
    until = end_of_rest(now, zone, desk.source.usage.server_time)
    return Rest(part=part, since=now, until=until, zone=zone.key, why=why, probed=now)


async def resting(desk: Desk) -> Rest | None:
    """Return the rest of the whole account, or None where it may be asked.

    Once an hour one call finds out whether the day's limit was raised meanwhile.
    """
    found = await asyncio.to_thread(kept_rests, desk.store, desk.name, desk.clock())
    rest = found.get(GENERAL)
    if rest is None or desk.clock() - rest.probed < _PROBE or await _still_spent(desk):
        return rest
    await asyncio.to_thread(_end_rests, desk)
    return None


async def _still_spent(desk: Desk) -> bool:
    desk.source.wake()
    try:
        await desk.source.account()
    except SyncerError:
        pass
    else:
        if GENERAL not in desk.source.usage.spent:
            return False

    def note() -> None:
        with desk.store.commit() as unit:
            kept = _kept(unit, desk.name)
            if GENERAL in kept:
                _keep(unit, desk.name, kept | {GENERAL: replace(kept[GENERAL], probed=desk.clock())})

    await asyncio.to_thread(note)
    return True


def _end_rests(desk: Desk) -> None:
    with desk.store.commit() as unit:
        _keep(unit, desk.name, {})
    _log.info("account_goes_on", account=desk.name)


async def refuse_at_rest(desk: Desk) -> None:
    """Raise RateLimited while the account rests."""
    rest = await resting(desk)
    if rest is not None:
        raise refusal(desk.name, rest)


def refusal(account: str, rest: Rest) -> RateLimited:
    """Return a rest as the error that it is for who wanted to ask."""
    scope = LimitScope.ASSOCIATIONS_DAILY if rest.part == ASSOCIATIONS else LimitScope.DAILY
    return RateLimited(rest.message, scope=scope, until=rest.until, account=account)


async def by_day(desk: Desk, work: Callable[[], Awaitable[None]]) -> Rest | None:
    """Do the work unless the account rests, and return the rest that it found or ran into."""
    rest = await resting(desk)
    if rest is not None:
        return rest
    try:
        await work()
    except RateLimited as error:
        if error.scope is not LimitScope.DAILY:
            raise
    return (await asyncio.to_thread(begin_rests, desk)).get(GENERAL)


def is_daily(error: BaseException) -> bool:
    """Tell whether an error is about a day that is spent."""
    return isinstance(error, RateLimited) and error.scope in _DAILY
