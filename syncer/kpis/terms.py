"""What both teams agreed on that KPIs measure against: service times, the goal, the facts that make a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncer.agreement.head import BusinessHours, Goal, Sla
from syncer.kpis.business import BusinessTime

#: Business days after the agreed time without any activity, from which on a hand-over has leaked away (domain K34).
_LEAKED_AFTER = "5bd"

#: Minutes that one activity takes (domain K32).
_MINUTES = {"call": 15, "meeting": 60, "email_out": 5, "message": 5}


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """Until when sales takes care of a hand-over, in business minutes."""

    time: BusinessTime
    explicit: int
    score: int
    decision: int
    leaked: int

    def limit(self, *, explicit: bool) -> int:
        """Return the time to the first touch."""
        return self.explicit if explicit else self.score


def service_of(sla: Sla) -> Service:
    """Return the service times of an agreement."""
    hours: BusinessHours = sla.business_hours
    return Service(
        time=BusinessTime(hours),
        explicit=hours.minutes(sla.first_touch.explicit_request),
        score=hours.minutes(sla.first_touch.score_sales_ready),
        decision=hours.minutes(sla.decision.accept_or_reject),
        leaked=hours.minutes(_LEAKED_AFTER),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The part of an agreement that KPIs read."""

    service: Service = field(default_factory=lambda: service_of(Sla()))
    #: What marketing promised; None promised nothing.
    goal: Goal | None = None
    #: Facts that fit depends on, by the names of the agreement's rules.
    profile: Sequence[str] = ()
    #: Kind of activity → minutes.
    minutes: Mapping[str, int] = field(default_factory=lambda: dict(_MINUTES))
