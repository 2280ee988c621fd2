"""The nightly backup: whole, private, and never at the price of the ones before."""

import re
import sqlite3
from contextlib import closing

import httpx
import pytest
from structlog.testing import capture_logs

from jobs.bootstrap import system_clock
from jobs.daemon import refuse_unfit
from jobs.health.nightly import BackupStanding, backup_standing
from jobs.serving.backups import backups, nightly_backup
from jobs.settings_file import ScheduleFile
from jobs.web.app import build_app
from syncer.errors import ConfigError
from syncer.moments import DAY, HOUR, SECOND, Millis
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


async def _told(store, schedule, path: str) -> str:
    settings = settings_for("http://127.0.0.1:9", schedule.backup_folder).model_copy(update={"schedule": schedule})
    transport = httpx.ASGITransport(app=build_app(settings, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return (await client.get(path)).text


async def test_one_that_fails_is_told_until_one_succeeds(sqlite_store, tmp_path):
    good, bad = _schedule(tmp_path / "backups"), _schedule(tmp_path / "file")
    bad.backup_folder.write_text("no folder")
    now = system_clock()
    nightly_backup(sqlite_store, good, Millis(now - 2 * DAY))
    assert "nightly backup" not in await _told(sqlite_store, good, "/readyz")
    nightly_backup(sqlite_store, bad, Millis(now - DAY))
    assert "the nightly backup failed: File exists" in await _told(sqlite_store, good, "/readyz")
    assert "die nächtliche Sicherung ist gescheitert" in await _told(sqlite_store, good, "/readyz?lang=de")
    page = await _told(sqlite_store, good, "/metrics")
    assert "syncer_backup_failed 1.0" in page
    [age] = re.findall(r"^syncer_backup_age_seconds (\S+)$", page, re.MULTILINE)
    assert 2 * DAY <= float(age) * SECOND < 2 * DAY + HOUR
    never = good.model_copy(update={"backup_hour": None})
    assert "nightly backup" not in await _told(sqlite_store, never, "/readyz")
    nightly_backup(sqlite_store, good, now)
    assert "nightly backup" not in await _told(sqlite_store, good, "/readyz")
    assert "syncer_backup_failed 0.0" in await _told(sqlite_store, good, "/metrics")


def test_what_was_kept_and_cannot_be_read_is_as_if_there_was_none(sqlite_store):
    with sqlite_store.commit() as unit:
        unit.desk.keep_cursor("", "backup", "standing", "{nonsense")
        assert backup_standing(unit) == BackupStanding()


def test_a_database_on_a_server_is_left_to_the_server(tmp_path):
    class OnServer:
        file = None

    settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(update={"schedule": _schedule(tmp_path)})
    with pytest.raises(ConfigError, match="pg_dump"):
        refuse_unfit(settings, OnServer())
