"""One worker an account, on both engines."""

import subprocess
import sys

import pytest

from syncer.errors import ConfigError, Unavailable
from syncer.store import open_store

HOLDER = """
import sys
from syncer.store import open_store
with open_store(sys.argv[1]).account_lock("a"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(database_url):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_and_told_what_to_do(database_url, holder):
    store = open_store(database_url)
    with pytest.raises(Unavailable, match="another syncer") as refused, store.account_lock("a"):
        pass
    assert refused.value.hint
    with store.account_lock("b"):
        pass
    store.close()


def test_a_killed_holder_holds_nothing(database_url, holder):
    holder.kill()
    holder.wait()
    store = open_store(database_url)
    for _ in range(50):
        try:
            with store.account_lock("a"):
                break
        except Unavailable:
            continue
    else:
        pytest.fail("the lock outlived its holder")
    store.close()


def test_a_run_that_never_ended_is_called_interrupted(store):
    with store.commit() as unit:
        run = unit.desk.begin_run("a", "sync", 1)
        assert unit.desk.close_abandoned("a", 5) == 1
        assert unit.desk.run(run).status == "interrupted"
        assert unit.desk.close_abandoned("a", 6) == 0


def test_a_second_daemon_of_one_database_is_refused_until_the_first_has_left(database_url):
    first, second = open_store(database_url), open_store(database_url)
    with first.schedule_lock():
        with pytest.raises(ConfigError, match="another daemon") as refused, second.schedule_lock():
            pass
        assert "stop the other first" in str(refused.value)
        with second.account_lock("a"):
            pass
    with second.schedule_lock():
        pass
    first.close()
    second.close()
