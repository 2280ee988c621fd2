"""How a call is read: helps in both languages, mistakes told plainly, the language wherever it stands."""

import sys

import pytest
import typer

from jobs.cli import app as door
from jobs.cli.calling import _walked, placed
from jobs.wording.command_helps import COMMAND_HELPS
from jobs.wording.command_summaries import SUMMARIES
from jobs.wording.option_helps import OPTION_HELPS
from tests.english import english_in

#: A list of commands on a terminal of 80 columns: the name, a gap, and a line that is not broken.
_LINE = 60
#: Words of a call, in every language.
_NAMES = {"new", "undo"}


def fresh():
    return typer.main.get_group(door.app)


@pytest.fixture
def say(monkeypatch, capsys):
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["syncer", *words])
        with pytest.raises(SystemExit) as left:
            door.main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return run


def test_every_command_has_a_line_and_a_help_in_both_languages():
    commands = dict(_walked(fresh(), ()))
    assert commands.keys() - SUMMARIES.keys() == {""}
    assert commands.keys() == COMMAND_HELPS.keys()
    assert {path: one.help for path, one in commands.items()} == {path: pair[0] for path, pair in COMMAND_HELPS.items()}


def test_every_option_says_what_it_is_in_both_languages():
    english = {pair[0] for pair in OPTION_HELPS.values()}
    told = {(path, one.name): one.help for path, command in _walked(fresh(), ()) for one in command.params}
    assert {place: said for place, said in told.items() if said not in english} == {}
    assert english - set(told.values()) == set()


@pytest.mark.parametrize("lang", [0, 1])
def test_a_line_in_the_list_of_commands_is_not_broken(lang):
    assert [pair[lang] for pair in SUMMARIES.values() if len(pair[lang]) > _LINE] == []


@pytest.mark.parametrize("path", sorted(COMMAND_HELPS))
def test_a_german_help_holds_no_english(say, path):
    code, shown, _ = say(*path.split(), "--help", "--lang", "de")
    assert code == 0
    assert shown.startswith(f"Aufruf: syncer {path}".rstrip())
    assert set(english_in(" ".join(shown.split()))) <= _NAMES


def test_an_english_help_keeps_its_words(say):
    assert "Usage: syncer sync [OPTIONS]" in say("sync", "--help")[1]
    assert "[default: en]" in say("sync", "--help")[1]


@pytest.mark.parametrize("words", [(), ("agreement",), ("--lang", "de"), ("agreement", "--lang", "de")])
def test_a_group_alone_shows_its_commands(say, words):
    code, shown, err = say(*words)
    assert code == 2
    assert "syncer" in shown + err
    assert "Error" not in shown + err


@pytest.mark.parametrize(
    ("words", "english", "german"),
    [
        (("stauts",), "No such command 'stauts'. Did you mean 'status'?", "Ist 'status' gemeint?"),
        (
            ("kpis", "--jso"),
            "(Possible options: --as-of, --json)",
            "Option --jso gibt es nicht; möglich: --as-of, --json",
        ),
        (("run", "--port", "abc"), "'--port': should be a whole number", "'--port': muss eine ganze Zahl sein"),
        (("run", "--port", "99999"), "should be less than or equal to 65535", "darf höchstens 65535 sein"),
        (("run", "extra"), "unexpected extra argument(s) (extra)", "Zu viel angegeben: extra"),
        (("kpis", "--by"), "Option '--by' requires an argument.", "Option '--by' braucht einen Wert."),
        (("status", "--json=3"), "does not take a value", "nimmt keinen Wert"),
        (("undo",), "Missing argument 'RUN'.", "Es fehlt 'RUN'."),
        (("agreement", "sign", "--role", "sales"), "Missing option '--by'.", "Es fehlt die Option '--by'."),
    ],
)
def test_a_mistake_is_told_in_the_language_asked_for(say, words, english, german):
    code, _, err = say(*words)
    assert code == 2
    assert english in err
    assert f"Try 'syncer {words[0]}".removesuffix(" stauts") in err
    code, _, err = say("--lang", "de", *words)
    assert code == 2
    assert german in err
    assert set(english_in(err)) <= _NAMES


def test_a_folder_that_is_not_there_is_said_in_german(say, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, _, err = say("costs", "template", "-o", "nowhere/costs.xlsx", "--lang", "de")
    assert code == 1
    assert err.splitlines() == [
        "nowhere/costs.xlsx: Datei oder Ordner gibt es nicht",
        "  der Ordner muss da sein, Ihnen zum Schreiben offenstehen und Platz haben",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("--lang de status --json", "status --lang de --json"),
        ("agreement --lang=de check a.yaml", "agreement check --lang=de a.yaml"),
        ("status --json --lang de", "status --lang de --json"),
        ("kpis --help --lang de", "kpis --help"),
        ("agreement --lang de", "agreement"),
        ("status", "status"),
        ("undo -- --lang de", "undo -- --lang de"),
    ],
)
def test_the_language_may_stand_anywhere(given, words):
    assert " ".join(placed(fresh(), given.split())) == words
