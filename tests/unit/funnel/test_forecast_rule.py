from dataclasses import replace

import pytest

from syncer.agreement import load_default
from syncer.funnel import forecast_rule, in_forecast, is_overdue
from syncer.funnel.facts import DealSpan, Outcome
from tests.unit.funnel.build import at

_CALENDAR = load_default().calendar
_OPEN = DealSpan(
    deal_id="d",
    valid_from=at("2026-09-01"),
    valid_to=None,
    pipeline_id="default",
    pipeline_kind="new_business",
    stage_id="contractsent",
    outcome=Outcome.OPEN,
    rule="open_stage",
    reason=None,
    amount=None,
    currency=None,
    close_date=at("2026-12-15"),
    forecast_category=None,
    probability=0.5,
    offer_at=at("2026-09-01"),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"forecast_category": "COMMIT"}, True),
        ({"forecast_category": "BEST_CASE"}, True),
        ({"forecast_category": "PIPELINE"}, False),
        ({"forecast_category": "OMIT"}, False),
        ({"close_date": at("2027-01-01")}, False),
        ({"close_date": at("2026-10-02")}, True),
        ({"close_date": at("2026-09-30")}, False),
        ({"close_date": None}, False),
        ({"offer_at": None}, False),
        ({"outcome": Outcome.WON}, False),
        ({"probability": None}, True),
    ],
)
def test_forecast_mode_auto(changes: dict[str, object], expected: bool) -> None:
    span = replace(_OPEN, **changes)
    assert in_forecast(span, at("2026-11-21"), _CALENDAR) is expected
    assert forecast_rule(load_default())(span, at("2026-11-21")) is expected


def test_without_a_category_a_low_probability_keeps_out() -> None:
    assert not in_forecast(_OPEN, at("2026-11-21"), _CALENDAR, p_min=0.6)
    assert in_forecast(replace(_OPEN, forecast_category="COMMIT"), at("2026-11-21"), _CALENDAR, p_min=0.6)


def test_an_open_deal_past_its_date_is_overdue() -> None:
    assert is_overdue(_OPEN, at("2026-12-16"))
    assert not is_overdue(_OPEN, at("2026-12-14"))
    assert not is_overdue(replace(_OPEN, outcome=Outcome.WON), at("2026-12-16"))
