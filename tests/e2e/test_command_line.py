"""The commands as a user types them: exit codes, messages with a remedy, nothing half-written, no secret shown."""

import json
import shlex
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.records import Token
from tests.e2e.commands import TOKEN, commands
from tests.processes import SYNCER, call

NOW = "2026-05-04T10:00:00Z"
#: Tries as often as ever, and does not wait in between.
_IMPATIENT = f"from connectors import patience; patience._FAILURE_WAIT = (0.0, 0.0); {SYNCER}"


def test_the_documented_way_works_from_setup_to_explain(serve, typed):
    crm = serve(contacts=40)
    assert typed(crm, "setup", "--apply").returncode == 0
    read = json.loads(typed(crm, "backfill", "--json").stdout)
    assert {"run", "account", "streams", "derived", "planned", "written", "unchanged", "failed", "seconds"} <= set(read)
    assert set(read["streams"]["contacts"]) >= {"read", "created", "updated", "archived", "api_calls"}
    planned = json.loads(typed(crm, "sync", "--dry-run", "--json").stdout)
    assert set(planned[0]) == {"object", "id", "property", "from", "to", "rule", "why"}
    written = json.loads(typed(crm, "sync", "--json").stdout)
    assert written["written"] == len(planned)
    again = json.loads(typed(crm, "sync", "--json").stdout)
    assert (again["planned"], again["written"]) == (0, 0)
    contact = next(row["id"] for row in planned if row["object"] == "contacts")
    story = json.loads(typed(crm, "explain", "contact", contact, "--json").stdout)
    assert {"stage", "since", "cycle", "outcome", "owner", "score", "history", "overrides", "crm"} <= set(story)
    axes = ("fit", "engagement")
    for axis in axes:
        lines = [line for line in story["score"]["contributions"] if line["axis"] == axis]
        assert sum(line["after_cap"] for line in lines) == pytest.approx(story["score"][axis], abs=1e-9)
    assert "Zelle" in typed(crm, "explain", "contact", contact, "--lang", "de").stdout
    assert typed(crm, "undo", written["run"], "--json").returncode == 0
    assert typed(crm, "status").returncode == 0
    status = json.loads(typed(crm, "status", "--json").stdout)
    assert {"contacts", "deals", "companies"} <= set((status[0] if isinstance(status, list) else status)["records"])


def test_the_version_is_that_of_the_installed_package(typed):
    done = typed(None, "--version")
    declared = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (done.returncode, done.stdout) == (0, f"syncer {declared}\n")
    assert "--version" in typed(None, "--help").stdout
    assert typed(None).returncode == 2


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "xlsx", "table"])
def test_every_format_of_the_figures_holds_every_row(serve, run, tmp_path, form):
    crm = serve(contacts=30)
    run(crm, "backfill")
    target = tmp_path / f"kpis.{form}"
    done = run(crm, "kpis", "--format", form, *([] if form == "table" else ["--output", str(target)]))
    assert done.returncode == 0
    if form == "json":
        rows = json.loads(target.read_text())
        assert {"K01", "K10", "K20", "K31"} <= {row["id"] for row in rows}
        fields = {"id", "name", "basis", "period", "as_of", "segment", "value", "n", "k", "lo", "hi", "status"}
        assert fields | {"unit", "excluded", "notes"} == set(rows[0])
    elif form == "parquet":
        assert pq.read_table(target).num_rows > 50
    elif form == "xlsx":
        assert load_workbook(target)["Figures"].max_row > 50
    else:
        assert "K31" in (target.read_text() if form == "csv" else done.stdout)


def test_wrong_token_fails_with_the_remedy_and_leaves_no_record(serve, run, tmp_path):
    crm = serve(contacts=20)
    done = run(crm, "backfill", HUBSPOT_ACCESS_TOKEN="wrong-token")
    assert done.returncode in {1, 2}
    assert "token" in done.stderr.lower()
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as database, database:
        assert database.execute("select count(*) from contacts").fetchone() == (0,)


def test_no_token_is_a_configuration_problem(run):
    done = run(None, "sync", HUBSPOT_ACCESS_TOKEN="")
    assert done.returncode == 2
    assert "HUBSPOT_ACCESS_TOKEN" in done.stderr


def test_a_missing_scope_leaves_out_its_stream_and_the_rest_goes_on(serve, run):
    crm = serve(contacts=30)
    everything = {
        f"crm.objects.{kind}.{mode}"
        for kind in ("contacts", "companies", "deals", "owners")
        for mode in ("read", "write")
    }
    crm.portal.tokens[TOKEN] = Token(app_id="1", scopes=frozenset(everything | {"oauth"}))
    done = run(crm, "backfill", "--json")
    result = json.loads(done.stdout)
    assert done.returncode in {0, 3}
    assert result["streams"]["contacts"]["created"] > 0
    assert {"emails", "email_clicks"} & set(result["skipped"])
    assert all(why for why in result["skipped"].values())


@pytest.mark.parametrize("trouble", [Trouble.HTML, Trouble.TRUNCATED, Trouble.EMPTY])
def test_a_crm_that_answers_nonsense_stops_the_stream_with_a_reason(serve, tmp_path, trouble):
    run = commands(tmp_path, partial(call, _IMPATIENT))
    crm = serve(contacts=20, faults=Faults(rules=[Fault(trouble=trouble, probability=1.0, path="/objects/")]))
    done = run(crm, "backfill", "--stream", "contacts")
    assert done.returncode == 1
    assert "contacts" in done.stderr
    assert "HUBSPOT_BASE_URL" in done.stderr or "answer" in done.stderr.lower()


def test_an_unreachable_crm_is_named(run):
    done = run(None, "check", "--json")
    assert done.returncode == 1
    assert any(one["level"] == "problem" and one["area"] == "hubspot" for one in json.loads(done.stdout))


def test_an_unreadable_database_is_named_with_a_remedy(serve, run, tmp_path):
    (tmp_path / "syncer.db").write_text("this is no database, whatever it is called " * 50, encoding="utf-8")
    done = run(serve(contacts=20), "backfill")
    assert done.returncode in {1, 2}
    assert "database" in done.stderr.lower()


def test_every_fault_of_the_files_is_listed_at_once(serve, run, tmp_path):
    (tmp_path / "syncer.yaml").write_text(
        "accounts:\n  hubspot: {tier: gold, limits: {share: 7}}\nschedul: {}\n", encoding="utf-8"
    )
    done = run(serve(contacts=20), "sync")
    assert done.returncode == 2
    for word in ("tier", "share", "schedul"):
        assert word in done.stderr


def test_an_unsigned_agreement_does_not_run_and_a_signed_one_does(serve, run, tmp_path):
    crm = serve(contacts=20)
    run(None, "init", str(tmp_path))
    refused = run(crm, "backfill")
    assert refused.returncode == 2
    assert "syncer agreement sign --role" in refused.stderr
    for role in ("marketing", "sales"):
        assert run(crm, "agreement", "sign", "--role", role, "--by", "A. Beispiel").returncode == 0
    assert run(crm, "backfill").returncode in {0, 3}


def test_a_broken_record_becomes_a_dead_letter_and_the_run_goes_on(serve, run):
    lines = [
        {
            "type": "contacts",
            "id": "1",
            "createdAt": NOW,
            "properties": {"email": "anna@firma.example", "lastname": "Muster"},
        },
        {
            "type": "deals",
            "id": "9",
            "createdAt": NOW,
            "properties": {"dealname": "x", "dealstage": "closedwon", "amount": "viel"},
        },
        {
            "type": "deals",
            "id": "10",
            "createdAt": NOW,
            "properties": {"dealname": "y", "dealstage": "closedwon", "amount": "10"},
        },
    ]
    crm = serve(lines=lines)
    done = run(crm, "backfill", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["streams"]["deals"]["created"] == 1
    letters = json.loads(run(crm, "dead-letters", "--json").stdout)
    assert [(one["id"], one["problems"]) for one in letters] == [("deals:9", ["amount is not an amount of money"])]


def test_unknown_streams_and_accounts_are_refused_with_what_there_is(serve, run):
    crm = serve(contacts=20)
    stream = run(crm, "backfill", "--stream", "contact")
    assert stream.returncode == 2
    assert "contacts" in stream.stderr
    account = run(crm, "sync", "--account", "hubsport")
    assert account.returncode == 2
    assert "hubspot" in account.stderr


def test_garbage_for_options_is_a_usage_error(serve, run):
    crm = serve(contacts=20)
    run(crm, "backfill")
    for arguments in (
        ["kpis", "--as-of", "yesterday"],
        ["kpis", "K99"],
        ["kpis", "--period", "2026Q9"],
        ["kpis", "--by", "moon"],
    ):
        done = run(crm, *arguments)
        assert done.returncode == 2, arguments
        assert done.stderr


def redirected(folder: Path, where: str) -> Callable:
    """Return how to type a command whose standard files go elsewhere."""

    def start(*arguments: str, **options: object) -> subprocess.CompletedProcess:
        line = f"{shlex.join([sys.executable, '-c', SYNCER, *arguments])} {where}"
        return subprocess.run(
            ["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=120, **options
        )

    return commands(folder, start)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_a_command_writes_to_may_be_closed_and_no_file_takes_its_place(run, tmp_path, closed):
    run(None, "status")
    for words in ("status --json", "kpis K01 --format csv", "--help"):
        done = redirected(tmp_path, closed)(None, *words.split())
        assert (done.returncode, done.stderr) == (0, "")
        assert bool(done.stdout) is (closed in ("<&-", "2>&-"))
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_told_and_ends_in_one_exit_code(run, tmp_path, unbuffered):
    run(None, "status")
    for words in ("status", "status --json", "--help"):
        done = redirected(tmp_path, ">/dev/full")(None, *words.split(), PYTHONUNBUFFERED=unbuffered)
        remedy = "the file, disk or pipe that it goes to must be able to take it"
        assert (done.returncode, done.stderr) == (1, f"the output: No space left on device\n  {remedy}\n")
