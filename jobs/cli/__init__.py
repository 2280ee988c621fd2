"""The command line. Commands live by theme in the modules beside this one; every heavy import waits for its command."""

from jobs.cli.stopping import end_stopped, obey_sigterm

__all__ = ["main"]


def main() -> None:
    """Run one command, which may be stopped at any moment, also while it is loaded."""
    obey_sigterm()
    try:
        from jobs.cli.app import main as run

        run()
    except KeyboardInterrupt:
        end_stopped()
    except RuntimeError as error:
        # How Python 3.11 tells of what came while a class was being made.
        if isinstance(error.__cause__, KeyboardInterrupt):
            end_stopped()
        raise
