"""What processes hold together is never more than a window may hold, whatever they ask for and when."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connectors.leases import LEASE_MS, Asked, Left, parts, released, renewed
from syncer.moments import Millis

MOST = 188
WINDOW = 10_000
NAMES = ("a", "b", "c")


def asked(calls: int, wish: int = MOST, *, urgent: bool = False) -> dict[str, Asked]:
    return {"general": Asked(calls=calls, wish=wish, urgent=urgent, most=MOST, window_ms=WINDOW)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 20_000),
        st.integers(0, MOST),
        st.integers(0, MOST),
        st.booleans(),
        st.booleans(),
    ),
    max_size=30,
)


@given(steps=STEPS)
def test_together_they_hold_what_a_window_may_hold_and_no_more(
    steps: list[tuple[str, int, int, int, bool, bool]],
) -> None:
    text, now = None, Millis(0)
    held: dict[str, tuple[int, int]] = {}
    for name, later, count, wish, urgent, leaves in steps:
        now = Millis(now + later)
        calls, until = held.get(name, (0, 0))
        # A lease that ended a window ago holds nothing: its process may not have called since.
        mine = min(count, calls) if now < until + WINDOW else 0
        if leaves:
            text = released(text, name, {"general": Left(fading=[mine, 0], window_ms=WINDOW)}, now)
            held[name] = (mine, now - WINDOW // 2)
        else:
            text, granted = renewed(text, name, asked(mine, wish, urgent=urgent), now)
            held[name] = (granted["general"].calls, now + LEASE_MS)
        assert sum(one for one, ends in held.values() if now < ends + WINDOW) <= MOST


@given(wishes=st.dictionaries(st.text(max_size=3), st.integers(0, MOST)), urgent=st.sets(st.text(max_size=3)))
def test_parts_are_the_whole_and_nobody_has_less_than_he_wishes_while_another_has_more(
    wishes: dict[str, int], urgent: set[str]
) -> None:
    found = parts(wishes, urgent & set(wishes), MOST, Millis(0))
    assert sum(found.values()) == (MOST if wishes else 0)
    for one, wish in wishes.items():
        for other in set(wishes) - urgent:
            if one not in urgent and found[one] < wish:
                assert found[other] <= found[one] + 1


def test_what_is_urgent_has_all_but_a_tenth_and_little_that_is_urgent_only_what_it_is() -> None:
    assert parts({"reads": MOST, "writes": MOST}, {"writes"}, MOST, Millis(0)) == {"reads": 18, "writes": 170}
    assert parts({"reads": MOST, "writes": 10}, {"writes"}, MOST, Millis(0)) == {"reads": 178, "writes": 10}
    assert parts({"idle": 0, "writes": MOST}, {"writes"}, MOST, Millis(0)) == {"idle": 0, "writes": MOST}


def test_where_there_are_more_processes_than_calls_everybody_has_his_turn() -> None:
    wishes = dict.fromkeys("abcdef", 4)
    had = dict.fromkeys(wishes, 0)
    for moment in range(0, 600_000, 5_000):
        found = parts(wishes, set(), 4, Millis(moment))
        assert sum(found.values()) == 4
        for name, calls in found.items():
            had[name] += calls
    assert min(had.values()) >= 0.5 * max(had.values())


def test_a_lease_from_the_future_was_written_by_another_clock() -> None:
    text, _ = renewed(None, "a", asked(MOST), Millis(1_000_000))
    _, granted = renewed(text, "b", asked(0), Millis(0))
    assert granted["general"].calls == MOST


def test_the_text_is_small_enough_for_a_hundred_processes() -> None:
    text = None
    for number in range(100):
        name = f"{number:032x}"
        text, _ = renewed(text, name, {limit: asked(1)["general"] for limit in ("general", "search", "x")}, Millis(0))
    assert len(text or "") < 65_536
    assert len(msgspec.json.decode(text or "")) == 100
