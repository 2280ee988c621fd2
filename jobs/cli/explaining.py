"""What `syncer explain` prints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import typer

from jobs.cli.frame import print_json
from jobs.cli.kpi_output import print_kpis
from jobs.cli.tables import print_table
from jobs.deciding.explaining import contact_story, deal_story
from jobs.figures.asking import Asked, clock_option, explained, language, question
from jobs.wording.rules import rule_text
from jobs.wording.terms import agreement_text, term
from jobs.wording.words import Language, iso_text, money, number, stage_text, time_text, word
from syncer.agreement import InForce
from syncer.moments import millis
from syncer.store import Store

#: Ids that a terminal shows of a figure's population; --json shows all.
_SHOWN = 20
_SPAN = ("valid_from", "valid_to", "deal_stage", "outcome", "rule", "amount", "close_date")
_DEAL = (
    "outcome",
    "rule",
    "reason",
    "proposal",
    "resume_at",
    "offer_at",
    "pushes",
    "won_stays",
    "primary_contact",
    "primary_by",
    "flags",
)
_RULES = frozenset({"rule", "proposal"})
_MOMENTS = frozenset({"resume_at", "offer_at", "valid_from", "valid_to", "close_date"})


def explain_contact(store: Store, agreement: InForce, account: str, asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print why a contact stands where it stands."""
    zone, lang = agreement.agreement.calendar.zone, language(asked.lang)
    story = contact_story(
        store,
        agreement.agreement,
        account,
        ident,
        as_of=None if asked.as_of is None else clock_option(asked.as_of, zone, option="--as-of"),
        known_at=clock_option(asked.known_at, zone, option="--known-at"),
        lang=lang,
    )
    if as_json:
        print_json(story.facts)
        return
    typer.echo(f"{account} {term('contact', lang)} {story.contact_id} · {_in_force(agreement, lang)}")
    for line in story.lines:
        typer.echo(line)
    back = story.facts["resume_at"]
    if isinstance(back, str):
        day = time_text(millis(datetime.fromisoformat(back)), zone, lang).partition(" ")[0]
        typer.echo(f"{term('comes back', lang)}: {day}")
    history = story.facts["history"]
    if isinstance(history, Sequence):
        rows = [_history(one, zone, lang) for one in history if isinstance(one, Mapping)]
        print_table([word(key, lang) for key in ("cycle", "at", "from", "to", "rule", "evidence")], rows)


def _in_force(agreement: InForce, lang: Language) -> str:
    return agreement_text(agreement.agreement.label, agreement.notice, lang)


def _history(event: Mapping[str, object], zone: ZoneInfo, lang: Language) -> Sequence[str]:
    evidence = event["evidence"]
    proof = ", ".join(str(one) for one in evidence) if isinstance(evidence, Sequence) else ""
    reached = stage_text(str(event["to"]), lang)
    return (
        str(event["cycle"]),
        iso_text(str(event["at"]), zone, lang),
        stage_text(str(event["from"] or "–"), lang),
        f"{reached} ({word('passed_through', lang)})" if event["virtual"] else reached,
        rule_text(str(event["rule"]), lang),
        proof,
    )


def explain_deal(store: Store, agreement: InForce, account: str, asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print why a deal has its outcome."""
    story = deal_story(store, account, ident)
    if as_json:
        print_json(story)
        return
    zone, lang = agreement.agreement.calendar.zone, language(asked.lang)
    typer.echo(f"{account} {term('deal', lang)} {ident} · {_in_force(agreement, lang)}")
    for key in _DEAL:
        typer.echo(f"{term(key, lang)}: {_said(key, story[key], zone, lang)}")
    spans = story["spans"]
    if isinstance(spans, Sequence):
        rows = [[_of_span(key, span, zone, lang) for key in _SPAN] for span in spans]
        print_table([term(key, lang) for key in _SPAN], rows)


def _of_span(key: str, span: Mapping[str, object], zone: ZoneInfo, lang: Language) -> str:
    amount, currency = span[key], span.get("currency")
    if isinstance(amount, Decimal):
        return money(amount, None if currency is None else str(currency), lang)
    return _said(key, amount, zone, lang)


def _said(key: str, value: object, zone: ZoneInfo, lang: Language) -> str:
    """Return one fact of a deal as text."""
    if value in (None, [], ()):
        return "–"
    if key in _MOMENTS:
        return iso_text(str(value), zone, lang)
    return rule_text(str(value), lang) if key in _RULES else _worded(value, lang)


def _worded(value: object, lang: Language) -> str:
    if isinstance(value, Mapping):
        counted = (_pushed(name, count) for name, count in value.items() if isinstance(count, int | float))
        return ", ".join(f"{number(count, lang)} {term(name, lang)}" for name, count in counted)
    return ", ".join(term(str(one), lang) for one in value) if isinstance(value, list) else term(str(value), lang)


def _pushed(name: str, count: float) -> tuple[str, float]:
    """Return a count of a deal's pushes; days before the first date are early ones, and not late by less than none."""
    return ("early_days", -count) if name == "slip_days" and count < 0 else (name, count)


def explain_kpi(store: Store, agreement: InForce, account: str, asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print where a figure comes from: formula, population, the very ids, what was left out."""
    found = explained(store, question(store, agreement, account, asked), ident)
    if as_json:
        print_json(
            [
                {
                    "id": one.kpi.id,
                    "value": one.kpi.value,
                    "n": one.kpi.n,
                    "k": one.kpi.k,
                    "segment": dict(one.kpi.segment),
                    "formula": one.formula,
                    "population": one.population,
                    "denominator": list(one.denominator),
                    "numerator": list(one.numerator),
                    "times": {ident: {"n": n, "k": k} for ident, (n, k) in one.times.items()},
                    "excluded": {reason: list(ids) for reason, ids in one.excluded.items()},
                    "config_version": one.config_version,
                }
                for one in found
            ]
        )
        return
    lang = language(asked.lang)
    for one in found:
        print_kpis([one.kpi], lang)
        typer.echo(f"{word('formula', lang)}: {one.formula}")
        typer.echo(f"{word('population', lang)}: {one.population}")
        typer.echo(f"{word('agreement', lang)}: {_in_force(agreement, lang)}")
        for place, (name, ids) in enumerate((("counted", one.denominator), ("in_numerator", one.numerator))):
            often = {ident: pair[place] for ident, pair in one.times.items() if pair[place] > 1}
            counted = len(ids) + sum(often.values()) - len(often)
            told = [
                f"{ident} ({number(often[ident], lang)})" if ident in often else ident for ident in ids[: _SHOWN + 1]
            ]
            typer.echo(f"{word(name, lang)} ({number(counted, lang)}): {_some(told, lang)}")
        for reason, ids in one.excluded.items():
            left_out = f"{word('left_out', lang)}, {term(reason, lang)}"
            typer.echo(f"{left_out} ({number(len(ids), lang)}): {_some(ids, lang)}")


def _some(ids: Sequence[str], lang: Language) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return f"{shown}, … ({word('json_lists_all', lang)})" if len(ids) > _SHOWN else shown or "–"
