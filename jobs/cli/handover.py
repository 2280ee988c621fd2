"""The command that shows who waits for sales, and a lead's card."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.handovers.cards import Card
    from jobs.handovers.waiting import Waiting
    from jobs.wording.words import Language
    from syncer.agreement import Agreement


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command()(handover)


def handover(
    ident: Annotated[
        str | None, typer.Argument(metavar="ID|EMAIL", help="A contact, to see its card; everybody when left out.")
    ] = None,
    account: AccountOption = None,
    lang: LangOption = "en",
    retry: Annotated[
        bool, typer.Option("--retry", help="Open the cards and proposals again that the CRM refused.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Who waits for sales, until when, and who has to hear of it; with a contact, the card that sales gets."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.command_words import said
    from jobs.cli.frame import opened
    from jobs.deciding.derive import Clocks
    from jobs.figures.asking import language, one_account
    from jobs.handovers.waiting import card_for, waiting
    from jobs.handovers.waiting import retry as reopen

    spoken, now = language(lang), system_clock()
    clocks = Clocks(as_of=now, known_at=now)
    with opened() as (settings, store):
        rules = agreement_of(settings).agreement
        name = one_account(settings, store, account)
        if retry:
            typer.echo(said("open_again", spoken, count=reopen(store, name, clocks)))
        elif ident is None:
            _show(waiting(store, rules, name, clocks), rules, spoken, as_json=as_json)
        else:
            _show_card(card_for(store, rules, name, ident, clocks=clocks, lang=spoken), ident, spoken, as_json=as_json)


def _show(found: "Sequence[Waiting]", rules: "Agreement", lang: "Language", *, as_json: bool) -> None:
    from jobs.cli.frame import print_json
    from jobs.cli.tables import print_table
    from jobs.wording.words import word

    if as_json:
        print_json([one.as_dict() for one in found])
        return
    if not found:
        typer.echo(word("nobody_waits", lang))
        return
    keys = ("contact", "handed_over", "by_what", "contact_by", "touched", "attempts", "decide_by", "heard_by", "card")
    print_table([word(key, lang) for key in keys], [_row(one, rules, lang) for one in found])


def _row(one: "Waiting", rules: "Agreement", lang: "Language") -> "Sequence[str]":
    from jobs.handovers.card_words import said
    from jobs.handovers.cards import who
    from jobs.handovers.handover import attempts_text
    from jobs.wording.words import time_text

    sla, zone = one.handed.sla, rules.calendar.zone
    heard_by = said(one.heard_by, lang) if one.heard_by in {"owner", "team_lead"} else one.heard_by
    return (
        f"{who(one.handed.facts)} ({one.contact_id})",
        time_text(sla.handed_at, zone, lang),
        said(sla.by, lang),
        time_text(sla.touch_due_at, zone, lang),
        time_text(sla.touched_at, zone, lang),
        attempts_text(one.handed, rules),
        time_text(sla.decision_due_at, zone, lang),
        heard_by or "–",
        one.card.status if one.card else "–",
    )


def _show_card(card: "Card | None", ident: str, lang: "Language", *, as_json: bool) -> None:
    from jobs.cli.frame import print_json
    from jobs.wording.words import word

    if card is None:
        if as_json:
            print_json(None)
        else:
            typer.echo(f"{ident} {word('no_handover', lang)}")
        return
    if as_json:
        print_json({"title": card.title, "lines": list(card.lines)})
        return
    for line in (card.title, *card.lines):
        typer.echo(line)
