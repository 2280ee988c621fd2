"""When a day of an account ends, in every time zone and through every change of clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.budget.parking import Rest, end_of_day, end_of_rest, kept_rests, zone_of
from jobs.budget.spending import today
from syncer.moments import DAY, HOUR, MINUTE, Millis, millis, moment
from syncer.store import Store

ZONES = sorted(available_timezones())
FROM, TO = (millis(datetime(year, 1, 1, tzinfo=UTC)) for year in (2024, 2032))
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: str = "Europe/Berlin") -> Millis:
    return millis(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@given(now=st.integers(FROM, TO), name=st.sampled_from(ZONES))
def test_a_day_ends_when_the_date_changes_and_within_26_hours(now: int, name: str) -> None:
    zone = ZoneInfo(name)
    ends = end_of_day(Millis(now), zone)
    today = moment(now).astimezone(zone).date()
    assert 0 < ends - now <= 26 * HOUR
    assert moment(ends).astimezone(zone).date() == today + timedelta(days=1)
    assert moment(ends - 1).astimezone(zone).date() == today


@pytest.mark.parametrize(
    ("now", "hours"),
    [("2026-03-29T00:00", 23), ("2026-10-25T00:00", 25), ("2026-10-26T00:00", 24), ("2026-03-28T12:00", 12)],
)
def test_days_of_23_and_25_hours(now: str, hours: int) -> None:
    assert end_of_day(at(now), BERLIN) - at(now) == hours * HOUR


def test_a_midnight_that_does_not_exist_is_the_moment_the_clocks_went_forward() -> None:
    now = at("2026-09-05T20:00", "America/Santiago")
    assert moment(end_of_day(now, ZoneInfo("America/Santiago"))) == datetime(2026, 9, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_an_unknown_zone_is_utc(name: str | None) -> None:
    assert zone_of(name).key == "UTC"


@given(now=st.integers(FROM, TO), ahead=st.integers(-400 * DAY, 400 * DAY), name=st.sampled_from(ZONES))
def test_a_rest_is_short_and_ends_in_the_future_whatever_our_clock_says(now: int, ahead: int, name: str) -> None:
    zone = ZoneInfo(name)
    until = end_of_rest(Millis(now), zone, Millis(now + ahead))
    assert 0 < until - now <= 26 * HOUR
    plain = end_of_rest(Millis(now), zone, None)
    assert plain == end_of_rest(Millis(now), zone, Millis(now + 30_000)), "a clock that is nearly right is right"


def test_a_day_refused_at_its_very_beginning_is_asked_for_again_soon() -> None:
    assert end_of_rest(at("2026-11-24T00:00:02"), BERLIN, None) - at("2026-11-24T00:00:02") == 5 * MINUTE
    assert end_of_rest(at("2026-11-24T00:06"), BERLIN, None) == at("2026-11-25T00:00")


@pytest.mark.parametrize(
    ("now", "holds"),
    [("12:00", True), ("11:59", False), ("23:59", True)],
)
def test_a_rest_holds_from_its_beginning_to_its_end(now: str, holds: bool) -> None:
    begun, until = at("2026-11-24T12:00"), at("2026-11-25T00:00")
    rest = Rest(part="general", since=begun, until=until, zone="Europe/Berlin", why="x", probed=begun)
    assert rest.holds(at(f"2026-11-24T{now}")) is holds
    assert not rest.holds(until)
    assert rest.local == "2026-11-25 00:00 Europe/Berlin"


def test_a_rest_of_more_than_a_day_was_begun_by_a_wrong_clock() -> None:
    begun = at("2026-11-24T12:00")
    rest = Rest(part="general", since=begun, until=Millis(begun + 9 * DAY), zone="UTC", why="x", probed=begun)
    assert not rest.holds(Millis(begun + DAY))


@pytest.mark.parametrize("garbage", ["", "{", "[]", "null", '{"general": 7}', '{"general": {"part": "general"}}'])
def test_what_is_kept_and_cannot_be_read_keeps_nobody_from_asking(sqlite_store: Store, garbage: str) -> None:
    with sqlite_store.commit() as unit:
        for kind in ("rests", "spending"):
            unit.desk.keep_cursor("hubspot", "account", kind, garbage)
    assert kept_rests(sqlite_store, "hubspot", at("2026-11-24T12:00")) == {}
    with sqlite_store.snapshot() as unit:
        assert today(unit, "hubspot", at("2026-11-24T12:00")).calls == {}
