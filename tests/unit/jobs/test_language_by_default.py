"""SYNCER_LANG is the language of calls that name none, and wherever a call names one, that counts."""

import sys

import pytest

from jobs.cli import app as door
from jobs.cli.tongue import asked_language
from jobs.wording.schema import SCHEMA_TEXTS, told_schema
from syncer.agreement import json_schema


@pytest.fixture
def say(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCER_LANG", raising=False)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["syncer", *words])
        with pytest.raises(SystemExit) as left:
            door.main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out + captured.err

    return run


@pytest.mark.parametrize(
    ("words", "german"),
    [
        (("status", "--help"), "Aufruf: syncer status [OPTIONEN]"),
        (("stauts",), "Ist 'status' gemeint?"),
        (("explain", "nope", "1"), "1 Problem vorher zu beheben:"),
        (("agreement", "sign", "--role", "ceo", "--by", "x"), "1 Problem vorher zu beheben:"),
        (("dead-letters",), "kein Konto ist eingerichtet"),
    ],
)
def test_a_call_that_names_no_language_speaks_that_of_the_variable(say, monkeypatch, words, german):
    monkeypatch.setenv("SYNCER_LANG", "de")
    assert german in say(*words)[1]
    assert german not in say(*words, "--lang", "en")[1]


def test_the_variable_may_stand_in_the_file_and_the_environment_goes_first(say, monkeypatch, tmp_path):
    (tmp_path / ".env").write_text('HUBSPOT_ACCESS_TOKEN=x\nSYNCER_LANG="de"\n', encoding="utf-8-sig")
    assert "Ist 'status' gemeint?" in say("stauts")[1]
    monkeypatch.setenv("SYNCER_LANG", "en")
    assert "Did you mean 'status'?" in say("stauts")[1]


@pytest.mark.parametrize("content", [b"\xff\xfe SYNCER_LANG", b"SYNCER_LANG", b"SYNCER_LANG=", b"# SYNCER_LANG=de\n"])
def test_a_file_that_names_no_language_leaves_english(say, tmp_path, content):
    (tmp_path / ".env").write_bytes(content)
    assert "Did you mean 'status'?" in say("stauts")[1]


def test_a_folder_in_place_of_the_file_leaves_english(say, tmp_path):
    (tmp_path / ".env").mkdir()
    assert "Did you mean 'status'?" in say("stauts")[1]


def test_a_language_that_there_is_not_is_refused_by_name(say, monkeypatch):
    monkeypatch.setenv("SYNCER_LANG", "fr")
    code, said = say("status")
    assert code == 2
    assert "SYNCER_LANG: should be 'en' or 'de' (see .env.example)" in said


@pytest.mark.parametrize(
    ("words", "lang"),
    [("status", "de"), ("status --lang en", "en"), ("--lang=en status", "en"), ("--lang", "en"), ("--lang fr x", "en")],
)
def test_what_a_call_names_goes_before_the_variable(monkeypatch, words, lang):
    monkeypatch.setenv("SYNCER_LANG", "de")
    monkeypatch.setattr(sys, "argv", ["syncer", *words.split()])
    assert asked_language() == lang


def _descriptions(value: object) -> set[str]:
    if isinstance(value, list):
        return {text for one in value for text in _descriptions(one)}
    if not isinstance(value, dict):
        return set()
    inner = {text for key, one in value.items() if key != "description" for text in _descriptions(one)}
    found = value.get("description")
    return inner | ({found} if isinstance(found, str) else _descriptions(found))


def test_the_schema_describes_every_key_in_both_languages():
    english = _descriptions(json_schema())
    assert english == {said for said, _ in SCHEMA_TEXTS.values()}
    assert _descriptions(told_schema(json_schema(), "de")) == {said for _, said in SCHEMA_TEXTS.values()}
    assert told_schema(json_schema(), "en") == json_schema()
