"""The command line. Commands live by theme in the modules beside this one; every heavy import waits for its command."""

from jobs.cli.app import main

__all__ = ["main"]
