"""`.env` as people break it."""

import pytest

from jobs.environment import secret_of
from jobs.settings import load_settings
from syncer.errors import ConfigError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("SYNCER_CONFIG", "SYNCER_AGREEMENT", "SYNCER_DATABASE_URL", "HUBSPOT_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def problems() -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(need_accounts=False)
    return [str(one) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'A=1\nSYNCER_DATABASE_URL="sqlite:///x.db\nB=2\n', ".env:2: cannot be read (NAME=value"),
        (b"A=1\nHUBSPOT_ACCESS_TOKEN\n", ".env:2: HUBSPOT_ACCESS_TOKEN: has no ="),
        ("HUBSPOT_ACCESS_TOKEN=pät\n".encode("latin-1"), ".env: is not UTF-8"),
        ("A=1\n".encode("utf-16"), ".env: is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(folder, content, said):
    (folder / ".env").write_bytes(content)
    assert any(one.startswith(said) for one in problems())


def test_a_folder_of_that_name_is_a_problem(folder):
    (folder / ".env").mkdir()
    (found,) = problems()
    assert "a folder has its name" in found


def test_the_mark_that_some_editors_put_first_is_no_part_of_the_first_name(folder):
    (folder / ".env").write_bytes(b"\xef\xbb\xbfSYNCER_DATABASE_URL=sqlite:///other.db\nHUBSPOT_ACCESS_TOKEN=pat-1\n")
    assert load_settings().database_url == "sqlite:///other.db"
    (folder / ".env").write_bytes(b"\xef\xbb\xbfHUBSPOT_ACCESS_TOKEN=pat-1\n")
    found = secret_of("HUBSPOT_ACCESS_TOKEN")
    assert found is not None
    assert found.get_secret_value() == "pat-1"


def test_comments_quotes_exports_and_empty_values_are_read(folder):
    text = "# a\n\nexport SYNCER_LOG=json\nHUBSPOT_ACCESS_TOKEN='pat-1'\nSYNCER_PUBLIC_URL=\n"
    (folder / ".env").write_text(text, encoding="utf-8")
    assert load_settings().log == "json"
