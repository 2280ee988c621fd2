from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.errors import ConfigError
from syncer.kpis.periods import Calendar, day_of, parse_as_of, parse_period
from syncer.moments import DAY, HOUR, iso, moment

BERLIN = Calendar(zone="Europe/Berlin")


def edges(text, calendar=BERLIN):
    window = parse_period(text, calendar).window
    return iso(window.start), iso(window.end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026Q2", "2026-03-31T22:00:00.000Z", "2026-06-30T22:00:00.000Z"),
        ("2026-07", "2026-06-30T22:00:00.000Z", "2026-07-31T22:00:00.000Z"),
        ("2026", "2025-12-31T23:00:00.000Z", "2026-12-31T23:00:00.000Z"),
        ("2026W14", "2026-03-29T22:00:00.000Z", "2026-04-05T22:00:00.000Z"),
        ("2026-01-01..2026-03-31", "2025-12-31T23:00:00.000Z", "2026-03-31T22:00:00.000Z"),
        ("all", None, None),
    ],
)
def test_periods_begin_and_end_at_local_midnight(text, start, end):
    assert edges(text) == (start, end)


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29..2026-03-29", 23), ("2026-10-25..2026-10-25", 25)])
def test_days_of_the_time_change_have_their_own_length(text, hours):
    window = parse_period(text, BERLIN).window
    assert window.end - window.start == hours * HOUR


def test_fiscal_quarters_carry_the_year_in_which_the_fiscal_year_begins():
    fiscal = Calendar(zone="Europe/Berlin", fiscal_year_start=7)
    assert edges("2026Q1", fiscal) == ("2026-06-30T22:00:00.000Z", "2026-09-30T22:00:00.000Z")
    assert fiscal.quarter_label(date(2027, 2, 1)) == "2026Q3"
    assert fiscal.label(date(2027, 2, 1), "year") == "2026"
    assert edges("2026", fiscal) == ("2026-06-30T22:00:00.000Z", "2027-06-30T22:00:00.000Z")


@pytest.mark.parametrize(
    "text", ["", "2026Q5", "2026-13", "2026W60", "soon", "2026-03-31..2026-01-01", "2026..", "0000", "0001", "9998-12"]
)
def test_an_unreadable_period_is_refused_with_the_accepted_forms(text):
    with pytest.raises(ConfigError, match="2026Q2"):
        parse_period(text, BERLIN)


def test_as_of_a_date_includes_its_last_moment_and_not_the_next_midnight():
    as_of = parse_as_of("2026-11-21", BERLIN)
    assert iso(as_of) == "2026-11-21T22:59:59.999Z"
    assert BERLIN.describe(as_of) == "2026-11-21"


def test_as_of_an_instant_is_that_instant():
    assert iso(parse_as_of("2026-11-21T09:30:00+00:00", BERLIN)) == "2026-11-21T09:30:00.000Z"
    assert iso(parse_as_of("2026-11-21T09:30", BERLIN)) == "2026-11-21T08:30:00.000Z"
    assert BERLIN.describe(parse_as_of("2026-11-21T09:30", BERLIN)) == "2026-11-21T09:30:00.000+01:00"


def test_an_unreadable_as_of_is_refused():
    with pytest.raises(ConfigError, match="--as-of"):
        parse_as_of("yesterday", BERLIN)


@pytest.mark.parametrize(("grain", "label"), [("month", "2026-03"), ("quarter", "2026Q1"), ("year", "2026")])
def test_listed_edges_part_moments_as_their_labels_do(grain, label):
    calendar = Calendar(zone="Europe/Berlin", fiscal_year_start=3)
    day = date(2026, 3, 1)
    edges = dict(calendar.edges(grain))
    assert list(edges) == sorted(edges)
    here = edges[calendar.midnight(day)]
    assert calendar.label(day, grain) == label
    assert calendar.label(date(2026, 2, 28), grain) != label
    after = min(begins for begins, number in edges.items() if number == here + 1)
    last = calendar.day(after - 1)
    assert calendar.label(last, grain) == label
    assert calendar.label(calendar.day(after), grain) != label


@pytest.mark.parametrize("day", [date(1950, 6, 1), date(2200, 6, 1)])
def test_days_far_outside_the_listed_offsets_are_numbered_alike(day):
    assert BERLIN.day_number(BERLIN.midnight(day)) == day.toordinal() - date(1970, 1, 1).toordinal()
    assert BERLIN.day_number(BERLIN.last_moment(day)) == day.toordinal() - date(1970, 1, 1).toordinal()


def test_trailing_days_end_with_the_day_of_as_of():
    period = BERLIN.trailing(parse_as_of("2026-11-21", BERLIN), 90)
    assert period.label == "2026-08-24..2026-11-21"


@given(
    st.integers(0, 2 * 10**12),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]),
)
def test_listed_offsets_give_the_local_day_of_any_moment(at, zone):
    calendar = Calendar(zone=zone)
    offset = [value for begins, value in calendar.offsets() if begins <= at][-1]
    assert day_of((at + offset) // DAY) == calendar.day(at) == moment(at + offset).date()
    assert calendar.day_number(at) == (at + offset) // DAY
