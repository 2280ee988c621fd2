"""The command tree and the one place where errors become messages and exit codes."""

import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli import (
    agreement,
    connecting,
    daemon,
    database,
    doctor,
    extracts,
    figures,
    files,
    handover,
    hooks,
    letters,
    money,
    morning,
    privacy,
    steps,
    visits,
    writing,
)
from jobs.cli.calling import call
from jobs.cli.poor_terminal import set_up
from jobs.cli.stopping import STOPPED, end_stopped
from jobs.cli.tongue import asked_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncer.errors import ConfigError, RateLimited, SyncerError

app = typer.Typer(
    name="syncer",
    help="Runs beside your CRM: mirrors it, decides stage, score and outcome, measures the funnel, writes back.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(*, is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"syncer {version('syncer')}")
        raise typer.Exit


@app.callback()
def syncer(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


files.register(app)
agreement.register(app)
connecting.register(app)
doctor.register(app)
steps.register(app)
writing.register(app)
figures.register(app)
extracts.register(app)
handover.register(app)
money.register(app)
letters.register(app)
morning.register(app)
hooks.register(app)
privacy.register(app)
visits.register(app)
daemon.register(app)
database.register(app)

#: design.md §5: done, failed, usage or configuration, done but some records need a person.
DONE, FAILED, MISUSED, NEEDS_PERSON = 0, 1, 2, 3

_WORDS: "Mapping[str, tuple[str, str]]" = {
    "problem": ("{count} problem to mend first:", "{count} Problem vorher zu beheben:"),
    "problems": ("{count} problems to mend first:", "{count} Probleme vorher zu beheben:"),
    "output": ("the output", "die Ausgabe"),
    "room": (
        "the file, disk or pipe that it goes to must be able to take it",
        "die Datei, der Datenträger oder die Leitung, wohin sie geht, muss sie fassen können",
    ),
    "folder": (
        "its folder must be there, yours to write to, and have room",
        "der Ordner muss da sein, Ihnen zum Schreiben offenstehen und Platz haben",
    ),
}


def main() -> None:
    """Run one command; errors of ours and of files end in a message and an exit code, never in a traceback."""
    from syncer.errors import RateLimited, SyncerError

    set_up()
    if frame := sys.modules.get("jobs.cli.frame"):
        frame.begin_anew()
    try:
        _run()
    except SyncerError as error:
        if isinstance(error, RateLimited) and error.until is not None and "--json" in sys.argv:
            _print_refusal(error)
        sys.exit(_told([error, *_left_out()]))
    except BrokenPipeError:
        # Whoever read has enough, such as `head`.
        _write_no_more()
        sys.exit(FAILED)
    except OSError as error:
        _say_fault(error)
        sys.exit(FAILED)
    except typer.Abort:
        end_stopped()


def _say_fault(error: OSError) -> None:
    """Say which file cannot be used; one that fails while it is written has no name, nor has standard output."""
    where, remedy = (error.filename, "folder") if error.filename else (_words("output"), "room")
    _say(f"{where}: {_spoken(error.strerror or str(error))}", f"  {_words(remedy)}")
    try:
        sys.stdout.flush()
    except OSError:
        # What could not be written is still to be written, and would fail once more at the interpreter's end.
        _write_no_more()


def _write_no_more() -> None:
    """Let what is still to be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    code = call(typer.main.get_group(app), sys.argv[1:])
    # What waits to be written is written here: at the interpreter's end a reader that has gone would be a fault.
    typer.echo("", nl=False)
    if code == STOPPED + signal.SIGINT:
        end_stopped()
    if _left_out():
        sys.exit(_told(_left_out()))
    sys.exit(code)


def _told(errors: "Sequence[SyncerError]") -> int:
    """Say what went wrong and return the exit code: files that cannot be used come after what failed."""
    from syncer.errors import ConfigError

    for error in errors:
        if isinstance(error, ConfigError):
            _say_problems(error)
        else:
            _say_error(error)
    return MISUSED if all(isinstance(one, ConfigError) for one in errors) else FAILED


def _left_out() -> "Sequence[SyncerError]":
    frame = sys.modules.get("jobs.cli.frame")
    return frame.left_out if frame else ()


def _say_problems(error: "ConfigError") -> None:
    from dataclasses import replace

    told = [
        replace(one, message=_spoken(one.message), hint=None if one.hint is None else _spoken(one.hint))
        for one in error.problems
    ]
    head = _words("problem" if len(told) == 1 else "problems").format(count=len(told))
    _say(head, *(f"  {one}" for one in told))


def _say_error(error: "SyncerError") -> None:
    where = " · ".join(part for part in (error.account, error.stream, error.record) if part)
    message = _spoken(error.message)
    _say(f"{where}: {message}" if where else message, *([f"  {_spoken(error.hint)}"] if error.hint else []))


def _spoken(text: str) -> str:
    from jobs.wording.sentences import spoken

    return spoken(text, asked_language())


def _words(key: str) -> str:
    return _WORDS[key][asked_language() == "de"]


def _print_refusal(error: "RateLimited") -> None:
    from jobs.cli.frame import print_json
    from syncer.moments import iso

    print_json({"account": error.account, "error": error.message, "parked": {"until": iso(error.until)}})


def _say(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")
