"""Which deals begin to count as delayed: their people are decided in the same commit (domain C5)."""

from collections.abc import Sequence

from syncer.funnel.facts import DealDecision, Outcome
from syncer.store import Unit


def newly_delayed(unit: Unit, account: str, decisions: Sequence[DealDecision]) -> Sequence[str]:
    """Return the deals that are Closed-Other by these decisions, and are not by those kept so far."""
    delayed = [one.deal_id for one in decisions if one.spans and one.spans[-1].outcome is Outcome.OTHER]
    if not delayed:
        return ()
    known = {one.deal_id for one in unit.ledger.deal_states(account, delayed) if one.span.outcome is Outcome.OTHER}
    return [ident for ident in delayed if ident not in known]
