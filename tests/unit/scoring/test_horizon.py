import pytest

from syncer.moments import DAY, HOUR, MINUTE
from tests.unit.scoring.models import D2, NOW, at, event, scorer

SCORER = scorer()
START = NOW - 200 * DAY
STILL = dict(D2) | {"negative": []}


def run(*evidence, one=SCORER):
    track = one.track(START)
    for row in sorted(evidence):
        track.add(row)
    return track


def d5():
    return run(*(event("pricing_view", days) for days in (1, 5, 12)), event("whitepaper", 20, asset="tco"))


def test_d5_the_first_midnight_below_40_is_day_12():
    found = d5().below_from(40, after=NOW, until=NOW + 100 * DAY)
    assert found == at("2026-12-03T00:00")
    assert 11.35 < (found - NOW) / DAY < 12


def test_no_midnight_below_within_the_time_given_is_none():
    assert d5().below_from(40, after=NOW, until=at("2026-12-02T23:59")) is None
    assert d5().below_from(40, after=NOW, until=at("2026-12-03T00:00")) == at("2026-12-03T00:00")
    assert d5().below_from(40, after=NOW, until=NOW) is None


def test_the_first_evaluation_is_after_the_moment_given():
    midnight = at("2026-12-10T00:00")
    assert d5().below_from(40, after=midnight, until=midnight + 5 * DAY) == at("2026-12-11T00:00")


def test_a_fall_by_idle_days_is_found():
    track = run(event("demo_request", 0))
    assert track.below_from(10, after=NOW, until=NOW + 200 * DAY) == at("2027-02-20T00:00")


def test_points_that_rise_again_are_found_below_first():
    rules = [
        {"id": "E1", "event": "whitepaper", "pts": 30, "decay": "none"},
        {"id": "E2", "event": "webinar_attended", "pts": -25, "half_life_days": 2},
    ]
    one = scorer(STILL | {"engagement": {"groups": {"g": {"cap": 100, "rules": rules}}}})
    track = run(event("whitepaper", 1), event("webinar_attended", 0), one=one)
    assert not track.only_falls
    assert track.below_from(20, after=NOW, until=NOW + 90 * DAY) == at("2026-11-22T00:00")
    assert track.at(NOW + 90 * DAY) == 30.0
    rise = track.next_change_at(NOW, [20.0])
    assert rise > NOW
    assert track.at(rise) < 20.0


def test_the_next_change_of_one_half_life_is_the_crossing_itself():
    track = run(event("webinar_attended", 0), event("webinar_attended", 0), one=scorer(STILL))
    due = track.next_change_at(NOW, [38.0, 20.0])
    assert track.at(due - 5 * MINUTE) >= 38.0
    assert track.at(due + 5 * MINUTE) < 38.0


def test_the_next_change_is_never_after_a_crossing_and_comes_close_to_it():
    track, now, calls = d5(), NOW, 0
    while track.at(now) >= 47.0:
        due = track.next_change_at(now, [47.0])
        assert due > now
        assert all(track.at(moment) >= 47.0 for moment in range(now, due, 6 * HOUR))
        now, calls = due, calls + 1
        assert calls < 10


def test_points_that_fade_at_two_speeds_are_followed_in_a_few_steps():
    track, now = run(event("demo_request", 0), event("webinar_attended", 0), one=scorer(STILL)), NOW
    for _ in range(4):
        assert track.at(now) >= 56.0
        now = track.next_change_at(now, [56.0])
    assert track.at(now + HOUR) < 56.0


def test_a_step_of_the_shown_score_is_a_change_too():
    track = run(event("webinar_attended", 0), one=scorer(STILL))
    due = track.next_change_at(NOW, [])
    assert track.at(due - HOUR) > 15.0
    assert track.at(due + HOUR) < 15.0


@pytest.mark.parametrize("rows", [[], [event("newsletter_click", 0)], [event("webinar_attended", 190)]])
def test_nothing_is_due_where_no_mark_can_be_crossed(rows):
    assert run(*rows, one=scorer(STILL)).next_change_at(NOW, [60.0, 40.0, 20.0]) is None


def test_idle_days_are_due():
    model = STILL | {
        "engagement": {
            "groups": {"g": {"cap": 100, "rules": [{"id": "E1", "event": "whitepaper", "pts": 30, "decay": "none"}]}}
        }
    }
    model["negative"] = [{"id": "N4", "if": "days_since_last_activity >= 90", "engagement": -20}]
    track = run(event("whitepaper", 2), one=scorer(model))
    assert track.next_change_at(NOW, [20.0]) == NOW + 88 * DAY
    assert track.next_change_at(NOW + 88 * DAY, [20.0]) is None


def test_a_line_is_followed_to_its_end():
    rules = [
        {"id": "E1", "event": "whitepaper", "pts": 30, "decay": {"kind": "linear", "rate": 0.5, "period_days": 30}}
    ]
    one = scorer(STILL | {"engagement": {"groups": {"g": {"cap": 100, "rules": rules}}}})
    track = run(event("whitepaper", 0), one=one)
    due = track.next_change_at(NOW, [26.0])
    assert track.at(due - MINUTE) >= 26.0
    assert track.at(due + HOUR) < 26.0
    assert track.below_from(1, after=NOW, until=NOW + 90 * DAY) == at("2027-01-19T00:00")


def test_a_mark_that_is_reached_already_is_due_within_a_minute():
    track = run(event("webinar_attended", 0), one=scorer(STILL))
    assert track.next_change_at(NOW, [20.0]) - NOW <= 2 * HOUR
