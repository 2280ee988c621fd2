"""What people do: reactions of the contact, touches of ours, meetings of both."""

from syncer.funnel.bounds import INFINITE
from syncer.funnel.facts import Origin, Outcome, Relationship
from syncer.funnel.replay import Replay
from syncer.funnel.sales import accept
from syncer.funnel.standing import INQUIRY, MQL, NOWHERE, SALES_READY, SUSPECT
from syncer.moments import Millis
from syncer.records import Evidence

#: Meetings that took place, as CRMs say it.
_HELD = frozenset({"COMPLETED", "HELD"})
#: Sources that are somebody's recommendation.
_REFERRALS = frozenset({"referral", "word_of_mouth", "empfehlung"})
#: By which rule the hand is raised: by one event, or by coming back.
_HOT, _VISITS = "hard_conversion", "repeated_visits"
_SCORE_RULES = {INQUIRY: "score_inquiry", MQL: "score_mql", SALES_READY: "score_sales_ready"}


def reaction(replay: Replay, row: Evidence) -> None:
    """Take an inbound reaction: the contact did something (domain B3)."""
    read = replay.rules.read(row.kind, row.subject, row.asset, row.outcome)
    if read.leaves:
        unsubscribe(replay, row)
        return
    at, hot = row.occurred_at, read.is_hot
    if replay.passage is None:
        if not admits(replay, at, hot=hot):
            return
        _begin_by_contact(replay, Millis(at))
    track = replay.track
    if track is not None and read.event and (track.count(row, read.steps) or _is_back(replay, at)):
        _scored(replay, at, read.most)
        if read.takes:
            _take_off(replay, at)
    replay.last_activity = at
    visits = _repeated(replay, row) if read.visits else ()
    if replay.lead >= SALES_READY:
        return
    if read.asks:
        _request(replay, Millis(at), row)
    elif replay.upper >= replay.next_up or replay.lead == NOWHERE or ((hot or visits) and replay.lead == SUSPECT):
        target, rule = _target(replay, at, raised=_HOT if hot else _VISITS if visits else "")
        if target > replay.lead:
            _lift(replay, target, Millis(at), rule, visits if rule == _VISITS else (row.id,))


def _repeated(replay: Replay, row: Evidence) -> tuple[str, ...]:
    """Note a visit; return the first one of each day where the contact came back often enough (domain A1)."""
    rules, visits = replay.rules, replay.visits
    day = rules.scorer.days.of(row.occurred_at)
    visits.setdefault(day, row.id)
    for old in [one for one in visits if one <= day - rules.visit_within]:
        del visits[old]
    return tuple(visits.values()) if len(visits) >= rules.visit_days else ()


def _scored(replay: Replay, at: int, most: float) -> None:
    """Note that an event gave points, `most` of them at most, or gave back what silence had taken."""
    replay.upper = INFINITE if _is_back(replay, at) else replay.upper + most
    replay.settled_at = replay.added_at = at
    replay.measured_at = 0


def _is_back(replay: Replay, at: int) -> bool:
    """Say whether the contact had been silent for so long that points may have been taken off."""
    last = replay.last_activity
    return last is not None and at - last >= replay.rules.bounds.idle


def unsubscribe(replay: Replay, row: Evidence) -> None:
    """Leaving a list takes points off and is no reaction."""
    if replay.track is not None and replay.passage is not None:
        replay.track.add(row)
        replay.settled_at = replay.added_at = row.occurred_at
        replay.measured_at = 0
        _take_off(replay, row.occurred_at)


def _take_off(replay: Replay, at: int) -> None:
    """Note that points are gone for good: no bound holds any more in this window."""
    replay.taken_off = True
    replay.calm_until = at
    replay.wake_by(at + 1)


def touch(replay: Replay, row: Evidence) -> None:
    """We did something: it begins no passage, and is the first contact of one that follows soon."""
    at = Millis(row.occurred_at)
    if replay.passage is None:
        last = replay.last_touch
        if last is None or at - last > replay.rules.suspect_expiry:
            replay.touch_at = at
        replay.last_touch = at


def meeting(replay: Replay, row: Evidence) -> None:
    """Take a meeting: asked for it is a request, held it is an acceptance; with customers it is neither."""
    rules = replay.rules
    if replay.passage is None and replay.relationship is Relationship.CUSTOMER:
        touch(replay, row)
        return
    if rules.read(row.kind, row.subject, row.asset, row.outcome).event:
        reaction(replay, row)
    else:
        touch(replay, row)
    if (row.outcome or "").upper() in _HELD:
        accept(replay, Millis(row.occurred_at), "meeting_held", row.id, actor="crm")


def lift_by_score(replay: Replay, at: Millis) -> None:
    """Lift the lead as far as its engagement carries it now."""
    replay.upper, replay.measured_at = INFINITE, 0
    target, rule = _target(replay, at)
    if target > replay.lead:
        _lift(replay, target, at, rule, ())


def admits(replay: Replay, at: int, *, hot: bool) -> bool:
    """Say whether a reaction begins a new passage: after a loss and for customers only a raised hand does at first."""
    if replay.is_new or not replay.cycles:
        return hot or replay.relationship is not Relationship.CUSTOMER
    last = replay.cycles[-1]
    ended = last.ended_at
    if ended is not None and at <= ended and last.outcome is not Outcome.VOID:
        return False
    if last.outcome is Outcome.WON or replay.relationship is Relationship.CUSTOMER:
        return hot
    if last.outcome is Outcome.LOST and ended is not None:
        return hot or at - ended > replay.rules.winback_soft
    return True


def _begin_by_contact(replay: Replay, at: Millis) -> None:
    first = replay.first_contact(at)
    origin = Origin.INBOUND if first == at else Origin.OUTBOUND
    if not replay.cycles and (replay.facts.contact.source or "") in _REFERRALS:
        origin = Origin.REFERRAL
    replay.begin(at, origin, first)


def _target(replay: Replay, at: int, *, raised: str = "") -> tuple[int, str]:
    """Return how far the lead goes by this evidence, and by which rule; `raised` names the one that raised the hand."""
    lead = replay.lead
    target, rule = (SUSPECT, "reaction") if lead == NOWHERE else (lead, "")
    if raised and lead < INQUIRY:
        target, rule = INQUIRY, raised
    if replay.upper < (replay.enter.mql if target == INQUIRY else replay.next_up):
        return target, rule
    reached = _reached(replay, replay.measure(at))
    return (reached, _SCORE_RULES[reached]) if reached > target else (target, rule)


def _reached(replay: Replay, engagement: float) -> int:
    enter = replay.enter
    if engagement >= enter.sales_ready and replay.cool_until is None:
        return SALES_READY
    if engagement >= enter.mql:
        return MQL
    return INQUIRY if engagement >= replay.rules.inquiry_enter else NOWHERE


def _lift(replay: Replay, target: int, at: Millis, rule: str, evidence: tuple[str, ...]) -> None:
    if replay.open_deals:
        # The deal speaks; should it vanish, this is where the lead stands (domain B5).
        replay.lift_unseen(target, rule)
    else:
        if target == SALES_READY:
            note_cell(replay, at)
        replay.climb(target, at, rule, evidence)
    if target == SUSPECT:
        replay.wake_by(at + replay.rules.suspect_expiry)
    elif target <= MQL:
        # The exit is another one now.
        replay.calm_until = at
        replay.measure(at)
        replay.wake_by(replay.calm_until)


def _request(replay: Replay, at: Millis, row: Evidence) -> None:
    """Take a request for sales: sales-ready at once, or for a person to look at where the fit is too low."""
    if replay.fit.grade not in replay.rules.request_grades:
        replay.flag("review_request")
        # What it cannot ask for, its points may still reach.
        target, rule = _target(replay, at, raised=_HOT)
        if target > replay.lead:
            _lift(replay, target, at, rule, (row.id,))
    else:
        _lift(replay, SALES_READY, at, "explicit_request", (row.id,))


def note_cell(replay: Replay, at: Millis) -> None:
    """Keep the score with which a passage was first handed over."""
    passage = replay.passage
    if passage is not None and passage.cell is None:
        passage.cell = replay.rules.scorer.cell(replay.fit.grade, replay.measure(at))
