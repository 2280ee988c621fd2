"""Budgets of one account: how fast it may be asked, what is left today, what was spent.

Calls are paced, and what is made up for at once fits into the share that is left unused: a rolling window cannot
overflow however the server counts. No retrying here.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from aiolimiter import AsyncLimiter

from connectors.ports import Usage
from syncer.errors import ConfigError, LimitScope, Problem, RateLimited

Sleep = Callable[[float], Awaitable[None]]

#: Share of a window's calls that is used; the rest absorbs jitter on the way to the server.
DEFAULT_SHARE = 0.95
#: Part of the unused share that may be spent at once after a delay; the rest still absorbs jitter.
_MADE_UP = 0.5
#: Seconds for which a daily limit that ran out is believed before one call may probe it again.
DAILY_MEMORY = 900.0
#: Part of the daily budget that is left to the account's other apps.
DAILY_RESERVE = 0.02
#: Below this part of a window's calls somebody else is spending them too: stand back.
_CROWDED = 0.02
#: What a call takes from a limiter. aiolimiter serves the smallest demand first: one that also waits for a tighter
#: limit must not queue behind everybody.
_ORDINARY, _FIRST = 1.0, 0.999


class Bucket(Enum):
    """Which of the account's limits a call counts against. The general limit counts every call."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "associations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: float
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """The limits of one kind of app in one kind of account; None does not limit."""

    general: Rate | None
    search: Rate | None
    associations: Rate | None


def _tier(general: int, associations: int) -> Tier:
    return Tier(
        general=Rate(calls=general, seconds=10),
        search=Rate(calls=5, seconds=1),
        associations=Rate(calls=associations, seconds=10),
    )


TIERS: Mapping[str, Tier] = {
    "free": _tier(100, 100),
    "starter": _tier(100, 100),
    "professional": _tier(190, 150),
    "enterprise": _tier(190, 150),
    "oauth": _tier(110, 100),
    "addon": _tier(250, 200),
    # A local sandbox has no limits to respect.
    "unlimited": Tier(general=None, search=None, associations=None),
}


def tier_named(name: str | None) -> Tier:
    """Return the preset; None means the smallest, which answers' headers then correct.

    Raises ConfigError for a name that is no preset.
    """
    tier = TIERS.get("free" if name is None else name.lower())
    if tier is None:
        hint = f"one of {', '.join(sorted(TIERS))}"
        raise ConfigError([Problem(message=f"unknown tier {name!r}", key="tier", hint=hint)])
    return tier


class Budgets:
    """Paces the calls of one account and counts them. Belongs to one event loop."""

    def __init__(self, *, tier: str | None = None, share: float = DEFAULT_SHARE, sleep: Sleep = asyncio.sleep) -> None:
        if not 0 < share <= 1:
            raise ConfigError([Problem(message="share must be above 0 and at most 1", key="share")])
        self._share = share
        self._sleep = sleep
        preset = tier_named(tier)
        self._learns = preset.general is not None
        self._rates: dict[Bucket, Rate | None] = {
            Bucket.GENERAL: preset.general,
            Bucket.SEARCH: preset.search,
            Bucket.ASSOCIATIONS: preset.associations,
        }
        self._limiters = {bucket: self._limiter(rate) for bucket, rate in self._rates.items()}
        self._gates = {bucket: asyncio.Lock() for bucket in Bucket if bucket is not Bucket.GENERAL}
        self._resume_at: dict[Bucket, float] = {}
        self._calls: Counter[str] = Counter()
        self._limited = 0
        self._daily_remaining: int | None = None
        self._daily_gone_at: float | None = None

    def _limiter(self, rate: Rate | None) -> AsyncLimiter | None:
        if rate is None:
            return None
        # Calls held up by work on the last answers are made up for, within half of what the share leaves unused.
        burst = max(1, int(rate.calls * (1 - self._share) * _MADE_UP))
        return AsyncLimiter(burst, burst * rate.seconds / (rate.calls * self._share))

    @property
    def usage(self) -> Usage:
        """Return calls by stream, 429 answers, and what is left today."""
        return Usage(calls=dict(self._calls), limited=self._limited, daily_remaining=self._daily_remaining)

    async def acquire(self, bucket: Bucket, stream: str) -> None:
        """Wait until one more call is allowed, and count it. Raises RateLimited when the day's calls are spent."""
        self._refuse_spent_day(stream)
        if bucket is Bucket.GENERAL:
            await self._pass(Bucket.GENERAL, _ORDINARY)
        else:
            # The tighter limit comes last, so that its calls keep their distance when they are sent; the gate keeps
            # more than one of them from holding a general call meanwhile.
            async with self._gates[bucket]:
                await self._pass(Bucket.GENERAL, _FIRST)
                await self._pass(bucket, _ORDINARY)
        self._calls[stream] += 1

    async def _pass(self, bucket: Bucket, amount: float) -> None:
        await self._wait_out(bucket)
        limiter = self._limiters[bucket]
        if limiter is not None:
            await limiter.acquire(amount)

    def _refuse_spent_day(self, stream: str) -> None:
        if self._daily_gone_at is None:
            return
        left = self._daily_gone_at + DAILY_MEMORY - asyncio.get_running_loop().time()
        if left > 0:
            raise RateLimited("the account's calls for today are spent", scope=LimitScope.DAILY, stream=stream)
        self._daily_gone_at = None

    async def _wait_out(self, bucket: Bucket) -> None:
        resume_at = self._resume_at.get(bucket)
        if resume_at is None:
            return
        left = resume_at - asyncio.get_running_loop().time()
        if left > 0:
            await self._sleep(left)

    def hold(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call in this bucket for some seconds: one 429 speaks for all who wait."""
        until = asyncio.get_running_loop().time() + seconds
        self._resume_at[bucket] = max(until, self._resume_at.get(bucket, 0.0))

    def note_limited(self, scope: LimitScope) -> None:
        """Count a 429; a daily one closes the account for a while."""
        self._limited += 1
        if scope is LimitScope.DAILY:
            self._daily_gone_at = asyncio.get_running_loop().time()

    def note_headers(self, bucket: Bucket, headers: Mapping[str, str]) -> None:
        """Learn from an answer's rate-limit headers; absent ones change nothing."""
        remaining, daily = (_number(headers, f"x-hubspot-ratelimit-daily{end}") for end in ("-remaining", ""))
        if remaining is not None:
            self._daily_remaining = int(remaining)
            if daily is not None and remaining <= daily * DAILY_RESERVE:
                self._daily_gone_at = asyncio.get_running_loop().time()
        if bucket is Bucket.GENERAL and self._learns:
            self._learn_burst(headers)

    def _learn_burst(self, headers: Mapping[str, str]) -> None:
        calls = _number(headers, "x-hubspot-ratelimit-max")
        interval = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
        if not calls or not interval:
            return
        self._set_rate(Bucket.GENERAL, Rate(calls=calls, seconds=interval / 1000))
        self._set_rate(Bucket.ASSOCIATIONS, _associations_beside(calls * 10_000 / interval))
        remaining = _number(headers, "x-hubspot-ratelimit-remaining")
        if remaining is not None and remaining < calls * _CROWDED:
            self.hold(Bucket.GENERAL, interval / 10_000)

    def _set_rate(self, bucket: Bucket, rate: Rate) -> None:
        if self._rates[bucket] != rate:
            self._rates[bucket] = rate
            self._limiters[bucket] = self._limiter(rate)


def _associations_beside(general: float) -> Rate:
    """Return the association limit of the plan that has this many general calls in ten seconds."""
    plan = min(TIERS["free"], TIERS["professional"], TIERS["addon"], key=lambda tier: _distance(tier, general))
    return plan.associations or Rate(calls=100, seconds=10)


def _distance(tier: Tier, general: float) -> float:
    return abs((tier.general.calls if tier.general else 0) - general)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name)
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
