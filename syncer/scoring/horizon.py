"""When time alone changes a score: the first evening below a threshold, and how long nothing can happen."""

from collections.abc import Mapping, Sequence
from math import log, log2
from typing import Protocol

from syncer.moments import DAY, MINUTE, Millis
from syncer.scoring.plan import Counted, EngagementPlan, EventRule
from syncer.scoring.rounding import NOISE, half_up

#: A rounded value is below a threshold once the exact one is this much below it.
_HALF_CENT = 0.005
_LN2 = log(2.0)
#: Further rounds towards a crossing where points fade at different speeds.
_ROUNDS = 2


class Running(Protocol):
    """A running engagement, as far as the future can be read off it."""

    @property
    def plan(self) -> EngagementPlan:
        """The compiled rules."""
        ...

    @property
    def only_falls(self) -> bool:
        """Whether engagement can only fall while nothing happens."""
        ...

    @property
    def idle_since(self) -> int | None:
        """The last own activity."""
        ...

    def at(self, moment: int, /) -> float:
        """Return engagement at a moment."""
        ...

    def gross(self, moment: int, /) -> float:
        """Return the capped groups' sum at a moment."""
        ...

    def deductions(self, moment: int, /) -> float:
        """Return the points outside all groups at a moment."""
        ...

    def active_lives(self) -> list[float]:
        """Return the half-lives of the running sums that hold points."""
        ...

    def faded(self, slot: int, life: float, moment: int, /) -> float:
        """Return one running sum as of a moment."""
        ...

    def kept(self, rule: EventRule, /) -> Mapping[object, Counted]:
        """Return the events that count for a rule."""
        ...


def below_from(track: Running, threshold: float, *, after: int, until: int) -> Millis | None:
    """Return the first local midnight in (after, until] with engagement below a threshold, if nothing else happens.

    None where no daily evaluation finds it. `after` must not lie before the last event added.
    """
    days = track.plan.days
    first = days.of(after) + 1
    last = days.of(until)
    if first > last or (track.only_falls and track.at(days.midnight(last)) >= threshold):
        return None
    if not track.only_falls:
        hits = (day for day in range(first, last + 1) if track.at(days.midnight(day)) < threshold)
        found = next(hits, None)
        return None if found is None else days.midnight(found)
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if track.at(days.midnight(middle)) < threshold else (middle + 1, last)
    return days.midnight(first)


def next_change_at(track: Running, now: int, thresholds: Sequence[float]) -> Millis | None:
    """Return a moment before which time alone neither takes engagement over a threshold nor moves it by a step.

    Later than `now`; None where nothing moves any more. `now` must not lie before the last event added.
    """
    plan, gross, only_falls = track.plan, track.gross(now), track.only_falls
    if only_falls and gross <= NOISE:
        return None
    deducted = track.deductions(now)
    shown = half_up(min(max(gross + deducted, plan.low), plan.high))
    below = max(plan.low, shown - plan.step)
    for mark in thresholds:
        if below < mark <= shown:
            below = mark
    if only_falls and below <= plan.low + _HALF_CENT:
        return None
    if only_falls and not plan.linear:
        ahead = _half_life_bound(track, now, gross, below - deducted - _HALF_CENT)
    else:
        above = min([shown + plan.step, *(mark for mark in thresholds if mark > shown)])
        ahead = _slope_bound(track, now, (gross + deducted, below, above))
    flip = _next_flip(track, now)
    if ahead is None or (flip is not None and flip < ahead):
        ahead = flip
    return None if ahead is None else Millis(max(ahead, now + MINUTE))


def _half_life_bound(track: Running, now: int, gross: float, goal: float) -> int | None:
    """Return a moment before which positive, exponentially fading points cannot fall to a goal.

    A capped sum fades no faster than its shortest half-life, so each round ends before the true crossing.
    """
    lives = track.active_lives()
    if not lives:
        return None
    life = min(lives)
    at = now + _time_to(goal, gross, life)
    for _ in range(_ROUNDS if life < max(lives) else 0):
        at += _time_to(goal, track.gross(at), life)
    return at


def _time_to(goal: float, gross: float, life: float) -> int:
    """Return how long points need to fade to a goal."""
    return int(life * log2(gross / goal)) if gross > goal + NOISE else 0


def _slope_bound(track: Running, now: int, values: tuple[float, float, float]) -> int | None:
    """Return a moment before which a sum of any signs and fadings stays between two marks: the steepest slope, now.

    `values` are the present one and the marks below and above it.
    """
    value, below, above = values
    slope = _steepest(track, now)
    room = min(value - below + _HALF_CENT, above - value - _HALF_CENT)
    return now + int(max(room, 0.0) / slope) if slope > 0.0 else None


def _steepest(track: Running, now: int) -> float:
    """Return how fast engagement can change from now on, in points a millisecond."""
    slope = 0.0
    for slot, life in track.plan.lives:
        points = abs(track.faded(slot, life, now))
        slope += points * _LN2 / life if points > NOISE else 0.0
    for rules in track.plan.linear.values():
        for rule in rules:
            live = [points for at, points, _, _ in track.kept(rule).values() if now - at < rule.decay.life]
            slope += sum(map(abs, live)) / rule.decay.life
    return slope


def _next_flip(track: Running, now: int) -> int | None:
    """Return when the idle days next change a deduction."""
    last, plan = track.idle_since, track.plan
    if last is None or not (plan.timed or plan.mixed):
        return None
    idle = (now - last) // DAY
    days = [day for deduction in plan.timed for day in deduction.flips if day > idle]
    if any(deduction.timed for deduction in plan.mixed):
        days.append(idle + 1)
    return last + min(days) * DAY if days else None
