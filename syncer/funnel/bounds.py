"""How fast engagement can rise and fall under a model, so that a replay looks at the score only where it can matter.

Both bounds are safe: a rise is never larger than the points of the events, a fall never faster than the shortest
half-life. A model that neither holds for gets no bound, and every event is looked at.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import log2

from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground
from syncer.agreement.score import Decay, DecayKind, EngagementRule, NegativeRule
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

    def stays_above(self, threshold: float, engagement: float, at: int) -> int:
        """Return until when engagement, if nothing is ever taken off, cannot be below a threshold."""
        if not self.half_life or engagement - _CENT <= threshold:
            return at
        if threshold <= 0:
            return NEVER
        ahead = self.half_life * log2((engagement - _CENT) / threshold)
        return at + int(ahead) if ahead < _AGES else NEVER


def bounds_of(agreement: Agreement) -> Bounds:
    """Return the bounds of an agreement's engagement model."""
    model = agreement.score_model
    rules = [rule for group in model.engagement.groups.values() for rule in group.rules]
    decays = [_decay(rule.decay, rule.half_life_days, model.engagement.default_decay) for rule in rules]
    deductions = [rule for rule in model.negative if rule.engagement is not None]
    timed = [rule for rule in deductions if rule.when is not None]
    is_plain = (
        all(rule.pts >= 0 for rule in rules)
        and all(decay is None or decay.kind is DecayKind.EXPONENTIAL for decay in decays)
        and all(_is_lasting(rule) for rule in deductions)
        and all(agreement.condition(rule.when, Ground.PROFILE).names <= {_IDLE} for rule in timed if rule.when)
        and model.scale.engagement[0] == 0
    )
    if not is_plain:
        return Bounds(points=None, half_life=0.0, idle=0)
    lives = [decay.half_life_days * DAY for decay in decays if decay is not None]
    idle = min((_first_idle_day(agreement, rule.when) for rule in timed if rule.when), default=NEVER)
    taking = frozenset(rule.event for rule in deductions if rule.event is not None)
    return Bounds(points=_points(rules), taking=taking, half_life=min(lives, default=float(NEVER)), idle=idle)


def _decay(own: Decay | str | None, half_life: float | None, default: Decay) -> Decay | None:
    """Return how a rule's points fade; None where they do not."""
    if own == "none" or (isinstance(own, Decay) and own.kind is DecayKind.NONE):
        return None
    chosen = own if isinstance(own, Decay) else default
    if chosen.kind is DecayKind.NONE:
        return None
    return chosen if half_life is None else Decay(kind=DecayKind.EXPONENTIAL, half_life_days=half_life)


def _is_lasting(rule: NegativeRule) -> bool:
    """Say whether a deduction never fades back."""
    return (
        rule.event is None
        or rule.decay == "none"
        or (isinstance(rule.decay, Decay) and rule.decay.kind is DecayKind.NONE)
    )


def _first_idle_day(agreement: Agreement, text: str) -> int:
    condition = agreement.condition(text, Ground.PROFILE)
    days = (day for day in range(_LONGEST_IDLE) if condition({_IDLE: day}))
    first = next(days, None)
    return NEVER if first is None else first * DAY


def _points(rules: list[EngagementRule]) -> dict[str, float]:
    found: dict[str, float] = {}
    for rule in rules:
        found[rule.event] = found.get(rule.event, 0.0) + rule.pts
    return found
