"""Commands of one folder, with the environment of somebody who set up one account."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.processes import SYNCER, call

TOKEN = "pat-na1-secret-1"

Done = subprocess.CompletedProcess
Start = Callable[..., Done]


def forked(*arguments: str, **options: object) -> Done:
    """Run `syncer` in a process of its own that has everything loaded."""
    return call(SYNCER, *arguments, **options)


def started(*arguments: str, **options: object) -> Done:
    """Run `syncer` from the start of the interpreter on."""
    command = [sys.executable, "-c", SYNCER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)


def commands(folder: Path, start: Start) -> Callable:
    """Return how to run a command on a CRM, or on none; it shows no traceback and no token."""

    def run(crm, *arguments: str, **changes: str) -> Done:
        environment = {
            "PATH": os.environ["PATH"],
            "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
            "SYNCER_CONFIG": str(folder / "syncer.yaml"),
            "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
            "SYNCER_LOG": "json",
            "HUBSPOT_ACCESS_TOKEN": TOKEN,
            "HUBSPOT_BASE_URL": crm.server.base_url if crm else "http://127.0.0.1:9",
            **changes,
        }
        if not (folder / "syncer.yaml").exists():
            (folder / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
        done = start(*arguments, env=environment, cwd=folder)
        assert "Traceback" not in done.stderr
        assert TOKEN not in done.stdout + done.stderr
        return done

    return run
