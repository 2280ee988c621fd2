"""Which cycles were never real."""

from syncer.funnel.facts import ContactDecision, Cycle, Outcome

_EXPIRED = "expired"


def is_void(decision: ContactDecision, cycle: Cycle) -> bool:
    """Return whether a cycle was never real; one that silence ended was, and was not won."""
    if cycle.outcome is not Outcome.VOID:
        return False
    mine = [event for event in decision.events if event.cycle_no == cycle.cycle_no]
    return not mine or mine[-1].rule != _EXPIRED
