"""Forks syncer commands from a process that has everything loaded: kills need no start-up then, see bench/kills.py."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

_LOADED = (
    "jobs.cli.app",
    "jobs.daemon",
    "jobs.rounds",
    "jobs.webhooks.drain",
    "jobs.writing.setup",
    "connectors.hubspot",
)


def main() -> None:
    """Obey orders on standard input: `{"arguments", "environment", "log"}` each; answer with the id, then the code."""
    for name in _LOADED:
        import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order["arguments"], order["environment"], Path(order["log"]))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """Be that command, as if a person had typed it."""
    cli = import_module("jobs.cli")
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.argv = ["syncer", *arguments]
    code = 0
    try:
        cli.main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
