"""What time alone does to a replay: expiry, hysteresis, cool-off, overrides, and the CRM's uncontradicted word."""

from collections.abc import Callable

import msgspec

from syncer.funnel.bootstrap import take_word
from syncer.funnel.bounds import NEVER
from syncer.funnel.facts import FunnelStage, Outcome
from syncer.funnel.overrides import asleep_from, end_override
from syncer.funnel.passage import Passage
from syncer.funnel.reactions import lift_by_score
from syncer.funnel.replay import Replay
from syncer.funnel.standing import INQUIRY, MQL, NOWHERE, SUSPECT
from syncer.moments import Millis
from syncer.scoring.track import Track


class Due(msgspec.Struct, frozen=True):
    """Something that happens by itself."""

    at: int
    act: Callable[[Replay, Millis], None]


def elapse(replay: Replay, until: int) -> None:
    """Let time pass up to and including a moment, in the order in which things happen."""
    while True:
        ahead = _ahead(replay, until)
        if ahead is None or ahead.at > until:
            break
        ahead.act(replay, Millis(ahead.at))
    replay.wake = min(_look_again(replay, until), NEVER if ahead is None else ahead.at)


def _look_again(replay: Replay, until: int) -> int:
    """Return when a lead under hysteresis must be looked at: at every event while it is below its exit."""
    if not is_watched(replay):
        return NEVER
    return max(replay.calm_until, until) if replay.below_since is None else until


def _ahead(replay: Replay, until: int) -> Due | None:
    """Return what happens next: the earliest of what may happen in this state."""
    due: Due | None = None
    if replay.passage is None:
        due = _lost(replay)
    elif (track := _watched(replay)) is not None:
        due = _fall(replay, track, until)
    elif replay.lead == SUSPECT and not replay.open_deals and replay.overridden_until is None:
        due = _expiry(replay, replay.passage)
    for at, act in ((replay.cool_until, _warm), (replay.overridden_until, _release), (replay.expected_at, take_word)):
        if at is not None and (due is None or at < due.at):
            due = Due(at, act)
    return due


def _lost(replay: Replay) -> Due | None:
    ended = replay.cycles[-1].ended_at if replay.stage is FunnelStage.CLOSED_LOST else None
    # An old loss may be all that is left of a win that is gone: nobody went back before it was.
    return None if ended is None else Due(max(ended + replay.rules.lost_to_tam, replay.since or 0), _return_to_tam)


def _expiry(replay: Replay, passage: Passage) -> Due:
    """Return when a suspect without activity goes back to the market; while a person says otherwise, none does."""
    # Who was rejected under a person's stage falls asleep from then on: it was none before.
    return Due(max(asleep_from(replay, passage), replay.settled_at), _expire)


def is_watched(replay: Replay) -> bool:
    """Say whether the score can take the lead down: before hand-over, and where a score carries it."""
    return _watched(replay) is not None


def _watched(replay: Replay) -> Track | None:
    """Return the score that can take the lead down."""
    leads = INQUIRY <= replay.lead <= MQL
    return replay.track if leads and replay.passage is not None and not replay.held and not replay.open_deals else None


def _fall(replay: Replay, track: Track, until: int) -> Due | None:
    """Return when the lead has been below its exit for the agreed number of days."""
    rules = replay.rules
    after = replay.settled_at
    replay.settled_at = max(after, until)
    if until > after:
        _note_days_below(replay, track, after=after, until=until)
    since = replay.below_since
    return None if since is None else Due(rules.evenings.later(since, rules.dwell), _demote)


def _note_days_below(replay: Replay, track: Track, *, after: int, until: int) -> None:
    if not replay.rules.bounds.only_falls:
        _look_at_each(replay, track, after=after, until=until)
        return
    threshold, calm_until = replay.exit_at(), replay.calm_until
    is_above = replay.measure(until) >= threshold
    evening = replay.rules.evenings.after(after)
    if evening > until:
        return
    if is_above:
        replay.below_since = None
        return
    if replay.taken_off or not replay.rules.bounds.half_life:
        first = track.below_from(threshold, after=after, until=until)
    else:
        first = _first_evening_below(replay, track, begin=max(after, calm_until), until=until)
    # An evening above the exit, before the first one below, interrupts the count.
    if first != evening or replay.below_since is None:
        replay.below_since = first


def _look_at_each(replay: Replay, track: Track, *, after: int, until: int) -> None:
    """Look at one evening after the other, up to the one that takes the lead down."""
    threshold, rules = replay.exit_at(), replay.rules
    at = after
    while (at := rules.evenings.after(at)) <= until:
        if track.at(at) >= threshold:
            replay.below_since = None
        elif replay.below_since is None:
            replay.below_since = Millis(at)
        if replay.below_since is not None and rules.evenings.later(replay.below_since, rules.dwell) <= at:
            return


def _first_evening_below(replay: Replay, track: Track, *, begin: int, until: int) -> Millis | None:
    """Return the first evening below the exit, leaping over those that the model's bound keeps above it."""
    threshold, rules = replay.exit_at(), replay.rules
    still = (replay.last_activity or 0) + rules.bounds.idle - 1
    at = begin
    while (evening := rules.evenings.after(at)) <= until:
        engagement = track.at(evening)
        if engagement < threshold:
            return evening
        calm = rules.bounds.stays_above(threshold, engagement, evening)
        # Where points are taken off already, what remains fades faster than the bound knows.
        at = max(evening, min(calm, still))
    return None


def _demote(replay: Replay, at: Millis) -> None:
    replay.settled_at = max(at, replay.added_at)
    replay.fall(replay.lead - 1, at, "hysteresis")


def _expire(replay: Replay, at: Millis) -> None:
    replay.end(at, Outcome.VOID, "expired")


def _return_to_tam(replay: Replay, at: Millis) -> None:
    replay.stand(NOWHERE, at, "lost_expired")


def _warm(replay: Replay, at: Millis) -> None:
    replay.cool_until = None
    replay.aim()
    lift_by_score(replay, at)


def _release(replay: Replay, at: Millis) -> None:
    end_override(replay, at, "override_expired")
