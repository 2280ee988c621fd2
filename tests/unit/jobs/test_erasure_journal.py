import stat

import pytest
from pydantic import SecretStr

from jobs.privacy.erasures import Keeping, append, journal, keeping_of, tombstoner_made, tombstoner_of
from jobs.settings import load_settings
from syncer.errors import ConfigError
from syncer.moments import Millis
from syncer.privacy import new_key
from syncer.store import Erasure


@pytest.fixture
def keeping(tmp_path):
    return Keeping(journal=tmp_path / "erasures", keys=())


def erasure(id_: str) -> Erasure:
    return Erasure(
        id=id_, account="hubspot", at=Millis(5), actor="A", reason="erased", key_id="k", tombstones=["t1", "t2"]
    )


def test_what_was_written_is_read_again_in_its_order(keeping):
    assert journal(keeping) == ()
    append(keeping, [erasure("1"), erasure("2")])
    append(keeping, [erasure("3")])
    assert journal(keeping) == [erasure("1"), erasure("2"), erasure("3")]
    assert stat.S_IMODE(keeping.journal.stat().st_mode) == 0o600


def test_a_line_that_a_kill_cut_off_spoils_no_other(keeping):
    append(keeping, [erasure("1")])
    with keeping.journal.open("ab") as file:
        file.write(b'{"id":"2","acc')
    append(keeping, [erasure("3")])
    assert journal(keeping) == [erasure("1"), erasure("3")]


def test_a_damaged_line_is_refused_with_its_number(keeping):
    append(keeping, [erasure("1")])
    with keeping.journal.open("ab") as file:
        file.write(b'{"id":2}\n')
    with pytest.raises(ConfigError) as refused:
        journal(keeping)
    assert refused.value.problems[0].line == 2


def test_the_first_key_is_made_once_and_only_its_owner_reads_it(keeping):
    assert tombstoner_of(keeping) is None
    made = tombstoner_made(keeping)
    assert tombstoner_made(keeping).key_ids == made.key_ids
    assert stat.S_IMODE(keeping.key_file.stat().st_mode) == 0o600
    assert [file.name for file in keeping.journal.parent.iterdir()] == ["erasures.key"]


def test_a_key_of_the_environment_goes_before_the_file(keeping, tmp_path):
    tombstoner_made(keeping)
    own = Keeping(journal=keeping.journal, keys=(new_key(),))
    assert tombstoner_of(own).key_ids != tombstoner_of(keeping).key_ids


def test_a_file_that_holds_no_key_is_refused(keeping):
    keeping.key_file.write_text("hello", encoding="ascii")
    with pytest.raises(ConfigError, match="holds no key"):
        tombstoner_of(keeping)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///data/syncer.db", "data/syncer.db.erasures"),
        ("postgresql://host/name", "syncer.erasures"),
    ],
)
def test_the_journal_lies_beside_the_database_unless_told_otherwise(monkeypatch, tmp_path, url, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", url)
    assert str(keeping_of(load_settings(need_accounts=False)).journal) == name
    monkeypatch.setenv("SYNCER_ERASURES", "")
    assert str(keeping_of(load_settings(need_accounts=False)).journal) == name
    monkeypatch.setenv("SYNCER_ERASURES", "/safe/erasures")
    key = new_key()
    monkeypatch.setenv("SYNCER_FORGET_KEYS", key)
    settings = load_settings(need_accounts=False)
    assert settings.forget_keys == (SecretStr(key),)
    assert (str(keeping_of(settings).journal), keeping_of(settings).keys) == ("/safe/erasures", (key,))


def test_what_is_no_key_is_refused_without_being_repeated(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_FORGET_KEYS", "not-a-key")
    with pytest.raises(ConfigError, match="SYNCER_FORGET_KEYS") as refused:
        load_settings(need_accounts=False)
    assert "not-a-key" not in str(refused.value)
