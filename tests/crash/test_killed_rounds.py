"""kill -9 in mid-run, several times over, then run again: the CRM ends as after an undisturbed run."""

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.sandbox.limits import REAL
from tests.e2e.conftest import Crm
from tests.processes import SYNCER, Child, call

#: Decay goes on between two runs, and the reasons are those of the score; everything else must be equal.
DRIFTS = {"fn_engagement", "fn_priority", "fn_score_reasons"}


def shown(crm: Crm) -> dict:
    return {
        (kind, row.id, name): value
        for kind in ("contacts", "companies", "deals")
        for row in crm.portal.tables[kind].rows.values()
        for name, value in row.properties.items()
        if (name.startswith("fn_") and name not in DRIFTS) or name in {"lifecyclestage", "hs_lead_status"}
    }


def environment(crm: Crm, folder: Path) -> dict:
    return {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "SYNCER_LOG": "json",
        "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
        "HUBSPOT_BASE_URL": crm.server.base_url,
    }


def syncer(crm: Crm, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return call(SYNCER, *arguments, env=environment(crm, folder))


def killed(crm: Crm, folder: Path, seconds: float, *arguments: str) -> bool:
    """Start a command, kill it after so many seconds, and say whether it was still running."""
    began = time.monotonic()
    return killed_when(crm, folder, lambda: time.monotonic() - began > seconds, *arguments)


def killed_when(crm: Crm, folder: Path, reached: Callable[[], bool], *arguments: str) -> bool:
    """Start a command, kill it at the first moment that `reached` tells, and say whether it was still running."""
    process = Child(SYNCER, *arguments, env=environment(crm, folder))
    while process.poll() is None and not reached():
        time.sleep(0.005)
    was_running = process.poll() is None
    process.kill()
    process.wait()
    return was_running


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_ends_the_same(serve, tmp_path, seed):
    calm, shaken = tmp_path / "calm", tmp_path / "shaken"
    calm.mkdir()
    shaken.mkdir()
    undisturbed = serve(contacts=80)
    syncer(undisturbed, calm, "setup", "--apply")
    assert syncer(undisturbed, calm, "sync", "--json").returncode in {0, 3}

    crm = serve(contacts=80, limits=REAL)
    dice = random.Random(seed)
    syncer(crm, shaken, "setup", "--apply")
    kills = sum(killed(crm, shaken, dice.uniform(0.1, 4.0), "sync") for _ in range(5))
    assert kills > 0
    assert syncer(crm, shaken, "sync", "--json").returncode in {0, 3}
    assert shown(crm) == shown(undisturbed)
    last = syncer(crm, shaken, "sync", "--json")
    assert '"written": 0' in last.stdout
