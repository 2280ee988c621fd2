"""A profile that changes by date alone is looked at again on its day, and not before."""

import pytest

from syncer.agreement import parse_agreement
from syncer.agreement.names import Ground
from syncer.funnel import compile_rules, decide_contact
from syncer.funnel.facts import ContactDecision, FunnelStage
from syncer.moments import DAY, HOUR, Millis
from tests.unit.funnel.build import STAGES, at, contact, facts, row, rules

_MONTH = 30.4375 * DAY


def _decided(as_of: int, text: str | None = None, **values: object) -> ContactDecision:
    known = compile_rules(parse_agreement(text, "agreement.yaml"), STAGES) if text else rules()
    return decide_contact(facts([], **values), rules=known, as_of=Millis(as_of))


def _planned(as_of: int, when: int, text: str | None = None) -> ContactDecision:
    return _decided(as_of, text, fields={"planned_purchase": when})


def test_a_purchase_that_comes_within_the_span_of_a_rule_is_due_then() -> None:
    bought = at("2028-01-15")
    far = _planned(at("2026-11-21"), bought)
    assert far.due_at is not None
    assert abs(far.due_at - (bought - 12 * _MONTH)) <= 1
    near = _planned(far.due_at, bought)
    assert near.score.fit == far.score.fit + 10
    assert near.due_at is not None
    assert abs(near.due_at - (bought - 6 * _MONTH)) <= 1
    here = _planned(near.due_at, bought)
    assert (here.score.fit, here.due_at) == (far.score.fit + 20, None)
    assert _planned(near.due_at - 1, bought).score.fit == near.score.fit


def test_without_a_date_nothing_is_due() -> None:
    assert _decided(at("2026-11-21")).due_at is None


def test_a_contact_with_a_past_is_due_for_its_profile_too() -> None:
    who = contact(fields={"planned_purchase": at("2027-12-01")})
    known = facts([row("2026-01-01", "page_view", "/blog")], fields=who.fields)
    decision = decide_contact(known, rules=rules(), as_of=at("2026-11-21"))
    assert decision.due_at is not None
    assert abs(decision.due_at - (at("2027-12-01") - 12 * _MONTH)) <= 1


def test_a_date_in_the_gate_and_in_the_market_is_one_of_the_profile() -> None:
    market = "tam: {rule: 'contact.created_at < as_of - 365d'}"
    young = _decided(at("2026-11-21"), market, created_at=at("2026-02-01"))
    assert young.stage is FunnelStage.OUT
    assert young.due_at is not None
    old = _decided(young.due_at, market, created_at=at("2026-02-01"))
    assert old.stage is FunnelStage.TAM


@pytest.mark.parametrize(
    "text",
    [
        "tam: {rule: 'contact.created_at < as_of - 365d'}",
        "tam: {rule: 'contact.created_at >= as_of - 365d'}",
        "score_model: {negative: [{id: N, if: 'contact.created_at < as_of - 365d', fit: -10}]}",
        "score_model: {gates: [{id: G, if: 'contact.created_at < as_of - 365d', result: OUT}]}",
    ],
)
def test_a_record_that_grows_old_is_due_the_moment_after_the_last_one_that_a_rule_includes(text: str) -> None:
    born = at("2026-02-01")
    young = _decided(at("2026-11-21"), text, created_at=born)
    assert young.due_at == born + 365 * DAY + 1
    old = _decided(young.due_at, text, created_at=born)
    assert (old.stage, old.score.fit) != (young.stage, young.score.fit)
    assert old.due_at is None


def test_a_deduction_for_an_event_reads_no_date_of_the_profile() -> None:
    text = "score_model: {negative: [{id: N, event: unsubscribe, if: 'dwell_s >= 10', engagement: -3}]}"
    assert _decided(at("2026-11-21"), text, created_at=at("2026-02-01")).due_at is None


def test_where_spans_are_calculated_every_evening_is_looked_at() -> None:
    text = "tam: {rule: 'contact.planned_purchase > end_of_quarter(as_of, 1)'}"
    decision = _planned(at("2026-11-21"), at("2028-01-15"), text)
    assert decision.due_at == at("2026-11-22T00:00")


def test_no_look_comes_sooner_than_an_hour() -> None:
    bought = at("2028-01-15")
    day = int(bought - 12 * _MONTH)
    due = decide_contact(
        facts([row("2026-01-01", "call")], fields={"planned_purchase": bought}),
        rules=rules(),
        as_of=Millis(day - 60_000),
    ).due_at
    assert due == day - 60_000 + HOUR


@pytest.mark.parametrize(
    ("text", "names", "days", "is_plain"),
    [
        ("contact.planned_purchase <= 6m", {"contact.planned_purchase"}, {0.0, 182.625}, True),
        ("contact.created_at within 14d or lead_status == NEW", {"contact.created_at"}, {0.0, 14.0}, True),
        ("contact.created_at < as_of - 30d", {"contact.created_at"}, {0.0, 30.0}, True),
        ("contact.created_at + 7d < as_of - 30d", {"contact.created_at"}, {0.0, 7.0, 30.0}, False),
        ("contact.created_at < as_of - 2 * 30d", {"contact.created_at"}, {0.0, 2.0, 30.0}, False),
        ("not contact.created_at exists", {"contact.created_at"}, {0.0}, True),
        ("company.employees in [51,500]", set(), {0.0}, True),
        ("max(company.employees, 5) > 3 and contact.opted_out", set(), {0.0, 5.0, 3.0}, True),
    ],
)
def test_a_condition_tells_what_its_answer_owes_to_the_day(
    text: str, names: set[str], days: set[float], is_plain: bool
) -> None:
    dates = parse_agreement("{}", "agreement.yaml").condition(text, Ground.PROFILE).dates
    assert (set(dates.names), set(dates.days), dates.is_plain) == (names, days, is_plain)
