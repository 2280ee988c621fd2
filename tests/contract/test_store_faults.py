import os
import re
import sqlite3
import stat
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from syncer.errors import Bug, ConfigError, SyncerError, Unavailable
from syncer.moments import Millis
from syncer.records import Contact
from syncer.store import Store, open_store, tables
from syncer.store.engines import sqlite
from syncer.store.engines.dialect import dialect_of
from tests.contract.store_build import ACCOUNT, put
from tests.processes import Child, call

NAMES = ("jit", "statement_timeout", "lock_timeout")
ROOT = str(Path(__file__).parents[2])


def problems_of(url: str) -> str:
    store = open_store(url)
    try:
        with pytest.raises(ConfigError) as raised:
            store.upgrade()
    finally:
        store.close()
    assert all(problem.hint for problem in raised.value.problems)
    return str(raised.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:geheim@host/db", "postgresql://u:geheim@host:port/db"])
def test_an_address_that_names_no_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError, match="not an address of a database") as raised:
        open_store(url)
    assert "geheim" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="lost at the end"):
        open_store("sqlite://")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 200, encoding="utf-8")
    assert "not an SQLite database" in problems_of(f"sqlite:///{path}")
    assert path.read_text(encoding="utf-8").startswith("no database")


@pytest.mark.skipif(os.name != "posix", reason="files have rights of this kind on POSIX alone")
def test_a_new_database_is_for_its_user_alone_and_so_are_the_files_beside_it(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'syncer.db'}")) as store:
        store.upgrade()
        put(store, 1, "contacts", Contact(id="1"))
        (tmp_path / "syncer.db.other.lock").touch(0o644)
        with store.account_lock(ACCOUNT), store.account_lock("other"), store.token_lock(ACCOUNT):
            rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("syncer.db*")}
    assert {"syncer.db", "syncer.db-wal", "syncer.db-shm"} < set(rights)
    assert len([name for name in rights if name.endswith(".lock")]) == 3
    assert set(rights.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="files have rights of this kind on POSIX alone")
def test_rights_that_somebody_gave_a_database_stay(tmp_path: Path) -> None:
    path = tmp_path / "syncer.db"
    path.touch(mode=0o640)
    path.chmod(0o640)
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.upgrade()
        with store.account_lock(ACCOUNT):
            rights = {stat.S_IMODE(one.stat().st_mode) for one in (path, *tmp_path.glob("*.lock"))}
    assert rights == {0o640}


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in problems_of(f"sqlite:///{tmp_path / 'absent' / 'syncer.db'}")


def test_a_damaged_file_is_refused(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    assert "damaged" in problems_of(sqlite_url)


def test_a_database_that_another_process_writes_is_unavailable_and_later_not(
    sqlite_store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_MS", 50)
    impatient = open_store(sqlite_url)
    with sqlite_store.commit():
        with pytest.raises(Unavailable, match="locked") as raised, impatient.commit():
            pass
        assert raised.value.hint
        with impatient.snapshot() as unit:
            assert unit.mirror.contact(ACCOUNT, "1") is None
    assert put(impatient, 1, "contacts", Contact(id="1"))
    impatient.close()


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_unavailable() -> None:
    store = open_store("postgresql://u:geheim@127.0.0.1:1/db")
    with pytest.raises(Unavailable, match="cannot be reached") as raised:
        store.upgrade()
    assert raised.value.hint
    assert "geheim" not in str(raised.value)
    assert store.url == "postgresql://u:***@127.0.0.1:1/db"
    store.close()


@pytest.mark.postgres
def test_a_database_that_does_not_exist_is_refused(postgres_server: str) -> None:
    assert "refuses user, password or database name" in problems_of(postgres_server.replace("/postgres?", "/absent?"))


@pytest.mark.postgres
def test_a_server_without_a_connection_left_is_away_and_its_log_in_is_not_doubted(
    postgres_server: str, blank_postgres_url: str
) -> None:
    user = "has_one_connection"
    with psycopg.connect(postgres_server, autocommit=True) as session:
        session.execute(f"CREATE ROLE {user} LOGIN CONNECTION LIMIT 1".encode())
        store = open_store(re.sub(r"//\w+@", f"//{user}@", blank_postgres_url))
        try:
            for _ in range(2):
                with store.snapshot(), pytest.raises(Unavailable, match="takes no further") as raised, store.snapshot():
                    pass
                assert raised.value.hint
        finally:
            store.close()
            session.execute(f"DROP ROLE {user}".encode())


def test_the_address_is_shown_without_its_passwords_and_with_its_options() -> None:
    store = open_store("postgresql+psycopg2://u:geheim@host/db?password=geheim&sslpassword=geheim&sslmode=require")
    assert store.url == "postgresql://u:***@host/db?sslmode=require"
    store.close()


@pytest.mark.postgres
def test_options_of_the_address_join_ours_in_every_session(postgres_url: str) -> None:
    store = open_store(f"{postgres_url}&options=-c%20statement_timeout%3D77s", patience=5.0)
    with store.snapshot() as unit:
        shown = [unit.connection.execute(text(f"SHOW {name}")).scalar_one() for name in NAMES]
    with psycopg.connect(store.driver_address("a test") or "") as connection:
        rows = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in NAMES[:2]]
    store.close()
    assert shown == ["off", "77s", "5s"]
    assert rows == [("off",), ("77s",)]


def test_a_row_that_breaks_a_rule_of_the_tables_is_a_bug_without_its_values(store: Store) -> None:
    row = (ACCOUNT, "geheim@firma.de", "sync", 1, None, "running", "{}")
    with pytest.raises(Bug) as raised:
        _append(store, row, row)
    assert "geheim" not in "".join(traceback.format_exception(raised.value))


def _append(store: Store, *rows: tuple[object, ...]) -> None:
    with store.commit() as unit:
        dialect_of(unit.connection).append(unit.connection, tables.runs, rows)


def test_errors_of_the_caller_pass_the_door_unchanged(store: Store) -> None:
    with pytest.raises(SyncerError) as raised, store.commit():
        raise Bug("ours")
    assert raised.value.message == "ours"
    with pytest.raises(ZeroDivisionError), store.snapshot():
        raise ZeroDivisionError


def test_a_snapshot_sees_one_state_while_others_write(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    with store.snapshot() as unit:
        assert unit.mirror.counts(ACCOUNT)["contacts"] == 1
        put(store, 2, "contacts", Contact(id="2"))
        assert unit.mirror.counts(ACCOUNT)["contacts"] == 1
    with store.snapshot() as unit:
        assert unit.mirror.counts(ACCOUNT)["contacts"] == 2


def test_writers_of_two_threads_take_turns(store: Store) -> None:
    def write(worker: int) -> None:
        for number in range(10):
            put(store, 1, "contacts", Contact(id=f"{worker}-{number}"))

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.snapshot() as unit:
        assert unit.mirror.counts(ACCOUNT)["contacts"] == 30
        assert unit.facts.dirty(ACCOUNT, Millis(1)).generation == 30


WRITER = """
import sys
from syncer.records import Contact
from syncer.store import open_store
store = open_store(sys.argv[1])
store.upgrade()
for number in range(25):
    with store.commit() as unit:
        unit.mirror.upsert_contacts("hubspot", [Contact(id=f"{sys.argv[2]}-{number}")], number)
store.close()
"""


def test_two_processes_migrate_and_write_one_file_without_harm(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'syncer.db'}"
    writers = [Child(WRITER, url, str(number)) for number in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    connection = sqlite3.connect(tmp_path / "syncer.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (50,)
    connection.close()


OPENING = """
import sys, time
from syncer.store import open_store
store = open_store(sys.argv[1])
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
store.upgrade()
store.close()
"""


def test_processes_that_open_a_new_file_at_the_same_moment_all_come_in(tmp_path: Path) -> None:
    for attempt in range(4):
        moment = str(time.time() + 0.5)
        openers = [Child(OPENING, f"sqlite:///{tmp_path / f'{attempt}.db'}", moment) for _ in range(3)]
        assert [opener.wait(timeout=60) for opener in openers] == [0, 0, 0]


CRASHING = """
import os, sys
from syncer.records import Contact
from syncer.store import open_store
store = open_store(sys.argv[1])
with store.commit() as unit:
    unit.mirror.upsert_contacts("hubspot", [Contact(id="kept")], 1)
with store.commit() as unit:
    unit.mirror.upsert_contacts("hubspot", [Contact(id="lost")], 1)
    os._exit(9)
"""


def test_a_process_killed_inside_a_commit_leaves_what_was_committed_before(database_url: str) -> None:
    assert call(CRASHING, database_url).returncode == 9
    store = open_store(database_url)
    with store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "kept") is not None
        assert unit.mirror.contact(ACCOUNT, "lost") is None
    put(store, 2, "contacts", Contact(id="lost"))
    store.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away_under_a_process_takes_nothing_more_until_it_is_back(
    sqlite_store: Store, sqlite_url: str, tmp_path: Path, *, replaced: bool
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert put(sqlite_store, 1, "contacts", Contact(id="1"))
    path.rename(tmp_path / "elsewhere.db")
    if replaced:
        with open_store(sqlite_url).commit():
            pass
    with pytest.raises(Unavailable, match="taken away or replaced") as raised, sqlite_store.commit():
        pytest.fail("what is written here is lost")
    assert raised.value.hint
    with pytest.raises(Unavailable, match="taken away"), sqlite_store.snapshot(), sqlite_store.snapshot():
        pass
    assert path.exists() is replaced
    (tmp_path / "elsewhere.db").rename(path)
    assert put(sqlite_store, 1, "contacts", Contact(id="2"))


def test_a_file_that_is_deleted_is_not_made_anew_by_whoever_had_it(sqlite_store: Store, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite_store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "1") is None
        path.unlink()
        with pytest.raises(Unavailable, match="taken away"), sqlite_store.snapshot():
            pass
    assert not path.exists()
