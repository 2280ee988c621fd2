"""The command that writes tables for BI tools: tables."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(tables)


def tables(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go; made when it is not there.")],
    form: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
    account: AccountOption = None,
    personal: Annotated[bool, typer.Option("--personal", help="Names and addresses of people too.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Write contacts, deals, cycles, figures and more into a folder, one file a table, with a data dictionary."""
    from dataclasses import asdict

    from jobs.cli.extract_output import print_written
    from jobs.cli.frame import opened, print_json
    from jobs.extracts.export import write_tables
    from jobs.extracts.files import Form
    from jobs.figures.asking import account_names, language
    from syncer.errors import ConfigError, Problem

    if form not in set(Form):
        raise ConfigError([Problem(key="--format", message=f"no format {form!r}", hint=", ".join(Form))])
    asked = language(lang)
    with opened() as (settings, store):
        names = account_names(settings, store, account)
        written = write_tables(store, names, folder, Form(form), personal=personal)
    if as_json:
        print_json({"folder": str(folder), "accounts": names, "files": [asdict(one) for one in written]})
    else:
        print_written(written, folder, asked, personal=personal)
