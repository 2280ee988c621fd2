"""kill -9 around the creation of hand-over tasks: at the end each lead has exactly one."""

import random
import sqlite3
from collections import Counter
from contextlib import closing

from connectors.sandbox.limits import REAL
from tests.crash.test_killed_rounds import killed_when, syncer
from tests.e2e.test_handover_cards import anchors, lines, live

_CONTACTS = tuple(str(number) for number in range(101, 113))


def _statuses(folder):
    with closing(sqlite3.connect(folder / "syncer.db")) as database:
        return Counter(status for (status,) in database.execute("SELECT status FROM notices"))


def _time_passes(folder):
    """Let two minutes go by for what was sent without an answer, without waiting for them."""
    with closing(sqlite3.connect(folder / "syncer.db")) as database:
        database.execute("UPDATE notices SET sent_at = sent_at - 180000 WHERE status = 'sending'")
        database.commit()


def _is_killed_in_doubt(crm, folder, written):
    """Start a push and kill it while a notice is on its way, once so many are known to be there."""

    def reached():
        found = _statuses(folder)
        return found["written"] >= written and found["sending"] > 0

    killed_when(crm, folder, reached, "push")
    return _statuses(folder)["sending"] > 0


def test_killed_around_the_create_each_lead_has_one_task_at_the_end(serve, tmp_path):
    crm = serve(lines=list(lines(*_CONTACTS)), limits=REAL)
    (tmp_path / "syncer.yaml").write_text(
        "accounts: {hubspot: {tier: enterprise, write_back: {handover: task}}}\n", encoding="utf-8"
    )
    syncer(crm, tmp_path, "backfill")
    syncer(crm, tmp_path, "plan")
    assert _statuses(tmp_path) == {"pending": len(_CONTACTS)}
    dice = random.Random(4)
    doubts = 0
    for number in range(3):
        doubts += _is_killed_in_doubt(crm, tmp_path, _statuses(tmp_path)["written"] + dice.randint(0, 3))
        if number % 2:
            _time_passes(tmp_path)
    assert doubts > 0, "no kill fell between the claim and the answer"
    _time_passes(tmp_path)
    last = syncer(crm, tmp_path, "push", "--json")
    assert last.returncode == 0, last.stderr
    told = Counter(contact for task in live(crm) for contact in anchors(crm, task))
    assert told == dict.fromkeys(_CONTACTS, 1)
    assert _statuses(tmp_path) == {"written": len(_CONTACTS)}
