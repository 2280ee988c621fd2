"""What sales says about a lead: accepted or rejected, by the lead status or by a property of the portal's own."""

from collections.abc import Collection, Mapping

from syncer.agreement.head import RejectTarget
from syncer.funnel.facts import FunnelStage, Origin, Outcome
from syncer.funnel.replay import Replay
from syncer.funnel.resuming import lead_resume_at
from syncer.funnel.standing import ACCEPTED, INQUIRY
from syncer.funnel.terms import Rejection
from syncer.moments import Millis
from syncer.records import ChangeSource, Evidence


def lead_status(replay: Replay, row: Evidence) -> None:
    """Sales accepts or rejects by the lead status; an import tells no story, and our own word coming back is none."""
    value = (row.outcome or "").upper()
    if row.actor == ChangeSource.IMPORT or _is_echo(replay, row, value):
        return
    _judge(replay, row, replay.rules.accepted, replay.rules.rejected)


def answer(replay: Replay, row: Evidence) -> None:
    """Sales accepts or rejects by a property of the portal's own (domain B3); an import tells no story."""
    if row.actor != ChangeSource.IMPORT:
        _judge(replay, row, replay.rules.accepted_answers, replay.rules.rejected_answers)


def _judge(replay: Replay, row: Evidence, accepted: Collection[str], rejected: Mapping[str, Rejection]) -> None:
    actor = "user" if row.actor == ChangeSource.USER else "crm"
    value = (row.outcome or "").strip().upper()
    rejection = rejected.get(value)
    if rejection is not None:
        reject(replay, Millis(row.occurred_at), rejection, row.id, actor=actor)
    elif value in accepted:
        accept(replay, Millis(row.occurred_at), "accepted", row.id, actor=actor)


def accept(replay: Replay, at: Millis, rule: str, evidence: str, *, actor: str) -> None:
    """Sales takes the lead for a possible opportunity."""
    passage = replay.passage
    if passage is None:
        passage = replay.begin(at, Origin.OUTBOUND, replay.first_contact(at))
    if replay.lead < ACCEPTED:
        replay.climb(ACCEPTED, at, rule, (evidence,), actor=actor)
    else:
        # It stands there on another's word so far: of the deal that went before, or of the CRM.
        passage.reach(ACCEPTED, at)


def reject(replay: Replay, at: Millis, rejection: Rejection, evidence: str, *, actor: str) -> None:
    """Sales refuses the lead; while a deal is open the deal speaks instead."""
    passage = replay.passage
    if passage is None or replay.open_deals:
        return
    passage.rejected_at = at
    passage.reject_reason = rejection.reason
    replay.overridden_until = None
    # A stage that a person had set counts: whoever stood with sales goes back to inquiry, not below.
    left = min(max(replay.lead, replay.rank), INQUIRY)
    if rejection.target is RejectTarget.INQUIRY and left:
        replay.restart(at)
        replay.cool_until = Millis(at + replay.rules.cool_off)
        replay.wake_by(replay.cool_until)
        replay.fall(left, at, "rejected", (evidence,), actor=actor)
        return
    outcome = {RejectTarget.CLOSED_OTHER: Outcome.OTHER, RejectTarget.CLOSED_LOST: Outcome.LOST}.get(
        rejection.target, Outcome.VOID
    )
    passage.reason = rejection.reason
    if outcome is Outcome.OTHER:
        stated = replay.facts.contact.fields.get("planned_purchase")
        passage.resume_at = lead_resume_at(replay.rules.agreement, rejection.reason, at, stated)
    replay.end(at, outcome, "CO9" if outcome is Outcome.OTHER else "rejected", (evidence,), actor=actor)


def _is_echo(replay: Replay, row: Evidence, value: str) -> bool:
    """Say whether an integration only repeats what our map writes for where the contact stands or last ended."""
    if row.actor != ChangeSource.INTEGRATION:
        return False
    echoes = replay.rules.echoes
    last = next((one for one in reversed(replay.cycles) if one.ended_at is not None), None)
    ended = {Outcome.LOST: FunnelStage.CLOSED_LOST, Outcome.OTHER: FunnelStage.CLOSED_OTHER}
    stages = (replay.stage, None if last is None else ended.get(last.outcome))
    return any(one is not None and echoes.get(one) == value for one in stages)
