"""What `syncer explain` prints."""

from collections.abc import Mapping, Sequence

import typer

from jobs.asking import Asked, clock_option, explained, language, question
from jobs.cli.frame import print_json
from jobs.cli.kpi_output import print_kpis
from jobs.cli.tables import print_table
from jobs.explaining import contact_story, deal_story
from jobs.names import agreement_text
from jobs.words import Language, reason_text, word
from syncer.agreement import InForce
from syncer.store import Store

#: Ids that a terminal shows of a figure's population; --json shows all.
_SHOWN = 20


def explain_contact(store: Store, agreement: InForce, account: str, asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print why a contact stands where it stands."""
    zone = agreement.agreement.calendar.zone
    story = contact_story(
        store,
        agreement.agreement,
        account,
        ident,
        as_of=None if asked.as_of is None else clock_option(asked.as_of, zone, option="--as-of"),
        known_at=clock_option(asked.known_at, zone, option="--known-at"),
        lang=language(asked.lang),
    )
    if as_json:
        print_json(story.facts)
        return
    typer.echo(f"{account} contact {story.contact_id} · {agreement_text(agreement)}")
    for line in story.lines:
        typer.echo(line)
    history = story.facts["history"]
    if isinstance(history, Sequence):
        lang = language(asked.lang)
        rows = [_history(one, lang) for one in history if isinstance(one, Mapping)]
        print_table([word(key, lang) for key in ("cycle", "at", "from", "to", "rule", "evidence")], rows)


def _history(event: Mapping[str, object], lang: Language) -> Sequence[str]:
    evidence = event["evidence"]
    proof = ", ".join(str(one) for one in evidence) if isinstance(evidence, Sequence) else ""
    return (
        str(event["cycle"]),
        str(event["at"]),
        str(event["from"] or "–"),
        f"{event['to']} ({word('passed_through', lang)})" if event["virtual"] else str(event["to"]),
        str(event["rule"]),
        proof,
    )


def explain_deal(store: Store, agreement: InForce, account: str, _asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print why a deal has its outcome."""
    story = deal_story(store, account, ident)
    if as_json:
        print_json(story)
        return
    typer.echo(f"{account} deal {ident} · {agreement_text(agreement)}")
    for key in ("outcome", "rule", "reason", "proposal", "resume_at", "offer_at", "pushes", "primary_contact", "flags"):
        typer.echo(f"{key}: {story[key] if story[key] not in (None, [], ()) else '–'}")
    spans = story["spans"]
    if isinstance(spans, Sequence):
        heads = ("valid_from", "valid_to", "stage_id", "outcome", "rule", "amount", "close_date")
        print_table(heads, [[str(span[head] if span[head] is not None else "–") for head in heads] for span in spans])


def explain_kpi(store: Store, agreement: InForce, account: str, asked: Asked, ident: str, *, as_json: bool) -> None:
    """Print where a figure comes from: formula, population, the very ids, what was left out."""
    found = explained(store, question(store, agreement, account, asked), ident)
    if as_json:
        print_json(
            [
                {
                    "id": one.kpi.id,
                    "value": one.kpi.value,
                    "segment": dict(one.kpi.segment),
                    "formula": one.formula,
                    "population": one.population,
                    "denominator": list(one.denominator),
                    "numerator": list(one.numerator),
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
        typer.echo(f"{word('agreement', lang)}: {one.config_version}")
        typer.echo(f"{word('counted', lang)} ({len(one.denominator):,}): {_some(one.denominator, lang)}")
        typer.echo(f"{word('in_numerator', lang)} ({len(one.numerator):,}): {_some(one.numerator, lang)}")
        for reason, ids in one.excluded.items():
            left_out = f"{word('left_out', lang)}, {reason_text(reason, lang)}"
            typer.echo(f"{left_out} ({len(ids):,}): {_some(ids, lang)}")


def _some(ids: Sequence[str], lang: Language) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return f"{shown}, … ({word('json_lists_all', lang)})" if len(ids) > _SHOWN else shown or "–"
