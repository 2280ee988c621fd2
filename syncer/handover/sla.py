"""The service level of one hand-over: until when, what was done, and who hears of it. Computed, never polled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.funnel.facts import ContactDecision, ContactFacts, Cycle, FunnelStage, StageEvent
from syncer.funnel.rules import Rules
from syncer.funnel.touches import follows, is_touch
from syncer.funnel.transitions import is_handover
from syncer.handover.attempts import attempts_of
from syncer.moments import Millis, iso
from syncer.scoring import Service

REQUEST, SCORE = "explicit_request", "score_sales_ready"


class Ruling(StrEnum):
    """What sales said about a lead."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """Who hears of a lead that nobody touched, and from when."""

    to: str
    #: Multiple of the agreed time.
    times: int
    at: Millis
    is_reached: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sla:
    """One hand-over's times."""

    cycle_no: int
    #: Which hand-over of its cycle, from 1.
    number: int
    handed_at: Millis
    #: explicit_request or score_sales_ready.
    by: str
    #: Business minutes until the first touch.
    minutes: int
    touch_due_at: Millis
    #: First touch by a person after the hand-over.
    touched_at: Millis | None
    decision_due_at: Millis
    ruling: Ruling
    ruled_at: Millis | None
    #: Of a rejection.
    reason: str | None
    levels: Sequence[Level]
    #: How often a person tried to reach the lead.
    attempts: int
    #: By what was agreed, sales may give up: the lead answered, or enough was tried.
    may_give_up: bool

    def as_dict(self) -> dict[str, object]:
        """Return the machine form."""
        return {
            "cycle": self.cycle_no,
            "number": self.number,
            "handed_at": iso(self.handed_at),
            "by": self.by,
            "touch_due_at": iso(self.touch_due_at),
            "touched_at": iso(self.touched_at),
            "decision_due_at": iso(self.decision_due_at),
            "ruling": self.ruling,
            "ruled_at": iso(self.ruled_at),
            "reason": self.reason,
            "attempts": self.attempts,
            "may_give_up": self.may_give_up,
            "escalation": [{"to": one.to, "at": iso(one.at), "reached": one.is_reached} for one in self.levels],
        }


def service_of(sla: Sla) -> Service:
    """Return a hand-over's times as an explanation tells them."""
    return Service(minutes=sla.minutes, is_touched=sla.touched_at is not None, decision_due_at=sla.decision_due_at)


def sla_of(decision: ContactDecision, facts: ContactFacts, rules: Rules, *, as_of: Millis) -> Sla | None:
    """Return the times of a contact's latest hand-over, or None where its latest cycle has none."""
    handed = _handed(decision)
    if not handed:
        return None
    last, cycle = handed[-1], decision.cycles[-1]
    promised = rules.agreement.agreement.sla
    is_request = last.rule == REQUEST
    minutes = rules.request_minutes if is_request else rules.score_minutes
    touched = first_touch(facts, last.occurred_at, as_of)
    ruling, ruled_at = _ruling(decision, cycle, last.occurred_at)
    until = min((at for at in (touched, ruled_at) if at is not None), default=as_of)
    deadlines = [(one, rules.clock.after(last.occurred_at, minutes * one.times)) for one in promised.escalation]
    tried_until = as_of if ruled_at is None else ruled_at
    tried = attempts_of(facts, last.occurred_at, tried_until)
    decide = promised.business_hours.minutes(promised.decision.accept_or_reject)
    return Sla(
        cycle_no=cycle.cycle_no,
        number=len(handed),
        handed_at=last.occurred_at,
        by=REQUEST if is_request else SCORE,
        minutes=minutes,
        touch_due_at=rules.clock.after(last.occurred_at, minutes),
        touched_at=touched,
        decision_due_at=rules.clock.after(last.occurred_at, decide),
        ruling=ruling,
        ruled_at=ruled_at,
        reason=cycle.reject_reason if ruling is Ruling.REJECTED else None,
        levels=tuple(Level(to=one.to, times=one.times, at=at, is_reached=at < until) for one, at in deadlines),
        attempts=tried.number,
        may_give_up=tried.are_enough(promised.attempts_before_give_up, tried_until),
    )


def _handed(decision: ContactDecision) -> Sequence[StageEvent]:
    """Return the hand-overs of the latest cycle."""
    return [event for event in decision.events if event.cycle_no == decision.cycle_no and is_handover(event)]


def first_touch(facts: ContactFacts, since: Millis, as_of: Millis) -> Millis | None:
    """Return when a person first turned to a contact after a moment, or None."""
    answers = (row for row in facts.evidence if follows(row.occurred_at, since) and row.occurred_at <= as_of)
    first = next(filter(is_touch, answers), None)
    return None if first is None else Millis(first.occurred_at)


def _ruling(decision: ContactDecision, cycle: Cycle, since: Millis) -> tuple[Ruling, Millis | None]:
    if cycle.rejected_at is not None and cycle.rejected_at >= since:
        return Ruling.REJECTED, cycle.rejected_at
    accepted_at = next((at for at in _acceptances(decision, cycle) if at >= since), None)
    return (Ruling.WAITING, None) if accepted_at is None else (Ruling.ACCEPTED, accepted_at)


def _acceptances(decision: ContactDecision, cycle: Cycle) -> Iterator[Millis]:
    """Yield when sales accepted: the cycle keeps the first time, the events those after a rejection."""
    if cycle.accepted_at is not None:
        yield cycle.accepted_at
    for event in decision.events:
        if event.cycle_no == cycle.cycle_no and event.to_stage is FunnelStage.LEAD_SAL and not event.virtual:
            yield event.occurred_at
