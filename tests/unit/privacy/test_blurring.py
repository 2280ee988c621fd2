from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from syncer.moments import DAY, millis, moment
from syncer.privacy import blur_of

BERLIN = ZoneInfo("Europe/Berlin")
SOME = st.lists(st.integers(0, 20_000 * DAY), max_size=6)


def day(at: int):
    return moment(at).astimezone(BERLIN).date()


@given(SOME, st.floats(0, 1))
def test_every_moment_stays_within_its_local_day_and_order_and_distances_stay(moments, place):
    shift = blur_of(moments, BERLIN, lambda low, high: low + round((high - low) * place))
    assert [day(at + shift) for at in moments] == [day(at) for at in moments]


def test_a_single_moment_may_fall_anywhere_in_its_day_of_23_hours_too():
    at = millis(datetime(2026, 3, 29, 12, tzinfo=BERLIN))
    rooms = []
    blur_of([at], BERLIN, lambda low, high: rooms.append((low, high)) or 0)
    (low, high), hour = rooms[0], 3_600_000
    assert (low, high) == (-11 * hour, 12 * hour - 1)


def test_without_moments_nothing_is_drawn():
    assert blur_of([], BERLIN, lambda low, high: 1 / 0) == 0
