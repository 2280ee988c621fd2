"""When an open deal begins to count as delayed, or its owner is asked (rules CO4 to CO8): never backdated."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from syncer.agreement.delays import DelayRule
from syncer.agreement.outcomes import Mode
from syncer.funnel.bounds import NEVER
from syncer.funnel.facts import DealSpan, Outcome
from syncer.funnel.kept import Delay
from syncer.funnel.outcomes import Judge, Reading
from syncer.funnel.questions import ReadAt, applied_at, is_same_question
from syncer.funnel.timeline import Timeline, Timelines
from syncer.moments import DAY, Millis
from syncer.records import ChangeSource

#: How far ahead an open deal is asked when it will count as delayed.
_HORIZON_DAYS = 400

#: A buyer who names a later date postpones the project.
_STATED, _STATED_BY = "project_postponed", "CO4"


def with_delays(
    judge: Judge, spans: Sequence[DealSpan], lines: Timelines, read_at: ReadAt, as_of: Millis
) -> tuple[Sequence[DealSpan], Millis | None]:
    """Return the spans with the delays that were decided and the one that begins now, and when time changes them."""
    if not spans or spans[-1].outcome is not Outcome.OPEN:
        return _past(judge, spans, lines, None, as_of), None
    reading = read_at(as_of)
    rule = judge.delay(reading, as_of)
    asked_at = None if rule is None or rule.mode is Mode.AUTO else _asked_at(judge, spans, read_at, rule, as_of)
    begun = None if rule is None else Delay(rule.id, _decided_at(judge, reading, rule, asked_at, as_of))
    going_on = _going_on(judge, lines, reading, begun, as_of)
    found = _past(judge, spans, lines, going_on, as_of)
    due_at = _next_change(judge, reading, as_of, rule)
    if going_on is not None:
        return _delayed(judge, found, going_on), due_at
    if begun is None or asked_at is None:
        return found, due_at
    return _asked(found, asked_at, begun.rule), min(due_at, begun.since)


def _going_on(judge: Judge, lines: Timelines, reading: Reading, begun: Delay | None, as_of: Millis) -> Delay | None:
    """Return the delay that lasts: as we wrote or decided it before, else as it has begun."""
    kept = [one for one in _kept(judge) if one.until is None and reading.entered_at <= one.since <= as_of]
    written_at = _written_at(lines.of("outcome"), reading, as_of)
    if written_at is not None:
        by = begun or (kept[-1] if kept else None)
        return Delay(_STATED_BY if by is None else by.rule, written_at)
    if begun is None or begun.since == NEVER:
        return None
    same = next((one for one in kept if one.rule == begun.rule), None)
    if same is None and begun.since > as_of:
        # Another question is open meanwhile: what was decided stands.
        return kept[-1] if kept else None
    return same or begun


def _decided_at(judge: Judge, reading: Reading, rule: DelayRule, asked_at: Millis | None, as_of: Millis) -> Millis:
    """Return when a rule that holds decides: once its facts were known, or when a question was not answered in time."""
    if asked_at is not None:
        return applied_at(judge.rules.agreement, asked_at)
    return _since(judge, reading, rule, max(reading.entered_at, judge.known_at(rule, as_of)), as_of)


def _asked_at(judge: Judge, spans: Sequence[DealSpan], read_at: ReadAt, rule: DelayRule, as_of: Millis) -> Millis:
    """Return since when a question has stood; what a deal is worth may change meanwhile."""
    reading = read_at(as_of)
    since = _since(judge, reading, rule, spans[-1].valid_from, as_of)
    for span, before in pairwise(reversed(spans)):
        earlier = read_at(before.valid_from)
        is_open = since == span.valid_from and before.outcome is Outcome.OPEN
        if not is_open or not is_same_question(earlier, reading) or not _holds(judge, earlier, rule, since - 1):
            break
        since = _since(judge, earlier, rule, before.valid_from, Millis(since - 1))
    return since


def _past(
    judge: Judge, spans: Sequence[DealSpan], lines: Timelines, going_on: Delay | None, as_of: Millis
) -> Sequence[DealSpan]:
    """Return the spans with the delays that are over: each ended where the stage did, else where it was seen to."""
    for kept in _kept(judge):
        if kept.since >= as_of or kept == going_on:
            continue
        left = next((one.at for one in lines.of("stage") if one.at > kept.since), as_of)
        spans = _delayed(judge, spans, kept._replace(until=min(left, kept.until or as_of)))
    return spans


def _kept(judge: Judge) -> Sequence[Delay]:
    """Return what was decided before by rules that look at the day; the others find their moments in the facts."""
    kept = judge.facts.kept
    return () if kept is None else [one for one in kept.delays if one.rule not in judge.rules.dated_rules]


def _delayed(judge: Judge, spans: Sequence[DealSpan], delay: Delay) -> Sequence[DealSpan]:
    resume_at = judge.resume_at(_STATED, delay.since)
    return [
        replace(span, outcome=Outcome.OTHER, rule=delay.rule, reason=_STATED, resume_at=resume_at)
        if is_inside and span.outcome is Outcome.OPEN
        else span
        for span, is_inside in _cut(spans, delay.since, delay.until)
    ]


def _asked(spans: Sequence[DealSpan], since: Millis, rule: str) -> Sequence[DealSpan]:
    return [replace(span, proposal=rule) if is_inside else span for span, is_inside in _cut(spans, since, None)]


def _cut(spans: Sequence[DealSpan], since: Millis, until: Millis | None) -> Iterator[tuple[DealSpan, bool]]:
    """Yield the spans, cut in two at either end of a stretch where need be, and whether each lies inside."""
    for span in spans:
        edges = [at for at in (since, until) if at is not None and _is_within(span, at)]
        begins = [span.valid_from, *edges]
        for begin, end in zip(begins, [*edges, span.valid_to], strict=True):
            is_inside = begin >= since and (until is None or begin < until)
            yield replace(span, valid_from=begin, valid_to=end), is_inside


def _is_within(span: DealSpan, at: Millis) -> bool:
    return span.valid_from < at and (span.valid_to is None or at < span.valid_to)


def _written_at(outcomes: Timeline, reading: Reading, as_of: Millis) -> Millis | None:
    """Return when we wrote that the deal, in this very stage, is delayed: the day of a decision does not wander."""
    known = [version for version in outcomes if version.at <= as_of]
    if not known or known[-1].value != Outcome.OTHER.value or known[-1].source is not ChangeSource.INTEGRATION:
        return None
    return known[-1].at if known[-1].at >= reading.entered_at else None


def _since(judge: Judge, reading: Reading, rule: DelayRule | None, start: int, as_of: Millis) -> Millis:
    """Return since when, but not before `start`, a rule that holds now has held without interruption.

    Between two edges a condition that time alone makes true stays true, so each stretch needs few looks. The moment
    is exact: whenever it is asked, the answer is the same.
    """

    def holds(at: int) -> bool:
        return _holds(judge, reading, rule, at)

    since = int(as_of)
    for begin in sorted({min(start, since), *(at for at in judge.edges(reading) if start < at < since)}, reverse=True):
        if begin < since and not holds(since - 1):
            break
        if not holds(begin):
            return _turn(holds, begin, since, judge.anchors(reading, begin))
        since = begin
    return Millis(since)


def _next_change(judge: Judge, reading: Reading, as_of: Millis, rule: DelayRule | None) -> Millis:
    """Return the first moment at which another rule than now holds, or when to look again for one."""
    now, end = None if rule is None else rule.id, as_of + _HORIZON_DAYS * DAY

    def differs(at: int) -> bool:
        found = judge.delay(reading, Millis(at))
        return (None if found is None else found.id) != now

    edges = sorted({as_of, *(at for at in judge.edges(reading) if as_of < at < end), end})
    for begin, until in pairwise(edges):
        # What an edge ends may hold again before the next one.
        if differs(begin):
            return Millis(begin)
        if differs(until - 1):
            return _turn(differs, begin, until, judge.anchors(reading, begin))
    return Millis(end)


def _turn(holds: Callable[[int], bool], begin: int, end: int, anchors: Iterable[int]) -> Millis:
    """Return the first moment at which something holds that does not at `begin` and does before `end`.

    The day is searched for first. Most conditions count whole days, so it mostly turns at the hour of an anchor.
    """
    day = bisect_left(range(begin, end, DAY), 1, key=holds)
    before, turn = begin + (day - 1) * DAY, min(begin + day * DAY, end - 1)
    for guess in sorted(before + 1 + (anchor - before - 1) % DAY for anchor in anchors):
        if guess < turn and holds(guess):
            turn = guess
        elif guess < turn:
            before = guess
    if holds(turn - 1):
        turn = before + bisect_left(range(before, turn), 1, key=holds)
    return Millis(turn)


def _holds(judge: Judge, reading: Reading, rule: DelayRule | None, at: int) -> bool:
    found = judge.delay(reading, Millis(at))
    return found is not None and (rule is None or found.id == rule.id)
