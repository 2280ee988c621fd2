"""Dead letters: records that need a person."""

from typing import Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("dead-letters")(dead_letters)


def dead_letters(
    action: Annotated[str, typer.Argument(help="list, or drop with an ID.")] = "list",
    ident: Annotated[str | None, typer.Argument(metavar="ID", help="stream:record, as listed.")] = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the records that could not be used or written, each with its reason; or drop one."""
    from dataclasses import asdict

    from jobs.asking import account_names
    from jobs.cli.frame import opened, print_json
    from jobs.cli.tables import print_table
    from syncer.errors import ConfigError, Problem

    if action not in {"list", "drop"} or (action == "drop") != (ident is not None):
        raise ConfigError([Problem(key="dead-letters", message="takes `list`, or `drop ID`")])
    with opened() as (settings, store):
        names = account_names(settings, store, account)
        if ident is not None:
            with store.commit() as unit:
                dropped = sum(unit.desk.drop(name, ident) for name in names)
            typer.echo(f"{dropped} dropped")
            return
        with store.snapshot() as unit:
            found = [(name, letter) for name in names for letter in unit.desk.dead_letters(name)]
    if as_json:
        print_json([{"account": name, **asdict(letter)} for name, letter in found])
        return
    if not found:
        typer.echo("none: every record was understood and every write was taken")
        return
    rows = [(name, one.id, one.reason, "; ".join(one.problems)) for name, one in found]
    print_table(("account", "record", "reason", "problems"), rows)
