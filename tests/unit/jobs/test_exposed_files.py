"""`syncer check` names files with secrets or personal data that others on the machine may read."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from jobs.health.exposure import exposed_files
from jobs.wording.sentences import spoken
from syncer.store import open_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have rights of this kind on POSIX alone")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that everybody may pass; pytest's own are closed to others, so each above it is opened in word only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "parents", property(lambda whole: [whole.parent]))
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def store(folder):
    with closing(open_store(f"sqlite:///{folder / 'syncer.db'}")) as opened:
        opened.upgrade()
        yield opened


def test_a_database_that_syncer_made_and_a_closed_dotfile_are_not_spoken_of(folder, store):
    (folder / ".env").touch(mode=0o600)
    assert exposed_files(store) == ()


def test_open_files_are_named_with_the_command_that_closes_them(folder, store):
    store.file.chmod(0o644)
    (folder / ".env").touch()
    (folder / ".env").chmod(0o604)
    (found,) = exposed_files(store)
    assert found.remedy == f"chmod 600 .env {store.file}"
    assert spoken(found.what, "de") == f"jeder Benutzer dieses Rechners kann .env, {store.file} lesen"


def test_a_folder_that_is_closed_to_others_closes_what_lies_in_it(folder, store):
    store.file.chmod(0o644)
    folder.chmod(0o700)
    assert exposed_files(store) == ()
