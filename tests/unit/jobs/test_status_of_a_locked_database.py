"""`syncer status` while another process holds the database."""

import sqlite3
import time
from contextlib import closing

import pytest
from typer.testing import CliRunner

from jobs.cli.app import app
from syncer.errors import Unavailable
from syncer.store import open_store


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "syncer.db"
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{path}")
    for name in ("SYNCER_CONFIG", "SYNCER_AGREEMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


def _held(path, *statements: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for one in statements:
        connection.execute(one)
    return connection


def _status() -> tuple[object, float]:
    began = time.monotonic()
    done = CliRunner().invoke(app, ["status"])
    return done, time.monotonic() - began


def test_a_writer_at_work_is_not_waited_for(database):
    with closing(_held(database, "BEGIN IMMEDIATE")):
        done, took = _status()
    assert done.exit_code == 0, done.output
    assert "nothing read yet" in done.stdout
    assert took < 10


def test_a_file_that_nobody_else_may_read_is_named_locked_within_seconds(database):
    with closing(_held(database, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "CREATE TABLE t (x)")):
        done, took = _status()
    assert isinstance(done.exception, Unavailable)
    assert "locked by another process" in done.exception.message
    assert "stop it" in str(done.exception.hint)
    assert took < 10


def test_tables_that_are_of_this_version_are_not_locked_by_an_upgrade(database):
    store = open_store(f"sqlite:///{database}", patience=0.2)
    with closing(_held(database, "BEGIN IMMEDIATE")):
        store.upgrade()
    store.close()
