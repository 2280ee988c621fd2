"""When silence is unusual, by what the same hours of earlier weeks brought."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.health.silence import note_arrivals, silence, silences
from syncer.moments import DAY, HOUR, iso

#: A Monday at midnight, UTC.
MONDAY = 1_790_553_600_000
WEEK = 7 * DAY


def office(weeks: int, until: int) -> dict[int, int]:
    """Return arrivals in office hours, Monday to Friday from nine to five, of some weeks before a moment."""
    first = (MONDAY - weeks * WEEK) // HOUR
    return {
        hour: 4
        for hour in range(first, until // HOUR)
        if (hour - MONDAY // HOUR) // 24 % 7 < 5 and 9 <= (hour - MONDAY // HOUR) % 24 < 17
    }


def test_the_first_day_of_the_test_is_a_monday():
    assert iso(MONDAY) == "2026-09-28T00:00:00.000Z"


@pytest.mark.parametrize("at", [8 * HOUR, 20 * HOUR, 5 * DAY + 12 * HOUR, 6 * DAY + 23 * HOUR], ids=str)
def test_nights_and_weekends_are_no_silence(at):
    assert silence("contacts", office(4, MONDAY + at), MONDAY + at) is None


def test_a_quiet_working_day_is_one_within_hours():
    hours = office(4, MONDAY + 11 * HOUR)
    assert silence("contacts", hours, MONDAY + 11 * HOUR + 59 * 60_000) is None
    found = silence("contacts", hours, MONDAY + 13 * HOUR)
    assert found is not None
    assert (found.hours, found.usual, found.since) == (2, 8, MONDAY + 11 * HOUR)
    assert "contacts: nothing for 2 hours" in found.message
    assert found.as_dict()["since"] == "2026-09-28T11:00:00.000Z"


@pytest.mark.parametrize("days", [3, 8, 20, 60])
def test_it_stays_one_however_long_it_lasts(days):
    found = silence("contacts", office(4, MONDAY + 11 * HOUR), MONDAY + days * DAY + 13 * HOUR)
    assert found is not None
    assert found.hours == days * 24 + 2


@pytest.mark.parametrize("weeks", [0, 1])
def test_two_weeks_must_be_known(weeks):
    assert silence("contacts", office(weeks, MONDAY + 11 * HOUR), MONDAY + 15 * HOUR) is None


def test_a_stream_that_brings_little_is_never_called_silent():
    hours = {(MONDAY - week * WEEK) // HOUR + 12: 1 for week in range(1, 5)}
    assert silence("deals", hours, MONDAY + 20 * HOUR) is None


def test_one_quiet_week_before_makes_quiet_usual():
    hours = {hour: n for hour, n in office(4, MONDAY + 11 * HOUR).items() if not -168 <= hour - MONDAY // HOUR < -24}
    assert silence("contacts", hours, MONDAY + 15 * HOUR) is None


def test_nothing_known_says_nothing():
    assert silence("contacts", {}, MONDAY) is None


@given(st.dictionaries(st.integers(0, 2_000), st.integers(1, 20)), st.integers(0, 4_000))
def test_whatever_came_when_it_never_fails_and_never_calls_the_present_silent(hours, now):
    found = silence("contacts", hours, now * HOUR)
    assert found is None or (found.hours > 0 and found.usual >= 3)


def test_arrivals_are_kept_for_five_weeks_and_told_by_stream(sqlite_store):
    for hour in sorted(office(6, MONDAY + 11 * HOUR)):
        for _ in range(2):
            note_arrivals(sqlite_store, "hubspot", ["contacts"], hour * HOUR + 5)
    note_arrivals(sqlite_store, "hubspot", [], MONDAY)
    with sqlite_store.snapshot() as unit:
        assert [one.stream for one in silences(unit, "hubspot", MONDAY + 15 * HOUR)] == ["contacts"]
        assert silences(unit, "other", MONDAY + 15 * HOUR) == []
        kept = unit.desk.cursor("hubspot", "account", "arrivals")
    assert len(kept) < 8_000


def test_a_memory_that_cannot_be_read_is_begun_anew(sqlite_store):
    with sqlite_store.commit() as unit:
        unit.desk.keep_cursor("hubspot", "account", "arrivals", "{nonsense")
    with sqlite_store.snapshot() as unit:
        assert silences(unit, "hubspot", MONDAY) == []
