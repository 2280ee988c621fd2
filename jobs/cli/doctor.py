"""Commands that look before anything runs: check, setup, status."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from jobs.desk import Desk
    from jobs.health.findings import Finding
    from jobs.settings import Settings
    from jobs.writing.setup import SetupStep

#: A look at how things stand says within seconds that the database is locked.
_PATIENCE_S = 2.0


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(check)
    app.command()(setup)
    app.command()(status)


def check(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Check files, database, credentials, scopes, properties, pipelines and stage map; name each problem's remedy."""
    import asyncio

    from jobs.cli.check_output import print_findings
    from jobs.cli.frame import print_json
    from jobs.figures.asking import language
    from jobs.health.check import check_all

    chosen = language(lang)
    findings = asyncio.run(check_all(account))
    if as_json:
        print_json([one.as_dict() for one in findings])
    else:
        print_findings(findings, chosen)
    _exit_by(findings)


def _exit_by(findings: "Sequence[Finding]") -> None:
    from jobs.health.findings import Level

    if any(one.level is Level.PROBLEM and one.is_configuration for one in findings):
        raise typer.Exit(2)
    if any(one.level is Level.PROBLEM for one in findings):
        raise typer.Exit(1)


def setup(
    account: AccountOption = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Create what is missing; without it the list is only shown.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Show, or create, the property group and properties that the write-back needs."""
    from jobs.cli.check_output import print_steps
    from jobs.cli.frame import each_account, failures, print_json
    from jobs.figures.asking import language
    from jobs.writing.setup import setup as set_up

    chosen = language(lang)

    async def work(desk: "Desk") -> "tuple[str, Sequence[SetupStep]]":
        return desk.name, await set_up(desk, apply=apply)

    results = each_account(account, work, quiet=True)
    if as_json:
        print_json(
            [
                {"account": name, "object": one.kind.value, "property": one.name, "state": one.state, "note": one.note}
                for name, steps in results
                for one in steps
            ]
            + list(failures())
        )
    else:
        print_steps(results, chosen)
    if any(one.state == "differs" for _, steps in results for one in steps):
        raise typer.Exit(3)


def status(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Show how fresh each stream is, the last runs, the outbox and what needs a person."""
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.status_output import Reader, print_status
    from jobs.figures.asking import account_names, language
    from jobs.health.status import read_status

    chosen = language(lang)
    with opened(patience=_PATIENCE_S) as (settings, store):
        found = [read_status(store, name, system_clock()) for name in account_names(settings, store, account)]
    if as_json:
        print_json([one.as_dict() for one in found])
    else:
        reader = Reader(chosen, _zone(settings))
        for one in found:
            account_settings = settings.accounts.get(one.account)
            print_status(one, reader, takes_webhooks=bool(account_settings and account_settings.webhooks))


def _zone(settings: "Settings") -> "ZoneInfo":
    """Return the zone of the agreement; how things stand is shown also where that cannot be read."""
    from zoneinfo import ZoneInfo

    from jobs.bootstrap import agreement_of
    from syncer.errors import ConfigError

    try:
        return agreement_of(settings).agreement.calendar.zone
    except ConfigError:
        return ZoneInfo("UTC")
