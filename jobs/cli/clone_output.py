"""The copying of an account before the sandbox serves it: refusals, the run, and what it says about itself."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jobs.cli.tables import print_table
from jobs.progress import progress
from jobs.settings import load_settings
from jobs.traces import tracing
from syncer.errors import ConfigError, Problem
from syncer.log import configure_log

if TYPE_CHECKING:
    from jobs.rehearsal.clone import CloneResult

_FAILED = 1


def copy_account(
    account: str | None, state: Path | None, *, pseudonymise: bool, restart: bool, filled: bool, no_serve: bool
) -> None:
    """Copy an account into the state file where one is named, and print what was copied; leave when it stopped."""
    _refuse(account, state, copy_only=pseudonymise or restart, filled=filled, no_serve=no_serve)
    if account is None or state is None:
        return
    from jobs.rehearsal.clone import CloneOrders, clone

    settings = load_settings()
    configure_log(settings.log)
    orders = CloneOrders(account=account, state=state, pseudonymise=pseudonymise, restart=restart)
    with tracing(settings.traces), progress(quiet=False) as way:
        result = asyncio.run(clone(settings, orders, progress=way))
    _print(result, state)
    if not result.is_whole:
        typer.echo("the copy is not whole; the same command goes on with it", err=True)
        raise typer.Exit(_FAILED)


def _refuse(account: str | None, state: Path | None, *, copy_only: bool, filled: bool, no_serve: bool) -> None:
    problems = []
    if account is None and copy_only:
        problems.append(Problem(key="--clone", message="is missing: --pseudonymise and --restart belong to it"))
    if account is not None and filled:
        problems.append(Problem(key="--clone", message="goes without --load and --generate", hint="one at a time"))
    if state is None and (account is not None or no_serve):
        problems.append(Problem(key="--state", message="is missing", hint="--state copy.db"))
    if problems:
        raise ConfigError(problems)


def _print(result: "CloneResult", state: Path) -> None:
    if result.was_whole:
        typer.echo(f"{state} holds a whole copy of {result.account}; --restart makes a new one")
        return
    heads = ("copied", "records", "of them archived", "left out", "calls")
    rows = [
        (stream, f"{one.read:,}", f"{one.archived:,}", f"{one.buried:,}", f"{one.api_calls:,}")
        for stream, one in result.pull.streams.items()
    ]
    print_table(
        heads, rows, title=f"{result.account} · portal {result.portal} · {result.seconds:,.1f} s", right=heads[1:]
    )
    copied = result.copied
    typer.echo(f"{copied.links:,} links · {copied.versions:,} versions of properties")
    if copied.loose:
        typer.echo(f"{copied.loose:,} links left out: the copy does not hold what they lead to")
    if copied.unlike:
        typer.echo(f"{copied.unlike:,} texts that the agreement reads otherwise now: they may decide differently")
    for stream, why in result.pull.skipped.items():
        typer.echo(f"skipped {stream}: {why}", err=True)
    for stream, why in result.pull.halted.items():
        typer.echo(f"stopped {stream}: {why}", err=True)
