"""kill -9 in mid-repair: nothing is half-kept, and the next reconcile mends the rest."""

import json
import sqlite3
from contextlib import closing

from connectors.sandbox.limits import REAL
from tests.crash.test_killed_rounds import killed_when, syncer


def _wrong(folder) -> int:
    with closing(sqlite3.connect(folder / "syncer.db")) as database, database:
        return database.execute("SELECT count(*) FROM contacts WHERE last_name = 'x'").fetchone()[0]


def test_killed_in_mid_repair_and_repeated_it_ends_the_same(serve, tmp_path):
    crm = serve(contacts=2_500, limits=REAL)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: enterprise}}\n", encoding="utf-8")
    kinds = ("--stream", "contacts", "--stream", "companies")
    assert syncer(crm, tmp_path, "backfill", *kinds).returncode in {0, 3}
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as database, database:
        database.execute("UPDATE contacts SET last_name = 'x'")
        database.execute("DELETE FROM companies WHERE id IN (SELECT id FROM companies LIMIT 20)")
    whole = _wrong(tmp_path)
    assert killed_when(crm, tmp_path, lambda: _wrong(tmp_path) < whole, "reconcile", "--apply", *kinds)
    assert 0 < _wrong(tmp_path) < whole, "the kill fell between two commits"
    mended = syncer(crm, tmp_path, "reconcile", "--apply", "--json", *kinds)
    assert mended.returncode in {0, 3}
    assert sum(one["left"] for one in json.loads(mended.stdout)["streams"].values()) == 0
    again = json.loads(syncer(crm, tmp_path, "reconcile", "--json", *kinds).stdout)
    assert [one["findings"] for one in again["streams"].values()] == [[], []]
    assert _wrong(tmp_path) == 0
