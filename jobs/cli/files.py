"""Commands around the files that a person writes: init, agreement."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(init)
    agreement = typer.Typer(help="The signed rule file.", no_args_is_help=True)
    agreement.command("check")(agreement_check)
    agreement.command("sign")(agreement_sign)
    agreement.command("schema")(agreement_schema)
    app.add_typer(agreement, name="agreement")


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


def agreement_check(
    path: Annotated[Path | None, typer.Argument(help="The file; SYNCER_AGREEMENT when left out.")] = None,
) -> None:
    """Read the agreement and list every problem with file, line and key."""
    from jobs.settings import load_settings
    from syncer.agreement import load_agreement

    chosen = path or load_settings(need_accounts=False).agreement_path
    found = load_agreement(chosen)
    typer.echo(f"{chosen}: version {found.version}, fingerprint {found.fingerprint}, no problems")


def agreement_sign(
    role: Annotated[str, typer.Option("--role", help="marketing or sales.")],
    by: Annotated[str, typer.Option("--by", help="Who signs.")],
    path: Annotated[Path | None, typer.Argument(help="The file; SYNCER_AGREEMENT when left out.")] = None,
) -> None:
    """Sign the agreement for one of the two teams; an edit after signing voids the signature."""
    from datetime import UTC, datetime

    from jobs.settings import load_settings
    from syncer.agreement import Role, sign
    from syncer.errors import ConfigError, Problem

    if role not in set(Role):
        raise ConfigError([Problem(key="--role", message=f"no role {role!r}", hint=", ".join(Role))])
    chosen = path or load_settings(need_accounts=False).agreement_path
    sign(chosen, role=Role(role), by=by, at=datetime.now(UTC).date())
    typer.echo(f"{chosen}: signed for {role} by {by}")


def agreement_schema() -> None:
    """Print the JSON Schema of agreement.yaml, for editors."""
    from jobs.cli.frame import print_json
    from syncer.agreement import json_schema

    print_json(json_schema())
