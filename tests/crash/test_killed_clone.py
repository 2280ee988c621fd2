"""kill -9 in the middle of a copy, again and again: the copy goes on, and ends as one that nothing disturbed."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from tests.crash.test_killed_rounds import environment, syncer
from tests.e2e import cloning
from tests.e2e.conftest import Crm
from tests.processes import SYNCER, Child

_PATIENCE = 60


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as database, database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        return database.execute("SELECT count(*) FROM line").fetchone()[0] if "line" in tables else 0


def _is_killed_once_it_gets_on(crm: Crm, state: Path, arguments: tuple[str, ...], more: int, delay: float) -> bool:
    """Start a copy, kill it a moment after it has kept some more lines, and say whether it was still running."""
    before, began = _lines(state), time.monotonic()
    process = Child(SYNCER, *arguments, env=environment(crm, state.parent))
    while process.poll() is None and _lines(state) < before + more and time.monotonic() - began < _PATIENCE:
        time.sleep(0.01)
    time.sleep(delay)
    was_running = process.poll() is None
    process.kill()
    process.wait()
    return was_running


@pytest.mark.parametrize("people", [(), ("--pseudonymise",)], ids=["plain", "pseudonymised"])
def test_killed_again_and_again_a_copy_ends_as_undisturbed(tmp_path, people):
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    state, calm = tmp_path / "copy.db", tmp_path / "calm.db"
    account = cloning.portal(1_500)
    dice = random.Random(len(people))

    def arguments(path: Path) -> tuple[str, ...]:
        return ("sandbox", "--clone", "hubspot", "--state", str(path), "--no-serve", *people)

    with running(account, limits=UNLIMITED) as server:
        crm = Crm(portal=account, server=server)
        moments = ((1, dice.uniform(0, 0.2)), (1_000, 0.0), (500, 0.0))
        killed = [_is_killed_once_it_gets_on(crm, state, arguments(state), more, delay) for more, delay in moments]
        # A fast machine may end the copy before the last blow falls.
        assert killed[:2] == [True, True]
        assert _lines(state) > 1_400
        done = syncer(crm, tmp_path, *arguments(state))
        assert done.returncode == 0, done.stderr
        undisturbed = syncer(crm, tmp_path, *arguments(calm))
        assert undisturbed.returncode == 0, undisturbed.stderr
    shaken, smooth = cloning.kept_lines(state), cloning.kept_lines(calm)
    assert shaken.keys() == smooth.keys()
    assert people or shaken == smooth
