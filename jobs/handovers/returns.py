"""Delayed sales that come back: the task by which their owner takes them up again (domain C5)."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from zoneinfo import ZoneInfo

from jobs.desk import Desk
from jobs.handovers.card_words import said, spoken
from jobs.handovers.tasks import Task
from jobs.wording.words import Language, clipped, date_text
from syncer.funnel.facts import DealDecision, DealSpan, Outcome
from syncer.handover.notices import Form, Notice, Purpose, lead_resume_key, resume_key
from syncer.moments import DAY, Millis, moment
from syncer.records import Kind
from syncer.store import Unit
from syncer.store.ledger.lead_returns import LeadReturn

#: The owner prepares the return so long before it (domain C5).
AHEAD = 14 * DAY
#: Characters of a deal's name in a title.
_LONGEST = 120


def returns(desk: Desk, reading: Unit, ids: Sequence[str]) -> Iterator[Task]:
    """Yield the tasks about those of the deals that are delayed and have a date of return."""
    for decision in reading.ledger.deal_decisions(desk.name, ids):
        span = decision.spans[-1] if decision.spans else None
        if span is not None and span.outcome is Outcome.OTHER and span.resume_at is not None:
            yield _task(desk, reading, decision, span, span.resume_at)


def _task(desk: Desk, reading: Unit, decision: DealDecision, span: DealSpan, resume_at: Millis) -> Task:
    rules, lang = desk.agreement.agreement, desk.agreement.agreement.write_back.language
    deal = reading.mirror.deal(desk.name, decision.deal_id)
    called = (deal and deal.name) or decision.deal_id
    since, back = (_day(at, rules.calendar.zone, lang) for at in (_since(decision), resume_at))
    reason = spoken(span.reason, lang) if span.reason else said("no_reason", lang)
    return Task(
        notice=Notice(
            key=resume_key(decision.deal_id, resume_at),
            form=Form.TASK,
            purpose=Purpose.RESUME,
            kind=Kind.DEAL,
            record_id=decision.deal_id,
            at=Millis(resume_at - AHEAD),
        ),
        title=said("resume_title", lang, name=clipped(called, _LONGEST), back=back),
        lines=(said("resume_why", lang, since=since, reason=reason), said("resume_how", lang, back=back)),
        owner_id=decision.owner_id,
    )


def lead_returns(desk: Desk, found: Sequence[LeadReturn]) -> Iterator[Task]:
    """Yield the tasks about leads that were postponed before there was any deal (rule CO9)."""
    rules, lang = desk.agreement.agreement, desk.agreement.agreement.write_back.language
    for one in found:
        since, back = (_day(at, rules.calendar.zone, lang) for at in (one.since, one.resume_at))
        reason = spoken(one.reason, lang) if one.reason else said("no_reason", lang)
        yield Task(
            notice=Notice(
                key=lead_resume_key(one.contact_id, one.resume_at),
                form=Form.TASK,
                purpose=Purpose.RESUME,
                kind=Kind.CONTACT,
                record_id=one.contact_id,
                at=Millis(one.resume_at - AHEAD),
            ),
            title=said("resume_title", lang, name=clipped(one.name, _LONGEST), back=back),
            lines=(said("resume_why", lang, since=since, reason=reason), said("resume_lead_how", lang, back=back)),
            owner_id=one.owner_id,
        )


def _since(decision: DealDecision) -> Millis:
    """Return since when the deal has been delayed without a break."""
    return [*takewhile(lambda span: span.outcome is Outcome.OTHER, reversed(decision.spans))][-1].valid_from


def _day(at: Millis, zone: ZoneInfo, lang: Language) -> str:
    return date_text(moment(at).astimezone(zone).date(), lang)
