import pytest
from msgspec.structs import replace

from syncer.moments import DAY, HOUR
from syncer.scoring.rounding import half_up
from tests.unit.scoring.models import D2, NOW, at, event, facts, scorer
from tests.unit.scoring.reference import engagement

SCORER = scorer()
START = NOW - 200 * DAY


def run(*evidence, started_at=START, one=SCORER):
    track = one.track(started_at)
    for row in sorted(evidence):
        track.add(row)
    return track


def model(**rule):
    groups = {"g": {"cap": 100, "rules": [{"id": "E1", "event": "whitepaper", "pts": 10} | rule]}}
    return dict(D2) | {"engagement": {"groups": groups}, "negative": []}


def test_d2_2_whitepaper_pricing_newsletter_and_three_pages_make_24_86():
    pages = [event("page_view", 0.01 * number, asset=f"/{number}") for number in (1, 2, 3)]
    track = run(event("whitepaper", 30, asset="tco"), event("pricing_view", 15), event("newsletter_click", 60), *pages)
    assert track.at(NOW) == 24.86


def test_d2_3_a_cap_holds_what_browsing_adds():
    pages = {"id": "E6", "event": "page_view", "pts": 3, "per": "url_day"}
    one = scorer(dict(D2) | {"negative": [], "engagement": {"groups": {"web": {"cap": 10, "rules": [pages]}}}})
    track = run(*(event("page_view", 0.01, asset=f"/{number}") for number in range(12)), one=one)
    assert track.at(NOW) == 10.0


@pytest.mark.parametrize(("days", "left"), [(15, 7.07), (30, 5.0), (45, 3.54), (60, 2.5), (75, 1.77)])
def test_d2_4_points_fade_by_halves(days, left):
    assert run(event("whitepaper", days), one=scorer(model())).at(NOW) == left


@pytest.mark.parametrize(("days", "left"), [(15, 7.5), (30, 5.0), (45, 2.5), (60, 0.0), (75, 0.0)])
def test_d2_4_points_fade_in_a_line_as_hubspot_does(days, left):
    linear = {"kind": "linear", "rate": 0.5, "period_days": 30}
    assert run(event("whitepaper", days), one=scorer(model(decay=linear))).at(NOW) == left


def test_points_without_decay_stay():
    assert run(event("whitepaper", 190), one=scorer(model(decay="none"))).at(NOW) == 10.0


def test_d5_three_days_of_pricing_and_a_whitepaper_make_51_99():
    track = run(*(event("pricing_view", days) for days in (1, 5, 12)), event("whitepaper", 20, asset="tco"))
    assert track.at(NOW) == 51.99


def test_an_event_before_the_window_does_not_count():
    before, within = event("whitepaper", 31, asset="a"), event("whitepaper", 30, asset="b")
    track = run(before, within, started_at=NOW - 30 * DAY)
    assert track.at(NOW) == 10.0
    assert track.last_activity_at == within.occurred_at


def test_per_day_counts_the_latest_event_of_a_local_day():
    morning, evening = (
        event("pricing_view", when=at("2026-11-20T00:10")),
        event("pricing_view", when=at("2026-11-20T23:50")),
    )
    next_day = event("pricing_view", when=at("2026-11-21T00:05"))
    assert run(morning, evening).at(evening.occurred_at) == 15.0
    assert run(morning, evening, next_day).at(next_day.occurred_at) > 29.9


def test_max_keeps_the_latest_keys():
    track = run(*(event("pricing_view", days) for days in (40, 30, 20, 10)))
    assert track.at(NOW) == half_up(15 * (2 ** (-1) + 2 ** (-2 / 3) + 2 ** (-1 / 3)))


def test_distinct_by_counts_a_content_once_and_at_its_latest():
    track = run(
        event("whitepaper", 60, asset="a"), event("whitepaper", 30, asset="a"), event("whitepaper", 30, asset="b")
    )
    assert track.at(NOW) == 20.0


def test_a_content_seen_again_moves_to_the_end_of_the_latest():
    events = [
        event("whitepaper", days, asset=asset)
        for days, asset in ((50, "a"), (40, "b"), (30, "c"), (20, "a"), (10, "d"))
    ]
    track = run(*events)
    assert track.at(NOW) == half_up(20 * (2 ** (-1) + 2 ** (-2 / 3) + 2 ** (-1 / 3)))


def test_content_within_a_week_counts_once_a_week():
    one = scorer(model(per="week", distinct_by="asset"))
    sunday, monday = at("2026-11-15T12:00"), at("2026-11-16T12:00")
    rows = [
        event("whitepaper", when=moment, asset=asset)
        for moment, asset in ((sunday, "a"), (sunday + HOUR, "a"), (monday, "a"), (monday, "b"))
    ]
    track = run(*rows, one=one)
    assert track.at(monday) == half_up(20 + 10 * 2 ** (-23 / 24 / 30))


def test_monday_and_sunday_are_one_week_and_the_next_monday_is_another():
    one = scorer(model(per="week", distinct_by="asset", decay="none"))
    monday, sunday, next_monday = at("2026-11-02T00:00"), at("2026-11-08T23:59"), at("2026-11-09T00:00")
    rows = [event("whitepaper", when=moment, asset="a") for moment in (monday, sunday)]
    assert run(*rows, one=one).at(sunday) == 10.0
    assert run(*rows, event("whitepaper", when=next_monday, asset="a"), one=one).at(next_monday) == 20.0


def test_what_holds_on_every_idle_day_is_taken_off_from_the_first_and_what_never_holds_on_none():
    always = {"id": "NX", "if": "days_since_last_activity >= 0", "engagement": -4}
    never = {"id": "NY", "if": "days_since_last_activity < 0", "engagement": -2}
    one = scorer(model(decay="none") | {"negative": [always, never]})
    assert [run(event("whitepaper", days), one=one).at(NOW) for days in (0, 1, 80)] == [6.0, 6.0, 6.0]


def test_deductions_for_idle_days_add_up_and_each_waits_for_its_own_day():
    first = {"id": "NX", "if": "days_since_last_activity >= 30", "engagement": -1}
    second = {"id": "NY", "if": "days_since_last_activity >= 60", "engagement": -2}
    of_profile = {"id": "NZ", "if": "contact.type == student and days_since_last_activity >= 40", "engagement": -4}
    lasting = {"id": "NL", "if": "contact.type == student", "engagement": -0.5}
    one = scorer(model(decay="none") | {"negative": [first, second, of_profile, lasting]})
    student = facts(fields={"type": "student"})
    for idle, left in ((29, 9.5), (30, 8.5), (39, 8.5), (40, 4.5), (60, 2.5)):
        track = one.track(NOW - 90 * DAY, student)
        assert track.add(event("whitepaper", idle))
        assert track.at(NOW) == left, idle


def test_idle_days_are_whole_ones():
    rule = {"id": "NZ", "if": "contact.type == student and days_since_last_activity <= 40", "engagement": -4}
    track = scorer(model(decay="none") | {"negative": [rule]}).track(START, facts(fields={"type": "student"}))
    track.add(event("whitepaper", 40.5))
    assert (track.at(NOW), track.at(NOW + DAY)) == (6.0, 10.0)


def test_a_fact_before_the_window_gives_nothing_and_says_so():
    track = SCORER.track(NOW)
    assert not track.add(event("whitepaper", 1, asset="a"))
    assert track.at(NOW) == 0.0


def test_the_same_fact_twice_counts_once_where_there_is_a_maximum():
    row = event("demo_request", 0)
    assert run(row, row).at(NOW) == 40.0


def test_a_short_visit_is_no_page_view():
    assert run(event("page_view", 0, dwell=9)).at(NOW) == 0.0
    assert run(event("page_view", 0, dwell=None)).at(NOW) == 0.0
    assert run(event("page_view", 0, dwell=10)).at(NOW) == 1.0


def test_add_says_whether_a_rule_gave_points():
    track = SCORER.track(START)
    assert track.add(event("demo_request", 3))
    assert not track.add(event("page_view", 2, dwell=1))
    assert not track.add(replace(event("whitepaper", 1), kind="call"))
    assert not track.add(event("something else", 0))
    assert track.add(replace(event("whitepaper", 0), subject="renamed"), "whitepaper")


def test_rep_activity_neither_scores_nor_counts_as_activity():
    track = run(replace(event("whitepaper", 5), kind="meeting_note"), replace(event("demo_request", 9), kind="call"))
    assert track.at(NOW) == 0.0
    assert track.last_activity_at is None


def test_an_unsubscribe_costs_points_for_good_and_is_no_activity():
    track = run(event("demo_request", 10), event("unsubscribe", 5))
    assert track.at(NOW) == half_up(40 * 2 ** (-1 / 6) - 30)
    assert track.last_activity_at == NOW - 10 * DAY


def test_90_idle_days_cost_20_points_from_the_very_moment():
    track = run(event("demo_request", 0))
    then = NOW + 90 * DAY
    assert track.at(then - 1) == half_up(40 * 2**-1.5)
    assert track.at(then) == 0.0
    assert run(event("demo_request", 0), one=scorer(dict(D2) | {"negative": []})).at(then) == 14.14


def test_engagement_stays_on_its_scale():
    events = [event("demo_request", 0), *(event("pricing_view", days) for days in (0, 1, 2))]
    events += [event("webinar_attended", 0) for _ in range(4)]
    assert run(*events, *(event("page_view", 0, asset=str(number)) for number in range(20))).at(NOW) == 100.0
    assert run(event("unsubscribe", 0)).at(NOW) == 0.0


def test_a_deduction_for_a_fact_of_the_profile_applies():
    negative = [{"id": "N9", "if": "contact.type == student", "engagement": -4}]
    one = scorer(model() | {"negative": negative})
    student, other = facts(fields={"type": "student"}), facts()
    for who, points in ((student, 6.0), (other, 10.0)):
        track = one.track(START, who)
        track.add(event("whitepaper", 0))
        assert track.at(NOW) == points


def test_a_deduction_for_profile_and_silence_needs_both():
    negative = [{"id": "N9", "if": "contact.type == student and days_since_last_activity >= 7", "engagement": -4}]
    one = scorer(model(decay="none") | {"negative": negative})
    track = one.track(START, facts(fields={"type": "student"}))
    track.add(event("whitepaper", 7))
    assert track.at(NOW - 1) == 10.0
    assert track.at(NOW) == 6.0
    assert track.next_change_at(NOW - 2 * HOUR, [8.0]) == NOW


def test_a_rule_may_read_the_contact_behind_the_event():
    one = scorer(model(**{"if": "contact.department == procurement and dwell_s >= 10"}))
    buyer, other = facts(fields={"department": "procurement"}), facts()
    assert one.track(START, buyer).add(event("whitepaper", 0))
    assert not one.track(START, buyer).add(event("whitepaper", 0, dwell=5))
    assert not one.track(START, other).add(event("whitepaper", 0))


def test_a_window_of_many_half_lives_neither_overflows_nor_loses_the_present():
    one = scorer(model(half_life_days=0.5, per="day"))
    rows = [event("whitepaper", days) for days in range(1500, -1, -1)]
    track = run(*rows, started_at=NOW - 1501 * DAY, one=one)
    assert track.at(NOW) == half_up(sum(10 * 4.0**-days for days in range(30)))


def test_a_change_of_scale_keeps_points_that_do_not_fade():
    rules = [
        {"id": "E1", "event": "whitepaper", "pts": 10, "half_life_days": 0.5, "per": "day"},
        {"id": "E2", "event": "webinar_attended", "pts": 7, "decay": "none", "max": 1},
        {"id": "E3", "event": "demo_request", "pts": 8, "half_life_days": 400, "max": 1},
    ]
    one = scorer(dict(D2) | {"negative": [], "engagement": {"groups": {"g": {"cap": 100, "rules": rules}}}})
    rows = [
        event("webinar_attended", 399),
        event("demo_request", 400),
        event("whitepaper", 100),
        event("whitepaper", 0),
    ]
    track = run(*rows, started_at=NOW - 401 * DAY, one=one)
    assert track.at(NOW) == 21.0
    track.add(event("demo_request", 0))
    track.add(event("whitepaper", 0))
    assert track.at(NOW) == 25.0, "what gave way is taken away in the new scale"


def test_without_any_activity_a_deduction_for_silence_waits():
    negative = [{"id": "N9", "if": "contact.type == student or days_since_last_activity >= 7", "engagement": 5}]
    track = scorer(model() | {"negative": negative}).track(START, facts())
    assert track.at(NOW) == 0.0
    assert track.applying(NOW) == []


def test_running_and_plain_reading_agree_on_a_long_history():
    names = ("whitepaper", "pricing_view", "page_view", "newsletter_click", "webinar_attended")
    rows = [event(names[n % 5], 150 - n / 3, asset=f"/{n % 7}", dwell=n % 25) for n in range(450)]
    track = SCORER.track(START)
    for row in sorted(rows):
        track.add(row)
        assert track.at(row.occurred_at) == engagement(D2, rows, row.occurred_at, START)


def test_a_model_that_fades_nothing_by_default_fades_nothing():
    model = dict(D2) | {"negative": [], "engagement": dict(D2["engagement"]) | {"default_decay": {"kind": "none"}}}
    one = scorer(model)
    assert run(event("whitepaper", 190, asset="a"), one=one).at(NOW) == 20.0
    assert run(event("demo_request", 60), one=one).at(NOW) == 20.0, "a half-life of the rule's own still holds"
    track = run(event("whitepaper", 1, asset="a"), one=one)
    assert track.next_change_at(NOW, [20.0]) is None


def test_an_unmoved_content_falls_back_to_the_subject():
    track = run(event("whitepaper", 30), event("whitepaper", 0))
    assert track.at(NOW) == 20.0


def test_what_has_faded_in_a_line_is_forgotten():
    one = scorer(model(decay={"kind": "linear", "rate": 0.5, "period_days": 30}))
    track = run(event("whitepaper", 61), event("whitepaper", 59), event("whitepaper", 0), one=one)
    (rule,) = track.plan.all_rules
    assert [(NOW - at) // DAY for at, _, _, _ in track.kept(rule).values()] == [59, 0]
    assert track.at(NOW) == half_up(10 + 10 / 60)
