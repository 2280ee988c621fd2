"""What a person mistypes ends in a sentence that says what to do, never in a traceback or a figure."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from connectors.listening import listening
from jobs.cli.app import app, main

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return what runs one command in an empty folder and gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["syncer", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize("words", [["kpis"], ["status"], ["digest"], ["dead-letters"], ["handover"]], ids="".join)
def test_a_report_on_an_account_that_nobody_knows_is_refused(command: Command, words: Sequence[str]) -> None:
    code, said = command(*words, "--account", "hubsport")
    assert code == 2
    assert "no account named hubsport (did you mean hubspot? there are: hubspot)" in said


@pytest.mark.parametrize("words", [["explain", "kpi", "K10"], ["handover"]], ids=lambda words: words[0])
def test_of_several_accounts_none_is_taken_silently(command: Command, tmp_path: Path, words: Sequence[str]) -> None:
    two = "accounts: {north: {token_env: HUBSPOT_ACCESS_TOKEN}, south: {token_env: HUBSPOT_ACCESS_TOKEN}}\n"
    (tmp_path / "syncer.yaml").write_text(two, encoding="utf-8")
    code, said = command(*words)
    assert (code, "which account is meant (there are: north, south)" in said) == (2, True)
    assert command(*words, "--account", "south")[0] == 0


@pytest.mark.parametrize("words", [["explain", "contact"], ["handover"]], ids=lambda words: words[0])
def test_a_contact_that_is_not_there_may_be_one_that_cannot_be_read(command: Command, words: Sequence[str]) -> None:
    code, said = command(*words, "10000112")
    assert (code, "dead-letters" in said) == (1, True)


def test_a_day_that_no_calendar_follows_is_refused(command: Command) -> None:
    code, said = command("kpis", "K20", "--as-of", "9999-12-31")
    assert (code, "a date like 2026-09-30" in said) == (2, True)


def test_a_file_that_cannot_be_written_is_named(command: Command, tmp_path: Path) -> None:
    code, said = command("kpis", "K20", "--json", "--output", str(tmp_path / "nowhere" / "k.json"))
    assert (code, "nowhere/k.json: No such file or directory" in said) == (1, True)
    assert "folder must be there" in said


def test_a_table_goes_into_no_file(command: Command, tmp_path: Path) -> None:
    code, said = command("kpis", "K20", "--output", str(tmp_path / "k.csv"))
    assert (code, "add --format: json, csv, parquet, xlsx" in said) == (2, True)


@pytest.mark.parametrize("words", [["run"], ["sandbox"], ["demo", "--contacts", "20"]], ids=lambda words: words[0])
def test_a_port_that_is_taken_is_refused_before_anything_is_served(command: Command, words: Sequence[str]) -> None:
    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        code, said = command(*words, "--port", str(listener.getsockname()[1]))
    assert code == 2
    assert "another --port" in said
    assert "dashboard:" not in said


@pytest.mark.parametrize(
    ("words", "missing"),
    [(["undo"], "RUN"), (["explain"], "contact|deal|kpi"), (["db", "restore"], "FILE"), (["agreement", "diff"], "OLD")],
    ids=" ".join,
)
def test_what_a_call_lacks_is_named_as_its_help_names_it(command: Command, words: Sequence[str], missing: str) -> None:
    code, said = command(*words, "--lang", "de")
    assert code == 2
    assert f"Es fehlt '{missing}'." in said
    assert f"{{{missing}}}" in said


def test_what_a_call_may_leave_out_stands_in_one_pair_of_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["handover"], ["kpis"], ["forget"], ["agreement", "check"], ["init"]):
        with pytest.raises(SystemExit):
            app([*words, "--help"])
    assert "[[" not in capsys.readouterr().out
