"""The commands about a person's data, typed as a person types them."""

import json
import sqlite3
import subprocess

import pytest

from jobs.privacy.erasures import keeping_of
from jobs.privacy.forget import Eraser, erase
from jobs.schedule import Nightly
from syncer.agreement import load_default
from syncer.store import open_store
from tests.e2e.conftest import planned_for, settings_for
from tests.processes import SYNCER, Child

HOLDER = """
import sys
from syncer.agreement import load_default
from syncer.store import open_store
with open_store(sys.argv[1]).account_lock("hubspot"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def filled(serve, run, tmp_path):
    crm = serve(contacts=30)
    assert run(crm, "backfill").returncode == 0
    connection = sqlite3.connect(tmp_path / "syncer.db")
    query = "SELECT contact_id, email FROM evidence JOIN contacts ON contacts.id = contact_id WHERE email > '@' LIMIT 1"
    found = connection.execute(query).fetchone()
    connection.close()
    return crm, *found


def test_export_forget_and_the_log_of_it(filled, run, tmp_path):
    crm, id_, email = filled
    written = run(crm, "export", email, "--lang", "de", "-o", "report.md")
    assert (written.returncode, written.stdout) == (0, "")
    assert email in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert (tmp_path / "report.md").stat().st_mode & 0o077 == 0
    assert run(crm, "export", email, "-o", "report.md").returncode == 2
    assert run(crm, "export", email, "--format", "pdf").returncode == 2
    assert json.loads(run(crm, "export", id_, "--json").stdout)["person"]["ids"] == [id_]

    foretold = json.loads(run(crm, "forget", email, "--dry-run", "--json").stdout)
    done = run(crm, "forget", email, "--by", "DPO", "--json")
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, foretold["rows"])
    assert json.loads(done.stdout)["wiped"] is True
    assert email not in done.stderr
    again = run(crm, "forget", id_, "--lang", "de")
    assert (again.returncode, "war schon gelöscht" in again.stdout) == (0, True)
    assert run(crm, "export", email).returncode == run(crm, "forget", "nobody@x.example").returncode == 1
    (line,) = json.loads(run(crm, "forget", "--json").stdout)
    assert (line["actor"], line["account"], line["tombstones"] != []) == ("DPO", "hubspot", True)
    assert "DPO" in run(crm, "forget", "--lang", "de").stdout
    assert run(crm, "forget", email, "--account", "other").returncode == 2
    lifted = run(crm, "forget", email, "--lift", "--by", "DPO")
    assert (lifted.returncode, "2 tombstones taken away" in lifted.stdout) == (0, True)


def test_without_its_key_nothing_is_read_and_the_message_says_what_to_do(filled, run, tmp_path):
    crm, id_, _ = filled
    assert run(crm, "forget", id_).returncode == 0
    (tmp_path / "syncer.db.erasures.key").unlink()
    refused = run(crm, "pull")
    assert refused.returncode == 2
    assert "SYNCER_FORGET_KEYS" in refused.stderr
    assert not (tmp_path / "syncer.db.erasures.key").exists()


def test_a_round_under_way_is_waited_for(filled, tmp_path):
    _, id_, _ = filled
    url = f"sqlite:///{tmp_path / 'syncer.db'}"
    holder = Child(HOLDER, url, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == "held\n"
    environment = {"SYNCER_DATABASE_URL": url, "SYNCER_LOG": "json"}
    waiting = Child(SYNCER, "forget", id_, "--json", env=environment, cwd=tmp_path, stdout=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(2)
    holder.communicate("")
    assert json.loads(waiting.communicate(timeout=60)[0])["wiped"] is True
    assert waiting.returncode == 0


def test_bytes_that_a_reader_holds_are_named_and_go_with_the_next_command(filled, run, tmp_path, monkeypatch):
    crm, id_, email = filled
    monkeypatch.setattr("syncer.store.engines.sqlite._BUSY_MS", 100)
    reader = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
    with reader.snapshot() as unit:
        unit.desk.account_names()
        settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(
            update={"erasures": tmp_path / "syncer.db.erasures"}
        )
        writer = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
        eraser = Eraser(store=writer, keeping=keeping_of(settings), agreement=load_default(), clock=lambda: 5)
        assert erase(eraser, "hubspot", id_).wiped is False
        writer.close()
    reader.close()
    assert run(crm, "forget", "--json").returncode == 0
    assert email.encode() not in (tmp_path / "syncer.db").read_bytes()
    assert json.loads(run(crm, "forget", "--json").stdout)[0]["wiped_at"]


def test_prune_and_the_database_commands(filled, run, tmp_path):
    crm, *_ = filled
    (tmp_path / "syncer.yaml").write_text(
        "accounts: {hubspot: {tier: unlimited}}\nretention: {web_events: 1}\n", encoding="utf-8"
    )
    foretold = json.loads(run(crm, "prune", "--dry-run", "--json").stdout)
    done = run(crm, "prune", "--json")
    assert json.loads(done.stdout) == foretold
    assert foretold["web_events"] > 0
    assert "0 Adressen alter Web-Ereignisse" in run(crm, "prune", "--lang", "de").stdout
    assert run(crm, "db", "backup", "b.db").returncode == 0
    assert run(crm, "db", "backup", "b.db").returncode == 2
    assert json.loads(run(crm, "db", "verify", "b.db", "--json").stdout)["sound"] is True
    assert "--apply restores" in run(crm, "db", "restore", "b.db").stdout
    assert "now run: syncer sync" in run(crm, "db", "restore", "b.db", "--apply").stdout
    assert run(crm, "pull").returncode == 0
    (tmp_path / "b.db").write_bytes(b"x" * 9_000)
    assert run(crm, "db", "verify", "b.db").returncode == 2


@pytest.mark.postgres
def test_on_a_server_its_own_tools_are_named(postgres_url, run):
    refused = run(None, "db", "backup", "b.db", SYNCER_DATABASE_URL=postgres_url)
    assert (refused.returncode, "pg_dump" in refused.stderr) == (2, True)


async def test_the_daemon_prunes_at_its_hour(sqlite_store, tmp_path):
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    found = {one.name: one.when for one in planned_for(settings, sqlite_store)}
    assert isinstance(found["hubspot/prune"], Nightly)
    assert found["hubspot/prune"].hour == 4
    never = settings.model_copy(update={"retention": settings.retention.model_copy(update={"hour": None})})
    names = [one.name for one in planned_for(never, sqlite_store)]
    assert "hubspot/prune" not in names
