from datetime import UTC, datetime

import pytest

from syncer.agreement import Calendar, EffectiveAt, Ground, Mode, Resume, ResumeFrom, load_default, parse_agreement
from syncer.agreement.head import BusinessHours, Escalation
from syncer.agreement.outcomes import ClosedOther, parse_resume
from syncer.agreement.score import Action
from syncer.expressions import ExpressionError
from syncer.funnel.facts import FunnelStage
from syncer.moments import DAY, Millis, millis
from syncer.records import Value

DEFAULT = load_default()


def at(text: str) -> Millis:
    return millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_quarters_begin_at_local_midnight_across_daylight_saving() -> None:
    calendar = Calendar()
    assert calendar.quarter_start(at("2026-11-21T10:00")) == at("2026-09-30T22:00")
    assert calendar.quarter_end(at("2026-11-21T10:00")) == at("2026-12-31T23:00") - 1
    assert calendar.quarter_start(at("2026-09-30T22:00")) == at("2026-09-30T22:00")
    assert calendar.quarter_start(at("2026-09-30T21:59")) == at("2026-06-30T22:00")
    assert calendar.quarter_end(at("2026-11-21T10:00"), 1) == at("2027-03-31T22:00") - 1


def test_fiscal_year_moves_the_quarters() -> None:
    calendar = Calendar(timezone="UTC", fiscal_year_start=2)
    assert calendar.quarter_start(at("2026-11-21T10:00")) == at("2026-11-01T00:00")
    assert calendar.fiscal_year_start_after(at("2026-11-21T10:00")) == at("2027-02-01T00:00")
    assert calendar.fiscal_year_start_after(at("2027-02-01T00:00")) == at("2028-02-01T00:00")
    assert calendar.fiscal_year_start_after(at("2027-01-31T23:59")) == at("2027-02-01T00:00")


def test_moments_far_outside_the_calendar_do_not_fail() -> None:
    calendar = Calendar()
    assert calendar.quarter_start(-(10**15)) == calendar.quarter_starts[0]
    assert calendar.quarter_start(10**15) == calendar.quarter_starts[-1]


@pytest.mark.parametrize(("span", "minutes"), [("60m", 60), ("8h", 480), ("2bd", 2 * 9 * 60), ("1bd", 540)])
def test_business_time_is_counted_in_minutes_of_opening(span: str, minutes: int) -> None:
    assert BusinessHours().minutes(span) == minutes


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("Mon-Thu,Sat", {0, 1, 2, 3, 5}),
        ("Sat-Mon", {5, 6, 0}),
        ("Wed", {2}),
        ("Sun", {6}),
    ],
)
def test_days_of_business_are_read_as_ranges(days: str, expected: set[int]) -> None:
    assert BusinessHours(days=days).weekdays == expected


def test_default_service_levels_are_those_of_the_reference() -> None:
    sla = DEFAULT.agreement.sla
    assert (sla.business_hours.open_minute, sla.business_hours.close_minute) == (540, 1080)
    assert (sla.first_touch.explicit_request, sla.decision.accept_or_reject) == ("60m", "2bd")
    assert [step.times for step in sla.escalation] == [1, 2]
    assert Escalation(after="12x", to="owner").times == 12
    assert [route.target for route in DEFAULT.agreement.routing] == [
        "owner(contact)",
        "owner(company)",
        "queue.default",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+90d", Resume(anchor=ResumeFrom.EFFECTIVE, days=90)),
        ("stated_date | +90d", Resume(anchor=ResumeFrom.STATED_DATE, days=0, fallback_days=90)),
        ("contract_end - 120d", Resume(anchor=ResumeFrom.CONTRACT_END, days=-120)),
        ("contract_end + 5d|+30d", Resume(anchor=ResumeFrom.CONTRACT_END, days=5, fallback_days=30)),
        ("start_of_next_fiscal_year", Resume(anchor=ResumeFrom.NEXT_FISCAL_YEAR, days=0)),
    ],
)
def test_dates_of_return_are_typed(text: str, expected: Resume) -> None:
    assert parse_resume(text) == expected


@pytest.mark.parametrize("text", ["", "90d", "-90d", "tomorrow", "stated_date + 90", "+99999d"])
def test_what_is_no_date_of_return_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no date of return"):
        parse_resume(text)


def test_every_reason_has_a_date_of_return() -> None:
    section = DEFAULT.closed_other
    assert section.resume("sponsor_left").days == 14
    assert section.resume("contract_lock_in").anchor is ResumeFrom.CONTRACT_END
    assert section.resume("never_heard") == section.resume(None) == section.default_resume
    assert ClosedOther(resume_at={}).default_resume.days == 90


def test_closed_other_rules_are_compiled_in_order() -> None:
    delays = DEFAULT.delays
    assert [rule.id for rule in delays.rules] == [f"CO{number}" for number in range(1, 10)]
    assert [rule.id for rule in delays.rules if rule.mode is Mode.PROPOSE] == ["CO5", "CO6", "CO7", "CO8"]
    assert [rule.id for rule in delays.rules if rule.is_guarded] == ["CO4", "CO5", "CO6", "CO7", "CO8"]
    assert [rule.id for rule in delays.rules if rule.is_explicit] == ["CO1", "CO2"]
    assert delays.rules[0].effective_at is EffectiveAt.STAGE_ENTERED
    assert delays.rules[5].effective_at is EffectiveAt.AS_OF
    assert delays.min_deal_age_days == 14


NOW = at("2026-11-21T10:00")
OPEN: dict[str, Value] = {"as_of": NOW, "deal.is_open": True, "deal.is_closed": False, "deal.is_won": False}


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ({"deal.in_closed_other_stages": True}, "CO1"),
        ({"deal.outcome": "other", "changed_by_user": True}, "CO2"),
        ({"deal.outcome": "other", "changed_by_user": False}, None),
        ({"deal.is_open": False, "deal.is_closed": True, "deal.normalized_reason": "budget_freeze"}, "CO3"),
        ({"deal.is_open": False, "deal.is_closed": True, "deal.normalized_reason": "price"}, None),
        ({"deal.planned_purchase": at("2027-04-02T00:00")}, "CO4"),
        ({"contact.planned_purchase": at("2027-04-02T00:00")}, "CO4"),
        ({"deal.planned_purchase": at("2027-03-30T00:00")}, None),
        ({"deal.in_on_hold_stages": True, "days_in_stage": 30}, "CO5"),
        ({"deal.in_on_hold_stages": True, "days_in_stage": 29}, None),
        ({"month_pushes": 3, "quarter_pushes": 0, "slip_days": 0}, "CO6"),
        ({"month_pushes": 2, "quarter_pushes": 1, "slip_days": 120}, "CO6"),
        ({"month_pushes": 2, "quarter_pushes": 1, "slip_days": 119}, None),
        ({"deal.close_date": NOW - 15 * DAY, "days_since_two_way_activity": 21}, "CO7"),
        ({"deal.close_date": NOW - 13 * DAY, "days_since_two_way_activity": 21}, None),
        ({"days_since_two_way_activity": 45, "no_future_activity": True}, "CO8"),
        (
            {
                "days_since_two_way_activity": 45,
                "no_future_activity": True,
                "p75_time_in_stage_of_won(stage)": 30,
            },
            None,
        ),
        ({"lead_status": "BAD_TIMING"}, "CO9"),
        ({"lead_object.disqualification_reason": "no_decision"}, "CO9"),
        ({}, None),
    ],
)
def test_closed_other_rule_fires_on_its_own_facts_only(values: dict[str, Value], fires: str | None) -> None:
    facts = {**OPEN, **values}
    assert next((rule.id for rule in DEFAULT.delays.rules if rule.when(facts)), None) == fires


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"next_meeting": NOW + 13 * DAY}, True),
        ({"next_meeting": NOW + 15 * DAY}, False),
        ({"stage_changed": NOW - 13 * DAY}, True),
        ({"stage_changed": NOW - 15 * DAY}, False),
        ({"deal.amount": 10.0, "vip_amount": None}, False),
        ({"deal.amount": 10.0, "vip_amount": 10}, True),
    ],
)
def test_guards_hold_back_what_is_still_moving(values: dict[str, Value], holds: bool) -> None:
    assert any(condition({"as_of": NOW, **values}) for condition in DEFAULT.delays.skip_if) is holds


def test_won_deals_and_reasons_that_end_are_never_closed_other() -> None:
    delays = DEFAULT.delays
    assert delays.never[0]({"deal.is_won": True})
    for reason in ("competitor", "price", "created_in_error", "unspecified"):
        assert any(condition({"deal.normalized_reason": reason}) for condition in delays.unless_explicit)
    assert not any(condition({"deal.normalized_reason": "no_decision"}) for condition in delays.unless_explicit)


def test_gate_keeps_out_whom_one_known_fact_names() -> None:
    gate = DEFAULT.condition(DEFAULT.score_model.gates[0].when, Ground.PROFILE)
    assert gate({"hard_bounce": True})
    assert not gate({"hard_bounce": False})


def test_default_score_is_that_of_the_reference() -> None:
    model = DEFAULT.score_model
    assert model.thresholds.grade == {"A": 75, "B": 50, "C": 25}
    assert model.thresholds.level == {1: 60, 2: 40, 3: 20}
    assert model.matrix["B"] == (Action.SALES_READY, Action.MQL, Action.INQUIRY, Action.SUSPECT)
    assert {name: group.cap for name, group in model.fit.groups.items()} == {
        "company": 40,
        "person": 30,
        "region": 10,
        "timing": 20,
    }
    assert {name: group.cap for name, group in model.engagement.groups.items()} == {
        "intent": 60,
        "content": 40,
        "web": 10,
        "sales": 0,
    }
    points = {rule.id: rule.pts for group in model.engagement.groups.values() for rule in group.rules}
    assert points == {"E1": 40, "E2": 15, "E3": 20, "E4": 20, "E5": 5, "E6": 1}


@pytest.mark.parametrize("stage", FunnelStage)
def test_every_stage_has_an_entry_in_the_lifecycle_map(stage: FunnelStage) -> None:
    entry = DEFAULT.lifecycle_map.of(stage)
    assert (entry.lifecyclestage is None) is (stage is FunnelStage.TAM)


def test_recycled_contacts_differ_from_those_never_active() -> None:
    mapped = DEFAULT.lifecycle_map
    assert mapped.of(FunnelStage.TAM).lifecyclestage is None
    assert mapped.of(FunnelStage.TAM, recycled=True).hs_lead_status == "BAD_TIMING"
    assert mapped.of(FunnelStage.CLOSED_OTHER) == mapped.of(FunnelStage.TAM, recycled=True)


def test_tam_rule_is_none_or_a_condition() -> None:
    assert DEFAULT.tam_rule is None
    rule = parse_agreement("tam: {rule: 'company.country in [DE, AT, CH]'}\n", "agreement.yaml").tam_rule
    assert rule is not None
    assert rule({"company.country": "ch"})


def test_conditions_are_compiled_once() -> None:
    assert DEFAULT.condition("employee", Ground.PROFILE) is DEFAULT.condition("employee", Ground.PROFILE)
    with pytest.raises(ExpressionError):
        DEFAULT.condition("dwell_s > 1", Ground.PROFILE)
    assert DEFAULT.condition("dwell_s > 1", Ground.EVENT)({"dwell_s": 2})
    assert DEFAULT.condition("owner(company) exists", Ground.ROUTING)({"owner(company)": "1"})
