"""Dead letters: records that need a person."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption

if TYPE_CHECKING:
    from jobs.desk import Desk


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("dead-letters")(dead_letters)


def dead_letters(
    action: Annotated[str, typer.Argument(help="list; replay one by its ID, or all; drop one by its ID.")] = "list",
    ident: Annotated[str | None, typer.Argument(metavar="ID", help="stream:record, as listed.")] = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the records that could not be used or written, each with its reason; try them again, or drop one."""
    from syncer.errors import ConfigError, Problem

    if action == "replay":
        _replay(account, ident, as_json=as_json)
    elif action == "drop" and ident is not None:
        _drop(account, ident)
    elif action == "list" and ident is None:
        _list(account, as_json=as_json)
    else:
        raise ConfigError([Problem(key="dead-letters", message="takes `list`, `replay [ID]` or `drop ID`")])


def _list(account: str | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from jobs.cli.frame import opened, print_json
    from jobs.cli.tables import print_table
    from jobs.figures.asking import account_names

    with opened() as (settings, store), store.snapshot() as unit:
        names = account_names(settings, store, account)
        found = [(name, letter) for name in names for letter in unit.desk.dead_letters(name)]
    if as_json:
        print_json([{"account": name, **asdict(letter)} for name, letter in found])
    elif not found:
        typer.echo("none: every record was understood and every write was taken")
    else:
        rows = [(name, one.id, one.reason, "; ".join(one.problems)) for name, one in found]
        print_table(("account", "record", "reason", "problems"), rows)


def _drop(account: str | None, ident: str) -> None:
    from jobs.cli.frame import opened
    from jobs.figures.asking import account_names

    with opened() as (settings, store):
        names = account_names(settings, store, account)
        with store.commit() as unit:
            dropped = sum(unit.desk.drop(name, ident) for name in names)
    typer.echo(f"{dropped} dropped")


def _replay(account: str | None, ident: str | None, *, as_json: bool) -> None:
    from jobs.cli.frame import each_account, print_json
    from jobs.writing.replay import replay

    async def work(desk: "Desk") -> tuple[int, int]:
        return await replay(desk, ident)

    results = each_account(account, work, quiet=True)
    tried, waiting = (sum(one[place] for one in results) for place in (0, 1))
    if as_json:
        print_json({"tried": tried, "waiting": waiting})
    else:
        typer.echo(f"{tried} tried again, {waiting} still wait")
    if waiting:
        raise typer.Exit(3)
