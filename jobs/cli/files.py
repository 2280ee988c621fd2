"""The command that writes the files a person then edits: init."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write .env, syncer.yaml and agreement.yaml.")] = Path(),
) -> None:
    """Write the three files with comments and complete defaults; files that are there stay as they are."""
    from jobs.init import write_files

    for name, written in write_files(folder):
        typer.echo(f"{name}: {'written' if written else 'is there already, left alone'}")
    typer.echo("next:")
    typer.echo("  1. put the access token into .env")
    typer.echo("     (or the id and secret of your OAuth app, and then: syncer connect)")
    typer.echo("  2. sign agreement.yaml: syncer agreement sign --role marketing --by NAME, and --role sales")
    typer.echo("     (or delete it: without the file the built-in default runs, and every report says so)")
    typer.echo("  3. syncer check")
