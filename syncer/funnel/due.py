"""When time alone can change where a contact stands next: until then nobody needs to look again."""

from syncer.funnel.bounds import NEVER
from syncer.funnel.dated import next_change
from syncer.funnel.elapse import is_watched
from syncer.funnel.facts import ContactFacts
from syncer.funnel.replay import Replay
from syncer.funnel.rules import Rules
from syncer.moments import HOUR, Millis


def due(replay: Replay, as_of: Millis, upcoming: Millis | None) -> Millis | None:
    """Return a moment before which time alone changes nothing; an hour ahead where that is sooner."""
    rules = replay.rules
    found: list[int] = [] if upcoming is None else [upcoming]
    if is_watched(replay):
        below = max(replay.calm_until, as_of) if replay.below_since is None else replay.below_since
        if below < NEVER:
            found.append(rules.evenings.later(below, rules.dwell))
        if replay.cool_until is not None:
            found.append(replay.cool_until)
        if replay.overridden_until is not None:
            found.append(replay.overridden_until)
    elif replay.wake < NEVER:
        found.append(replay.wake)
    if replay.passage is not None and replay.track is not None:
        # Another level, or a step that the CRM should see.
        drifts = replay.track.next_change_at(as_of, rules.levels)
        found += () if drifts is None else (drifts,)
    dated = profile_change(replay.facts, rules, as_of)
    found += () if dated is None else (dated,)
    return Millis(max(min(found), as_of + HOUR)) if found else None


def profile_change(facts: ContactFacts, rules: Rules, as_of: Millis) -> Millis | None:
    """Return when fit, gate or market are next another by date alone."""
    if not rules.dated.getters:
        return None

    def view(at: Millis) -> object:
        return rules.scorer.standing(facts, at), in_tam(facts, rules, at)

    return next_change(facts, rules.dated, rules.evenings, view=view, as_of=as_of)


def in_tam(facts: ContactFacts, rules: Rules, as_of: Millis) -> bool:
    """Say whether a contact belongs to the market as of a moment."""
    return rules.in_tam is None or rules.in_tam(facts, as_of)
