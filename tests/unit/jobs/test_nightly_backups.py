"""The nightly backup: whole, private, and never at the price of the ones before."""

import sqlite3
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from jobs.daemon import refuse_unfit
from jobs.serving.backups import backups, nightly_backup
from jobs.settings_file import ScheduleFile
from syncer.errors import ConfigError
from syncer.moments import DAY, Millis
from tests.e2e.conftest import settings_for

NOW = 1_790_000_000_000


def _schedule(folder, keep=3):
    return ScheduleFile(backup_hour=2, backup_folder=folder, backup_keep=keep)


def test_the_newest_stay_and_nothing_else_in_the_folder_is_touched(sqlite_store, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "syncer-of-anna.db").write_text("mine")
    for night in range(5):
        nightly_backup(sqlite_store, _schedule(folder), Millis(NOW + night * DAY))
    names = [one.name for one in backups(folder)]
    assert len(names) == 3
    assert names[-1] == "syncer-20260925T141320Z.db"
    assert (folder / "syncer-of-anna.db").read_text() == "mine"
    assert (backups(folder)[0].stat().st_mode & 0o077) == 0
    with closing(sqlite3.connect(backups(folder)[0])) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_that_fails_is_logged_and_costs_no_older_one(sqlite_store, tmp_path):
    for night in range(3):
        nightly_backup(sqlite_store, _schedule(tmp_path / "backups"), Millis(NOW + night * DAY))
    before = backups(tmp_path / "backups")
    with capture_logs() as logs:
        nightly_backup(sqlite_store, _schedule(tmp_path / "backups", keep=1), Millis(NOW))
        (tmp_path / "file").write_text("no folder")
        nightly_backup(sqlite_store, _schedule(tmp_path / "file"), Millis(NOW))
    assert [one["event"] for one in logs if one["event"].startswith("backup")] == ["backup_failed"] * 2
    assert backups(tmp_path / "backups") == before


def test_a_database_on_a_server_is_left_to_the_server(tmp_path):
    class OnServer:
        file = None

    settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(update={"schedule": _schedule(tmp_path)})
    with pytest.raises(ConfigError, match="pg_dump"):
        refuse_unfit(settings, OnServer())
