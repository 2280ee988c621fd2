"""One contact's and one deal's story in words: stages, score, facts, what the CRM was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jobs.wording.points import counted_lines
from jobs.wording.rules import rule_text
from jobs.wording.shown import Shown, why_text
from jobs.wording.terms import term
from jobs.wording.words import Language, money, number, stage_name, time_text
from syncer.legible import legible
from syncer.moments import millis
from syncer.records import Evidence, Kind
from syncer.store import OutboxEntry

_DASH = "–"
_SIGNED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Passing:
    """One entry into a stage."""

    at: str
    cycle: str
    stage: str
    rule: str
    #: The rule's code, and the evidence that it went by.
    proof: str
    actor: str
    virtual: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One fact of the chronology."""

    at: str
    kind: str
    #: Addresses of pages without scheme and parameters.
    subject: str
    whole: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One line of a score."""

    label: str
    raw: str
    counted: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One value that we wrote, or mean to write."""

    at: str
    #: Its label, and its name in the CRM.
    property: str
    name: str
    value: str
    previous: str
    status: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One stretch of a deal's past."""

    since: str
    until: str
    stage: str
    outcome: str
    rule: str
    amount: str
    close_date: str


def passings(history: object, zone: ZoneInfo, lang: Language) -> Sequence[Passing]:
    """Return a story's stage events."""
    return [
        Passing(
            at=told_time(one["at"], zone, lang),
            cycle=str(one["cycle"]),
            stage=stage_name(str(one["to"]), lang),
            rule=rule_text(str(one["rule"]), lang),
            proof=f"{one['rule']}: {_joined(one['evidence'])}",
            actor=term(str(one["actor"]), lang),
            virtual=bool(one["virtual"]),
        )
        for one in _mappings(history)
    ]


def parts(score: object, lang: Language) -> Sequence[Part]:
    """Return the lines that a story's score is the sum of."""
    found = score.get("contributions") if isinstance(score, Mapping) else None
    return [
        Part(label=one.label, raw=_points(one.raw, lang), counted=_points(one.counted, lang))
        for one in counted_lines(_mappings(found))
    ]


def facts_of(evidence: Sequence[Evidence], zone: ZoneInfo, lang: Language) -> Sequence[Fact]:
    """Return evidence as a chronology, newest first."""
    return [
        Fact(
            at=time_text(one.occurred_at, zone, lang),
            kind=term(one.kind, lang),
            subject=_short(legible(one.subject) or one.outcome or ""),
            whole=legible(one.subject) or one.outcome or "",
        )
        for one in reversed(evidence)
    ]


def told(entries: Sequence[OutboxEntry], words: Shown) -> Sequence[Told]:
    """Return what was written about a record, newest first."""
    return [
        Told(
            at=time_text(one.changed_at, words.zone, words.lang),
            property=words.name(one.kind, one.property),
            name=one.property,
            value=words.value(one.kind, one.property, one.value),
            previous=words.value(one.kind, one.property, one.previous),
            status=term(one.status.value, words.lang),
            why=why_text(one.why, words.lang),
        )
        for one in entries
    ]


def deal_tale(story: Mapping[str, object], words: Shown) -> Mapping[str, object]:
    """Return a deal's story as its page shows it."""
    zone, lang, crm = words.zone, words.lang, story["crm"]
    held = crm.items() if isinstance(crm, Mapping) else ()
    spans = [_span(one, words.stages, zone, lang) for one in _mappings(story["spans"])]
    said = {key: term(str(story[key]), lang) if story[key] else _DASH for key in ("outcome", "reason")}
    rules = {key: rule_text(str(story[key]), lang) if story[key] else _DASH for key in ("rule", "proposal")}
    return {
        **said,
        **rules,
        "id": story["id"],
        "name": story["name"] or story["id"],
        "resume_at": _day(story["resume_at"], zone, lang),
        "offer_at": _day(story["offer_at"], zone, lang),
        "primary_contact": story["primary_contact"],
        "flags": story["flags"],
        "spans": list(reversed(spans)),
        "crm": [(words.name(Kind.DEAL, name), name, words.value(Kind.DEAL, name, value)) for name, value in held],
    }


def _span(one: Mapping[str, object], stages: Mapping[str, str], zone: ZoneInfo, lang: Language) -> Span:
    amount, currency, stage = one["amount"], one["currency"], one["stage_id"]
    return Span(
        since=_day(one["valid_from"], zone, lang),
        until=_day(one["valid_to"], zone, lang),
        stage=_DASH if stage is None else stages.get(str(stage), str(stage)),
        outcome=term(str(one["outcome"]), lang),
        rule=rule_text(str(one["rule"]), lang),
        amount=money(
            amount if isinstance(amount, Decimal) else None, None if currency is None else str(currency), lang
        ),
        close_date=_day(one["close_date"], zone, lang),
    )


def _short(subject: str) -> str:
    scheme, mark, address = subject.partition("://")
    return address.partition("?")[0].rstrip("/") if mark and scheme.isalpha() else subject


def _day(value: object, zone: ZoneInfo, lang: Language) -> str:
    return told_time(value, zone, lang).partition(" ")[0]


def told_time(text: object, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment that a story holds as ISO 8601 in local time, or a dash for None."""
    return _DASH if text is None else time_text(millis(datetime.fromisoformat(str(text))), zone, lang)


def _joined(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, Sequence) and values else _DASH


def _points(value: object, lang: Language) -> str:
    return _DASH if not isinstance(value, int | float) else number(value, lang, digits=_SIGNED)


def _mappings(value: object) -> Sequence[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []
