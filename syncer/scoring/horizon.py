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
#: Further rounds towards a crossing, where points fade at different speeds or more of them than a cap lets count.
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
    """Return a moment before which time alone neither takes engagement over a threshold nor moves it beyond a step.

    Later than `now`; None where nothing moves any more. `now` must not lie before the last event added.
    """
    plan, only_falls = track.plan, track.only_falls
    deducted = track.deductions(now)
    gross = track.gross(now)
    value = gross + deducted
    shown = half_up(min(max(value, plan.low), plan.high))
    below = max([plan.low, shown - plan.step, *(mark for mark in thresholds if mark <= shown)])
    if only_falls and below <= plan.low + _HALF_CENT:
        return None
    if only_falls and not plan.linear:
        ahead = _half_life_bound(track, now, gross, below - deducted - _HALF_CENT)
    else:
        above = min([shown + plan.step, *(mark for mark in thresholds if mark > shown)])
        ahead = _slope_bound(track, now, (value, below, above))
    moments = [at for at in (ahead, _next_flip(track, now)) if at is not None]
    return Millis(max(min(moments), now + MINUTE)) if moments else None


def _half_life_bound(track: Running, now: int, gross: float, goal: float) -> int | None:
    """Return a moment before which positive, exponentially fading points cannot fall to a goal; None where never.

    A capped sum fades no faster than its shortest half-life, so each round ends before the true crossing.
    """
    lives = track.active_lives()
    if not lives or goal <= 0.0:
        return None
    life = min(lives)
    at = now + _time_to(goal, gross, life)
    for _ in range(_ROUNDS if at > now else 0):
        further = _time_to(goal, track.gross(at), life)
        if further < MINUTE:
            break
        at += further
    return at


def _time_to(goal: float, gross: float, life: float) -> int:
    """Return how long points need to fade to a goal."""
    return int(life * log2(gross / goal)) if gross > goal else 0


def _slope_bound(track: Running, now: int, values: tuple[float, float, float]) -> int | None:
    """Return a moment before which a sum of any signs and fadings stays between two marks: the steepest slopes, now.

    `values` are the present one and the marks below and above it; marks at the ends of the scale are none.
    """
    value, below, above = values
    falls, rises = _slopes(track, now)
    found: list[float] = []
    if falls > 0.0 and below > track.plan.low:
        found.append((value - below + _HALF_CENT) / falls)
    if rises > 0.0 and above <= track.plan.high:
        found.append((above - value - _HALF_CENT) / rises)
    return now + int(min(found)) if found else None


def _slopes(track: Running, now: int) -> tuple[float, float]:
    """Return how fast engagement can fall and rise from now on, in points a millisecond."""
    fading = [(track.faded(slot, life, now), life / _LN2) for slot, life in track.plan.lives]
    fading += [
        (points, rule.decay.life)
        for rules in track.plan.linear.values()
        for rule in rules
        for at, points, _, _ in track.kept(rule).values()
        if now - at < rule.decay.life
    ]
    falls = sum(points / span for points, span in fading if points > NOISE)
    return falls, sum(-points / span for points, span in fading if points < -NOISE)


def _next_flip(track: Running, now: int) -> int | None:
    """Return when the idle days next change a deduction."""
    last, plan = track.idle_since, track.plan
    if last is None:
        return None
    idle = (now - last) // DAY
    days = [day for deduction in plan.timed for day in deduction.flips if day > idle]
    if any(deduction.timed for deduction in plan.mixed):
        days.append(idle + 1)
    return last + min(days) * DAY if days else None
