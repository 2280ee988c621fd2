"""The inbox of webhooks, on both engines."""

import pytest

from syncer.hints import Deed, Hint
from syncer.moments import DAY
from syncer.store import Tally

NOW = 1_790_000_000_000
ACCOUNT = "hubspot"


def hint(number: int, record: str = "7", deed: Deed = Deed.CHANGED) -> Hint:
    return Hint(id=f"e{number}", stream="contacts", record_id=record, deed=deed, occurred_at=NOW - 1)


def receive(store, *hints: Hint, account: str = ACCOUNT, at: int = NOW) -> int:
    with store.commit() as unit:
        return unit.inbox.receive(account, hints, at)


def waiting(store, account: str = ACCOUNT, limit: int = 100):
    with store.snapshot() as unit:
        return unit.inbox.waiting(account, limit)


def test_a_hint_waits_as_it_came_and_only_for_its_account(store):
    assert receive(store, hint(1, deed=Deed.MERGED)) == 1
    (found,) = waiting(store)
    assert (found.id, found.stream, found.record_id, found.deed, found.attempts) == (
        "e1",
        "contacts",
        "7",
        Deed.MERGED,
        0,
    )
    assert waiting(store, "other") == []
    with store.snapshot() as unit:
        assert unit.inbox.accounts_waiting() == [ACCOUNT]


def test_every_account_with_a_hint_that_waits_is_named_once(store):
    for account in ("c", "a", "b"):
        receive(store, hint(1), hint(2), account=account)
    with store.commit() as unit:
        unit.inbox.settle("b", ["e1", "e2"], NOW)
    with store.snapshot() as unit:
        assert unit.inbox.accounts_waiting() == ["a", "c"]
    with store.commit() as unit:
        for account in ("a", "c"):
            unit.inbox.settle(account, ["e1", "e2"], NOW)
    with store.snapshot() as unit:
        assert unit.inbox.accounts_waiting() == []


def test_what_came_before_is_no_new_hint_also_once_it_is_settled(store):
    assert receive(store, hint(1), hint(1), hint(2)) == 2
    with store.commit() as unit:
        unit.inbox.settle(ACCOUNT, ["e1"], NOW)
    assert receive(store, hint(1), hint(2), hint(3)) == 1
    assert {one.id for one in waiting(store)} == {"e2", "e3"}
    assert receive(store, hint(1), account="other") == 1


def test_hints_that_failed_wait_behind_those_that_never_did(store):
    receive(store, hint(1), hint(2), at=NOW)
    receive(store, hint(3), at=NOW + 5)
    with store.commit() as unit:
        unit.inbox.claim(ACCOUNT, ["e1"])
    assert [(one.id, one.attempts) for one in waiting(store)] == [("e2", 0), ("e3", 0), ("e1", 1)]
    assert [one.id for one in waiting(store, limit=1)] == ["e2"]


def test_an_attempt_that_is_taken_back_never_was(store):
    receive(store, hint(1), hint(2))
    with store.commit() as unit:
        unit.inbox.claim(ACCOUNT, ["e1"])
        unit.inbox.release(ACCOUNT, ["e1", "e2"])
    assert [one.attempts for one in waiting(store)] == [0, 0]


def test_what_is_settled_or_given_up_waits_no_more_and_is_forgotten_in_time(store):
    receive(store, hint(1), hint(2), hint(3))
    with store.commit() as unit:
        unit.inbox.settle(ACCOUNT, ["e1"], NOW)
        unit.inbox.give_up(ACCOUNT, ["e2"], NOW + 10)
        unit.inbox.claim(ACCOUNT, ["e1", "e2"])
    assert [one.id for one in waiting(store)] == ["e3"]
    with store.commit() as unit:
        assert unit.inbox.prune(NOW + 1) == 1
        assert unit.inbox.prune(NOW + 100) == 1
        assert unit.inbox.prune(NOW + 100) == 0
    assert [one.id for one in waiting(store)] == ["e3"]


def test_the_hint_of_an_erasure_is_known_for_a_month(store):
    receive(store, hint(1, "7", Deed.ERASED), hint(2, "8"), hint(3, "9", Deed.ERASED))
    receive(store, hint(4, "8", Deed.ERASED), account="other")
    with store.commit() as unit:
        unit.inbox.settle(ACCOUNT, ["e1", "e2"], NOW)
        assert unit.inbox.prune(NOW + 1) == 1
        assert unit.inbox.announced(ACCOUNT, "contacts", ["7", "8", "9", "10"]) == {"7", "9"}
        assert unit.inbox.announced(ACCOUNT, "deals", ["7"]) == set()
        assert unit.inbox.prune(NOW + 30 * DAY) == 0
        assert unit.inbox.prune(NOW + 30 * DAY + 1) == 1
        assert unit.inbox.announced(ACCOUNT, "contacts", ["7", "9"]) == {"9"}


def test_the_standing_names_what_waits_since_when_and_what_failed(store):
    with store.snapshot() as unit:
        empty = unit.inbox.standing(ACCOUNT)
    assert (empty.waiting, empty.oldest, empty.failing) == (0, None, 0)
    receive(store, hint(1), at=NOW + 7)
    receive(store, hint(2), at=NOW + 3)
    receive(store, hint(3), at=NOW)
    with store.commit() as unit:
        unit.inbox.settle(ACCOUNT, ["e3"], NOW)
        unit.inbox.claim(ACCOUNT, ["e1"])
    with store.snapshot() as unit:
        full = unit.inbox.standing(ACCOUNT)
    assert (full.waiting, full.oldest, full.failing) == (2, NOW + 3, 1)


def test_counts_add_up_and_remember_the_last_moment_even_when_clocks_go_back(store):
    with store.commit() as unit:
        unit.inbox.count({(ACCOUNT, "accepted"): 2, ("", "bad_signature"): 1}, NOW)
        unit.inbox.count({(ACCOUNT, "accepted"): 3}, NOW - 50)
        unit.inbox.count({}, NOW)
    with store.snapshot() as unit:
        assert unit.inbox.counts(ACCOUNT) == {"accepted": Tally(number=5, last_at=NOW)}
        assert unit.inbox.counts("") == {"bad_signature": Tally(number=1, last_at=NOW)}


def test_a_request_to_erase_stands_once_until_it_is_done(store):
    with store.commit() as unit:
        unit.inbox.request_erasure(ACCOUNT, "contacts", ["7", "7", "8"], NOW)
        unit.inbox.request_erasure(ACCOUNT, "contacts", ["7"], NOW + 5)
        unit.inbox.request_erasure(ACCOUNT, "contacts", [], NOW + 5)
    with store.commit() as unit:
        assert [(one.record_id, one.requested_at) for one in unit.inbox.erasures(ACCOUNT)] == [("7", NOW), ("8", NOW)]
        assert unit.inbox.settle_erasure(ACCOUNT, "contacts", "7")
        assert not unit.inbox.settle_erasure(ACCOUNT, "contacts", "7")
        assert [one.record_id for one in unit.inbox.erasures(ACCOUNT)] == ["8"]


def _break_off(store) -> None:
    with store.commit() as unit:
        unit.inbox.receive(ACCOUNT, [hint(1)], NOW)
        raise RuntimeError


def test_nothing_of_a_broken_commit_is_kept(store):
    with pytest.raises(RuntimeError):
        _break_off(store)
    assert waiting(store) == []
