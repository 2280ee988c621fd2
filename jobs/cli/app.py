"""The command tree and the one place where errors become messages and exit codes."""

import sys

import typer

from jobs.cli import connecting, daemon, doctor, figures, files, letters, steps, writing

app = typer.Typer(
    name="syncer",
    help="Runs beside your CRM: mirrors it, decides stage, score and outcome, measures the funnel, writes back.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

files.register(app)
connecting.register(app)
doctor.register(app)
steps.register(app)
writing.register(app)
figures.register(app)
letters.register(app)
daemon.register(app)

#: design.md §5: done, failed, usage or configuration, done but some records need a person.
DONE, FAILED, MISUSED, NEEDS_PERSON = 0, 1, 2, 3
_INTERRUPTED = 130


def main() -> None:
    """Run one command; errors of ours end in a message and an exit code, never in a traceback."""
    from syncer.errors import ConfigError, SyncerError

    try:
        app(standalone_mode=True)
    except ConfigError as error:
        lines = [f"  {problem}" for problem in error.problems]
        _say(f"{len(lines)} problem{'s' if len(lines) > 1 else ''} to mend first:", *lines)
        sys.exit(MISUSED)
    except SyncerError as error:
        where = " · ".join(part for part in (error.account, error.stream, error.record) if part)
        _say(f"{where}: {error.message}" if where else error.message, *([f"  {error.hint}"] if error.hint else []))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        _say("stopped")
        sys.exit(_INTERRUPTED)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")
