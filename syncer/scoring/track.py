"""The running engagement of one contact over one cycle: a constant step for every event, no look back."""

from collections.abc import Mapping, Sequence
from math import exp2, floor

from syncer.moments import DAY, Millis
from syncer.records import ActivityKind, Evidence, Value
from syncer.scoring import horizon
from syncer.scoring.names import AS_OF, IDLE_DAYS
from syncer.scoring.plan import Counted, Decay, EngagementPlan, EventRule, Fade, Memory, Step
from syncer.scoring.rounding import HALF_CENT, NOISE

_UNSUBSCRIBE = ActivityKind.UNSUBSCRIBE.value
_NOTHING: Mapping[str, Value] = {}


class Track:
    """Engagement over the window that begins at `started_at`. Evidence is added in ascending order only.

    One running sum per (group, decay, sign). Exponential sums are kept in the scale of one moment: an event weighs
    `2^(age at that moment)`, so nothing has to fade when another event comes. Events that may give way to later ones
    (`per`, `distinct_by`, `max`) are remembered one entry a key.
    """

    __slots__ = (
        "_base",
        "_kept",
        "_plan",
        "_profile",
        "_scale",
        "_sums",
        "last_activity_at",
        "started_at",
    )

    def __init__(self, plan: EngagementPlan, started_at: int, profile: Mapping[str, Value] = _NOTHING) -> None:
        self.started_at = started_at
        #: The last thing the contact did by themselves; leaving a list is none.
        self.last_activity_at: int | None = None
        self._plan = plan
        self._scale = started_at
        self._sums = [0.0] * plan.slots
        self._kept: dict[int, dict[object, Counted]] = {}
        self._profile = profile
        self._base = 0.0
        if plan.mixed:
            self._base = sum(rule.points for rule in plan.mixed if not rule.timed and rule.test(profile))

    def add(self, evidence: Evidence, event: str | None = None) -> bool:
        """Count one fact and return whether a rule gave it points. `event` saves classifying it again."""
        if evidence.occurred_at < self.started_at:
            return False
        if event is None:
            event = self._plan.classify(evidence)
        return bool(event) and self.count(evidence, self._plan.steps.get(event, ()))

    def count(self, evidence: Evidence, steps: Sequence[Step]) -> bool:
        """Count a fact of the window by the rules of its event and return whether one gave it points."""
        at = evidence.occurred_at
        if evidence.kind != _UNSUBSCRIBE:
            self.last_activity_at = at
        age = at - self._scale
        if age > self._plan.reach:
            self._rescale(at)
            age = 0
        scored = False
        for test, points, life, slot, memory in steps:
            if test is None or test(evidence, self._profile):
                scored = True
                amount = points * exp2(age / life)
                if memory is not None:
                    amount -= self._remember(memory, evidence, (at, points, evidence.id, amount))
                self._sums[slot] += amount
        return scored

    def at(self, moment: int) -> float:
        """Return engagement at a moment not before the last event added, rounded half-up to two decimals."""
        plan = self._plan
        value = self.gross(moment)
        if moment - (self.last_activity_at or moment) >= plan.quiet or plan.mixed:
            value += self.deductions(moment)
        if value <= plan.low:
            return plan.low
        return plan.high if value >= plan.high else floor(value * 100.0 + HALF_CENT) / 100.0

    def gross(self, moment: int) -> float:
        """Return the capped groups' sum at a moment: unrounded, before deductions and clamp."""
        if self._plan.linear:
            self._refresh(moment)
        sums, age = self._sums, self._scale - moment
        total = 0.0
        for cap in self._plan.groups:
            value = sums[cap.slot]
            if value:
                value *= exp2(age / cap.life)
            for other, pace in cap.more:
                if sums[other]:
                    value += sums[other] * exp2(age / pace)
            if value:
                limit = cap.limit
                total += limit if value > limit else max(value, -limit)
        return total

    def deductions(self, moment: int) -> float:
        """Return the points outside all groups that depend on profile and idle days."""
        last, total = self.last_activity_at, self._base
        if last is not None:
            idle = (moment - last) // DAY
            for one in self._plan.timed:
                if one.by_day[min(idle, len(one.by_day) - 1)]:
                    total += one.points
        for rule in self._plan.mixed:
            if rule.timed and rule.test(self._now(moment)):
                total += rule.points
        return total

    def applying(self, moment: int) -> Sequence[tuple[str, float]]:
        """Return the deductions that hold at a moment, by rule id with their points."""
        profile, last = self._now(moment), self.last_activity_at
        mixed = [(rule.id, rule.points) for rule in self._plan.mixed if rule.test(profile)]
        if last is None:
            return mixed
        idle = (moment - last) // DAY
        timed = [(rule.id, rule.points) for rule in self._plan.timed if rule.by_day[min(idle, len(rule.by_day) - 1)]]
        return timed + mixed

    def below_from(self, threshold: float, *, after: int, until: int) -> Millis | None:
        """Return the first local midnight in (after, until] with engagement below a threshold, if nothing else happens.

        None where no daily evaluation finds it. `after` must not lie before the last event added.
        """
        return horizon.below_from(self, threshold, after=after, until=until)

    def next_change_at(self, now: int, thresholds: Sequence[float]) -> Millis | None:
        """Return a moment before which time alone neither crosses a threshold nor moves the shown score by its step.

        Later than `now`; None where nothing moves any more. `now` must not lie before the last event added.
        """
        return horizon.next_change_at(self, now, thresholds)

    @property
    def plan(self) -> EngagementPlan:
        """The compiled rules."""
        return self._plan

    @property
    def only_falls(self) -> bool:
        """Whether engagement can only fall while nothing happens."""
        return self._plan.timed_falls and not any(self._is_negative(slot) for slot in self._plan.falling)

    @property
    def idle_since(self) -> int | None:
        """The last own activity."""
        return self.last_activity_at

    def active_lives(self) -> list[float]:
        """Return the half-lives of the running sums that hold points."""
        sums = self._sums
        return [life for slot, life in self._plan.lives if sums[slot]]

    def faded(self, slot: int, life: float, moment: int) -> float:
        """Return one running sum as of a moment."""
        return self._sums[slot] * exp2((self._scale - moment) / life)

    def kept(self, rule: EventRule) -> Mapping[object, Counted]:
        """Return the events that count for a rule, by key, oldest first; empty for a rule without keys."""
        return self._kept.get(rule.number, {})

    def _is_negative(self, slot: int) -> bool:
        """Return whether a running sum holds negative points; in one that fades in a line, faded ones too."""
        rules = self._plan.linear.get(slot)
        if rules is None:
            return self._sums[slot] < -NOISE
        return any(self._kept.get(rule.number) for rule in rules)

    def _remember(self, memory: Memory, evidence: Evidence, counted: Counted) -> float:
        """Keep an event under its key and return the amount of the one that gives way."""
        number, content, period, limit, linear = memory
        kept = self._kept.get(number)
        if kept is None:
            kept = self._kept[number] = {}
        key: object = None
        if content is not None:
            key = getattr(evidence, content)
            if key is None:
                key = evidence.subject
        if period is not None:
            key = period(counted[0]) if content is None else (key, period(counted[0]))
        old = kept.pop(key, None)
        kept[key] = counted
        if old is None and limit and len(kept) > limit:
            old = kept.pop(next(iter(kept)))
        if linear:
            _prune(kept, counted[0] - linear)
        return 0.0 if old is None else old[3]

    def _rescale(self, at: int) -> None:
        """Take `at` as the moment of the scale."""
        age = self._scale - at
        for slot, life in self._plan.lives:
            self._sums[slot] *= exp2(age / life)
        for rule in self._plan.all_rules:
            kept = self._kept.get(rule.number, {})
            if rule.decay.fade is Fade.EXPONENTIAL:
                for key, one in kept.items():
                    kept[key] = (*one[:3], one[3] * exp2(age / rule.decay.life))
        self._scale = at

    def _refresh(self, moment: int) -> None:
        """Set the sums that fade linearly to their value at a moment."""
        for slot, rules in self._plan.linear.items():
            self._sums[slot] = sum(
                points * weight(rule.decay, moment - at)
                for rule in rules
                for at, points, _, _ in self._kept.get(rule.number, {}).values()
            )

    def _now(self, moment: int) -> Mapping[str, Value]:
        last = self.last_activity_at
        return {**self._profile, IDLE_DAYS: None if last is None else (moment - last) // DAY, AS_OF: moment}


class WholeTrack(Track):
    """A running engagement that remembers every event that gives points, by whatever plan it is told to count."""

    __slots__ = ()

    def count(self, evidence: Evidence, steps: Sequence[Step]) -> bool:
        """Count a fact by the own plan's rules of its event; what is no event of the contact's by those given."""
        own = self._plan.steps.get(self._plan.classify(evidence), steps) if steps else steps
        return super().count(evidence, own)


def weight(decay: Decay, age: int) -> float:
    """Return which share of its points an event of an age in milliseconds still has."""
    if decay.fade is Fade.EXPONENTIAL:
        return exp2(-age / decay.life)
    if decay.fade is Fade.LINEAR:
        return max(0.0, 1.0 - age / decay.life)
    return 1.0


def _prune(kept: dict[object, Counted], until: float) -> None:
    """Forget what has faded to nothing, oldest first; the event just kept has not."""
    while kept[oldest := next(iter(kept))][0] <= until:
        del kept[oldest]
