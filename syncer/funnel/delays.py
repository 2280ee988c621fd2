"""When an open deal begins to count as delayed, or its owner is asked (rules CO4 to CO8): by day, never backdated."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from syncer.agreement.delays import DelayRule
from syncer.agreement.outcomes import Mode
from syncer.funnel.facts import DealSpan, Outcome
from syncer.funnel.outcomes import Judge, Reading
from syncer.funnel.timeline import Timeline
from syncer.moments import DAY, Millis
from syncer.records import ChangeSource

#: How far ahead an open deal is asked when it will count as delayed.
_HORIZON_DAYS = 400

#: A buyer who names a later date postpones the project.
_STATED = "project_postponed"


def with_delay(
    judge: Judge, spans: Sequence[DealSpan], reading: Reading, outcomes: Timeline, as_of: Millis
) -> tuple[Sequence[DealSpan], Millis | None]:
    """Return the spans with the last one split where its delay begins, and when time alone will bring one.

    `reading` is the deal as of `as_of`; `outcomes` the versions of our own outcome property.
    """
    last = spans[-1]
    written_at = _written_at(outcomes, reading, as_of)
    rule = judge.delay(reading, as_of)
    if written_at is None and rule is None:
        return spans, _first_day(judge, reading, as_of, None)
    if written_at is not None or (rule is not None and rule.mode is Mode.AUTO):
        since = written_at or _since(
            judge, reading, rule, max(last.valid_from, judge.facts.deal.updated_at or 0), as_of
        )
        delayed = replace(
            last,
            valid_from=since,
            outcome=Outcome.OTHER,
            rule="CO4" if rule is None else rule.id,
            reason=_STATED,
            resume_at=judge.resume_at(_STATED, since),
        )
        return _split(spans, delayed), None
    since = _since(judge, reading, rule, last.valid_from, as_of)
    return _split(spans, replace(last, valid_from=since, proposal=None if rule is None else rule.id)), None


def _written_at(outcomes: Timeline, reading: Reading, as_of: Millis) -> Millis | None:
    """Return when we wrote that the deal, in this very stage, is delayed: the day of a decision does not wander."""
    known = [version for version in outcomes if version.at <= as_of]
    if not known or known[-1].value != Outcome.OTHER.value or known[-1].source is not ChangeSource.INTEGRATION:
        return None
    return known[-1].at if known[-1].at >= reading.entered_at else None


def _since(judge: Judge, reading: Reading, rule: DelayRule | None, start: int, as_of: Millis) -> Millis:
    """Return the first daily look at which the rule that holds now held already."""
    days = range(max((as_of - start) // DAY, 0) + 1)
    found = bisect_left(days, 1, key=lambda day: _holds(judge, reading, rule, start + day * DAY))
    return Millis(min(start + found * DAY, as_of))


def _first_day(judge: Judge, reading: Reading, start: Millis, rule: DelayRule | None) -> Millis | None:
    ahead = range(1, _HORIZON_DAYS + 1)
    found = bisect_left(ahead, 1, key=lambda day: _holds(judge, reading, rule, start + day * DAY))
    return None if found == len(ahead) else Millis(start + ahead[found] * DAY)


def _holds(judge: Judge, reading: Reading, rule: DelayRule | None, at: int) -> bool:
    found = judge.delay(reading, Millis(at))
    return found is not None and (rule is None or found.id == rule.id)


def _split(spans: Sequence[DealSpan], delayed: DealSpan) -> Sequence[DealSpan]:
    last = spans[-1]
    if delayed.valid_from <= last.valid_from:
        return (*spans[:-1], replace(delayed, valid_from=last.valid_from))
    return (*spans[:-1], replace(last, valid_to=delayed.valid_from), delayed)
