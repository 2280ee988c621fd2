from dataclasses import replace

import pytest
from msgspec import structs

from syncer.agreement import load_default, parse_agreement
from syncer.funnel import forecast_rule, in_forecast, is_overdue
from syncer.funnel.facts import DealSpan, Outcome
from syncer.funnel.forecast import places
from syncer.moments import Millis
from tests.unit.funnel.build import at, deal_facts, decided_deal

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
    span = structs.replace(_OPEN, **changes)
    assert in_forecast(span, at("2026-11-21"), _CALENDAR) is expected
    assert forecast_rule(load_default())(span, at("2026-11-21")) is expected


def test_without_a_category_a_low_probability_keeps_out() -> None:
    assert not in_forecast(_OPEN, at("2026-11-21"), _CALENDAR, p_min=0.6)
    assert in_forecast(structs.replace(_OPEN, forecast_category="COMMIT"), at("2026-11-21"), _CALENDAR, p_min=0.6)


def test_an_open_deal_past_its_date_is_overdue() -> None:
    assert is_overdue(_OPEN, at("2026-12-16"))
    assert not is_overdue(_OPEN, at("2026-12-14"))
    assert not is_overdue(structs.replace(_OPEN, outcome=Outcome.WON), at("2026-12-16"))


def test_a_deal_due_this_very_moment_is_not_overdue_yet() -> None:
    assert not is_overdue(_OPEN, at("2026-12-15"))
    assert is_overdue(_OPEN, at("2026-12-15") + 1)


def test_the_agreements_least_probability_is_enough_and_below_it_is_not() -> None:
    rule = forecast_rule(parse_agreement("forecast: {p_min: 0.5}", "agreement.yaml"))
    assert rule(_OPEN, at("2026-11-21"))
    assert not rule(structs.replace(_OPEN, probability=0.49), at("2026-11-21"))


_Q4, _Q1 = at("2026-10-01T00:00"), at("2027-01-01T00:00")


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (at("2026-09-01"), None, [(at("2026-09-01"), 7), (_Q4, 8), (_Q1, 7)]),
        (_Q4, None, [(_Q4, 8), (_Q1, 7)]),
        (_Q1, None, [(_Q1, 7)]),
        (at("2026-09-01"), _Q1, [(at("2026-09-01"), 7), (_Q4, 8)]),
        (at("2026-09-01"), _Q4, [(at("2026-09-01"), 7)]),
    ],
)
def test_a_deal_is_forecast_from_the_first_moment_of_its_quarter_to_the_last(
    begins: Millis, ends: Millis | None, expected: list[tuple[Millis, int]]
) -> None:
    """Domain R19: at midnight of a quarter its deals come in, and those of the last one fall back."""
    span = structs.replace(_OPEN, valid_from=begins, valid_to=ends)
    decision = decided_deal(deal_facts([("2026-09-01", "contractsent")]), "2026-11-21")
    decision = replace(decision, spans=[span])
    assert [(place.at, place.rank) for place in places(decision, _CALENDAR, 0.0)] == expected
