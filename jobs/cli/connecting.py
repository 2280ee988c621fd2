"""The command that lets a person connect a portal by OAuth."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import LangOption

if TYPE_CHECKING:
    from connectors.hubspot.oauth import Grant
    from jobs.access.connect import Consent
    from jobs.wording.words import Language

_PATIENCE_SECONDS = 900.0


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command()(connect)


def connect(
    account: Annotated[
        str | None, typer.Option("--account", help="The account to connect; the only OAuth account when left out.")
    ] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="Ask for the address instead of listening: the browser is elsewhere.")
    ] = False,
    lang: LangOption = "en",
) -> None:
    """Connect a portal to your OAuth app: a person agrees in the browser, Syncer keeps the token."""
    from jobs.access.connect import ask_consent, choose_app, code_of
    from jobs.access.connect import connect as keep
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened
    from jobs.figures.asking import language

    chosen = language(lang)
    with opened(need_accounts=True) as (settings, store):
        consent = ask_consent(choose_app(settings, account))
        _show(consent, chosen)
        answer = _answer(consent, paste, chosen)
        grant = keep(settings, store, consent, code_of(answer, consent.state), clock=system_clock)
        _tell(consent, grant, chosen)


def _show(consent: "Consent", lang: "Language") -> None:
    from jobs.cli.command_words import said

    typer.echo(said("connect_needs", lang, address=consent.redirect_url))
    typer.echo(said("connect_required", lang, scopes=" ".join(consent.required)))
    typer.echo(said("connect_optional", lang, scopes=" ".join(consent.optional) or "-"))
    typer.echo(said("connect_open", lang))
    typer.echo(f"  {consent.url}")


def _answer(consent: "Consent", paste: bool, lang: "Language") -> str:
    import asyncio

    from jobs.access.connect import is_answer
    from jobs.cli.command_words import said
    from jobs.web.redirect import await_redirect, is_local

    if paste or not is_local(consent.redirect_url):
        # Hidden: the code in it must not stay in a terminal's history.
        return str(typer.prompt(said("connect_paste", lang), hide_input=True)).strip()
    typer.echo(said("connect_waits", lang, address=consent.redirect_url))
    waiting = await_redirect(
        consent.redirect_url, lambda query: is_answer(query, consent.state), seconds=_PATIENCE_SECONDS
    )
    return asyncio.run(waiting)


def _tell(consent: "Consent", grant: "Grant", lang: "Language") -> None:
    from jobs.access.scopes import lacking
    from jobs.cli.command_words import said
    from jobs.wording.sentences import spoken

    key = "connected_to" if grant.portal_id else "connected"
    typer.echo(said(key, lang, account=consent.account.name, portal=grant.portal_id))
    for one in lacking(consent.account, grant.scopes) if grant.scopes is not None else ():
        purpose, lost = spoken(one.purpose, lang), spoken(one.lost, lang)
        typer.echo(said("not_granted", lang, scope=one.scope, purpose=purpose, lost=lost))
    typer.echo(said("next_check", lang))
