"""When time alone changes a score: moments worked out by hand from points, lives and half a cent."""

from collections.abc import Mapping, Sequence
from math import log, log2

import pytest

from syncer.moments import DAY, MINUTE
from syncer.records import Evidence
from syncer.scoring.scorer import Scorer
from syncer.scoring.track import Track
from tests.unit.scoring.models import D2, NOW, at, event, facts, scorer

_NAMES = ("whitepaper", "webinar_attended", "demo_request")
SCORER = scorer()


def of_rules(*rules: Mapping[str, object], negative: Sequence[Mapping[str, object]] = (), cap: int = 100) -> Scorer:
    """Return a model of these rules under one wide cap; each gives its points for an event of its own."""
    own = [{"id": name, "event": name} | rule for name, rule in zip(_NAMES, rules, strict=False)]
    groups = {"g": {"cap": cap, "rules": own}}
    return scorer(dict(D2) | {"engagement": {"groups": groups}, "negative": list(negative)})


def run(*evidence: Evidence, one: Scorer = SCORER) -> Track:
    track = one.track(NOW - 200 * DAY)
    for row in sorted(evidence):
        track.add(row)
    return track


def idle(points: float, days: int, comparison: str = ">=") -> Mapping[str, object]:
    return {"id": f"N{days}", "if": f"days_since_last_activity {comparison} {days}", "engagement": points}


LINE = {"kind": "linear", "rate": 0.5, "period_days": 30}
FOR_GOOD = {"pts": 30, "decay": "none"}
LATER = NOW + 60 * DAY
NEXT_EVENING = at("2026-11-22T00:00")


def test_one_evening_within_the_time_given_is_looked_at() -> None:
    track = run(event("webinar_attended", 0), one=scorer(dict(D2) | {"negative": []}))
    assert track.below_from(20, after=NOW, until=NEXT_EVENING) == NEXT_EVENING
    assert track.below_from(20, after=NOW, until=NEXT_EVENING - 1) is None


def test_an_evening_at_the_threshold_is_not_below_it() -> None:
    track = run(event("whitepaper", 0), one=of_rules(FOR_GOOD, negative=[idle(-5, 10)]))
    assert track.below_from(30, after=NOW, until=LATER) == at("2026-12-02T00:00")
    assert track.below_from(30, after=NOW, until=at("2026-12-01T00:00")) is None


def test_where_points_may_rise_every_evening_within_the_time_given_is_looked_at_and_no_other() -> None:
    # 30 points halve in 30 days; what the webinar takes is gone within the first of them.
    track = run(
        event("whitepaper", 0),
        event("webinar_attended", 0),
        one=of_rules({"pts": 30}, {"pts": -1, "half_life_days": 1}),
    )
    assert not track.only_falls
    first = at("2026-12-22T00:00")
    assert track.below_from(15, after=NOW, until=first) == first
    assert track.below_from(15, after=NOW, until=first - DAY) is None


def test_where_points_may_rise_an_evening_at_the_threshold_is_not_below_it() -> None:
    track = run(
        event("whitepaper", 1), event("webinar_attended", 20), one=of_rules(FOR_GOOD, {"pts": -25, "half_life_days": 1})
    )
    assert (track.only_falls, track.at(NOW)) == (False, 30.0)
    assert track.below_from(30, after=NOW, until=LATER) is None


def test_points_that_fade_once_others_are_taken_off_fade_from_what_they_were() -> None:
    # 30 less 5 shows 25, and less than 20 when 24.995 of the 30 are left.
    track = run(event("whitepaper", 0), one=of_rules({"pts": 30}, negative=[idle(-5, 0)]))
    due = track.next_change_at(NOW, [])
    assert due - NOW == pytest.approx(30 * log2(30 / 24.995) * DAY, abs=1)
    assert (track.at(due - MINUTE), track.at(due + MINUTE)) == (20.0, 19.99)


def test_points_that_fade_never_fall_below_nothing_on_a_scale_that_goes_on() -> None:
    groups = {"g": {"cap": 100, "rules": [{"id": "E1", "event": "whitepaper", "pts": 3}]}}
    scale = {"fit": [0, 100], "engagement": [-50, 100]}
    track = run(
        event("whitepaper", 0),
        one=scorer(dict(D2) | {"engagement": {"groups": groups}, "negative": [], "scale": scale}),
    )
    assert (track.at(NOW), track.at(NOW + 900 * DAY)) == (3.0, 0.0)
    assert track.next_change_at(NOW, [20.0]) is None


def test_what_a_line_loses_shows_after_half_a_cent() -> None:
    # 30 points run out in 60 days: half a cent takes a hundredth of a day; 5 are gone when less than 20 shows.
    track = run(event("whitepaper", 0), one=of_rules({"pts": 30, "decay": LINE}))
    assert track.next_change_at(NOW, [30.0]) - NOW == pytest.approx(DAY / 100, abs=1)
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(10.01 * DAY, abs=1)


def test_a_line_is_followed_from_what_is_left_after_deductions() -> None:
    track = run(event("whitepaper", 0), one=of_rules({"pts": 30, "decay": LINE}, negative=[idle(-5, 0)]))
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(10.01 * DAY, abs=1)
    assert track.next_change_at(NOW, [22.0]) - NOW == pytest.approx(6.01 * DAY, abs=1)


def test_a_line_that_has_run_out_moves_nothing_any_more() -> None:
    one = of_rules({"pts": 30, "decay": LINE}, FOR_GOOD)
    track = run(event("whitepaper", 60), event("webinar_attended", 0), one=one)
    assert track.at(NOW) == 30.0
    assert track.next_change_at(NOW, [20.0]) is None


def test_every_line_and_every_half_life_makes_the_slope_down() -> None:
    # Each line loses half a point a day; 20 points with a half-life of 20 days lose ln 2 a day at first.
    one = of_rules({"pts": 30, "decay": LINE}, {"pts": 30, "decay": LINE}, {"pts": 20, "half_life_days": 20})
    both = run(*(event(name, 0) for name in _NAMES[:2]), one=one)
    assert both.next_change_at(NOW, []) - NOW == pytest.approx(5.005 * DAY, abs=1)
    all_three = run(*(event(name, 0) for name in _NAMES), one=one)
    assert all_three.next_change_at(NOW, []) - NOW == pytest.approx(5.005 / (1 + log(2)) * DAY, abs=1)


def test_every_deduction_that_fades_makes_the_slope_up() -> None:
    # -6 halved in 6 days and -12 in 12 give ln 2 a day back each at first, a line of -30 half a point.
    taken = ({"pts": -6, "half_life_days": 6}, {"pts": -12, "half_life_days": 12})
    track = run(*(event(name, 0) for name in _NAMES), one=of_rules(FOR_GOOD, *taken))
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(4.995 / (2 * log(2)) * DAY, abs=1)
    lined = run(
        *(event(name, 0) for name in _NAMES), one=of_rules({"pts": 60, "decay": "none"}, {"pts": -30, "decay": LINE})
    )
    assert lined.next_change_at(NOW, []) - NOW == pytest.approx(9.99 * DAY, abs=1)
    assert lined.next_change_at(NOW, [30.0]) == lined.next_change_at(NOW, [])


def test_what_falls_and_what_rises_do_not_add_up() -> None:
    # 24 points lose ln 2 a day at first, -6 give as much back.
    one = of_rules({"pts": 24, "half_life_days": 24}, {"pts": -6, "half_life_days": 6})
    track = run(event("whitepaper", 0), event("webinar_attended", 0), one=one)
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(4.995 / log(2) * DAY, abs=1)


def test_points_under_the_scale_are_due_when_they_come_back_into_it_and_over_it_when_they_fall_below_its_end() -> None:
    # 5 less 30 is -25: it shows a step of 5 after 29.995 points came back, at half a point a day.
    under = run(
        event("whitepaper", 0),
        event("webinar_attended", 0),
        one=of_rules({"pts": 5, "decay": "none"}, {"pts": -30, "decay": LINE}),
    )
    assert under.at(NOW) == 0.0
    assert under.next_change_at(NOW, []) - NOW == pytest.approx(59.99 * DAY, abs=1)
    # 60 and 60 are 120 and show 100: 25.005 are lost at a point a day before a step of 5 shows.
    lines = [{"pts": 60, "decay": LINE}, {"pts": 60, "decay": "none"}]
    over = run(event("whitepaper", 0), event("webinar_attended", 0), one=of_rules(*lines, cap=200))
    assert over.at(NOW) == 100.0
    assert over.next_change_at(NOW, []) - NOW == pytest.approx(25.005 * DAY, abs=1)


def test_a_score_that_rises_to_the_end_of_the_scale_is_due_there() -> None:
    # 100 less 5 gain 4.995 in 59.94 of the 60 days.
    one = of_rules({"pts": 100, "decay": "none"}, {"pts": -5, "decay": LINE})
    track = run(event("whitepaper", 0), event("webinar_attended", 0), one=one)
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(59.94 * DAY, abs=1)


def test_a_step_down_to_next_to_nothing_is_due_as_any_other() -> None:
    track = run(event("whitepaper", 0), one=of_rules({"pts": 5.5}))
    assert track.next_change_at(NOW, []) - NOW == pytest.approx(30 * log2(5.5 / 0.495) * DAY, abs=1)


def test_points_taken_off_for_good_leave_nothing_to_look_at_once_nothing_shows() -> None:
    one = of_rules({"pts": 20}, negative=[{"id": "N3", "event": "unsubscribe", "engagement": -30, "decay": "none"}])
    track = run(event("whitepaper", 1), event("unsubscribe", 0), one=one)
    assert track.at(NOW) == 0.0
    assert track.next_change_at(NOW, [20.0]) is None


def test_what_has_faded_to_nothing_makes_no_slope() -> None:
    one = of_rules({"pts": 30, "decay": LINE}, FOR_GOOD, {"pts": 10, "half_life_days": 1})
    taken = of_rules({"pts": 30, "decay": LINE}, FOR_GOOD, {"pts": -10, "half_life_days": 1})
    for model in (one, taken):
        track = run(event("demo_request", 60), event("webinar_attended", 0), one=model)
        assert track.next_change_at(NOW, [20.0]) is None


def test_points_that_come_back_are_due_though_nobody_was_active() -> None:
    # 10 taken off come back by ln 2 / 3 a day at first, and what never came in shows from 5 on: never.
    taken = {"id": "N3", "event": "unsubscribe", "engagement": -10}
    track = run(event("unsubscribe", 0), one=of_rules(FOR_GOOD, negative=[taken, idle(-20, 90)]))
    assert (track.at(NOW), track.idle_since) == (0.0, None)
    assert track.next_change_at(NOW, [20.0]) - NOW == pytest.approx(14.995 / (log(2) / 3) * DAY, abs=1)


def test_who_has_no_points_is_not_looked_at_for_idle_days() -> None:
    track = run(event("page_view", 0, dwell=1))
    assert track.idle_since == NOW
    assert track.next_change_at(NOW, [60.0, 40.0, 20.0]) is None


@pytest.mark.parametrize(("comparison", "only_falls"), [(">=", True), ("<", False)])
def test_a_deduction_that_begins_lowers_the_score_and_one_that_ends_does_not(
    comparison: str, *, only_falls: bool
) -> None:
    track = run(event("whitepaper", 0), one=of_rules(FOR_GOOD, negative=[idle(-1, 7, comparison)]))
    assert track.only_falls is only_falls


def test_a_score_that_rises_when_a_deduction_ends_is_found_below_before() -> None:
    ends = idle(-10, 7, "<")
    of_students = ends | {"if": f"contact.type == student and {ends['if']}"}
    for rule in (ends, of_students):
        track = of_rules(FOR_GOOD, negative=[rule]).track(NOW - DAY, facts(fields={"type": "student"}))
        track.add(event("whitepaper", 0))
        assert (track.at(NOW), track.at(LATER)) == (20.0, 30.0)
        assert track.below_from(25, after=NOW, until=LATER) == NEXT_EVENING


def test_small_points_in_a_line_do_not_hide_those_that_end_sooner() -> None:
    # Ten times 0.9 today and ten times -1.6 half faded: 1.0 that rises for thirty days.
    one = of_rules({"pts": 0.9, "decay": LINE}, {"pts": -1.6, "decay": LINE})
    rows = [event(name, days) for name, days in (("whitepaper", 0), ("webinar_attended", 30)) for _ in range(10)]
    track = run(*rows, one=one)
    assert (track.at(NOW), track.at(NOW + 30 * DAY)) == (1.0, 4.5)
    assert track.below_from(2, after=NOW, until=NOW + 30 * DAY) == NEXT_EVENING
