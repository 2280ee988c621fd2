"""Commands that look before anything runs: check, setup, status."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.desk import Desk
    from jobs.health.findings import Finding
    from jobs.writing.setup import SetupStep

#: A look at how things stand says within seconds that the database is locked.
_PATIENCE_S = 2.0


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(check)
    app.command()(setup)
    app.command()(status)


def check(account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Check files, database, credentials, scopes, properties, pipelines and stage map; name each problem's remedy."""
    import asyncio

    from jobs.cli.frame import print_json
    from jobs.cli.tables import print_table
    from jobs.health.check import check_all

    findings = asyncio.run(check_all(account))
    if as_json:
        print_json([one.as_dict() for one in findings])
    else:
        rows = [(one.level.value, one.area, one.what, one.remedy or "") for one in findings]
        print_table(("", "area", "finding", "remedy"), rows)
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
    as_json: JsonOption = False,
) -> None:
    """Show, or create, the property group and properties that the write-back needs."""
    from jobs.cli.frame import each_account, print_json
    from jobs.cli.tables import print_table
    from jobs.writing.setup import setup as set_up

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
        )
    else:
        rows = [(name, one.kind, one.name, one.state, one.note) for name, steps in results for one in steps]
        print_table(("account", "object", "property", "state", "note"), rows)
    if any(one.state == "differs" for _, steps in results for one in steps):
        raise typer.Exit(3)


def status(account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Show how fresh each stream is, the last runs, the outbox and what needs a person."""
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.status_output import print_status
    from jobs.figures.asking import account_names
    from jobs.health.status import read_status

    with opened(patience=_PATIENCE_S) as (settings, store):
        found = [read_status(store, name, system_clock()) for name in account_names(settings, store, account)]
    if as_json:
        print_json([one.as_dict() for one in found])
    else:
        for one in found:
            account_settings = settings.accounts.get(one.account)
            print_status(one, takes_webhooks=bool(account_settings and account_settings.webhooks))
