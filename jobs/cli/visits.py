"""Commands for what web analytics counted."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    visits = typer.Typer(help="Visits counted by a web analytics tool.", no_args_is_help=True)
    visits.command("import")(visits_import)
    app.add_typer(visits, name="visits")


def _last(source: str | None) -> tuple[bool, str]:
    """Put what is unknown last."""
    return (source is None, source or "")


def visits_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: day, source, definition, sessions, …")],
    account: AccountOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check the file; keep nothing.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Bring in visits by day and source; a day that is there already is replaced, so a file may be brought in again."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import opened, print_json
    from jobs.figures.asking import account_names, language
    from jobs.figures.visits import read_visits
    from syncer.errors import ConfigError, Problem
    from syncer.notation import NOTHING

    chosen, lines = language(lang), read_visits(path)
    with opened() as (settings, store):
        names = account_names(settings, store, account)
        if len(names) != 1:
            problem = Problem(key="--account", message="say whose visits these are", hint=", ".join(names) or "NAME")
            raise ConfigError([problem])
        if not dry_run:
            with store.commit() as unit:
                unit.visits.keep(names[0], lines)
    sources, sessions = sorted({line.source or None for line in lines}, key=_last), sum(line.sessions for line in lines)
    if as_json:
        done = {"lines": len(lines), "sources": sources, "sessions": sessions, "kept": not dry_run}
        print_json({"account": names[0], **done})
    else:
        of = ", ".join(one or NOTHING for one in sources) or said("nobody", chosen)
        key = "visits_checked" if dry_run else "visits_kept"
        typer.echo(said(key, chosen, lines=len(lines), sessions=sessions, sources=of))
