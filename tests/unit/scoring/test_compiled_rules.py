"""What compiled rules must not mix up: conditions on one fact and on several, deductions of one axis and the other."""

import pytest

from syncer.moments import DAY
from syncer.scoring.rounding import half_up
from syncer.scoring.scorer import Scorer
from syncer.scoring.track import Track
from tests.unit.scoring.models import D2, NOW, event, facts, scorer

_START = NOW - 200 * DAY
_STUDENT = facts(fields={"type": "student"})


def _of(rule: dict[str, object], *negative: dict[str, object]) -> Scorer:
    """Return a model in which one event gives ten points."""
    groups = {"g": {"cap": 100, "rules": [{"id": "E1", "event": "whitepaper", "pts": 10} | rule]}}
    return scorer(dict(D2) | {"engagement": {"groups": groups}, "negative": list(negative)})


def _track(one: Scorer, *days: tuple[float, str | None]) -> Track:
    track = one.track(_START)
    for ago, asset in sorted(days, key=lambda day: -day[0]):
        track.add(event("whitepaper", ago, asset=asset))
    return track


def test_a_rule_on_a_fact_of_the_contact_alone_asks_nothing_of_the_event() -> None:
    one = _of({"if": "contact.department == procurement"})
    for who, counts in ((facts(fields={"department": "procurement"}), True), (facts(), False)):
        assert one.track(_START, who).add(event("whitepaper")) is counts


@pytest.mark.parametrize(("dwell", "asset", "counts"), [(30, "tco", True), (30, "roi", False), (5, "tco", False)])
def test_a_rule_on_two_facts_of_an_event_asks_both(dwell: float, asset: str, *, counts: bool) -> None:
    one = _of({"if": "dwell_s >= 10 and event.asset == tco"})
    assert one.track(_START).add(event("whitepaper", asset=asset, dwell=dwell)) is counts


def test_without_a_profile_a_rule_that_reads_one_knows_nothing_of_it() -> None:
    one = _of({}, {"id": "N9", "if": "contact.type == student", "engagement": -4})
    assert _track(one, (0, None)).at(NOW) == 10.0


def test_what_is_taken_off_fit_is_no_deduction_from_engagement_and_the_other_way_round() -> None:
    free = facts(email="a@gmx.de", fields={"type": "student"})
    assert scorer().track(_START, free).applying(NOW) == []
    one = _of({}, {"id": "N9", "if": "contact.type == student", "engagement": -4})
    assert one.fit(_STUDENT, NOW) == one.fit(facts(fields={"type": "other"}), NOW)
    assert one.track(_START, _STUDENT).applying(NOW) == [("N9", -4.0)]


def test_a_deduction_by_event_and_condition_counts_at_the_event_alone() -> None:
    rule = {"id": "N3", "event": "unsubscribe", "if": "contact.type == student", "engagement": -3, "decay": "none"}
    track = _of({}, rule).track(_START, _STUDENT)
    track.add(event("whitepaper"))
    assert (track.at(NOW), track.applying(NOW)) == (10.0, [])
    track.add(event("unsubscribe"))
    assert track.at(NOW) == 7.0


def test_a_deduction_of_nothing_takes_nothing() -> None:
    assert (
        _track(_of({}, {"id": "N4", "if": "days_since_last_activity >= 0", "engagement": 0}), (0, None)).at(NOW) == 10.0
    )


def test_once_a_day_is_once_a_day_whatever_was_looked_at() -> None:
    assert _track(_of({"per": "day"}), (0.002, "a"), (0.001, "b"), (0, "c")).at(NOW) == 10.0
    assert _track(_of({"per": "url_day", "decay": "none"}), (0.002, "a"), (0.001, "b"), (0, "b")).at(NOW) == 20.0


def test_a_content_is_replaced_however_long_ago_it_was_seen() -> None:
    track = _track(_of({"distinct_by": "asset", "half_life_days": 10}), (50, "a"), (20, "b"), (10, "a"))
    assert track.at(NOW) == half_up(10 * (2**-2 + 2**-1))


def test_idle_days_are_no_fact_of_a_profile() -> None:
    """Fit says who somebody is, and nobody is asked for what is no part of that."""
    model = dict(D2) | {"negative": [{"id": "N8", "if": "days_since_last_activity >= 0", "fit": -10}]}
    known = facts(fields={"seniority": "head", "days_since_last_activity": 3})
    assert scorer(model).fit(known, NOW).points == scorer(dict(D2) | {"negative": []}).fit(known, NOW).points == 20.0


def test_where_no_rule_asks_for_a_fact_a_profile_is_complete() -> None:
    found = scorer(dict(D2) | {"fit": {"groups": {}}, "negative": []}).fit(facts(), NOW)
    assert (found.points, found.completeness, found.missing) == (0.0, 1.0, ())


def test_every_event_that_counts_is_named_in_the_explanation_whether_or_not_its_rule_remembers_any() -> None:
    rows = [event("webinar_attended", days) for days in (3, 2)]
    one = scorer()
    lines = one.engagement_contributions(one.replay(facts(rows), as_of=NOW, started_at=_START), as_of=NOW)
    assert sum(line.after_cap for line in lines) == pytest.approx(half_up(20 * (2**-0.1 + 2 ** (-1 / 15))))
    assert {row.id for row in rows} <= {name for line in lines for name in line.evidence_ids}
