"""`syncer reconcile` as a user types it: exit codes, JSON, and what a terminal shows; values never."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.crash.test_killed_rounds import syncer

NAME = "Geheimnisvoll"


@pytest.fixture
def ready(serve, tmp_path):
    crm = serve(contacts=40)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    assert syncer(crm, tmp_path, "backfill").returncode == 0
    return crm


def spoil(folder, most: int) -> None:
    with closing(sqlite3.connect(folder / "syncer.db")) as database, database:
        statement = "UPDATE contacts SET last_name = ? WHERE id IN (SELECT id FROM contacts ORDER BY id LIMIT ?)"
        database.execute(statement, (NAME, most))


def test_two_sides_that_agree_end_in_zero(ready, tmp_path):
    done = syncer(ready, tmp_path, "reconcile")
    assert done.returncode == 0
    assert "mirror and CRM agree" in done.stdout
    assert "left out form_submissions: an event feed" in done.stdout


def test_the_json_names_ids_and_properties_and_no_value(ready, tmp_path):
    spoil(tmp_path, 1)
    done = syncer(ready, tmp_path, "reconcile", "--kind", "contacts", "--json")
    assert done.returncode == 3
    result = json.loads(done.stdout)
    assert set(result) == {"run", "account", "applied", "streams", "skipped", "halted", "seconds"}
    assert set(result["streams"]) == {"contacts"}
    counts = {"crm", "mirror", "missing", "differing", "links", "archived", "deleted", "merged", "faults"}
    more = {"not_yet_pulled", "unreadable", "empty", "repaired", "left", "properties", "findings", "unnamed"}
    assert set(result["streams"]["contacts"]) == counts | more | {"counted_anew", "api_calls"}
    [finding] = result["streams"]["contacts"]["findings"]
    assert set(finding) == {"id", "what", "properties", "links", "into", "not_yet_pulled", "repaired"}
    assert (finding["what"], finding["properties"], finding["repaired"]) == ("differs", ["last_name"], False)
    assert NAME not in done.stdout + done.stderr


def test_apply_mends_and_the_next_one_finds_nothing(ready, tmp_path):
    spoil(tmp_path, 1_000)
    shown = syncer(ready, tmp_path, "reconcile")
    assert shown.returncode == 3
    assert "--apply mends the mirror" in shown.stdout
    assert "last_name" in shown.stdout
    mended = syncer(ready, tmp_path, "reconcile", "--apply")
    assert mended.returncode == 0
    assert "mended" in mended.stdout
    again = json.loads(syncer(ready, tmp_path, "reconcile", "--json").stdout)
    assert {name: drift["findings"] for name, drift in again["streams"].items() if drift["findings"]} == {}
    assert "reconciled: " in syncer(ready, tmp_path, "status").stdout
    status = syncer(ready, tmp_path, "status", "--json")
    assert json.loads(status.stdout)[0]["reconciled"]["counts"]["faults"] == 0, status.stderr
    assert NAME not in shown.stdout + shown.stderr + mended.stdout + mended.stderr


def test_a_kind_that_does_not_exist_is_a_usage_error(ready, tmp_path):
    done = syncer(ready, tmp_path, "reconcile", "--kind", "nonsense")
    assert done.returncode == 2
    assert "there are: contacts" in done.stderr
