"""One worker an account, on both engines."""

import subprocess
import time
from contextlib import ExitStack

import psycopg
import pytest

from syncer.errors import Unavailable
from syncer.store import open_store
from tests.processes import Child

HOLDER = """
import sys
from syncer.store import open_store
with open_store(sys.argv[1]).account_lock("a"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(database_url):
    process = Child(HOLDER, database_url, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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


def test_fifty_accounts_are_worked_on_at_once(database_url):
    store = open_store(database_url)
    with ExitStack() as held:
        for number in range(50):
            held.enter_context(store.account_lock(f"account {number}"))
        with store.snapshot() as unit:
            assert unit.desk.account_names() == []
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


def test_runs_that_never_ended_are_closed_by_those_that_hold_what_they_held(store):
    with store.commit() as unit:
        round_, beside = (unit.desk.begin_run("a", job, 1) for job in ("sync", "measure"))
        assert unit.desk.close_abandoned("a", 5, but="measure") == 1
        assert (unit.desk.run(round_).status, unit.desk.run(beside).status) == ("interrupted", "running")
        assert unit.desk.close_abandoned("a", 5, only="sync") == 0
        assert unit.desk.close_abandoned("a", 5, only="measure") == 1


def test_one_job_of_an_account_is_held_beside_the_account(database_url, holder):
    store, other = open_store(database_url), open_store(database_url)
    with store.side_lock("a", "measure"):
        with pytest.raises(Unavailable, match="at the same"), other.side_lock("a", "measure"):
            pass
        with other.side_lock("b", "measure"):
            pass
    with other.side_lock("a", "measure"):
        pass
    store.close()
    other.close()


def test_one_has_the_lead_of_a_database_until_it_gives_it_up(database_url):
    first, second = open_store(database_url), open_store(database_url)
    lead = first.take_lead()
    assert lead is not None
    lead.check()
    assert second.take_lead() is None
    with second.account_lock("a"):
        pass
    lead.give_up()
    taken = _soon(second)
    assert first.take_lead() is None
    taken.give_up()
    first.close()
    second.close()


def _soon(store):
    """A server notices in its own time that a session ended."""
    for _ in range(100):
        if (lead := store.take_lead()) is not None:
            return lead
        time.sleep(0.05)
    pytest.fail("nobody has the lead, and nobody gets it")


@pytest.mark.postgres
def test_a_lead_whose_session_the_server_ended_is_found_lost_and_free(postgres_url):
    first, second = open_store(postgres_url), open_store(postgres_url)
    lead = first.take_lead()
    assert lead is not None
    end_sessions(postgres_url, "syncer leader")
    with pytest.raises(Unavailable, match="held the schedule is gone"):
        lead.check()
    with pytest.raises(Unavailable):
        lead.check()
    taken = _soon(second)
    assert taken is not None
    taken.check()
    lead.give_up()
    taken.check()
    taken.give_up()
    first.close()
    second.close()


@pytest.mark.postgres
def test_a_lead_that_a_pooler_took_away_is_found_lost_though_the_connection_lives(postgres_url):
    store = open_store(postgres_url)
    lead = store.take_lead()
    assert lead is not None
    lead._session.execute("SELECT pg_advisory_unlock_all()")
    with pytest.raises(Unavailable, match="held the schedule is gone"):
        lead.check()
    lead.give_up()
    store.close()


def end_sessions(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s", (name,)
        ).fetchall()
    assert ended == [(True,)]
