"""What the CRM's own lifecycle says where no evidence does (domain B7, R20): counted, with no dates of our making."""

from collections.abc import Mapping

from syncer.agreement.head import RejectTarget
from syncer.funnel.facts import FunnelStage, Origin, Outcome
from syncer.funnel.overrides import WORDS, call_customer, expect
from syncer.funnel.replay import Replay
from syncer.funnel.standing import ACCEPTED, INQUIRY, MQL, SALES_READY, SUSPECT
from syncer.moments import Millis

#: The lifecycle of whom the CRM puts outside of its funnel.
OTHER = "other"

_OPPORTUNITY = frozenset({FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})
_ENDS = {RejectTarget.CLOSED_LOST: Outcome.LOST, RejectTarget.CLOSED_OTHER: Outcome.OTHER}

#: The lifecycle whose date of entry each rank takes.
_DATES: Mapping[int, str] = {
    SUSPECT: "entered_subscriber",
    INQUIRY: "entered_lead",
    MQL: "entered_marketingqualifiedlead",
    SALES_READY: "entered_salesqualifiedlead",
}


def expect_present(replay: Replay) -> None:
    """Expect the record's present lifecycle where none of its history is known."""
    contact, evidence = replay.facts.contact, replay.facts.evidence
    value = contact.lifecycle
    if value is None or any(row.kind == "lifecycle" for row in evidence):
        return
    entered = contact.fields.get(f"entered_{value}")
    known = (entered if isinstance(entered, int) else None, contact.created_at, contact.updated_at)
    at = next((moment for moment in known if moment is not None), None)
    if at is not None:
        expect(replay, Millis(at), value)


def take_word(replay: Replay, at: Millis) -> None:
    """Believe the expected lifecycle, since nothing else is known by now."""
    replay.expected_at, value = None, replay.expected
    stage = replay.rules.lifecycles.get(value)
    if stage is FunnelStage.CLOSED_WON:
        call_customer(replay, at, f"lifecycle:{value}")
    elif stage in _OPPORTUNITY:
        if not replay.facts.deals:
            replay.flag("opportunity_without_deal")
            _place(replay, SALES_READY, at, value)
    elif stage is not None and stage in WORDS:
        _place(replay, WORDS[stage], at, value)
    elif stage is None and value != OTHER:
        replay.flag("unmapped_lifecycle")


def _place(replay: Replay, rank: int, at: Millis, value: str) -> None:
    contact, rules = replay.facts.contact, replay.rules
    status = (contact.lead_status or "").upper()
    if rank == SALES_READY and status in rules.accepted:
        rank = ACCEPTED
    passage = replay.begin(at, Origin.IMPORT, None)
    replay.held = True
    replay.lead = rank
    for step, name in _DATES.items():
        entered = contact.fields.get(name)
        if step <= rank and isinstance(entered, int) and entered <= at:
            passage.reach(step, Millis(entered))
            passage.started_at = min(passage.started_at, Millis(entered))
    evidence = (f"lifecycle:{value}",)
    replay.stand(rank, at, "bootstrap", evidence, actor="crm", virtual=True)
    rejection = rules.rejected.get(status)
    if rank >= SALES_READY and rejection is not None and rejection.target in _ENDS:
        passage.reason = passage.reject_reason = rejection.reason
        replay.end(at, _ENDS[rejection.target], "bootstrap", evidence, actor="crm")
