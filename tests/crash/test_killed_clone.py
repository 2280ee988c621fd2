"""kill -9 in the middle of a copy, again and again: the copy goes on, and ends as one that nothing disturbed."""

import random
import sqlite3

import pytest

from connectors.sandbox.limits import REAL, UNLIMITED
from connectors.sandbox.server import running
from tests.crash.test_killed_rounds import killed, syncer
from tests.e2e import cloning
from tests.e2e.conftest import Crm


def _counts(path) -> tuple[int, int]:
    if not path.exists():
        return 0, 0
    with sqlite3.connect(path) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not {"line", "mark"} <= tables:
            return 0, 0
        (lines,) = database.execute("SELECT count(*) FROM line WHERE kind = 'contacts'").fetchone()
        (ended,) = database.execute("SELECT count(*) FROM mark WHERE name = 'ended'").fetchone()
        return lines, ended


@pytest.mark.parametrize("people", [(), ("--pseudonymise",)], ids=["plain", "pseudonymised"])
def test_killed_again_and_again_a_copy_ends_as_undisturbed(tmp_path, people):
    state = tmp_path / "copy.db"
    arguments = ("sandbox", "--clone", "hubspot", "--state", str(state), "--no-serve", *people)
    account = cloning.portal(2_500)
    dice = random.Random(len(people))
    with running(account, limits=REAL) as server:
        crm = Crm(portal=account, server=server)
        kills = [(killed(crm, tmp_path, dice.uniform(1.5, 5.0), *arguments), _counts(state)) for _ in range(6)]
        half = [lines for was_running, (lines, ended) in kills if was_running and not ended]
        assert any(0 < lines < 2_500 for lines in half) or len(set(half)) > 1, kills
        done = syncer(crm, tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
        shaken = cloning.kept_lines(state)
        calm = tmp_path / "calm.db"
        if people:
            (tmp_path / "calm.db.key").write_bytes((tmp_path / "copy.db.key").read_bytes())
    with running(account, limits=UNLIMITED) as server:
        crm = Crm(portal=account, server=server)
        undisturbed = syncer(crm, tmp_path, *arguments[:4], str(calm), *arguments[5:])
        assert undisturbed.returncode == 0, undisturbed.stderr
    assert shaken.keys() == cloning.kept_lines(calm).keys()
    if not people:
        assert shaken == cloning.kept_lines(calm)
