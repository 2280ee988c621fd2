"""What each kind of evidence does to a replay: reactions of the contact, touches of ours, words of the CRM."""

from collections.abc import Callable, Mapping

from syncer.agreement.head import RejectTarget
from syncer.funnel.bounds import INFINITE
from syncer.funnel.facts import FunnelStage, Origin, Outcome, Relationship
from syncer.funnel.replay import ACCEPTED, INQUIRY, MQL, NOWHERE, SALES_READY, SUSPECT, Replay
from syncer.funnel.rules import Rejection
from syncer.moments import DAY, MINUTE, Millis
from syncer.records import ActivityKind, ChangeSource, Evidence

#: Meetings that took place, as CRMs say it.
_HELD = frozenset({"COMPLETED", "HELD"})
#: Sources that are somebody's recommendation.
_REFERRALS = frozenset({"referral", "word_of_mouth", "empfehlung"})
_LEAVING = ActivityKind.UNSUBSCRIBE.value
_SCORE_RULES = {INQUIRY: "score_inquiry", MQL: "score_mql", SALES_READY: "score_sales_ready"}


def reaction(replay: Replay, row: Evidence) -> None:
    """Take an inbound reaction: the contact did something (domain B3)."""
    rules = replay.rules
    event = rules.scorer.event_of(row)
    if event == _LEAVING:
        unsubscribe(replay, row)
        return
    at = row[0]
    asked = event in rules.explicit
    hot = asked or event in rules.hard
    if replay.passage is None:
        if not admits(replay, at, hot=hot):
            return
        _begin_by_contact(replay, Millis(at))
    track = replay.track
    if track is not None and track.add(row, event):
        _scored(replay, event, at)
    replay.last_activity = at
    if replay.lead >= SALES_READY or replay.open_deals:
        return
    if asked:
        _request(replay, Millis(at), row)
    elif replay.upper >= replay.next_up or replay.lead == NOWHERE or (hot and replay.lead == SUSPECT):
        target, rule = _target(replay, at, hot=hot)
        if target > replay.lead:
            _lift(replay, target, Millis(at), rule, (row[2],))


def _scored(replay: Replay, event: str, at: int) -> None:
    """Note that an event gave points."""
    bounds, last = replay.rules.bounds, replay.last_activity
    replay.settled_at = replay.added_at = at
    replay.measured_at = 0
    if bounds.points is None or (last is not None and at - last >= bounds.idle):
        replay.upper = INFINITE
    else:
        replay.upper += bounds.points[event]


def unsubscribe(replay: Replay, row: Evidence) -> None:
    """Leaving a list takes points off and is no reaction."""
    if replay.track is not None and replay.passage is not None:
        replay.track.add(row)
        replay.settled_at = replay.added_at = row[0]
        replay.taken_off = True
        replay.measured_at = 0
        replay.calm_until = row[0]
        replay.wake_by(row[0] + 1)


def touch(replay: Replay, row: Evidence) -> None:
    """We did something: it begins no passage, and is the first contact of one that follows soon."""
    at = Millis(row[0])
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
    event = rules.scorer.event_of(row)
    if event in rules.explicit or event in rules.hard:
        reaction(replay, row)
    else:
        touch(replay, row)
    if (row[7] or "").upper() in _HELD:
        accept(replay, Millis(row[0]), "meeting_held", row[2], actor="crm")


def lead_status(replay: Replay, row: Evidence) -> None:
    """Sales accepts or rejects by the lead status; an import tells no story, and our own word coming back is none."""
    value = (row[7] or "").upper()
    if row[6] == ChangeSource.IMPORT or _is_echo(replay, row, value):
        return
    actor = "user" if row[6] == ChangeSource.USER else "crm"
    rejection = replay.rules.rejected.get(value)
    if rejection is not None:
        reject(replay, Millis(row[0]), rejection, row[2], actor=actor)
    elif value in replay.rules.accepted:
        accept(replay, Millis(row[0]), "accepted", row[2], actor=actor)


def lifecycle(replay: Replay, row: Evidence) -> None:
    """Take a person's edit of the lifecycle as an override, any other as the CRM's word where nothing is known."""
    at, value = Millis(row[0]), row[7]
    created = replay.facts.contact.created_at
    # The CRM gives every new record a lifecycle in the name of whoever created it.
    at_creation = created is not None and at - created <= MINUTE
    if row[6] == ChangeSource.USER and not at_creation:
        _overridden(replay, row, None if value is None else replay.rules.lifecycles.get(value))
    elif value is not None and not replay.cycles:
        expect(replay, at, value)
    elif value is not None and replay.held:
        _raise_on_word(replay, at, value)


def stage(replay: Replay, row: Evidence) -> None:
    """Take a person's edit of our own stage property as an override; our own writes are not evidence."""
    if row[6] == ChangeSource.USER:
        value = row[7]
        known = FunnelStage(value) if value is not None and value in FunnelStage.__members__ else None
        _overridden(replay, row, known)


def expect(replay: Replay, at: Millis, value: str) -> None:
    """Take the CRM's lifecycle as the truth a day after the record came, unless evidence is there by then."""
    created = replay.facts.contact.created_at
    # A form creates a record with a lifecycle moments before the form itself is told.
    due = at if created is None else Millis(max(at, created + DAY))
    replay.expected_at, replay.expected = due, value
    replay.wake_by(due)


def accept(replay: Replay, at: Millis, rule: str, evidence: str, *, actor: str) -> None:
    """Sales takes the lead for a possible opportunity."""
    passage = replay.passage
    if passage is None:
        passage = replay.begin(at, Origin.OUTBOUND, replay.first_contact(at))
    if replay.lead < ACCEPTED:
        replay.climb(ACCEPTED, at, rule, (evidence,), actor=actor)


def reject(replay: Replay, at: Millis, rejection: Rejection, evidence: str, *, actor: str) -> None:
    """Sales refuses the lead; while a deal is open the deal speaks instead."""
    passage = replay.passage
    if passage is None or replay.open_deals:
        return
    passage.rejected_at = at
    passage.reject_reason = rejection.reason
    if rejection.target is RejectTarget.INQUIRY:
        replay.restart(at)
        replay.cool_until = Millis(at + replay.rules.cool_off)
        replay.wake_by(replay.cool_until)
        replay.overridden_until = None
        replay.fall(min(replay.lead, INQUIRY), at, "rejected", (evidence,), actor=actor)
        return
    outcome = {RejectTarget.CLOSED_OTHER: Outcome.OTHER, RejectTarget.CLOSED_LOST: Outcome.LOST}.get(
        rejection.target, Outcome.VOID
    )
    passage.reason = rejection.reason
    replay.end(at, outcome, "CO9" if outcome is Outcome.OTHER else "rejected", (evidence,), actor=actor)


def lift_by_score(replay: Replay, at: Millis) -> None:
    """Lift the lead as far as its engagement carries it now."""
    replay.upper, replay.measured_at = INFINITE, 0
    target, rule = _target(replay, at, hot=False)
    if target > replay.lead:
        _lift(replay, target, at, rule, ())


def admits(replay: Replay, at: int, *, hot: bool) -> bool:
    """Say whether a reaction begins a new passage: after a loss and for customers only a raised hand does at first."""
    if not replay.cycles:
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


def _target(replay: Replay, at: int, *, hot: bool) -> tuple[int, str]:
    """Return how far the lead goes by this evidence, and by which rule."""
    lead = replay.lead
    target, rule = (SUSPECT, "reaction") if lead == NOWHERE else (lead, "")
    if hot and lead < INQUIRY:
        target, rule = INQUIRY, "hard_conversion"
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
    if target == SALES_READY:
        _hand_over(replay, at, rule)
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
        if replay.lead < INQUIRY:
            _lift(replay, INQUIRY, at, "hard_conversion", (row[2],))
    else:
        _lift(replay, SALES_READY, at, "explicit_request", (row[2],))


def _hand_over(replay: Replay, at: Millis, rule: str) -> None:
    replay.handed_at = at
    replay.handed_by = rule
    passage = replay.passage
    if passage is not None and passage.cell is None:
        passage.cell = replay.rules.scorer.cell(replay.fit.grade, replay.measure(at))


def _is_echo(replay: Replay, row: Evidence, value: str) -> bool:
    """Say whether an integration only repeats what our map writes for where the contact stands or last ended."""
    if row[6] != ChangeSource.INTEGRATION:
        return False
    echoes = replay.rules.echoes
    last = next((one for one in reversed(replay.cycles) if one.ended_at is not None), None)
    ended = {Outcome.LOST: FunnelStage.CLOSED_LOST, Outcome.OTHER: FunnelStage.CLOSED_OTHER}
    stages = (replay.stage, None if last is None else ended.get(last.outcome))
    return any(one is not None and echoes.get(one) == value for one in stages)


def _overridden(replay: Replay, row: Evidence, wanted: FunnelStage | None) -> None:
    at = Millis(row[0])
    if wanted is None:
        end_override(replay, at, "override_cleared")
    elif wanted is FunnelStage.CLOSED_WON:
        replay.relationship = Relationship.CUSTOMER
        if not any(one.outcome is Outcome.WON for one in replay.cycles):
            replay.flag("customer_without_deal")
    elif not (row[3] == "lifecycle" and replay.rules.lifecycle_of.get(replay.stage) == row[7]):
        if wanted in _NEED_DEALS and not replay.open_deals:
            replay.flag("opportunity_without_deal")
            wanted = FunnelStage.LEAD_SQL
        if wanted is not replay.stage:
            replay.force(wanted, Millis(at + replay.rules.override), at, row[2])


def end_override(replay: Replay, at: Millis, rule: str) -> None:
    """Let facts speak again."""
    if replay.overridden_until is None:
        return
    replay.overridden_until = None
    if replay.passage is not None and replay.lead == NOWHERE and not replay.open_deals:
        replay.end(at, Outcome.VOID, rule)
    else:
        replay.restore(at, rule)


def _raise_on_word(replay: Replay, at: Millis, value: str) -> None:
    rank = WORDS.get(replay.rules.lifecycles.get(value, FunnelStage.TAM), NOWHERE)
    if rank > replay.lead and not replay.open_deals:
        replay.lead = rank
        replay.stand(rank, at, "bootstrap", (f"lifecycle:{value}",), actor="crm", virtual=True)


#: Stages that the CRM's word alone can give.
WORDS: Mapping[FunnelStage, int] = {
    FunnelStage.SUSPECT: SUSPECT,
    FunnelStage.INQUIRY: INQUIRY,
    FunnelStage.LEAD_MQL: MQL,
    FunnelStage.LEAD_SQL: SALES_READY,
    FunnelStage.LEAD_SAL: ACCEPTED,
}
_NEED_DEALS = frozenset({FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})

#: What to do with a row, by its kind; other kinds say nothing about the funnel.
HANDLERS: Mapping[str, Callable[[Replay, Evidence], None]] = {
    ActivityKind.FORM.value: reaction,
    ActivityKind.EMAIL_CLICK.value: reaction,
    ActivityKind.PAGE_VIEW.value: reaction,
    ActivityKind.EMAIL_IN.value: reaction,
    ActivityKind.REGISTRATION.value: reaction,
    ActivityKind.UNSUBSCRIBE.value: unsubscribe,
    ActivityKind.CALL.value: touch,
    ActivityKind.EMAIL_OUT.value: touch,
    ActivityKind.MESSAGE.value: touch,
    ActivityKind.MEETING.value: meeting,
    "lead_status": lead_status,
    "lifecycle": lifecycle,
    "stage": stage,
}
