"""Threads of one process write one after the other, and one connection is enough for them."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from syncer.errors import Unavailable
from syncer.store import Store, open_store

ACCOUNT = "hubspot"


@pytest.fixture
def connections() -> Iterator[list[object]]:
    """Yield the connections that were opened meanwhile."""
    opened: list[object] = []

    def note(connection: object, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", note)
    yield opened
    event.remove(Pool, "connect", note)


def _count_up(store: Store, times: int) -> None:
    for _ in range(times):
        with store.commit() as unit:
            before = int(unit.desk.cursor(ACCOUNT, "contacts", "number") or 0)
            time.sleep(0.002)
            unit.desk.keep_cursor(ACCOUNT, "contacts", "number", str(before + 1))


def test_writers_take_turns_and_share_a_connection(sqlite_url: str, connections: list[object]) -> None:
    store = open_store(sqlite_url)
    threads = [threading.Thread(target=_count_up, args=(store, 10)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    with store.snapshot() as unit:
        assert unit.desk.cursor(ACCOUNT, "contacts", "number") == "40"
    assert len(connections) == 1
    store.close()


def test_a_reader_beside_a_writer_leaves_one_connection_open(sqlite_url: str, connections: list[object]) -> None:
    closed: list[object] = []

    def note(connection: object, _record: object) -> None:
        closed.append(connection)

    event.listen(Pool, "close", note)
    store = open_store(sqlite_url)
    for _ in range(3):
        with store.commit(), store.snapshot() as beside:
            assert beside.desk.cursor(ACCOUNT, "contacts", "number") is None
    assert len(connections) == 1 + 3
    assert len(closed) == 3
    store.close()
    event.remove(Pool, "close", note)


def test_a_turn_that_does_not_end_is_not_waited_for_forever(sqlite_url: str) -> None:
    store = open_store(sqlite_url, patience=0.1)
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with store.commit():
            begun.set()
            over.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(10)
    with pytest.raises(Unavailable, match="locked by another thread"), store.commit():
        pass
    over.set()
    holder.join()
    with store.commit() as unit:
        unit.desk.keep_cursor(ACCOUNT, "contacts", "number", "1")
    store.close()


def test_a_failed_write_ends_its_turn(sqlite_store: Store) -> None:
    with pytest.raises(ZeroDivisionError), sqlite_store.commit():
        _ = 1 / 0
    ended = threading.Thread(target=_count_up, args=(sqlite_store, 1))
    ended.start()
    ended.join(10)
    assert not ended.is_alive()


def test_what_figures_ask_is_not_kept_compiled(sqlite_store: Store) -> None:
    with sqlite_store.snapshot() as unit:
        before = unit.connection.get_execution_options().get("compiled_cache", "kept")
        _ = unit.measures
        assert before == "kept"
        assert unit.connection.get_execution_options()["compiled_cache"] is None
    with sqlite_store.snapshot() as unit:
        assert "compiled_cache" not in unit.connection.get_execution_options()
