"""One deal's past as stretches of business time over which everything that matters stood still."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from msgspec.structs import replace

from syncer.agreement.reasons import UNSPECIFIED
from syncer.agreement.stage_map import Meaning, StageMeaning
from syncer.funnel.delays import with_delays
from syncer.funnel.facts import DealDecision, DealFacts, DealSpan, Outcome
from syncer.funnel.offers import Offers, offers_of
from syncer.funnel.outcomes import Judge, Reading
from syncer.funnel.primary import primary_of
from syncer.funnel.pushes import pushes
from syncer.funnel.rules import Rules
from syncer.funnel.timeline import Timelines, Version, latest, timelines
from syncer.moments import DAY, Millis
from syncer.money import rounded
from syncer.records import ChangeSource

_CLOSED = frozenset({Outcome.WON, Outcome.LOST, Outcome.OTHER})


def decide_deal(facts: DealFacts, *, rules: Rules, as_of: Millis) -> DealDecision:
    """Return a deal's history as of a moment. A deal that did not exist yet has no spans."""
    lines = timelines(facts.deal, facts.changes, is_closed=lambda stage: _is_closed(rules, facts, stage))
    primary = primary_of(facts, rules.agreement.stages.primary_labels)
    judge = Judge(facts=facts, rules=rules, created_at=lines.created_at, primary_id=primary.contact_id)
    offers = offers_of(judge, lines)
    moments = _moments(judge, lines, offers)
    spans = _merged(_spans(judge, lines, offers, [at for at in moments if at <= as_of], as_of))
    delayed, delay_at = with_delays(judge, spans, lines, lambda at: read(judge, lines, at, as_of), as_of)
    # A delay that ends and begins again at one moment is one.
    spans = _merged(delayed)
    deal = facts.deal
    return DealDecision(
        deal_id=deal.id,
        created_at=lines.created_at,
        primary_contact_id=primary.contact_id,
        primary_by=primary.by,
        contact_ids=tuple(facts.contact_ids),
        company_id=facts.company_id,
        owner_id=deal.owner_id,
        deal_type=deal.deal_type,
        source=deal.source,
        spans=spans,
        flags=tuple(_flags(rules, facts, spans)),
        due_at=min(
            (at for at in (delay_at, facts.next_meeting_at, *moments) if at is not None and at > as_of), default=None
        ),
    )


def _is_closed(rules: Rules, facts: DealFacts, stage_id: str | None) -> bool:
    meaning = rules.pipelines.of(facts.deal.pipeline_id, stage_id).meaning
    return not meaning.is_open and meaning is not Meaning.UNMAPPED


def _moments(judge: Judge, lines: Timelines, offers: Offers) -> Sequence[Millis]:
    """Return every moment at which anything changes, what is known beforehand included; nothing before creation."""
    facts = judge.facts
    others = (*offers.moments(), _baseline(judge, lines), facts.deal.archived_at, facts.gone_at)
    return sorted({*lines.moments(), *(at for at in others if at is not None)})


def _spans(
    judge: Judge, lines: Timelines, offers: Offers, moments: Sequence[Millis], as_of: Millis
) -> Iterator[DealSpan]:
    """Yield a span for every moment at which anything changed; `valid_to` is not set yet."""
    if lines.created_at > as_of:
        return
    archived, gone = judge.facts.deal.archived_at, judge.facts.gone_at
    has_won = False
    for at in moments:
        reading = read(judge, lines, at, as_of)
        # A deal that is closed keeps the offer that it was closed with.
        span = _span(judge, reading, at, offers.at(at if reading.meaning.meaning.is_open else reading.entered_at))
        # A deleted won deal counts until two full compares in a row have not found it (domain R4).
        ends = gone if has_won else archived
        if archived is not None and ends is not None and at >= max(archived, ends):
            span = replace(span, outcome=Outcome.VOID, rule="archived", resume_at=None)
        has_won = span.outcome is Outcome.WON
        yield span


def read(judge: Judge, lines: Timelines, at: Millis, as_of: Millis) -> Reading:
    """Return a deal as it was at a moment; the reason of a closing is read as late as `as_of` knows it."""
    stage = latest(lines.of("stage"), at)
    left = next((one.at for one in lines.of("stage") if one.at > at), as_of + 1)
    entered_at = lines.created_at if stage is None else max(stage.at, _moved_at(lines, at), lines.created_at)
    chosen = _chosen(lines, entered_at, at)
    close_date = lines.value("close_date", at)
    amount = lines.value("amount", at)
    return Reading(
        meaning=_meaning(judge, lines, at),
        stage_id=None if stage is None else stage.value,
        entered_at=entered_at,
        # People close a deal first and say why a moment later.
        lost_reason=lines.value("lost_reason", min(left - 1, as_of)),
        chosen=None if chosen is None else chosen.value,
        chosen_at=None if chosen is None else chosen.at,
        amount=None if amount is None else _money(amount),
        close_date=None if close_date is None else Millis(int(close_date)),
        forecast_category=lines.value("forecast_category", at),
        pushes=pushes(
            lines.of("close_date"),
            baseline_at=_baseline(judge, lines),
            at=at,
            is_open=lambda moment: _meaning(judge, lines, moment).meaning.is_open,
            calendar=judge.rules.agreement.calendar,
        ),
    )


def _chosen(lines: Timelines, entered_at: Millis, at: Millis) -> Version | None:
    """Return what a person said about the outcome in this stage; that it is open holds while the close date stands."""
    said = latest(lines.of("outcome"), at)
    if said is None or said.source is not ChangeSource.USER or said.at < entered_at:
        return None
    is_moved = lines.value("close_date", said.at) != lines.value("close_date", at)
    return None if is_moved and said.value != Outcome.OTHER.value else said


def _moved_at(lines: Timelines, at: int) -> Millis:
    """Return when a deal last came from another pipeline: its time in stage begins anew (domain R14)."""
    moves = pairwise(version for version in lines.of("pipeline") if version.at <= at)
    return max((after.at for before, after in moves if before.value != after.value), default=Millis(0))


def _meaning(judge: Judge, lines: Timelines, at: int) -> StageMeaning:
    """Return what the stage at a moment means; before the first known stage a deal was open."""
    pipeline_id = lines.value("pipeline", at) or judge.facts.deal.pipeline_id
    stage = latest(lines.of("stage"), at)
    if stage is not None:
        return judge.rules.pipelines.of(pipeline_id, stage.value)
    first = next((version.value for version in lines.of("stage")), None)
    known = judge.rules.pipelines.of(pipeline_id, first)
    if known.meaning is Meaning.UNMAPPED:
        return known
    return StageMeaning(known.pipeline_id, "", "", 0, known.kind, Meaning.OPEN)


def _span(judge: Judge, reading: Reading, at: Millis, offer_at: Millis | None) -> DealSpan:
    deal, meaning = judge.facts.deal, reading.meaning
    verdict = judge.verdict(reading, at)
    is_delayed = verdict.outcome is Outcome.OTHER
    return DealSpan(
        deal_id=deal.id,
        valid_from=at,
        valid_to=None,
        pipeline_id=meaning.pipeline_id or deal.pipeline_id,
        pipeline_kind=None if meaning.kind is None else meaning.kind.value,
        stage_id=reading.stage_id,
        outcome=verdict.outcome,
        rule=verdict.rule,
        reason=verdict.reason,
        amount=reading.amount,
        currency=deal.currency,
        close_date=reading.close_date,
        forecast_category=reading.forecast_category,
        probability=deal.probability if reading.stage_id == deal.stage_id else meaning.probability,
        offer_at=offer_at,
        month_pushes=reading.pushes.month,
        quarter_pushes=reading.pushes.quarter,
        slip_days=reading.pushes.slip_days,
        resume_at=judge.resume_at(verdict.reason, _decided_at(reading)) if is_delayed else None,
    )


def _decided_at(reading: Reading) -> Millis:
    """Return when the delay was decided: by a person who said that it is one, else by coming to the stage."""
    if reading.chosen_at is None or reading.chosen != Outcome.OTHER.value:
        return reading.entered_at
    return reading.chosen_at


def _baseline(judge: Judge, lines: Timelines) -> Millis:
    return Millis(lines.created_at + judge.rules.agreement.stages.baseline_days * DAY)


def _merged(spans: Iterable[DealSpan]) -> Sequence[DealSpan]:
    """Return the spans, the last of which is open, with equal neighbours joined and ends set."""
    found: list[DealSpan] = []
    for span in spans:
        going_on = replace(span, valid_to=None)
        if found and replace(going_on, valid_from=found[-1].valid_from) == found[-1]:
            continue
        if found:
            found[-1] = replace(found[-1], valid_to=span.valid_from)
        found.append(going_on)
    return found


def _flags(rules: Rules, facts: DealFacts, spans: Sequence[DealSpan]) -> Iterator[str]:
    if not facts.contact_ids:
        yield "no_contact"
    if not spans:
        return
    last = spans[-1]
    if last.outcome is Outcome.UNMAPPED:
        yield "unmapped_stage"
    if last.outcome is Outcome.LOST and last.reason == UNSPECIFIED:
        yield "unspecified_reason"
    if last.outcome is Outcome.OTHER and last.reason is not None and last.reason not in rules.agreement.other_reasons:
        # A person's choice beats the reason's text (domain C2), and somebody should look at the two.
        yield "reason_conflict"
    if last.outcome is Outcome.WON and facts.deal.archived_at is not None:
        yield "deleted_won_deal"
    if rules.offer_fallback and last.offer_at == spans[0].valid_from:
        yield "offer_fallback"
    if last.outcome in _CLOSED and _is_backdated(rules, spans):
        yield "backdated"


def _is_backdated(rules: Rules, spans: Sequence[DealSpan]) -> bool:
    """Say whether the close date is far from when the deal was closed (domain R18)."""
    last = spans[-1]
    first = next(span for span in spans if span.outcome is last.outcome and span.stage_id == last.stage_id)
    if last.close_date is None:
        return False
    return abs(first.valid_from - last.close_date) > rules.agreement.stages.backdated_days * DAY


def _money(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return rounded(value) if value.is_finite() else None
