"""HubSpot's budgets: a rolling burst window an app, a second's worth of searches an account, a day's worth of calls."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from connectors.sandbox.answers import RefusalError
from syncer.moments import Millis, millis, moment

#: Seconds from an arbitrary start, never going back.
Elapsed = Callable[[], float]


class Bucket(Enum):
    """Which budget a call draws on, besides the day's."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "associations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many calls go through."""

    #: In any ten seconds, per app.
    burst: int = 190
    window: float = 10.0
    #: In any second, for the whole account.
    search: int = 5
    #: Association calls in any ten seconds, per app.
    associations: int = 150
    #: Per account and day in the account's time zone.
    daily: int = 650_000


#: What a professional account's private app has.
REAL = Limits()
FREE = Limits(burst=100, associations=100, daily=250_000)
OAUTH = Limits(burst=110, associations=110)
ADDON = Limits(burst=250, associations=200, daily=2_000_000)
UNLIMITED = Limits(burst=1_000_000_000, search=1_000_000_000, associations=1_000_000_000, daily=1_000_000_000)


class Budgets:
    """What was spent."""

    def __init__(self, limits: Limits, elapsed: Elapsed) -> None:
        self.limits = limits
        self._elapsed = elapsed
        self._spent: dict[tuple[Bucket, str], deque[float]] = {}
        self._day = ""
        self.today = 0
        #: 429 answers given, by policy.
        self.refused: dict[str, int] = {}

    def spend(self, bucket: Bucket, app: str, *, now: Millis, zone: str) -> Mapping[str, str]:
        """Take one call from its budgets and return the headers that tell of them; raises the 429 when one is empty."""
        self._new_day(now, zone)
        if self.today >= self.limits.daily:
            self._refuse("DAILY")
        size, window, holder = self._budget(bucket, app)
        spent = self._spent.setdefault((bucket, holder), deque())
        at = self._elapsed()
        while spent and spent[0] <= at - window:
            spent.popleft()
        if len(spent) >= size:
            self._refuse("SECONDLY" if bucket is Bucket.SEARCH else "TEN_SECONDLY_ROLLING")
        spent.append(at)
        self.today += 1
        return self._headers(bucket, len(spent))

    def _budget(self, bucket: Bucket, app: str) -> tuple[int, float, str]:
        match bucket:
            case Bucket.SEARCH:
                return self.limits.search, 1.0, ""
            case Bucket.ASSOCIATIONS:
                return self.limits.associations, self.limits.window, app
            case Bucket.GENERAL:
                return self.limits.burst, self.limits.window, app

    def _headers(self, bucket: Bucket, spent: int) -> Mapping[str, str]:
        daily = {
            "X-HubSpot-RateLimit-Daily": str(self.limits.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self.limits.daily - self.today),
        }
        if bucket is not Bucket.GENERAL:
            return daily
        return daily | {
            "X-HubSpot-RateLimit-Max": str(self.limits.burst),
            "X-HubSpot-RateLimit-Remaining": str(self.limits.burst - spent),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(self.limits.window * 1_000)),
        }

    def _refuse(self, policy: str) -> None:
        self.refused[policy] = self.refused.get(policy, 0) + 1
        raise too_many(policy)

    def _new_day(self, now: Millis, zone: str) -> None:
        day = moment(now).astimezone(ZoneInfo(zone)).date().isoformat()
        if day != self._day:
            self._day, self.today = day, 0


def midnight(now: Millis, zone: str) -> Millis:
    """Return the next midnight of a time zone."""
    local = moment(now).astimezone(ZoneInfo(zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return millis(start + timedelta(days=1))


def too_many(policy: str) -> RefusalError:
    """Return the 429 of a policy. Searches are told so in fewer words, and nobody is told when to come back."""
    if policy == "SECONDLY":
        return RefusalError(429, "You have reached your secondly limit.", category="RATE_LIMITS")
    word = {"DAILY": "daily", "TEN_SECONDLY_ROLLING": "ten_secondly_rolling"}[policy]
    more = {"errorType": "RATE_LIMIT", "policyName": policy}
    return RefusalError(429, f"You have reached your {word} limit.", more=more)
