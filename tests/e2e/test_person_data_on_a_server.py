"""A person's data on PostgreSQL: exported, forgotten, kept out, and forgotten again after a restored dump."""

import json
import os
import subprocess
from collections import Counter

import psycopg
import pytest
from psycopg import sql

from jobs.bootstrap import opened_store
from jobs.privacy.export import export
from jobs.privacy.forget import erase
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.store import open_store
from tests.contract.store_server import binaries
from tests.e2e.conftest import settings_for
from tests.e2e.test_forgetting import PAST, RESTATED, busiest, eraser_of, figures
from tests.e2e.test_person_data import exporting

pytestmark = pytest.mark.postgres

_TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace"


@pytest.fixture
def server_store(blank_postgres_url):
    """Return a store on a database of its own, with the queue's tables beside ours."""
    store = open_store(blank_postgres_url)
    store.upgrade()
    store.keep_queue()
    yield store
    store.close()


def traces(url: str, *marks: str) -> dict[str, int]:
    """Return how many rows of each table hold one of the marks, in any column."""
    found = Counter()
    with psycopg.connect(url, autocommit=True) as connection:
        for (name,) in connection.execute(_TABLES).fetchall():
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)))
            found[name] = sum(any(mark in row for mark in marks) for (row,) in rows)
    return {name: number for name, number in found.items() if number}


def tool(name: str, *arguments: str) -> None:
    folder = binaries()
    assert folder is not None
    # The folder may hold links to some of the tools only.
    tools = (folder / "initdb").resolve().parent
    subprocess.run([tools / name, *arguments], check=True, capture_output=True, env=dict(os.environ), timeout=60)


async def test_nothing_is_left_in_any_table_past_figures_stay_and_no_intake_brings_them_back(
    crm, open_desk, server_store, blank_postgres_url
):
    async with open_desk(crm, store=server_store) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        person = busiest(desk)
        report = json.loads(json.dumps(export(exporting(desk), desk.name, person.email)))
        assert report["person"] == {"ids": [person.id], "addresses": [person.email]}
        assert {"evidence", "contacts", "outbox"} <= set(report["held"])
        before = {day: figures(desk, day) for day in PAST}
        assert {"contacts", "evidence", "outbox"} <= traces(blank_postgres_url, person.email, person.id).keys()
        done = erase(eraser_of(desk), desk.name, person.email, actor="DPO")
        assert done.wiped
        assert traces(blank_postgres_url, person.email) == {}
        told = {
            row["id"] for day in PAST for row, was in zip(figures(desk, day), before[day], strict=True) if row != was
        }
        assert {one if one in RESTATED else one.partition(".")[0] for one in told} <= RESTATED

        again = await backfill_round(desk, restart=True)
        assert again.streams["contacts"].forgotten == 1
        await reconcile_round(desk, orders=Orders(apply=True))
        await sync_round(desk)
        assert (await sync_round(desk)).written == 0
        assert traces(blank_postgres_url, person.email) == {}
        assert export(exporting(desk), desk.name, person.email) is None


async def test_a_dump_that_is_put_back_forgets_again_with_the_first_command(
    crm, open_desk, server_store, blank_postgres_url, tmp_path
):
    dump = str(tmp_path / "before.dump")
    async with open_desk(crm, store=server_store) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        tool("pg_dump", "--format=custom", f"--file={dump}", blank_postgres_url)
        erase(eraser_of(desk), desk.name, person.id)
        assert traces(blank_postgres_url, person.email) == {}
    server_store.close()
    tool("pg_restore", "--clean", f"--dbname={blank_postgres_url}", dump)
    assert traces(blank_postgres_url, person.email)
    settings = settings_for(crm.server.base_url, tmp_path).model_copy(update={"database_url": blank_postgres_url})
    with opened_store(settings) as store:
        assert traces(blank_postgres_url, person.email) == {}
        store.keep_queue()
        with store.snapshot() as unit:
            assert not unit.privacy.person("hubspot", person.id)


async def test_a_dump_that_is_put_back_under_a_daemon_that_runs_brings_nobody_back(
    crm, open_desk, server_store, blank_postgres_url, tmp_path
):
    dump = str(tmp_path / "before.dump")
    async with open_desk(crm, store=server_store) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        person = busiest(desk)
        tool("pg_dump", "--format=custom", f"--file={dump}", blank_postgres_url)
        erase(eraser_of(desk), desk.name, person.id)
    tool("pg_restore", "--clean", f"--dbname={blank_postgres_url}", dump)
    assert traces(blank_postgres_url, person.email)
    async with open_desk(crm, store=server_store) as desk:
        assert traces(blank_postgres_url, person.email) == {}
        crm.portal.edit_as_user("contacts", person.id, {"jobtitle": "CFO"})
        await sync_round(desk)
        assert traces(blank_postgres_url, person.email) == {}


def test_the_commands_about_a_person_and_the_database_on_a_server(crm, run, blank_postgres_url, tmp_path):
    here = {"SYNCER_DATABASE_URL": blank_postgres_url}
    assert run(crm, "backfill", **here).returncode == 0
    with psycopg.connect(blank_postgres_url) as connection:
        query = (
            "SELECT contact_id, email FROM evidence JOIN contacts ON contacts.id = contact_id WHERE email > '@' LIMIT 1"
        )
        id_, email = connection.execute(query).fetchone()
    written = run(crm, "export", email, "--lang", "de", "-o", "report.md", **here)
    assert (written.returncode, written.stdout) == (0, "")
    assert email in (tmp_path / "report.md").read_text(encoding="utf-8")
    foretold = json.loads(run(crm, "forget", email, "--dry-run", "--json", **here).stdout)
    done = run(crm, "forget", email, "--by", "DPO", "--json", **here)
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, foretold["rows"])
    assert run(crm, "export", id_, **here).returncode == 1
    assert (tmp_path / "syncer.erasures").exists()
    for command in (("db", "backup", "b.db"), ("db", "restore", "b.db"), ("db", "verify")):
        refused = run(crm, *command, **here)
        assert (refused.returncode, "pg_" in refused.stderr) == (2, True), command
