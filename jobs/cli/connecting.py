"""The command that lets a person connect a portal by OAuth."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from connectors.hubspot.oauth import Grant
    from jobs.access.connect import Consent

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
) -> None:
    """Connect a portal to your OAuth app: a person agrees in the browser, Syncer keeps the token."""
    from jobs.access.connect import ask_consent, choose_app, code_of
    from jobs.access.connect import connect as keep
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened

    with opened(need_accounts=True) as (settings, store):
        consent = ask_consent(choose_app(settings, account))
        _show(consent)
        grant = keep(settings, store, consent, code_of(_answer(consent, paste), consent.state), clock=system_clock)
        _tell(consent, grant)


def _show(consent: "Consent") -> None:
    typer.echo(f"Your app needs the redirect address {consent.redirect_url} and these scopes.")
    typer.echo(f"  required: {' '.join(consent.required)}")
    typer.echo(f"  optional: {' '.join(consent.optional) or '-'}")
    typer.echo("Open this address as a super admin of the portal:")
    typer.echo(f"  {consent.url}")


def _answer(consent: "Consent", paste: bool) -> str:
    import asyncio

    from jobs.access.connect import is_answer
    from jobs.web.redirect import await_redirect, is_local

    if paste or not is_local(consent.redirect_url):
        # Hidden: the code in it must not stay in a terminal's history.
        text = "Then paste the address of the page you end on (it may not load; nothing is shown)"
        return str(typer.prompt(text, hide_input=True)).strip()
    typer.echo(f"Waiting at {consent.redirect_url}; Ctrl-C ends it.")
    waiting = await_redirect(
        consent.redirect_url, lambda query: is_answer(query, consent.state), seconds=_PATIENCE_SECONDS
    )
    return asyncio.run(waiting)


def _tell(consent: "Consent", grant: "Grant") -> None:
    from jobs.access.scopes import lacking

    portal = f" to portal {grant.portal_id}" if grant.portal_id else ""
    typer.echo(f"account {consent.account.name} is connected{portal}")
    for one in lacking(consent.account, grant.scopes) if grant.scopes is not None else ():
        typer.echo(f"  not granted: {one.scope} ({one.purpose}); without it: {one.lost}")
    typer.echo("next: syncer check")
