"""Lines of lists as pages show them: names for ids, local times, numbers of the language."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jobs.web.words import page_word
from jobs.wording.rules import rule_text
from jobs.wording.terms import term
from jobs.wording.words import Language, money, number, stage_name, time_text
from syncer.moments import DAY, HOUR, MINUTE, Millis
from syncer.notation import MINUS
from syncer.records import Contact
from syncer.store.ledger.lead_returns import LeadReturn
from syncer.store.reports.browse import ContactLine
from syncer.store.reports.browse_deals import DealLine

_DASH = "–"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A contact in a list."""

    id: str
    name: str
    company: str
    stage: str
    since: str
    cell: str
    priority: str
    owner: str
    #: Until when sales has to act; empty where no clock runs.
    due: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DealRow:
    """A deal in a list."""

    id: str
    name: str
    stage: str
    outcome: str
    rule: str
    code: str
    reason: str
    amount: str
    close_date: str
    resume_at: str
    owner: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadRow:
    """A postponed lead in the resume calendar."""

    id: str
    name: str
    reason: str
    since: str
    resume_at: str
    owner: str


def lead_row(line: LeadReturn, owners: Mapping[str, str], zone: ZoneInfo, lang: Language) -> LeadRow:
    """Return a postponed lead's line."""
    return LeadRow(
        id=line.contact_id,
        name=line.name,
        reason=_DASH if line.reason is None else term(line.reason, lang),
        since=day_text(line.since, zone, lang),
        resume_at=day_text(line.resume_at, zone, lang),
        owner=owner_name(line.owner_id, owners),
    )


def person_row(line: ContactLine, owners: Mapping[str, str], zone: ZoneInfo, lang: Language) -> PersonRow:
    """Return a contact's line."""
    return PersonRow(
        id=line.id,
        name=line.name,
        company=line.company or "",
        stage=stage_name(line.stage, lang),
        since=time_text(line.since, zone, lang),
        cell=line.cell,
        priority=number(line.priority, lang),
        owner=owner_name(line.owner_id, owners),
        due="" if line.sla_due_at is None else time_text(line.sla_due_at, zone, lang),
    )


def deal_row(
    line: DealLine, owners: Mapping[str, str], stages: Mapping[str, str], zone: ZoneInfo, lang: Language
) -> DealRow:
    """Return a deal's line; `stages` names the CRM's deal stages."""
    return DealRow(
        id=line.id,
        name=line.name,
        stage=stages.get(line.stage_id or "", line.stage_id or _DASH),
        outcome=term(line.outcome.value, lang),
        rule=rule_text(line.proposal or line.rule, lang),
        code=line.proposal or line.rule,
        reason=_DASH if line.reason is None else term(line.reason, lang),
        amount=money(line.amount, line.currency, lang),
        close_date=day_text(line.close_date, zone, lang),
        resume_at=day_text(line.resume_at, zone, lang),
        owner=owner_name(line.owner_id, owners),
    )


def noted(done: str | None, names: Mapping[str, str], lang: Language) -> str:
    """Return what a page says after an answer, with the name of whom it was about where the list still has it."""
    if done is None:
        return ""
    return f"{names[done]}: {page_word('noted', lang)}" if done in names else page_word("noted", lang)


def full_name(contact: Contact) -> str:
    """Return a contact's name, or the id of one who has none."""
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) or contact.id


def owner_name(owner_id: str | None, owners: Mapping[str, str]) -> str:
    """Return who is responsible, a dash for nobody, the id of somebody unknown."""
    return _DASH if owner_id is None else owners.get(owner_id, owner_id)


def day_text(value: Millis | None, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment's local day, or a dash."""
    return time_text(value, zone, lang).partition(" ")[0]


def late_text(due: int, now: int, lang: Language) -> str:
    """Return how long is left until a moment, with a minus how long it is past."""
    distance, sign = abs(due - now), MINUS if due < now else ""
    if distance >= 2 * DAY:
        return f"{sign}{number(distance // DAY, lang)} {page_word('days', lang)}"
    hours, minutes = divmod(distance // MINUTE, HOUR // MINUTE)
    return f"{sign}{hours} h {minutes:02d} min" if hours else f"{sign}{minutes} min"
