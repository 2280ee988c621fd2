"""`syncer dead-letters`: a letter of reading and one of writing are told apart, in both languages."""

import json

import pytest
from typer.testing import CliRunner

from jobs.cli.app import app
from syncer.errors import ConfigError
from syncer.moments import Millis
from syncer.store import open_store


@pytest.fixture
def syncer(tmp_path, sqlite_url, monkeypatch):
    """Return how to run the command on a deal that can neither be read nor written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    for name in ("SYNCER_CONFIG", "SYNCER_AGREEMENT"):
        monkeypatch.delenv(name, raising=False)
    store = open_store(sqlite_url)
    with store.commit() as unit:
        bury = unit.desk.bury
        bury("hubspot", "deals", "7", reason="the record cannot be read", problems=["amount: x"], now=Millis(1))
        why = "the CRM did not take a value"
        bury("hubspot", "deals", "7", reason=why, problems=["fn_outcome: y"], now=Millis(2), payload_ref="ref")
    store.close()

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["dead-letters", *arguments])
        if isinstance(done.exception, ConfigError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return call


def test_json_says_of_each_letter_what_it_concerns(syncer):
    found = json.loads(syncer("list", "--json"))
    assert [(one["id"], one["concerns"]) for one in found] == [("deals:7", "read"), ("write:deals:7", "write")]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["concerns", "reading", "writing", "the record cannot be read", "the CRM did not take a value"]),
        (
            "de",
            ["betrifft", "Lesen", "Schreiben", "Datensatz ist nicht lesbar", "CRM nahm einen Wert nicht an"],
        ),
    ],
)
def test_the_list_is_in_the_language_asked_for(syncer, lang, words):
    text = syncer("list", "--lang", lang)
    assert [word for word in (*words, "write:deals:7") if word not in text] == []


@pytest.mark.parametrize(("dropped", "left"), [("deals:7", "write:deals:7"), ("write:deals:7", "deals:7")])
def test_one_of_them_is_dropped_without_the_other(syncer, dropped, left):
    assert syncer("drop", dropped, "--lang", "de") == "1 verworfen\n"
    assert [one["id"] for one in json.loads(syncer("--json"))] == [left]


def test_to_drop_what_is_not_there_is_a_mistake(syncer):
    with pytest.raises(ConfigError, match="no letter deals:8"):
        syncer("drop", "deals:8")


def test_none_is_said_in_german_too(syncer):
    for one in ("deals:7", "write:deals:7"):
        syncer("drop", one)
    assert syncer("--lang", "de").startswith("keine: ")


def test_a_letter_is_tried_again_whichever_account_has_it(syncer, tmp_path):
    (tmp_path / "syncer.yaml").write_text("accounts: {first: {}, hubspot: {}}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["dead-letters", "replay", "write:deals:7", "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (3, {"tried": 1, "waiting": 1})
    with pytest.raises(ConfigError, match="no letter deals:8"):
        syncer("replay", "deals:8")
