"""What a controller can do with a database beside which no token lies: everything that asks no CRM."""

import shlex

import pytest
import typer

from jobs.cli import app as door
from jobs.cli.calling import _walked
from syncer.agreement import default_text

SHEET = "source,amount,currency,from,to\nlinkedin,100.00,EUR,2026-01-01,2026-01-31\n"
RATES = "day,currency,rate\n2026-01-01,USD,0.9\n"
VISITS = "day,source,definition,sessions\n2026-11-21,direct,counter,1234\n"

#: Commands that ask no CRM, each as it succeeds; they are run in this order.
WITHOUT = (
    "agreement schema",
    "agreement check default.yaml",
    "agreement diff default default.yaml",
    "agreement sign --role sales --by V.Beispiel default.yaml",
    "agreement simulate default.yaml",
    "agreement review --draft points.yaml",
    "costs template",
    "costs import costs.csv",
    "costs list",
    "costs forget",
    "rates import rates.csv",
    "rates list",
    "visits import visits.csv",
    "derive",
    "derive --full",
    "derive --as-of 2026-01-01",
    "measure",
    "kpis",
    "explain kpi K01",
    "explain contact {contact}",
    "handover",
    "digest",
    "status",
    "dead-letters",
    "tables tables",
    "export {contact}",
    "forget {contact} --yes",
    "prune",
    "db backup one.db",
    "db verify one.db",
    "db restore one.db",
)
#: Those that ask it.
WITH = (
    "backfill",
    "backfill --dry-run",
    "check",
    "connect",
    "dead-letters replay",
    "plan",
    "pull",
    "push",
    "reconcile",
    "run",
    "setup",
    "sync",
    "undo 1",
    "webhooks apply --journal",
    "webhooks drain",
    "webhooks read-journal",
    "webhooks show",
    "worker",
)
#: Those that need neither database nor account of ours.
ALONE = {"demo", "init", "sandbox"}


@pytest.fixture
def mirrored(crm, run, tmp_path):
    """Return how to run a command without a token, after a first backfill."""
    assert run(crm, "backfill", "--json").returncode == 0
    (tmp_path / "default.yaml").write_text(default_text(), encoding="utf-8")
    for name, text in (("costs", SHEET), ("rates", RATES), ("visits", VISITS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    contact = next(crm.portal.tables["contacts"].live()).id

    def without(words: str):
        return run(None, *shlex.split(words.format(contact=contact)), HUBSPOT_ACCESS_TOKEN="")

    return without


def test_what_asks_no_crm_works_without_a_token(mirrored):
    done = {words: mirrored(words) for words in WITHOUT}
    assert {words: one.stderr[-300:] for words, one in done.items() if one.returncode} == {}
    assert "derive" in done["status"].stdout


def test_what_asks_the_crm_says_which_variable_is_lacking(mirrored):
    done = {words: mirrored(words) for words in WITH}
    told = {words: one.stdout + one.stderr for words, one in done.items()}
    assert {words: one.returncode for words, one in done.items() if one.returncode != 2} == {}
    assert [words for words, text in told.items() if "HUBSPOT_ACCESS_TOKEN" not in text] == []


def test_every_command_is_one_that_asks_the_crm_or_one_that_does_not():
    commands = {path for path, one in _walked(typer.main.get_group(door.app), ()) if not hasattr(one, "commands")}
    known = {path for path in commands for words in (*WITHOUT, *WITH) if f"{words} ".startswith(f"{path} ")}
    assert commands - known == ALONE


def test_an_account_without_its_token_is_not_left_out_of_a_report_on_all(crm, run, tmp_path):
    (tmp_path / "syncer.yaml").write_text(
        "accounts:\n  one: {tier: unlimited, token_env: ONE}\n  two: {tier: unlimited, token_env: TWO}\n", "utf-8"
    )
    tokens = {"ONE": "pat-na1-secret-1", "TWO": "pat-na1-secret-1"}
    assert run(crm, "backfill", "--json", **tokens).returncode == 0
    both = run(None, "measure", "--json", ONE="pat-na1-secret-1")
    assert both.returncode == 0
    told = run(None, "status", ONE="pat-na1-secret-1").stdout
    assert "one" in told
    assert "two" in told
    assert run(None, "derive", "--account", "two").returncode == 0
    refused = run(None, "derive", "--account", "three")
    assert (refused.returncode, "no account named three" in refused.stderr) == (2, True)
