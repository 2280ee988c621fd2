"""`syncer webhooks` and `syncer run` on an account that reads its app's journal, as a person starts them."""

import json
import sqlite3

import httpx

from connectors.sandbox.journal import JournalHabits
from connectors.sandbox.state import Habits
from tests.e2e.daemons import Daemon
from tests.e2e.test_daemon import _until
from tests.processes import SYNCER, Child

YAML = "accounts: {hubspot: {tier: unlimited, journal: true, streams: [contacts, companies, deals]}}\n"
LIVE = "SELECT id FROM contacts WHERE archived_at IS NULL"
APP = {"HUBSPOT_CLIENT_ID": "app-1", "HUBSPOT_CLIENT_SECRET": "s3cret-of-app"}


DELETIONS = {"subscriptionType": "OBJECT", "objectTypeId": "0-1", "actions": ["DELETE"]}


def deleted(crm) -> str:
    """Delete a contact, which no round finds, and return its id."""
    id_ = next(iter(crm.portal.tables["contacts"].live())).id
    address = f"{crm.server.base_url}/crm/v3/objects/contacts/{id_}"
    assert httpx.delete(address, headers={"Authorization": "Bearer pat-rep-1"}).status_code == 204
    return id_


def test_the_journal_is_subscribed_read_by_hand_and_by_the_daemon_and_no_secret_is_shown(serve, tmp_path):
    crm = serve(contacts=15, habits=Habits(index_lag=0))
    (tmp_path / "syncer.yaml").write_text(YAML, encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url, **APP)
    assert daemon.call("setup", "--apply").returncode == 0
    assert daemon.call("sync").returncode in {0, 3}

    shown = daemon.call("webhooks", "show")
    assert "GDPR_PRIVACY_DELETION contacts" in shown.stdout
    (wish,) = json.loads(daemon.call("webhooks", "show", "--json").stdout)
    made = json.loads(daemon.call("webhooks", "apply", "--journal", "--json").stdout)
    assert (made["created"], made["unchanged"]) == (len(wish["journal"]), 0)
    assert f"0 subscriptions of the journal made, {made['created']} were there" in (
        daemon.call("webhooks", "apply", "--journal").stdout
    )

    by_hand = deleted(crm)
    read = json.loads(daemon.call("webhooks", "read-journal", "--json").stdout)
    assert (read["files"], read["kept"], read["gaps"]) == (1, 1, [])
    assert json.loads(daemon.call("webhooks", "drain", "--json").stdout)["looked_at"] == 1
    assert (by_hand,) not in daemon.ask(LIVE)
    assert "journal: read up to" in daemon.call("status").stdout
    assert "the app's journal was read up to" in daemon.call("check").stdout

    by_clock = deleted(crm)
    with daemon.running():
        daemon.until_logged("journal_read", kept=1)
        assert _until(lambda: (by_clock,) not in daemon.ask(LIVE), 40)
        assert "syncer_journal_lag_seconds" in daemon.get("/metrics").text
    assert APP["HUBSPOT_CLIENT_SECRET"] not in (tmp_path / "daemon.log").read_text()


def test_without_a_journal_there_is_nothing_to_read_or_subscribe(serve, run):
    crm = serve(contacts=5)
    for arguments in (("read-journal",), ("apply", "--journal")):
        done = run(crm, "webhooks", *arguments)
        assert (done.returncode, "journal: true" in done.stderr) == (2, True)


def kept(daemon: Daemon) -> int:
    """Return how many hints are in the inbox, none before there is one."""
    try:
        return daemon.ask("SELECT count(*) FROM inbox")[0][0]
    except sqlite3.OperationalError:
        return 0


def test_killed_between_any_two_files_it_loses_none_and_keeps_none_twice(serve, tmp_path):
    crm = serve(contacts=40, habits=Habits(index_lag=0, journal=JournalHabits(events_a_file=1)))
    (tmp_path / "syncer.yaml").write_text(YAML, encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url, **APP)
    crm.portal.journal.subscriptions("app-1").append(DELETIONS)
    gone = [deleted(crm) for _ in range(36)]
    kills = 0
    for enough in (2, 9, 20):
        reading = Child(SYNCER, "webhooks", "read-journal", env=daemon.environment, cwd=tmp_path)
        assert _until(lambda enough=enough: kept(daemon) >= enough, 60)
        kills += reading.poll() is None
        reading.kill()
        reading.wait()
    last = json.loads(daemon.call("webhooks", "read-journal", "--json").stdout)
    assert kills >= 1
    assert sorted(daemon.ask("SELECT record_id FROM inbox")) == sorted((id_,) for id_ in gone)
    assert (last["gaps"], last["unreadable"]) == ([], 0)
    assert 0 < last["files"] < len(gone)
    assert last["files"] == last["kept"]
