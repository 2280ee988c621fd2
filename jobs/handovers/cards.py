"""The hand-over card: one screen for the salesperson who gets a lead (domain F2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jobs.handovers.card_words import known, said, spoken
from jobs.wording.shown import option_text
from jobs.wording.terms import term
from jobs.wording.words import Language, clipped, date_text, number, time_text
from syncer.agreement.stages import Stages
from syncer.funnel import Rules
from syncer.funnel.facts import ContactDecision, ContactFacts, FunnelStage, Outcome, Rank, Relationship
from syncer.handover.routing import Addressee
from syncer.handover.sla import Sla
from syncer.legible import legible
from syncer.moments import moment
from syncer.records import Evidence
from syncer.scoring.explain import Explanation
from syncer.scoring.words import word

_EVENTS = 10
_TITLES = 5
#: Characters of a title.
_LONGEST = 60
#: What a card shows of the profile, in this order; a fact that nobody knows is named as missing by the score.
_CONTACT_FACTS = ("job_title", "seniority", "department", "persona")
_ACTIVE = frozenset(stage for stage in FunnelStage if Rank.SUSPECT <= Rank[stage.name] <= Rank.FORECAST)


@dataclass(frozen=True, kw_only=True, slots=True)
class CardCase:
    """One hand-over, about to be told."""

    facts: ContactFacts
    decision: ContactDecision
    explanation: Explanation
    sla: Sla
    to: Addressee
    #: The person's name where the lead goes to one.
    owner: str | None
    #: Other live contacts of the company by stage.
    colleagues: Mapping[FunnelStage, int]
    rules: Rules
    lang: Language

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the card names moments."""
        return self.rules.agreement.calendar.zone

    def at(self, value: int) -> str:
        """Return a moment as the card says it."""
        return time_text(value, self.zone, self.lang)


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A card, ready to be shown or sent."""

    title: str
    lines: Sequence[str]


def card(case: CardCase) -> Card:
    """Return the card of a hand-over; what there is nothing to say about is left out."""
    due = case.at(case.sla.touch_due_at)
    title = said("title", case.lang, who=who(case.facts), cell=case.explanation.score.cell, due=due)
    parts = (_occasion, _service, _latest, _titles, _profile, _company, _earlier, _answers)
    found = (part(case) for part in parts)
    return Card(title=title, lines=(*case.explanation.lines, *(line for line in found if line)))


def who(facts: ContactFacts) -> str:
    """Return how a contact is named in a title: person and company."""
    person = " ".join(part for part in (facts.contact.first_name, facts.contact.last_name) if part)
    company = None if facts.company is None else facts.company.name
    named = [person or facts.contact.id, *((company,) if company else ())]
    return ", ".join(clipped(part, _LONGEST) for part in named)


def _occasion(case: CardCase) -> str:
    how, whom = said(case.sla.by, case.lang), case.owner or _taker(case.to, case.lang)
    return said("by", case.lang, how=how, at=case.at(case.sla.handed_at), whom=whom)


def _taker(to: Addressee, lang: Language) -> str:
    """Return how a card names whom it does not know by name; what nothing routes goes to whoever comes first."""
    if to.owner_id is not None:
        return said("owner", lang)
    kind = to.target.partition(".")[0]
    return said(to.target, lang) if known(to.target) else said(kind, lang, name=to.name) if known(kind) else to.name


def _service(case: CardCase) -> str:
    sla, lang = case.sla, case.lang
    levels = (said("level", lang, at=case.at(one.at), to=spoken(one.to, lang)) for one in sla.levels)
    touch, decision = case.at(sla.touch_due_at), case.at(sla.decision_due_at)
    promised = case.rules.agreement.agreement.sla.attempts_before_give_up
    tries = said("tries", lang, attempts=promised.min_attempts, days=promised.over_days)
    return said("sla", lang, touch=touch, decision=decision, tries=tries, levels="".join(levels))


def _latest(case: CardCase) -> str | None:
    told = [(row, text) for row in reversed(case.facts.evidence) if (text := _event(case, row))]
    rows = [f"{_day(case, row.occurred_at)} {text}" for row, text in told[:_EVENTS]]
    return said("latest", case.lang, events=" · ".join(rows)) if rows else None


def _event(case: CardCase, row: Evidence) -> str | None:
    """Return what a fact was, or None for what tells a salesperson nothing."""
    if row.occurred_at > case.explanation.as_of:
        return None
    event = case.rules.scorer.event_of(row)
    if event:
        return f"{word(event, case.lang)}{_quoted(row, case.lang)}"
    return said(row.kind, case.lang) if known(row.kind) else None


def _quoted(row: Evidence, lang: Language) -> str:
    marks = "„{}\N{LEFT DOUBLE QUOTATION MARK}" if lang == "de" else "“{}”"
    title = _title(row)
    return " " + marks.format(title) if title else ""


def _title(row: Evidence) -> str:
    """Return what a content is called: of an address the path alone, of a long title its beginning."""
    text = legible(row.subject)
    if text.startswith(("http://", "https://")):
        text = urlsplit(text).path or "/"
    return clipped(text, _LONGEST)


def _titles(case: CardCase) -> str | None:
    """Return the contents that the contact took interest in, the latest first; a request is none."""
    asked = case.rules.scorer.model.explicit_sales_ready.events
    rows = (row for row in reversed(case.facts.evidence) if row.occurred_at <= case.explanation.as_of)
    own = (row for row in rows if (event := case.rules.scorer.event_of(row)) and event not in asked)
    titles = list(dict.fromkeys(filter(None, map(_title, own))))[:_TITLES]
    return said("content", case.lang, titles=", ".join(titles)) if titles else None


def _profile(case: CardCase) -> str | None:
    contact, company = case.facts.contact, case.facts.company
    facts = [_plain(contact.fields[name]) for name in _CONTACT_FACTS if contact.fields.get(name)]
    if company is not None:
        count = number(company.employees, case.lang)
        staff = None if company.employees is None else said("employees", case.lang, value=count)
        industry = None if company.industry is None else _plain(company.industry)
        facts += [part for part in (staff, industry, company.country) if part]
    return said("profile", case.lang, facts=" · ".join(facts)) if facts else None


def _plain(value: object) -> str:
    """Return a value as people write it: the CRM's own options are words joined by underscores."""
    return str(value).replace("_", " ")


def _company(case: CardCase) -> str | None:
    if case.facts.company is None:
        return None
    return said("company", case.lang, parts=" · ".join(_around(case)))


def _around(case: CardCase) -> Iterator[str]:
    active = {Rank[stage.name]: count for stage, count in case.colleagues.items() if stage in _ACTIVE}
    ready = sum(count for rank, count in active.items() if rank >= Rank.LEAD_SQL)
    total = sum(active.values())
    yield said("colleagues", case.lang, number=total, ready=ready) if total else said("no_colleague", case.lang)
    deals = sum(bool(deal.spans) and deal.spans[-1].outcome is Outcome.OPEN for deal in case.facts.deals)
    if deals:
        yield said("deals", case.lang, number=deals)
    if case.decision.relationship is not Relationship.PROSPECT:
        yield said(case.decision.relationship.value, case.lang)


def _earlier(case: CardCase) -> str | None:
    ended = [cycle for cycle in case.decision.cycles if cycle.ended_at is not None]
    parts = []
    for cycle in ended:
        reason = f" ({spoken(cycle.reason, case.lang)})" if cycle.reason else ""
        month = moment(cycle.ended_at or 0).astimezone(case.zone).strftime("%m/%Y")
        parts.append(f"{month} {term(cycle.outcome.value, case.lang)}{reason}")
    return said("earlier", case.lang, cycles=" · ".join(parts)) if parts else None


def _answers(case: CardCase) -> str:
    return answers_line(case.rules.agreement.stages, case.lang)


def answers_line(terms: Stages, lang: Language) -> str:
    """Return how sales accepts or rejects: by the lead status, two clicks in the record itself."""
    rejected = (
        f"{option_text(status)} = {spoken(reason, lang)}" for status, reason in terms.rejected_lead_statuses.items()
    )
    accept = ", ".join(map(option_text, terms.accepted_lead_statuses))
    return said("answer", lang, accept=accept, reject=" · ".join(rejected))


def _day(case: CardCase, at: int) -> str:
    return date_text(moment(at).astimezone(case.zone), case.lang)
