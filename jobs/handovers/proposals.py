"""Open deals that seem postponed: the question that their owner gets (domain C2, `propose`)."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from jobs.desk import Desk
from jobs.handovers.card_words import known, said
from jobs.handovers.tasks import Task
from jobs.names import specs_for
from jobs.wording.shown import options_of
from jobs.wording.words import Language, clipped, time_text
from syncer.agreement import Agreement
from syncer.funnel.facts import DealDecision, DealSpan, Outcome
from syncer.funnel.questions import answer_by
from syncer.handover.notices import Form, Notice, Purpose, proposal_key
from syncer.moments import DAY, Millis
from syncer.records import Kind
from syncer.store import Unit

_TO_OWNER = "deal.owner"
#: Characters of a deal's name in a title.
_LONGEST = 120


def asked(desk: Desk, reading: Unit, ids: Sequence[str]) -> Iterator[Task]:
    """Yield the questions about those of the deals that a proposal waits on."""
    for decision in reading.ledger.deal_decisions(desk.name, ids):
        span = decision.spans[-1] if decision.spans else None
        if span is not None and span.outcome is Outcome.OPEN and span.proposal is not None:
            yield _question(desk, reading, decision, span)


def _question(desk: Desk, reading: Unit, decision: DealDecision, span: DealSpan) -> Task:
    rules, lang = desk.agreement.agreement, desk.agreement.agreement.write_back.language
    since = _since(decision)
    deal = reading.mirror.deal(desk.name, decision.deal_id)
    called = (deal and deal.name) or decision.deal_id
    propose = rules.closed_other.propose
    decides = propose.auto_apply_after_grace
    due_at = answer_by(rules, since) if decides else Millis(desk.clock() + propose.grace_days * DAY)
    return Task(
        notice=Notice(
            key=proposal_key(decision.deal_id, since),
            form=Form.TASK,
            purpose=Purpose.PROPOSAL,
            kind=Kind.DEAL,
            record_id=decision.deal_id,
            at=since,
        ),
        title=said("proposal_title", lang, name=clipped(called, _LONGEST)),
        lines=(
            _why(span, lang),
            _how(desk.agreement.agreement, lang),
            said("proposal_no", lang),
            said(
                "proposal_applied" if decides else "proposal_silence",
                lang,
                by=time_text(due_at, rules.calendar.zone, lang),
            ),
        ),
        owner_id=decision.owner_id if propose.task_to == _TO_OWNER else None,
        due_at=due_at,
    )


def _since(decision: DealDecision) -> Millis:
    """Return since when the deal has been proposed without a break, whatever else changed about it."""
    return [*takewhile(lambda span: span.proposal is not None, reversed(decision.spans))][-1].valid_from


def _how(agreement: Agreement, lang: Language) -> str:
    """Return how the owner says that a deal is postponed, in the words that the CRM shows."""
    found = next((one for one in specs_for(agreement) if (one.kind, one.role) == (Kind.DEAL, "outcome")), None)
    if found is None:
        return said("proposal_close", lang)
    option = options_of(found, lang)[Outcome.OTHER.value]
    return said("proposal_yes", lang, label=found.label.of(lang), property=found.name, option=option)


def _why(span: DealSpan, lang: Language) -> str:
    rule = span.proposal or ""
    key = rule if known(rule) else "other_rule"
    why = said(key, lang, months=span.month_pushes, days=span.slip_days or 0)
    return f"{why[:1].upper()}{why[1:]}."
