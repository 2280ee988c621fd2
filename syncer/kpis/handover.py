"""What becomes of hand-overs: acceptance (K08), handed over too early (K33), never worked (K34)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from syncer.funnel.facts import Outcome
from syncer.kpis.ports import Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi
from syncer.kpis.tally import Tally, cohort_rate, with_whole
from syncer.kpis.work import Handover

#: A loss within so many days without a word from the contact was no lead yet.
_EARLY_LOSS_DAYS = 14

_NOT_READY = "not_ready"


@dataclass(kw_only=True, slots=True)
class _Decisions:
    """One segment's hand-overs by what sales decided."""

    tally: Tally = field(default_factory=Tally)
    rejected: Counter[str] = field(default_factory=Counter)
    overdue: int = 0


def acceptance(ask: Ask) -> Iterable[Kpi]:
    """Yield K08 and its companions; a hand-over that may still be decided in time is pending and does not count."""
    found: defaultdict[Segment, _Decisions] = defaultdict(_Decisions)
    for one in ask.measures.work.handovers(ask.cut, ask.window):
        _decide(ask, found[one.segment], one)
    for segment in with_whole(found, ask.question.by):
        yield from _decision_rows(ask, segment, found.get(segment, _Decisions()))


def _decide(ask: Ask, decisions: _Decisions, one: Handover) -> None:
    tally = decisions.tally
    if one.excluded is not None:
        tally.excluded[one.excluded] += 1
    elif one.accepted_at is not None and (one.rejected_at is None or one.accepted_at <= one.rejected_at):
        tally.add(1, hit=True, may_hit=False)
    elif one.rejected_at is not None:
        tally.add(1, hit=False, may_hit=False)
        decisions.rejected[one.reject_reason or "unspecified"] += 1
    elif _elapsed(ask, one) > ask.question.terms.service.decision:
        tally.add(1, hit=False, may_hit=one.outcome is Outcome.OPEN)
        decisions.overdue += 1
    else:
        tally.excluded["pending"] += 1


def _elapsed(ask: Ask, one: Handover) -> int:
    return ask.question.terms.service.time.minutes(one.ready_at, ask.question.as_of)


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


class Verdict(NamedTuple):
    """Whether a hand-over went wrong, or may still."""

    hit: bool
    may_hit: bool = False


def premature(ask: Ask) -> Iterable[Kpi]:
    """Yield K33: sent back as not ready, or lost soon without both sides having spoken."""
    yield from _judged(ask, "K33", _came_too_early)


def _came_too_early(ask: Ask, one: Handover) -> Verdict:
    if one.rejected_at is not None and one.reject_reason == _NOT_READY:
        return Verdict(hit=True)
    if one.outcome is not Outcome.LOST or one.ended_at is None:
        return Verdict(hit=False, may_hit=one.outcome is Outcome.OPEN)
    calendar = ask.question.calendar
    soon = calendar.day_number(one.ended_at) - calendar.day_number(one.ready_at) <= _EARLY_LOSS_DAYS
    return Verdict(hit=soon and (one.spoke_at is None or one.spoke_at > one.ended_at))


def leakage(ask: Ask) -> Iterable[Kpi]:
    """Yield K34: no human activity until five business days after the agreed time; a late one does not undo it."""
    yield from _judged(ask, "K34", _leaked)


def _leaked(ask: Ask, one: Handover) -> Verdict:
    service = ask.question.terms.service
    limit = service.limit(explicit=one.explicit) + service.leaked
    seen = [at for at in (one.touched_at, one.rejected_at, one.ended_at) if at is not None]
    if seen and service.time.minutes(one.ready_at, min(seen)) <= limit:
        return Verdict(hit=False)
    over = _elapsed(ask, one) > limit
    return Verdict(hit=over, may_hit=not over)


def _judged(ask: Ask, row_id: str, judge: Callable[[Ask, Handover], Verdict]) -> Iterable[Kpi]:
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for one in ask.measures.work.handovers(ask.cut, ask.window):
        tally = found[one.segment]
        if one.excluded is not None:
            tally.excluded[one.excluded] += 1
            continue
        verdict = judge(ask, one)
        tally.add(1, hit=verdict.hit, may_hit=verdict.may_hit)
    for segment in with_whole(found, ask.question.by):
        yield ask.row(row_id, segment, cohort_rate(found.get(segment, Tally()), aged=ask.aged))
