"""Budgets of one account: how fast it may be asked, what is left today, what was spent. No retrying here."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

from connectors.lanes import Lane, Rate, Urgency
from connectors.pacing import Turnstile
from connectors.sharing import Exchange, Sharing
from connectors.tiers import Tier, plan_of, tier_named
from connectors.values import Burst, Day, Usage
from syncer.errors import ConfigError, LimitScope, Problem, RateLimited
from syncer.moments import SECOND, Millis, millis

Sleep = Callable[[float], Awaitable[None]]


class Bucket(Enum):
    """Which of the account's limits a call counts against. The general limit counts every call."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "associations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """The parts (0..1] of the account's limits that are used; the rest stays free for its other apps."""

    #: Of the burst limits, associations included.
    burst: float = 0.98
    #: Of the searches a second, which all apps of the account may share.
    search: float = 0.8
    #: Of the day's calls, which all apps of the account do share.
    daily: float = 0.9
    #: How processes divide what is used; None where no other process knows of these limits.
    exchange: Exchange | None = None

    def __post_init__(self) -> None:
        wrong = [name for name in ("burst", "search", "daily") if not 0 < getattr(self, name) <= 1]
        if wrong:
            message = "a share must be above 0 and at most 1"
            raise ConfigError([Problem(message=message, key=f"limits.{name}") for name in wrong])


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """A part of the day that was spent before: nothing of it is asked for."""

    message: str
    until: Millis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Today:
    """What is known of the account's day before the first call."""

    #: Association calls made since midnight.
    associations: int = 0
    #: By GENERAL or ASSOCIATIONS.
    rests: Mapping[Bucket, Rest] | None = None


_SPENT: Mapping[Bucket, tuple[LimitScope, str]] = {
    Bucket.GENERAL: (LimitScope.DAILY, "the account's calls for today are spent"),
    Bucket.ASSOCIATIONS: (LimitScope.ASSOCIATIONS_DAILY, "the account's association calls for today are spent"),
}


class Budgets:
    """Paces the calls of one account and counts them. Belongs to one event loop."""

    def __init__(
        self,
        *,
        tier: str | None = None,
        shares: Shares | None = None,
        today: Today | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._shares = shares or Shares()
        self._sleep = sleep
        preset = tier_named(tier)
        self._learns = preset.general is not None
        self._lanes = _lanes(preset, self._shares)
        self._associations_daily = preset.associations_daily
        self._turnstile = Turnstile()
        by_name = {bucket.value: lane for bucket, lane in self._lanes.items()}
        exchange = self._shares.exchange
        self._sharing = Sharing(exchange, by_name, self._turnstile) if exchange and by_name else None
        self._resume_at: dict[Bucket, float] = {}
        self._calls: Counter[str] = Counter()
        self._associations = 0
        self._associations_before = (today or Today()).associations
        self._rests: dict[Bucket, Rest] = dict((today or Today()).rests or {})
        self._spent: dict[Bucket, str] = {}
        self._limited = 0
        self._burst: Burst | None = None
        self._day: Day | None = None
        self._answered: tuple[str, float] | None = None

    @property
    def usage(self) -> Usage:
        """Return calls by stream, 429 answers, and what the CRM said last of its limits."""
        return Usage(
            calls=dict(self._calls),
            associations=self._associations,
            limited=self._limited,
            burst=self._burst,
            day=self._day,
            spent={bucket.value: why for bucket, why in self._spent.items()},
            paces={bucket.value: lane.pace for bucket, lane in self._lanes.items()},
            daily_share=self._shares.daily,
            server_time=self._server_time(),
        )

    @property
    def has_room(self) -> bool:
        """Whether more calls at once would be answered sooner; never where nothing limits."""
        lane = self._lanes.get(Bucket.GENERAL)
        now = asyncio.get_running_loop().time()
        return lane is not None and self._turnstile.is_empty and lane.is_behind(now)

    @asynccontextmanager
    async def turn(
        self, bucket: Bucket, stream: str, urgency: Urgency = Urgency.ORDINARY
    ) -> AsyncIterator[Callable[[Mapping[str, str]], None]]:
        """Wait until one more call is allowed, count it, and yield what learns from its answer's headers.

        The call is under way until the block ends. Raises RateLimited when the day's calls are spent.
        """
        self._refuse_spent_day(bucket, stream)
        await self._wait_out(bucket)
        lanes = [lane for of in dict.fromkeys((Bucket.GENERAL, bucket)) if (lane := self._lanes.get(of))]
        if lanes:
            if self._sharing is not None:
                self._sharing.want()
            await self._turnstile.enter(lanes, urgency)
        try:
            self._refuse_spent_day(bucket, stream)
            self._count(bucket, stream)
            sent = asyncio.get_running_loop().time()
            yield lambda headers: self._note_headers(bucket, headers, sent)
        finally:
            if lanes:
                self._turnstile.leave(lanes)

    async def close(self) -> None:
        """Return what is left of our part of the limits to other processes."""
        if self._sharing is not None:
            await self._sharing.close()

    def _count(self, bucket: Bucket, stream: str) -> None:
        self._calls[stream] += 1
        if bucket is Bucket.ASSOCIATIONS:
            self._associations += 1
            daily = self._associations_daily
            if daily is not None and self._associations_before + self._associations >= daily * self._shares.daily:
                self._spent.setdefault(bucket, f"our own count reached {self._shares.daily:.0%} of {daily:,}")

    def _refuse_spent_day(self, bucket: Bucket, stream: str) -> None:
        for of in dict.fromkeys((Bucket.GENERAL, bucket)):
            if of in self._rests:
                scope, rest = _SPENT[of][0], self._rests[of]
                raise RateLimited(rest.message, scope=scope, until=rest.until, stream=stream)
            if of in self._spent:
                scope, message = _SPENT[of]
                raise RateLimited(f"{message} ({self._spent[of]})", scope=scope, stream=stream)

    async def _wait_out(self, bucket: Bucket) -> None:
        for of in dict.fromkeys((Bucket.GENERAL, bucket)):
            left = self._resume_at.get(of, 0.0) - asyncio.get_running_loop().time()
            if left > 0:
                await self._sleep(left)

    def hold(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call in this bucket for some seconds: one 429 speaks for all who wait."""
        until = asyncio.get_running_loop().time() + seconds
        self._resume_at[bucket] = max(until, self._resume_at.get(bucket, 0.0))
        if bucket in self._lanes:
            self._lanes[bucket].closed_until = self._resume_at[bucket]

    def wake(self) -> None:
        """Believe in a spent day no longer: the next call finds out."""
        self._rests.clear()
        self._spent.clear()

    def learn_day(self, associations: int, rests: Mapping[str, tuple[str, Millis]]) -> None:
        """Take over what all processes spent of the day, our own calls included, and the rests that they began."""
        self._associations_before = associations - self._associations
        for part, (message, until) in rests.items():
            self._rests.setdefault(Bucket(part), Rest(message=message, until=until))

    def note_limited(self, scope: LimitScope) -> None:
        """Count a 429; one of the day closes the account, or its associations, for good."""
        self._limited += 1
        for bucket, (daily, _) in _SPENT.items():
            if scope is daily:
                self._spent[bucket] = "the CRM refused a call"

    def _note_headers(self, bucket: Bucket, headers: Mapping[str, str], sent: float) -> None:
        """Learn from an answer's headers; absent ones change nothing."""
        if date := headers.get("date"):
            self._answered = (date, time.monotonic())
        self._learn_day(headers)
        if bucket is Bucket.GENERAL:
            self._learn_burst(headers, sent)

    def _learn_day(self, headers: Mapping[str, str]) -> None:
        remaining, limit = (_number(headers, f"x-hubspot-ratelimit-daily{end}") for end in ("-remaining", ""))
        if remaining is None:
            return
        self._day = Day(remaining=int(remaining), limit=None if limit is None else int(limit), at=time.monotonic())
        if limit is not None and remaining <= round(limit * (1 - self._shares.daily)):
            reserve = f"the last {1 - self._shares.daily:.0%} of {limit:,.0f} are left to the account's other apps"
            self._spent.setdefault(Bucket.GENERAL, reserve)

    def _learn_burst(self, headers: Mapping[str, str], sent: float) -> None:
        calls = _number(headers, "x-hubspot-ratelimit-max")
        interval = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
        if not calls or not interval:
            return
        remaining = _number(headers, "x-hubspot-ratelimit-remaining")
        seconds = interval / SECOND
        left = None if remaining is None else int(remaining)
        self._burst = Burst(calls=int(calls), remaining=left, seconds=seconds, at=time.monotonic())
        if not self._learns:
            return
        plan = plan_of(calls * 10 / seconds)
        self._associations_daily = plan.associations_daily
        self._lanes[Bucket.GENERAL].learn(Rate(calls=calls, seconds=seconds))
        if plan.associations is not None:
            self._lanes[Bucket.ASSOCIATIONS].learn(plan.associations)
        if remaining is not None:
            self._lanes[Bucket.GENERAL].told(remaining, sent=sent, now=asyncio.get_running_loop().time())

    def _server_time(self) -> Millis | None:
        if self._answered is None:
            return None
        date, at = self._answered
        try:
            moment = parsedate_to_datetime(date)
        except ValueError:
            return None
        return Millis(millis(moment) + round((time.monotonic() - at) * SECOND)) if moment.tzinfo else None


def _lanes(tier: Tier, shares: Shares) -> dict[Bucket, Lane]:
    rates = {
        Bucket.GENERAL: (tier.general, shares.burst),
        Bucket.SEARCH: (tier.search, shares.search),
        Bucket.ASSOCIATIONS: (tier.associations, shares.burst),
    }
    return {bucket: Lane(rate, share) for bucket, (rate, share) in rates.items() if rate is not None}


def _number(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name)
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None
