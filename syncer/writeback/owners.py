"""Who is assigned to a lead without an owner (domain B2): by routing, once, and never against a person."""

from syncer.funnel.facts import FunnelStage, Rank
from syncer.writeback.intents import Wanted
from syncer.writeback.standing import Shown, Standing

#: The stages in which a lead has an account manager.
_LED = frozenset(stage for stage in FunnelStage if Rank.LEAD_MQL <= Rank[stage.name] <= Rank.FORECAST)


def owner(standing: Standing, shown: Shown, name: str) -> Wanted | None:
    """Return the owner to assign; None where the lead has one, or had one of ours that somebody took away."""
    if standing.stage not in _LED or shown.value(name) is not None or name in shown.written:
        return None
    return None if standing.routed_to is None else Wanted(standing.routed_to, "routing", "lead without an owner")
