"""The command that writes the files a person then edits: init."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.options import LangOption


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(init)


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to write .env, syncer.yaml and agreement.yaml.")
    ] = Path(),
    lang: LangOption = "en",
) -> None:
    """Write the three files with comments and complete defaults; files that are there stay as they are."""
    from jobs.cli.command_words import said
    from jobs.figures.asking import language
    from jobs.init import write_files

    chosen = language(lang)
    for name, written in write_files(folder, chosen):
        typer.echo(said("file_written" if written else "file_there", chosen, name=name))
    for key in ("next_colon", "init_token", "init_oauth", "init_sign", "init_default", "init_check"):
        typer.echo(said(key, chosen))
