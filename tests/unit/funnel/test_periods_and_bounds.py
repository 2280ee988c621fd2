from dataclasses import replace
from datetime import datetime

import pytest

from syncer.agreement import load_default, parse_agreement
from syncer.funnel import decide_contact
from syncer.funnel.bounds import NEVER, bounds_of
from syncer.funnel.facts import ContactFacts
from syncer.funnel.periods import BusinessClock, Evenings, month_of, quarter_of
from syncer.moments import DAY, moment
from syncer.scoring import Scorer
from syncer.scoring.days import LocalDays
from tests.unit.funnel.build import BERLIN, COMPANY, at, contact, row, rules

_CALENDAR = load_default().calendar
_CLOCK = BusinessClock(zone=BERLIN, weekdays=frozenset(range(5)), opens=9 * 60, closes=18 * 60)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-10-23T17:30", 50, "2026-10-26T09:20"),
        ("2026-11-20T17:30", 60, "2026-11-23T09:30"),
        ("2026-11-21T12:00", 60, "2026-11-23T10:00"),
        ("2026-11-23T06:00", 60, "2026-11-23T10:00"),
        ("2026-11-23T09:00", 540, "2026-11-23T18:00"),
        ("2026-11-23T20:00", 1080, "2026-11-25T18:00"),
    ],
)
def test_the_service_clock_runs_in_opening_hours_only(start: str, minutes: int, due: str) -> None:
    assert moment(_CLOCK.after(at(start), minutes)) == datetime.fromisoformat(due).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-10-24T23:00", "2026-10-25T03:00"), ("2026-03-28T23:00", "2026-03-29T05:00")],
    ids=["put back", "put forward"],
)
def test_a_service_that_is_open_at_night_counts_hours_that_pass_where_the_clocks_change(start: str, due: str) -> None:
    always = replace(_CLOCK, weekdays=frozenset(range(7)), opens=0, closes=24 * 60)
    assert moment(always.after(at(start), 300)) == datetime.fromisoformat(due).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("calendar", "due"), [(None, "2026-12-25T09:30"), ("DE-BY", "2026-12-28T09:30"), ("US", "2026-12-28T09:30")]
)
def test_the_service_clock_stands_still_on_public_holidays(calendar: str | None, due: str) -> None:
    clock = replace(_CLOCK, holidays=calendar)
    assert moment(clock.after(at("2026-12-24T17:30"), 60)) == datetime.fromisoformat(due).replace(tzinfo=BERLIN)


def test_the_agreement_names_the_calendar_of_the_service_clock() -> None:
    found = rules("agreement: {sla: {business_hours: {holidays: DE-BY}}}")
    assert moment(found.clock.after(at("2026-01-05T17:00"), 120)).astimezone(BERLIN).day == 7


def test_months_and_quarters_begin_at_local_midnight() -> None:
    before, after = at("2026-09-30T23:59"), at("2026-10-01T00:00")
    assert month_of(after, _CALENDAR) - month_of(before, _CALENDAR) == 1
    assert quarter_of(after, _CALENDAR) - quarter_of(before, _CALENDAR) == 1
    assert quarter_of(at("2026-12-31T23:59"), _CALENDAR) == quarter_of(after, _CALENDAR)


def test_evenings_are_local_midnights_over_the_change_of_the_clocks() -> None:
    evenings = Evenings(LocalDays(BERLIN))
    assert evenings.after(at("2026-10-24T12:00")) == at("2026-10-25T00:00")
    assert evenings.after(at("2026-10-25T00:00")) == at("2026-10-26T00:00")


def test_engagement_is_never_below_the_bound_before_its_time() -> None:
    agreement = load_default()
    bounds, track = bounds_of(agreement), Scorer(agreement).track(at("2026-05-01"))
    for when, kind, subject in (
        ("2026-05-01", "form", "Demo anfordern"),
        ("2026-05-03", "form", "Whitepaper"),
        ("2026-05-04", "page_view", "/preise"),
    ):
        track.add(row(when, kind, subject, asset=subject))
    now = at("2026-05-05")
    until = bounds.stays_above(25, track.at(now), now)
    assert until > now + 30 * DAY
    assert all(track.at(now + step * DAY) >= 25 for step in range((until - now) // DAY))


def test_points_and_idle_days_are_those_of_the_model() -> None:
    bounds = bounds_of(load_default())
    assert bounds.points is not None
    assert (bounds.points["demo_request"], bounds.points["page_view"]) == (40, 1)
    assert (bounds.half_life, bounds.idle) == (30 * DAY, 90 * DAY)


@pytest.mark.parametrize(
    "negative",
    [
        "[{id: N, event: unsubscribe, engagement: -30, half_life_days: 10}]",
        "[{id: N, if: 'contact.type == student', engagement: -30}]",
    ],
)
def test_a_model_that_gives_points_back_has_no_bound(negative: str) -> None:
    bounds = bounds_of(parse_agreement(f"score_model: {{negative: {negative}}}", "agreement.yaml"))
    assert bounds.points is None
    assert bounds.stays_above(5, 60, 7) == 7


def test_a_model_without_idle_rule_is_never_idle() -> None:
    assert bounds_of(parse_agreement("score_model: {negative: []}", "agreement.yaml")).idle == NEVER


_PROFILE_TAKES = """
score_model:
  negative:
    - {id: N4, if: "days_since_last_activity >= 30", engagement: -20, decay: none}
    - {id: N9, if: "contact.seniority == head", engagement: -7}
"""


def test_evenings_before_a_climb_do_not_count_towards_the_fall_from_it() -> None:
    evidence = [
        row("2026-01-05", "page_view", "/preise", asset="/preise"),
        # Too short a look to score: the score was last settled weeks before the climb.
        row("2026-03-01", "page_view", "/blog", asset="/blog", value=2.0),
        row("2026-03-20", "registration", "Webinar"),
    ]
    facts = ContactFacts(contact=contact(created_at=at("2026-01-01")), company=COMPANY, evidence=evidence)
    decision = decide_contact(facts, rules=rules(_PROFILE_TAKES), as_of=at("2026-06-01"))
    climb, fall = decision.events[-2:]
    assert (climb.rule, fall.rule) == ("hard_conversion", "hysteresis")
    assert fall.occurred_at - climb.occurred_at > 13 * DAY
