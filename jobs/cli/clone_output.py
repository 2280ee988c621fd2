"""The copying of an account before the sandbox serves it: refusals, the run, and what it says about itself."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jobs.cli.command_words import heads, said
from jobs.cli.frame import log_of_command
from jobs.cli.tables import print_table
from jobs.progress import progress
from jobs.settings import load_settings
from jobs.traces import tracing
from jobs.wording.sentences import spoken
from jobs.wording.words import Language, number
from syncer.errors import ConfigError, Problem

if TYPE_CHECKING:
    from jobs.rehearsal.clone import CloneResult

_FAILED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Copying:
    """What was said about a copy beside its account and file."""

    pseudonymise: bool
    restart: bool
    #: The sandbox is to be filled with something else, too.
    filled: bool
    no_serve: bool


def copy_account(account: str | None, state: Path | None, wanted: Copying, lang: Language) -> None:
    """Copy an account into the state file where one is named, and print what was copied; leave when it stopped."""
    _refuse(account, state, wanted)
    if account is None or state is None:
        return
    from jobs.rehearsal.clone import CloneOrders, clone

    settings = load_settings()
    log_of_command(settings.log)
    orders = CloneOrders(account=account, state=state, pseudonymise=wanted.pseudonymise, restart=wanted.restart)
    with tracing(settings.traces), progress(quiet=False, lang=lang) as way:
        result = asyncio.run(clone(settings, orders, progress=way))
    _print(result, state, lang)
    if not result.is_whole:
        typer.echo(said("copy_not_whole", lang), err=True)
        raise typer.Exit(_FAILED)


def _refuse(account: str | None, state: Path | None, wanted: Copying) -> None:
    problems = []
    if account is None and (wanted.pseudonymise or wanted.restart):
        problems.append(Problem(key="--clone", message="is missing: --pseudonymise and --restart belong to it"))
    if account is not None and wanted.filled:
        problems.append(Problem(key="--clone", message="goes without --load and --generate", hint="one at a time"))
    if state is None and (account is not None or wanted.no_serve):
        problems.append(Problem(key="--state", message="is missing", hint="--state copy.db"))
    if problems:
        raise ConfigError(problems)


def _print(result: "CloneResult", state: Path, lang: Language) -> None:
    if result.was_whole:
        typer.echo(said("copy_whole", lang, state=state, account=result.account))
        return
    titles = heads(lang, "copied", "records", "of_them_archived", "left_out_head", "calls_head")
    rows = [
        (stream, *(number(count, lang) for count in (one.read, one.archived, one.buried, one.api_calls)))
        for stream, one in result.pull.streams.items()
    ]
    seconds = number(result.seconds, lang, digits=1)
    title = said("copy_title", lang, account=result.account, portal=result.portal, seconds=seconds)
    print_table(titles, rows, title=title, right=titles[1:])
    copied = result.copied
    typer.echo(said("copy_links", lang, links=copied.links, versions=copied.versions))
    if copied.loose:
        typer.echo(said("copy_loose", lang, count=copied.loose))
    if copied.unlike:
        typer.echo(said("copy_unlike", lang, count=copied.unlike))
    for stream, why in result.pull.skipped.items():
        typer.echo(said("copy_skipped", lang, stream=stream, why=spoken(why, lang)), err=True)
    for stream, why in result.pull.halted.items():
        typer.echo(said("stopped", lang, stream=stream, why=spoken(why, lang)), err=True)
