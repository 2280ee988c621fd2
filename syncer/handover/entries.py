"""Which entry into a stage is a hand-over to sales."""

from syncer.funnel.facts import FunnelStage, StageEvent

#: Coming back from here is no hand-over: sales had the lead already.
_WITH_SALES = frozenset({FunnelStage.LEAD_SAL, FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})


def is_handover(event: StageEvent) -> bool:
    """Return whether a contact began to wait for sales; passing through on the way further is no hand-over."""
    return event.to_stage is FunnelStage.LEAD_SQL and not event.virtual and event.from_stage not in _WITH_SALES
