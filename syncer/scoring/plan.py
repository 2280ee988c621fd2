"""An agreement's engagement rules, compiled: flat tuples that one running score reads for each event."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

import msgspec

from syncer.records import Evidence, Value
from syncer.scoring.days import LocalDays

Test = Callable[[Mapping[str, Value]], bool]
#: Whether a rule takes an event, given the contact's profile.
EventTest = Callable[[Evidence, Mapping[str, Value]], bool]
#: Counts stretches of time: a moment to the number of its day or week.
Period = Callable[[int], int]
#: One event that counts: when, its points, the evidence, and what it adds to its running sum in the sum's own scale.
Counted = tuple[int, float, str, float]


class Fade(Enum):
    """How an event's points lose weight."""

    EXPONENTIAL = "exponential"
    LINEAR = "linear"
    NONE = "none"


class Decay(NamedTuple):
    """How points fade.

    `life` in milliseconds: the half-life, or the age at which nothing is left; infinite where nothing fades.
    """

    fade: Fade
    life: float


class Key(NamedTuple):
    """What makes two events the same for a rule: the later one counts. At least one part is given."""

    #: Name of the content within the evidence; without content, the subject speaks for it.
    content: str | None = None
    period: Period | None = None


class EventRule(NamedTuple):
    """Points for one event."""

    #: Position among all event rules.
    number: int
    id: str
    event: str
    points: float
    #: Position of its running sum.
    slot: int
    decay: Decay
    #: Name of the group; `negative` for a deduction outside all groups.
    group: str
    test: EventTest | None = None
    #: None counts every event.
    key: Key | None = None
    #: The latest so many keys count; 0 is no limit.
    limit: int = 0


#: What remembers events, as a plain tuple: rule number, content, period, limit, and the life of linear points or 0.
Memory = tuple[int, str | None, Period | None, int, float]
#: A rule as a plain tuple, which unpacks in one step: test, points, half-life, slot, memory or None without a key.
Step = tuple[EventTest | None, float, float, int, Memory | None]


#: One running sum and the half-life of its points.
Slot = tuple[int, float]


class Cap(msgspec.Struct, frozen=True):
    """One group: the sum of its slots stays within [-limit, limit]."""

    limit: float
    slot: int
    life: float
    #: Its further running sums; most groups have none.
    more: tuple[Slot, ...]
    name: str


class TimedDeduction(msgspec.Struct, frozen=True):
    """Points that depend on the whole days since the last own activity; outside all groups."""

    id: str
    points: float
    #: Whether it applies after 0, 1, 2, ... days; the last entry stands for all later days.
    by_day: tuple[bool, ...]
    #: The days at which that changes.
    flips: tuple[int, ...]


class MixedDeduction(msgspec.Struct, frozen=True):
    """Points that depend on the profile, and where `timed` on the present too."""

    id: str
    points: float
    test: Test
    timed: bool


class EngagementPlan(msgspec.Struct, frozen=True):
    """Everything a running score reads."""

    steps: Mapping[str, tuple[Step, ...]]
    #: All event rules by number.
    all_rules: tuple[EventRule, ...]
    groups: tuple[Cap, ...]
    slots: int
    #: Exponentially fading slots with their half-life.
    lives: tuple[Slot, ...]
    #: Milliseconds after which sums are brought to a new scale, well before a float overflows.
    reach: float
    #: Slots whose points fade linearly, with the rules that fill them.
    linear: Mapping[int, tuple[EventRule, ...]]
    #: Slots that hold negative points.
    falling: tuple[int, ...]
    #: Idle milliseconds below which no deduction outside the groups changes.
    quiet: float
    timed: tuple[TimedDeduction, ...]
    mixed: tuple[MixedDeduction, ...]
    #: Facts of the profile that rules and deductions read.
    profile: tuple[str, ...]
    #: No deduction outside the groups ever lets engagement rise by time alone.
    timed_falls: bool
    low: float
    high: float
    #: Points by which a shown score may lag.
    step: float
    days: LocalDays
    classify: Callable[[Evidence], str]
