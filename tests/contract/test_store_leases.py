"""The leases' text, on both engines: processes change it in turn, by one clock, and a dead one holds nothing."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.leases import Asked, renewed
from syncer.errors import Unavailable
from syncer.store import Store, open_store
from tests.processes import Child

ACCOUNT = "hubspot"
COUNTER = """
import sys
from syncer.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    store.change_leases("hubspot", lambda text, now: str(int(text or 0) + 1))
"""
HOLDER = """
import sys, time
from syncer.store import open_store
def hold(text, now):
    print("held", flush=True)
    time.sleep(60)
    return "never"
open_store(sys.argv[1]).change_leases("hubspot", hold)
"""
#: Renews its lease of all calls, once, on a machine whose clock is hours away.
AHEAD = """
import sys, time
real = time.time
time.time = lambda: real() + float(sys.argv[2])
from connectors.leases import Asked, renewed
from syncer.store import open_store
asked = {"general": Asked(calls=0, wish=188, most=188, window_ms=10_000)}
open_store(sys.argv[1]).change_leases("hubspot", lambda text, now: renewed(text, "far", asked, now)[0])
"""


def spawned(script: str, *arguments: str) -> Child:
    return Child(script, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def text_of(store: Store) -> str | None:
    found: list[str | None] = []

    def look(text: str | None, _now: int) -> str:
        found.append(text)
        return text or ""

    store.change_leases(ACCOUNT, look)
    return found[0]


def test_every_change_sees_the_one_before_whoever_made_it(database_url: str) -> None:
    processes = [spawned(COUNTER, database_url) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("go\n")
    store = open_store(database_url)
    assert [process.returncode for process in processes] == [0, 0]
    assert text_of(store) == "80"
    store.close()


def test_accounts_have_leases_of_their_own(store: Store) -> None:
    store.change_leases("a", lambda text, _: (text or "") + "one")
    store.change_leases("b", lambda text, _: (text or "") + "two, which is longer")
    seen: list[str | None] = []
    for account in ("a", "b"):
        store.change_leases(account, lambda text, _: seen.append(text) or "")  # type: ignore[func-returns-value]
    assert seen == ["one", "two, which is longer"]


def test_a_shorter_text_leaves_nothing_of_the_longer_one(store: Store) -> None:
    for text in ("a long text of leases", "short"):
        store.change_leases(ACCOUNT, lambda _, __, text=text: text)
    assert text_of(store) == "short"


def test_a_change_that_fails_changes_nothing(store: Store) -> None:
    store.change_leases(ACCOUNT, lambda _, __: "kept")

    def fail(_text: str | None, _now: int) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change_leases(ACCOUNT, fail)
    assert text_of(store) == "kept"


@pytest.fixture
def holder(database_url: str) -> Iterator[Child]:
    process = spawned(HOLDER, database_url)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_turn_that_does_not_end_is_taken_away_or_refused_soon(database_url: str, holder: Child) -> None:
    store = open_store(database_url)
    began = time.monotonic()
    if database_url.startswith("sqlite"):
        with pytest.raises(Unavailable) as refused:
            text_of(store)
        assert refused.value.hint
    else:
        assert text_of(store) is None
    assert 0.5 < time.monotonic() - began < 20
    store.close()


def test_who_is_killed_in_his_turn_changed_nothing_and_holds_nothing(database_url: str, holder: Child) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    store = open_store(database_url)
    assert text_of(store) is None
    store.close()


@pytest.mark.parametrize("ahead", ["7200", "-7200"])
def test_a_machine_whose_clock_is_hours_away_holds_its_lease_no_longer_and_no_shorter(
    database_url: str, ahead: str
) -> None:
    far = spawned(AHEAD, database_url, ahead)
    far.communicate()
    assert far.returncode == 0
    store = open_store(database_url)
    asked = {"general": Asked(calls=0, wish=188, most=188, window_ms=10_000)}
    found = []

    def change(text: str | None, now: int) -> str:
        found.extend(renewed(text, "here", asked, now + later)[1].values() for later in (0, 4_000, 16_000))
        return text or ""

    store.change_leases(ACCOUNT, change)
    now, soon, after = (next(iter(granted)) for granted in found)
    assert (now.calls, now.pace, now.others) == (0, 94, 188)
    assert (soon.calls, soon.others) == (0, 188)
    assert (after.calls, after.others) == (188, 0)
    store.close()


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'gone' / 'syncer.db'}")
    with pytest.raises(Unavailable, match="leases"):
        text_of(store)
    store.close()


def test_a_busy_writer_does_not_hold_up_a_turn_on_sqlite(sqlite_store: Store) -> None:
    with sqlite_store.commit():
        began = time.monotonic()
        text_of(sqlite_store)
        assert time.monotonic() - began < 1
