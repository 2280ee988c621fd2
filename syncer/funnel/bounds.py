"""How fast engagement can rise and fall under a model, so that a replay looks at the score only where it can matter.

Both bounds are safe: a rise is never larger than the points of the events, a fall never faster than the shortest
half-life. A model that neither holds for gets no bound, and every event is looked at.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from math import log2

from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground
from syncer.agreement.score import Decay, DecayKind, EngagementRule, NegativeRule
from syncer.expressions import Condition
from syncer.moments import DAY

INFINITE = float("inf")
NEVER = 1 << 62

_IDLE = "days_since_last_activity"
#: Idle days up to which a deduction is looked for: ten years.
_LONGEST_IDLE = 3_653
#: What stays for so long stays.
_AGES = 36_525 * DAY
#: A shown score is rounded to cents.
_CENT = 0.01
#: Agreements whose bounds are remembered: looking for the day on which silence costs points asks a condition of
#: thousands of days.
_REMEMBERED = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What is known of a model before any event."""

    #: Most points that an event can bring, by its name; None where nothing is known.
    points: dict[str, float] | None
    #: Events that take points off.
    taking: Collection[str] = frozenset()
    #: Milliseconds; 0 where nothing is known.
    half_life: float
    #: Milliseconds without activity after which points may be taken off, and given back by the next activity;
    #: 0 where nothing is known.
    idle: int = NEVER
    #: Without an event engagement only falls: what is above a threshold was above it since the last one.
    only_falls: bool = True

    def stays_above(self, threshold: float, engagement: float, at: int) -> int:
        """Return until when engagement, if nothing is ever taken off, cannot be below a threshold."""
        if not self.half_life or engagement - _CENT <= threshold:
            return at
        if threshold <= 0:
            return NEVER
        ahead = self.half_life * log2((engagement - _CENT) / threshold)
        return at + int(ahead) if ahead < _AGES else NEVER


@dataclass(frozen=True, slots=True)
class _Content:
    """An agreement, the same as any other of the same content."""

    fingerprint: str
    agreement: Agreement = field(compare=False)


def bounds_of(agreement: Agreement) -> Bounds:
    """Return the bounds of an agreement's engagement model."""
    return _bounds(_Content(agreement.fingerprint, agreement))


@lru_cache(_REMEMBERED)
def _bounds(content: _Content) -> Bounds:
    agreement = content.agreement
    model = agreement.score_model
    rules = [rule for group in model.engagement.groups.values() for rule in group.rules]
    decays = [_decay(rule.decay, rule.half_life_days, model.engagement.default_decay) for rule in rules]
    deductions = [rule for rule in model.negative if rule.engagement is not None]
    told = [rule.when for rule in deductions if rule.event is None and rule.when is not None]
    timed = [agreement.condition(text, Ground.PROFILE) for text in told]
    is_lasting = all(_is_lasting(rule) for rule in deductions) and all(one.names <= {_IDLE} for one in timed)
    only_falls = (
        is_lasting
        and all(rule.pts >= 0 or decay is None for rule, decay in zip(rules, decays, strict=True))
        and all(_lasts(one) for one in timed)
    )
    is_plain = (
        is_lasting
        and all(rule.pts >= 0 for rule in rules)
        and all(decay is None or decay.kind is DecayKind.EXPONENTIAL for decay in decays)
        and model.scale.engagement[0] == 0
    )
    if not is_plain:
        return Bounds(points=None, half_life=0.0, idle=0, only_falls=only_falls)
    lives = [decay.half_life_days * DAY for decay in decays if decay is not None]
    idle = min(map(_first_idle_day, timed), default=NEVER)
    taking = frozenset(rule.event for rule in deductions if rule.event is not None)
    life = min(lives, default=float(NEVER))
    return Bounds(points=_points(rules), taking=taking, half_life=life, idle=idle, only_falls=only_falls)


def _decay(own: Decay | str | None, half_life: float | None, default: Decay) -> Decay | None:
    """Return how a rule's points fade; None where they do not."""
    if own == "none":
        return None
    if half_life is not None:
        return Decay(kind=DecayKind.EXPONENTIAL, half_life_days=half_life)
    chosen = own if isinstance(own, Decay) else default
    return None if chosen.kind is DecayKind.NONE else chosen


def _is_lasting(rule: NegativeRule) -> bool:
    """Say whether a deduction never fades back."""
    return (
        rule.event is None
        or rule.decay == "none"
        or (isinstance(rule.decay, Decay) and rule.decay.kind is DecayKind.NONE)
    )


def _first_idle_day(condition: Condition) -> int:
    first = next((day for day in range(_LONGEST_IDLE) if condition({_IDLE: day})), None)
    return NEVER if first is None else first * DAY


def _lasts(condition: Condition) -> bool:
    """Say whether a condition that silence makes true stays true for as long as nothing happens."""
    told = [bool(condition({_IDLE: day})) for day in range(_LONGEST_IDLE)]
    return told == sorted(told)


def _points(rules: list[EngagementRule]) -> dict[str, float]:
    found: dict[str, float] = {}
    for rule in rules:
        found[rule.event] = found.get(rule.event, 0.0) + rule.pts
    return found
