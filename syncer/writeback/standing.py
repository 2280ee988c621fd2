"""Where a contact stands, as far as the CRM is to show it, and what the CRM shows now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncer.funnel.facts import ContactDecision, FunnelStage, Outcome, Relationship, Score
from syncer.funnel.promoters import PROMOTER
from syncer.moments import Millis
from syncer.writeback.intents import Written
from syncer.writeback.values import same_value

#: The track of whoever gave no reason.
_NO_REASON = "unspecified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What one contact's decision says to the CRM."""

    contact_id: str
    stage: FunnelStage
    since: Millis | None
    cycle_no: int
    relationship: Relationship
    outcome: Outcome
    score: Score
    sales_ready_at: Millis | None = None
    accepted_at: Millis | None = None
    sla_due_at: Millis | None = None
    #: The customer recommends.
    is_promoter: bool = False
    #: Why the score is what it is, in one line.
    reasons: str = ""
    #: The owner's id to whom routing leads, where it leads to a person.
    routed_to: str | None = None
    #: Why the latest sale was postponed, while the contact is back in the market.
    track: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the CRM holds for one record, and what we wrote there last, both by property name."""

    held: Mapping[str, str | None] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """Return what the CRM holds; None is blank."""
        return self.held.get(name) or None

    def ours(self, name: str) -> bool:
        """Return whether the CRM holds the value that we wrote last."""
        return name in self.written and same_value(self.held.get(name), self.written[name].value)


def standing_of(decision: ContactDecision, reasons: str = "", routed_to: str | None = None) -> Standing:
    """Return what a decision says to the CRM; milestones are those of the latest cycle."""
    cycle = decision.cycles[-1] if decision.cycles else None
    return Standing(
        contact_id=decision.contact_id,
        stage=decision.stage,
        since=decision.since,
        cycle_no=decision.cycle_no,
        relationship=decision.relationship,
        outcome=decision.outcome,
        score=decision.score,
        sales_ready_at=None if cycle is None else cycle.sales_ready_at,
        accepted_at=None if cycle is None else cycle.accepted_at,
        sla_due_at=decision.sla_due_at,
        is_promoter=PROMOTER in decision.flags,
        reasons=reasons,
        routed_to=routed_to,
        track=_track(decision),
    )


def _track(decision: ContactDecision) -> str | None:
    if decision.stage is not FunnelStage.TAM or not decision.cycles or decision.outcome is not Outcome.OTHER:
        return None
    return decision.cycles[-1].reason or _NO_REASON
