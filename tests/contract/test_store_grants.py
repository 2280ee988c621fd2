"""OAuth grants and the lock around their renewal, on both engines."""

import subprocess
import threading
import time
from dataclasses import replace

import pytest

from syncer.errors import Unavailable
from syncer.store import StoredGrant, open_store
from syncer.store.engines import locks
from tests.processes import Child

GRANT = StoredGrant(
    account="hubspot",
    origin="o",
    sealed="clear:x",
    obtained_at=1,
    renew_at=2,
    expires_at=3,
    portal_id="42",
    scopes=("a", "b"),
)
HOLDER = """
import sys
from syncer.store import open_store
with open_store(sys.argv[1]).token_lock("hubspot"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_newest_grant_takes_the_place_of_the_one_before(store):
    newer = replace(GRANT, sealed="clear:y", expires_at=9, scopes=None, portal_id=None)
    for one in (GRANT, newer):
        with store.commit() as unit:
            unit.desk.keep_grant(one)
        with store.snapshot() as unit:
            assert unit.desk.grant("hubspot") == one
            assert unit.desk.grant("other") is None
    with store.commit() as unit:
        assert unit.desk.drop_grant("hubspot")
        assert not unit.desk.drop_grant("hubspot")


def test_the_secret_is_not_in_a_grants_repr():
    assert "clear:x" not in repr(GRANT)


def test_threads_hold_a_token_one_after_the_other(store):
    inside, most = 0, 0

    def renew():
        nonlocal inside, most
        with store.token_lock("hubspot"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.02)
            inside -= 1

    threads = [threading.Thread(target=renew) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (most, inside) == (1, 0)


@pytest.fixture
def holder(database_url):
    process = Child(HOLDER, database_url, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_waited_for_and_a_killed_one_holds_nothing(store, holder):
    threading.Timer(0.3, holder.kill).start()
    began = time.monotonic()
    with store.token_lock("hubspot"):
        assert time.monotonic() - began >= 0.25


def test_a_holder_that_does_not_end_is_not_waited_for_forever(store, holder, monkeypatch):
    monkeypatch.setattr(locks, "_TOKEN_PATIENCE_S", 0.2)
    with pytest.raises(Unavailable, match="renewing the token"), store.token_lock("hubspot"):
        pass


def test_the_token_is_no_lock_on_the_account(database_url, holder):
    opened = open_store(database_url)
    with opened.account_lock("hubspot"):
        pass
    opened.close()
