"""Who asks for German gets German from every command: what it says, and why it refuses."""

import json
import re
import sys

import pytest
import typer

from jobs.cli import app as door
from jobs.wording.streams import _STREAMS
from tests.e2e.commands import TOKEN
from tests.english import english_in, english_parts

#: Names that commands take, in every language.
_CODES = {*_STREAMS, "marketing", "sales", "read", "property"}

VISITS = "day;source;definition;sessions\n2026-01-05;google;ga4;10\n"
COSTS = "source;amount;currency;from;to\ngoogle;100;EUR;2026-01-01;2026-01-31\n"


def commands(tree=None, path=()):
    tree = tree or typer.main.get_command(door.app)
    for name, one in tree.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        else:
            yield (*path, name), one


#: Lines whose output lists names of properties, tables and values of the CRM: there only sentences are looked for.
_LISTS_NAMES = ("plan", "sync --dry-run", "webhooks show", "db ", "tables ", "undo ")


def left(line: str, text: str) -> list[str]:
    """Return the English in what a command printed; logs and what HubSpot said are English in every language."""
    shown = re.sub(r'"[^"]*"', "", "\n".join(one for one in text.splitlines() if not one.startswith("{")))
    words = [] if line.startswith(_LISTS_NAMES) else english_in(shown)
    return sorted({*words, *english_parts(shown)} - _CODES)


@pytest.fixture
def say(monkeypatch, tmp_path, capsys):
    """Return how to run a command in German as a user does; what it said is told apart from the exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
    monkeypatch.setenv("SYNCER_LOG", "json")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["syncer", *words, "--lang", "de"])
        try:
            door.main()
            code = 0
        except SystemExit as left_by:
            code = int(left_by.code or 0)
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def test_every_command_that_says_something_takes_a_language():
    without = {path for path, one in commands() if not any("--lang" in option.opts for option in one.params)}
    assert without == set()


def test_no_command_says_english_to_who_asks_for_german(serve, say, monkeypatch, tmp_path):
    crm = serve(contacts=20)
    monkeypatch.setenv("HUBSPOT_BASE_URL", crm.server.base_url)
    monkeypatch.setenv("SYNCER_PUBLIC_URL", "https://sync.firma.example")
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "a secret of the app")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    (tmp_path / "costs.csv").write_text(COSTS, encoding="utf-8")
    deal = next(iter(crm.portal.tables["deals"].rows))
    contact = next(iter(crm.portal.tables["contacts"].rows))
    shown = {}
    for line in (
        "init files",
        "init files",
        "agreement check files/agreement.yaml",
        "agreement sign --role sales --by V files/agreement.yaml",
        "agreement diff default files/agreement.yaml",
        "check",
        "setup",
        "setup --apply",
        "backfill --dry-run",
        "backfill",
        "pull",
        "derive",
        "derive --as-of 2026-01-31",
        "plan",
        "sync --dry-run",
        "sync",
        "push",
        "measure",
        "status",
        "reconcile",
        "reconcile --apply --stream contacts",
        "handover",
        "dead-letters",
        f"explain contact {contact}",
        f"explain deal {deal}",
        "explain kpi K10.broad",
        "kpis K10 K36 K43",
        "digest",
        "visits import visits.csv --dry-run",
        "visits import visits.csv",
        "costs import costs.csv",
        "costs list",
        "rates list",
        "webhooks show",
        "webhooks apply --project files",
        "webhooks drain",
        "db backup copy.db",
        "db verify copy.db",
        "db restore copy.db",
        "prune --dry-run",
        "tables extracts",
        "agreement simulate files/agreement.yaml",
        "agreement review",
        "undo nothing",
    ):
        code, text = say(*line.split())
        shown[line] = (code, text)
    faults = {line: (code, found) for line, (code, text) in shown.items() if (found := left(line, text))}
    assert not faults, "\n".join(f"{line}: {found}" for line, found in faults.items())
    failed = {line for line, (code, _) in shown.items() if code not in {0, 3}}
    # Nothing was set up when the check came, and no run has that name.
    assert failed <= {"check", "undo nothing"}
    assert all(text.strip() for _, text in shown.values())


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("sync --account other", "kein Konto namens other"),
        ("backfill --stream tickets", "kein Datenstrom namens tickets"),
        ("agreement sign --role boss --by V", "keine Rolle"),
        ("agreement check nowhere.yaml", "nicht lesbar"),
        ("visits import nowhere.csv", "nicht lesbar"),
        ("db verify nowhere.db", "gibt es nicht"),
        ("webhooks apply", "nimmt --project ORDNER"),
        ("webhooks read-journal", "kein Konto liest ein Journal"),
        ("connect", "kein Konto nutzt OAuth"),
        ("sandbox --no-serve", "fehlt"),
        ("sandbox --restart --no-serve", "gehören dazu"),
        ("explain contact 4711", "kennt Syncer nicht"),
        ("dead-letters drop", "nimmt `list`"),
    ],
)
def test_refusals_are_german_too(serve, say, monkeypatch, line, part):
    monkeypatch.setenv("HUBSPOT_BASE_URL", serve(contacts=20).server.base_url)
    code, text = say(*line.split())
    assert code in {1, 2}
    assert part in text
    assert re.search(r"vorher zu beheben|kennt Syncer nicht", text)
    assert left(line, text) == []


def test_a_wrong_token_is_said_in_german(serve, say, monkeypatch):
    monkeypatch.setenv("HUBSPOT_BASE_URL", serve(contacts=20).server.base_url)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "wrong-token")
    code, text = say("backfill")
    assert code in {1, 2}
    assert "das CRM nimmt das Token nicht an" in text
    assert left("backfill", text) == []


def test_json_is_the_same_in_both_languages(serve, say, monkeypatch):
    monkeypatch.setenv("HUBSPOT_BASE_URL", serve(contacts=20).server.base_url)
    say("backfill")
    code, text = say("reconcile", "--json")
    told = json.loads("\n".join(line for line in text.splitlines() if not line.startswith('{"')))
    assert code in {0, 3}
    assert {"run", "account", "applied", "streams"} <= set(told)
