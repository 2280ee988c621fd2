"""What the lines of a score, the reasons for the CRM and the variations leave in and out."""

import pytest

from syncer.moments import DAY
from syncer.scoring import same_reasons, short_reasons
from syncer.scoring.counterfactuals import NO_ACTIVITY, counterfactuals
from syncer.scoring.scorer import Scorer
from tests.unit.scoring.models import D2, HEAD_OF_PROCUREMENT, MACHINES, NOW, at, event, facts, scorer

_START = NOW - 90 * DAY


def _reasons(one, known, lang="en"):
    track = one.replay(known, as_of=NOW, started_at=_START)
    return short_reasons(one, known, as_of=NOW, track=track, lang=lang)


def test_after_the_one_rule_that_counts_in_a_group_the_rest_is_told() -> None:
    known = facts(fields={"planned_purchase": NOW + 60 * DAY}, email="a@gmx.de")
    lines = scorer().fit_contributions(known, NOW)
    assert [(line.rule_id, line.after_cap) for line in lines] == [("F7", 20), ("N1", -10)]


def test_what_a_cap_takes_is_no_points_of_anybody() -> None:
    lines = scorer().fit_contributions(facts(company=MACHINES), NOW)
    [cap] = [line for line in lines if line.rule_id == "cap.company"]
    assert (cap.raw, cap.decayed, cap.after_cap) == (0.0, 0.0, -5.0)


def test_whom_a_gate_keeps_out_has_no_points_to_be_told_of() -> None:
    known, one = facts([event("whitepaper", 0)], fields=HEAD_OF_PROCUREMENT | {"competitor": True}), scorer()
    track = one.replay(known, as_of=NOW, started_at=_START)
    assert one.contributions(known, as_of=NOW, track=track) == []
    let_in = facts([event("whitepaper", 0)], fields=HEAD_OF_PROCUREMENT)
    assert one.contributions(let_in, as_of=NOW, track=track)


def test_silence_takes_a_score_at_its_level_below_it_by_the_next_evening() -> None:
    one, known = scorer(), facts([event("whitepaper", 0, asset="a")])
    track = one.replay(known, as_of=NOW, started_at=_START)
    silence, _ = counterfactuals(one, one.fit(known, NOW), track, basis="full", as_of=NOW)
    assert (silence.change, silence.new_cell, silence.at) == (NO_ACTIVITY, "D4", at("2026-11-22T00:00"))


@pytest.mark.parametrize(
    ("company", "fields", "action"),
    [
        (MACHINES, HEAD_OF_PROCUREMENT, "sales_ready"),
        (None, HEAD_OF_PROCUREMENT, "sales_ready"),
        (None, {}, "review_queue"),
    ],
)
def test_a_request_from_the_lowest_grade_agreed_on_is_one_for_sales(
    company: object, fields: dict[str, str], action: str
) -> None:
    one, known = scorer(), facts(company=company, fields=fields)
    [request] = counterfactuals(one, one.fit(known, NOW), None, basis="full", as_of=NOW)
    assert (request.change, request.action) == ("demo_request", action)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("+5 Demo", "+4.5 Demo", True), ("+5 Demo", "+5 Preise", False), ("", "", False), ("", "+5 Demo …", False)],
)
def test_one_reason_is_compared_as_many_are_and_none_is_like_none(left: str, right: str, *, same: bool) -> None:
    assert same_reasons(left, right) is same


def test_of_many_dates_the_last_three_are_shown() -> None:
    known = facts([event("webinar_attended", days) for days in (1, 2, 3, 4, 5)])
    text = _reasons(scorer(), known, lang="de")
    assert "(20.11.2026, 19.11.2026, 18.11.2026)" in text


def _labelled(length: int) -> Scorer:
    label = "x" * length
    rule = {"id": "E1", "event": "whitepaper", "pts": 10, "label": {"de": label, "en": label}}
    groups = {"g": {"cap": 100, "rules": [rule]}}
    return scorer(dict(D2) | {"engagement": {"groups": groups}, "fit": {"groups": {}}, "negative": []})


@pytest.mark.parametrize(("length", "is_cut"), [(247, False), (248, False), (249, True), (253, True)])
def test_a_reason_is_cut_where_no_sign_of_a_cut_would_fit_behind_it(length: int, *, is_cut: bool) -> None:
    known = facts([event("whitepaper", 0)])
    frame = len(_reasons(_labelled(1), known)) - 1
    text = _reasons(_labelled(length - frame), known)
    assert (len(text), text.endswith(" …")) == ((250, True) if is_cut else (length, False))
