"""Which entry into a stage is a hand-over to sales, and which cycles were never real."""

from syncer.funnel.facts import ContactDecision, Cycle, FunnelStage, Outcome, StageEvent

#: Coming back from here is no hand-over: sales had the lead already.
_WITH_SALES = frozenset({FunnelStage.LEAD_SAL, FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})
_EXPIRED = "expired"


def is_handover(event: StageEvent) -> bool:
    """Return whether a contact began to wait for sales; passing through on the way further is no hand-over."""
    return event.to_stage is FunnelStage.LEAD_SQL and not event.virtual and event.from_stage not in _WITH_SALES


def is_void(decision: ContactDecision, cycle: Cycle) -> bool:
    """Return whether a cycle was never real; one that silence ended was, and was not won."""
    if cycle.outcome is not Outcome.VOID:
        return False
    mine = [event for event in decision.events if event.cycle_no == cycle.cycle_no]
    return not mine or mine[-1].rule != _EXPIRED
