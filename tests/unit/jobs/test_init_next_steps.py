import resource
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from jobs.cli.app import app
from jobs.init import write_files
from jobs.rehearsal.demo import agree
from jobs.settings import load_settings
from syncer.agreement import in_force, load_agreement, load_default


def test_init_says_what_comes_next_both_signatures_included(tmp_path):
    text = CliRunner().invoke(app, ["init", str(tmp_path)]).stdout
    steps = [text.index(part) for part in (".env\n", "--role marketing", "--role sales", "delete it", "syncer check")]
    assert steps == sorted(steps)
    assert "built-in default" in text


def test_init_leaves_files_that_are_there_alone(tmp_path):
    (tmp_path / "syncer.yaml").write_text("mine", encoding="utf-8")
    text = CliRunner().invoke(app, ["init", str(tmp_path)]).stdout
    assert "syncer.yaml: is there already, left alone" in text
    assert (tmp_path / "syncer.yaml").read_text(encoding="utf-8") == "mine"


def test_the_files_that_init_writes_say_what_no_files_say_but_for_the_key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    bare = load_settings()
    CliRunner().invoke(app, ["init"])
    written = load_settings()
    assert len(written.encryption_keys) == 1
    changed = written.model_dump(exclude={"encryption_keys"})
    assert changed == bare.model_dump(exclude={"encryption_keys"})


@contextmanager
def full_disk():
    """Let no file grow beyond a thousand bytes, as on a disk that is full; what the tests print meanwhile too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_init_on_a_full_disk_names_the_file_and_leaves_no_half_of_one(tmp_path):
    with pytest.raises(OSError, match=r"\.env") as failed, full_disk():
        write_files(tmp_path)
    assert failed.value.filename == str(tmp_path / ".env")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_files_speak_the_language_in_which_they_were_asked_for(tmp_path, monkeypatch, lang):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCER_LANG", raising=False)
    CliRunner().invoke(app, ["init", "--lang", lang])
    agreed = load_agreement(tmp_path / "agreement.yaml")
    assert agreed.write_back.language == lang
    assert agreed == load_default().model_copy(
        update={"write_back": load_default().write_back.model_copy(update={"language": lang})}
    )
    assert (f"\nSYNCER_LANG={lang}\n" in (tmp_path / ".env").read_text(encoding="utf-8")) is (lang == "de")


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_demo_runs_a_signed_agreement_that_knows_its_test_records(tmp_path, lang):
    agree(tmp_path / "agreement.yaml", lang)
    running = in_force(tmp_path / "agreement.yaml")
    assert running.notice is None
    assert running.agreement.write_back.language == lang
    assert running.agreement.calendar.test_name_patterns == ("testkontakt$",)
