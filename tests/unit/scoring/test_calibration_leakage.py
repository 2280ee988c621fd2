"""Rules that past outcomes cannot judge, each with its reason (domain D6)."""

import pytest

from syncer.agreement import load_default, parse_agreement
from syncer.scoring.calibration.leakage import Leak, suspicions
from syncer.scoring.calibration.rates import RuleRate
from syncer.scoring.calibration.woe import Fate

TOO_GOOD = RuleRate(rule="E1", points=40.0, hit=Fate(24, 36), missed=Fate(16, 124))


def _model(**parts):
    rules = {
        "fit": "{id: X1, if: 'contact.seniority in [owner]', pts: 5}",
        "engagement": "{id: X2, event: whitepaper, pts: 5}",
        "negative": "{id: X3, event: unsubscribe, engagement: -5}",
        **parts,
    }
    text = f"""\
score_model:
  fit: {{groups: {{one: {{cap: 10, rules: [{rules["fit"]}]}}}}}}
  engagement: {{groups: {{two: {{cap: 10, rules: [{rules["engagement"]}]}}}}}}
  negative: [{rules["negative"]}]
"""
    return parse_agreement(text, "agreement.yaml")


def _leaks(agreement, rates=()):
    return {one.rule: one.leak for one in suspicions(agreement, rates)}


def test_the_profile_is_never_judged_since_it_has_no_history():
    found = _leaks(load_default())
    assert set(found) == {"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "N1", "N2"}
    assert set(found.values()) == {Leak.CURRENT_VALUE}


def test_a_rule_that_is_too_good_is_looked_at_first():
    assert _leaks(load_default(), [TOO_GOOD])["E1"] is Leak.TOO_GOOD


@pytest.mark.parametrize(
    ("place", "text", "leak"),
    [
        ("fit", "{id: X, if: 'contact.lifecycle == customer', pts: 5}", Leak.SALE_FIELD),
        ("fit", "{id: X, if: 'lead_status == OPEN', pts: 5}", Leak.SALE_FIELD),
        ("fit", "{id: X, if: 'contact.source == organic_search', pts: 5}", Leak.OVERWRITTEN),
        ("negative", "{id: X, if: 'lead_status == OPEN', engagement: -5}", Leak.SALE_FIELD),
        ("negative", "{id: X, if: 'email_domain in free_mail', engagement: -5}", Leak.CURRENT_VALUE),
        ("engagement", "{id: X, event: meeting_booked, pts: 5}", Leak.SALES_ACTIVITY),
    ],
)
def test_what_moves_with_the_sale_is_named(place, text, leak):
    assert _leaks(_model(**{place: text}))["X"] is leak


def test_behaviour_and_time_alone_are_judged():
    idle = "{id: X, if: 'days_since_last_activity >= 90', engagement: -5}"
    dwell = "{id: Y, event: page_view, pts: 1, if: 'dwell_s >= 10'}"
    assert set(_leaks(_model(negative=idle, engagement=dwell))) == {"X1"}
