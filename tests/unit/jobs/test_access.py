import asyncio
import threading

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pydantic import SecretStr

from jobs.web.access import Doorkeeper, Refused, Role, doorkeeper, is_password
from syncer.moments import HOUR, MINUTE, Millis

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
START = Millis(1_790_000_000_000)


class Watch:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> Millis:
        return Millis(self.now)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def keeper(watch):
    hashes = {Role.READER: QUICK.hash("only looking in"), Role.OPERATOR: QUICK.hash("may decide things")}
    return Doorkeeper(hashes=hashes, clock=watch, hasher=QUICK)


def test_each_password_opens_its_role_and_another_none(keeper):
    roles = {
        word: keeper.session(token).role
        for word in ("only looking in", "may decide things")
        if isinstance(token := keeper.admit(word, "10.0.0.1"), str)
    }
    assert roles == {"only looking in": Role.READER, "may decide things": Role.OPERATOR}
    assert keeper.admit("something else", "10.0.0.1") == Refused()


def test_one_password_for_both_opens_the_greater_role(watch):
    same = QUICK.hash("the same for both")
    keeper = Doorkeeper(hashes={Role.OPERATOR: same, Role.READER: same}, clock=watch, hasher=QUICK)
    assert keeper.session(keeper.admit("the same for both", "10.0.0.1")).role is Role.OPERATOR


def test_after_five_wrong_guesses_even_the_right_one_waits_but_only_from_there(keeper, watch):
    for _ in range(4):
        assert keeper.admit("wrong", "10.0.0.1") == Refused()
    assert keeper.admit("wrong", "10.0.0.1") == Refused(wait=15 * MINUTE)
    assert keeper.admit("may decide things", "10.0.0.1") == Refused(wait=15 * MINUTE)
    assert isinstance(keeper.admit("may decide things", "10.0.0.2"), str)
    watch.now += 15 * MINUTE
    assert isinstance(keeper.admit("may decide things", "10.0.0.1"), str)


def test_who_waits_when_the_clock_is_set_back_waits_no_hours(keeper, watch):
    for _ in range(5):
        keeper.admit("wrong", "10.0.0.1")
    watch.now -= 6 * HOUR
    assert isinstance(keeper.admit("may decide things", "10.0.0.1"), str)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "unknown", False),
    ],
)
def test_who_has_a_whole_network_has_no_more_guesses_than_who_has_an_address(keeper, first, second, is_same):
    for _ in range(5):
        keeper.admit("wrong", first)
    assert isinstance(keeper.admit("may decide things", second), Refused) is is_same


async def test_guesses_that_wait_for_each_other_take_no_thread_that_others_need(watch):
    over = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, *_: object) -> bool:
            assert over.wait(60)
            return True

    keeper = Doorkeeper(hashes={Role.OPERATOR: "x"}, clock=watch, hasher=Slow())
    guesses = [asyncio.create_task(keeper.knock("a guess", f"10.0.0.{number}")) for number in range(64)]
    await asyncio.sleep(0)
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "at once"), 10) == "at once"
    finally:
        over.set()
    assert all(isinstance(one, str) for one in await asyncio.gather(*guesses))


def test_a_session_ends_when_it_is_left_and_twelve_hours_after_its_last_request(keeper, watch):
    left, idle, used = (keeper.admit("may decide things", "10.0.0.1") for _ in range(3))
    keeper.end(left)
    watch.now += 11 * HOUR
    assert keeper.session(used) is not None
    watch.now += 2 * HOUR
    assert keeper.session(left) is None
    assert keeper.session(idle) is None
    assert keeper.session(used) is not None
    assert keeper.session("made up") is None


def test_strangers_fill_no_memory(watch):
    class Never:
        def verify(self, kept: str, password: str) -> bool:
            raise VerifyMismatchError

    keeper = Doorkeeper(hashes={Role.OPERATOR: "any"}, clock=watch, hasher=Never())
    for number in range(10_500):
        keeper.admit("wrong", f"10.0.{number}")
    tokens = [keeper.begin(Role.READER) for _ in range(1_200)]
    assert len(keeper._guesses) == 10_000
    assert keeper.session(tokens[0]) is None
    assert keeper.session(tokens[-1]) is not None


def test_no_token_and_no_password_is_kept_in_clear(keeper):
    token = keeper.admit("may decide things", "10.0.0.1")
    assert token not in repr(keeper)
    assert "may decide things" not in repr(keeper)


def test_passwords_come_in_clear_or_as_hashes_and_unset_ones_open_nothing(watch):
    hashed = QUICK.hash("may decide things")
    made = doorkeeper({Role.OPERATOR: SecretStr(hashed), Role.READER: None}, watch)
    assert made.hashes == {Role.OPERATOR: hashed}
    clear = doorkeeper({Role.OPERATOR: SecretStr("may decide things"), Role.READER: SecretStr("")}, watch)
    assert clear.hashes[Role.OPERATOR].startswith("$argon2id$")
    assert doorkeeper({Role.OPERATOR: None}, watch).is_open


@pytest.mark.parametrize(
    ("text", "serves"),
    [("short", False), ("twelve chars", True), ("$argon2id$nonsense", False), (QUICK.hash("x"), True)],
    ids=["short", "clear", "no hash", "hash"],
)
def test_what_can_serve_as_a_password(text, serves):
    assert is_password(text) is serves
