"""What becomes of hand-overs: acceptance (K08), handed over too early (K33), never worked (K34)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import ERASED, Segment
from syncer.kpis.asked.work import Handover
from syncer.kpis.figures.response import Responses
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi
from syncer.kpis.tally import Tally, cohort_rate, with_whole
from syncer.moments import MINUTE

#: A loss within so many days without a word from the contact was no lead yet.
_EARLY_LOSS_DAYS = 14

_NOT_READY = "not_ready"


@dataclass(kw_only=True, slots=True)
class _Decisions:
    """Hand-overs by what sales decided."""

    tally: Tally = field(default_factory=Tally)
    rejected: Counter[str] = field(default_factory=Counter)
    overdue: int = 0


@dataclass(kw_only=True, slots=True)
class Pursued:
    """What became of one segment's hand-overs, by the question of each KPI."""

    decisions: _Decisions = field(default_factory=_Decisions)
    responses: Responses = field(default_factory=Responses)
    early: Tally = field(default_factory=Tally)
    leaked: Tally = field(default_factory=Tally)


def pursued(ask: Ask) -> Mapping[Segment, Pursued]:
    """Return what became of the hand-overs of the period by segment: read once for all KPIs about them."""
    return ask.once("handovers", ask.question.by, lambda: _pursue(ask))


def _pursue(ask: Ask) -> Mapping[Segment, Pursued]:
    found: defaultdict[Segment, Pursued] = defaultdict(Pursued)
    for one in ask.measures.work.handovers(ask.cut, ask.window):
        group = found[one.segment]
        if one.excluded is None:
            _decide(ask, group.decisions, one)
        else:
            group.decisions.tally.excluded[one.excluded] += 1
        _judge_work(ask, group, one)
    return {segment: found[segment] for segment in with_whole(found, ask.question.by)}


def _judge_work(ask: Ask, group: Pursued, one: Handover) -> None:
    """Judge what sales did about a hand-over, where that is known."""
    why_not = one.excluded or (ERASED if one.is_erased else None)
    if why_not is None:
        group.responses.add(ask, one)
        _judge_early(ask, group.early, one)
        _judge_leaked(ask, group.leaked, one)
        return
    for tally in (group.responses.tally, group.early, group.leaked):
        tally.excluded[why_not] += 1


def acceptance(ask: Ask) -> Iterable[Kpi]:
    """Yield K08 and its companions; a hand-over that may still be decided in time is pending and does not count."""
    for segment, group in pursued(ask).items():
        yield from _decision_rows(ask, segment, group.decisions)


def _decide(ask: Ask, decisions: _Decisions, one: Handover) -> None:
    tally = decisions.tally
    if one.accepted_at is not None and (one.rejected_at is None or one.accepted_at <= one.rejected_at):
        tally.add(1, hit=True, may_hit=False)
    elif one.rejected_at is not None:
        tally.add(1, hit=False, may_hit=False)
        decisions.rejected[one.reject_reason or "unspecified"] += 1
    elif _elapsed(ask, one) > ask.question.terms.service.decision * MINUTE:
        tally.add(1, hit=False, may_hit=one.outcome is Outcome.OPEN)
        decisions.overdue += 1
    else:
        tally.excluded["pending"] += 1


def _elapsed(ask: Ask, one: Handover) -> int:
    return ask.question.terms.service.time.spent(one.ready_at, ask.question.as_of)


def _decision_rows(ask: Ask, segment: Segment, decisions: _Decisions) -> Iterable[Kpi]:
    tally, rejected = decisions.tally, decisions.rejected
    yield ask.row("K08", segment, cohort_rate(tally, aged=ask.aged))
    yield ask.row("K08.accepted", segment, _count(tally.k))
    yield ask.row("K08.rejected", segment, _count(rejected.total()))
    # The commonest reason first: the few that matter stand on top.
    for reason, count in sorted(rejected.items(), key=lambda item: (-item[1], item[0])):
        yield ask.row("K08.rejected", segment, _count(count), reason=reason)
    yield ask.row("K08.overdue", segment, _count(decisions.overdue))
    yield ask.row("K08.pending", segment, _count(tally.excluded["pending"]))


def _count(units: int) -> Measured:
    return Measured(value=units, n=units)


def premature(ask: Ask) -> Iterable[Kpi]:
    """Yield K33: sent back as not ready, or lost soon without both sides having spoken."""
    for segment, group in pursued(ask).items():
        yield ask.row("K33", segment, cohort_rate(group.early, aged=ask.aged))


def _judge_early(ask: Ask, tally: Tally, one: Handover) -> None:
    if one.rejected_at is not None and one.reject_reason == _NOT_READY:
        tally.add(1, hit=True, may_hit=False)
    elif one.outcome is not Outcome.LOST or one.ended_at is None:
        tally.add(1, hit=False, may_hit=one.outcome is Outcome.OPEN)
    else:
        calendar = ask.question.calendar
        soon = calendar.day_number(one.ended_at) - calendar.day_number(one.ready_at) <= _EARLY_LOSS_DAYS
        tally.add(1, hit=soon and (one.spoke_at is None or one.spoke_at > one.ended_at), may_hit=False)


def leakage(ask: Ask) -> Iterable[Kpi]:
    """Yield K34: no human activity until five business days after the agreed time; a late one does not undo it."""
    for segment, group in pursued(ask).items():
        yield ask.row("K34", segment, cohort_rate(group.leaked, aged=ask.aged))


def _judge_leaked(ask: Ask, tally: Tally, one: Handover) -> None:
    service = ask.question.terms.service
    limit = (service.limit(explicit=one.explicit) + service.leaked) * MINUTE
    seen = [at for at in (one.touched_at, one.rejected_at, one.ended_at) if at is not None]
    if seen and service.time.spent(one.ready_at, min(seen)) <= limit:
        tally.add(1, hit=False, may_hit=False)
        return
    over = _elapsed(ask, one) > limit
    tally.add(1, hit=over, may_hit=not over)


def response(ask: Ask) -> Iterable[Kpi]:
    """Yield K25 and its companions."""
    for segment, group in pursued(ask).items():
        yield from group.responses.rows(ask, segment)
