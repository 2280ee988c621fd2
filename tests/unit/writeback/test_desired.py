import pytest
import yaml

from syncer.agreement.pipelines import Pipelines
from syncer.agreement.writing import LifecycleMap, WriteBack
from syncer.funnel.facts import (
    CompanyDecision,
    ContactDecision,
    Cycle,
    CycleType,
    DealDecision,
    DealSpan,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
)
from syncer.moments import DAY, Millis
from syncer.records import Stage
from syncer.writeback import desired_company, desired_contact, desired_deal, diff, standing_of, write_rules
from tests.unit.writeback.cases import NOW, RULES, SINCE, rules, score, shown, standing


def contact(who, crm=None, given=RULES):
    return {name: value.value for name, value in desired_contact(who, crm or shown(), given).values.items()}


def test_a_contact_shows_stage_score_and_milestones():
    who = standing(sales_ready_at=SINCE, accepted_at=None, sla_due_at=NOW, reasons="+45 pricing page")
    assert contact(who) == {
        "fn_stage": "LEAD_SQL",
        "fn_stage_since": "2026-11-11T07:00:00.000Z",
        "fn_fit": "80",
        "fn_engagement": "51.99",
        "fn_cell": "A2",
        "fn_priority": "4852",
        "fn_score_reasons": "+45 pricing page",
        "fn_outcome": "open",
        "fn_sales_ready_at": "2026-11-11T07:00:00.000Z",
        "fn_accepted_at": None,
        "fn_sla_due_at": "2026-11-21T07:00:00.000Z",
        "lifecyclestage": "salesqualifiedlead",
        "hs_lead_status": "NEW",
    }


SCORES = ("fn_fit", "fn_engagement", "fn_cell", "fn_priority", "fn_score_reasons")


def test_an_objection_blanks_every_score():
    who = standing("OUT", score=score(basis="none", action="out"), reasons="left over")
    held = dict.fromkeys(SCORES, "1") | {"fn_stage": "OUT"}
    edits = diff(desired_contact(who, shown(), RULES).values, held)
    assert {edit.property for edit in edits if edit.value is None} == set(SCORES)


def test_without_consent_fit_stays_and_engagement_is_blank():
    who = standing(score=score(engagement=0.0, cell="A4", basis="fit_only", action="suspect"))
    found = contact(who, shown(fn_engagement="40", fn_cell="A2"))
    assert (found["fn_fit"], found["fn_engagement"], found["fn_cell"]) == ("80", None, "A4")


@pytest.mark.parametrize(
    ("held", "cell", "written"),
    [
        ("52.50", "A2", "52.5"),
        ("56.98", "A2", "56.98"),
        ("56.99", "A2", "51.99"),
        ("51.50", "A2", "51.99"),
        ("52.50", "A1", "51.99"),
        ("", "A2", "51.99"),
        ("nonsense", "A2", "51.99"),
    ],
)
def test_fading_may_lag_by_a_step_within_a_cell_and_a_gain_is_shown_at_once(held, cell, written):
    assert contact(standing(), shown(fn_engagement=held, fn_cell=cell))["fn_engagement"] == written


def test_the_priority_goes_with_the_engagement_that_is_shown():
    found = contact(standing(), shown(fn_engagement="56.4", fn_cell="A2"))
    assert (found["fn_engagement"], found["fn_priority"]) == ("56.4", "4856")


def test_a_second_round_a_moment_later_writes_nothing():
    first = desired_contact(standing(reasons="x"), shown(), RULES).values
    held = {name: value.value for name, value in first.items()}
    later = standing(score=score(engagement=51.2, priority=4851), reasons="x")
    assert diff(desired_contact(later, shown(**held), RULES).values, held) == []


@pytest.mark.parametrize(
    ("held", "fresh", "written"),
    [
        # Faded within the step: what the figures beside it were made of stays.
        ({"fn_engagement": "56.4", "fn_fit": "80"}, "+51.99 pricing page", "+56.4 pricing page"),
        # The engagement is written anew, so is what it is made of.
        ({"fn_engagement": "57.5", "fn_fit": "80"}, "+51.99 pricing page", "+51.99 pricing page"),
        ({"fn_engagement": "56.4", "fn_fit": "75"}, "+51.99 pricing page", "+51.99 pricing page"),
        # Another fact is another reason.
        ({"fn_engagement": "56.4", "fn_fit": "80"}, "+51.99 pricing page · +10 DACH", "+51.99 pricing page · +10 DACH"),
        ({"fn_engagement": "56.4", "fn_fit": "80"}, "", None),
    ],
)
def test_reasons_are_those_of_the_figures_beside_them(held, fresh, written):
    there = shown(fn_cell="A2", fn_score_reasons="+56.4 pricing page", **held)
    assert contact(standing(reasons=fresh), there)["fn_score_reasons"] == written


def test_reasons_stand_still_where_the_engagement_is_not_shown():
    bare = rules(contacts={"engagement": None})
    there = shown(fn_cell="A2", fn_fit="80", fn_score_reasons="+56.4 pricing page")
    wanted = desired_contact(standing(reasons="+51.99 pricing page"), there, bare).values
    assert wanted["fn_score_reasons"].value == "+56.4 pricing page"


def test_a_decision_becomes_a_standing_with_the_milestones_of_its_latest_cycle():
    base = {"type": CycleType.ACQUISITION, "origin": Origin.INBOUND}
    cycles = (
        Cycle(cycle_no=1, started_at=SINCE, sales_ready_at=SINCE, **base),
        Cycle(cycle_no=2, started_at=NOW, accepted_at=NOW, **base),
    )
    decision = ContactDecision(
        contact_id="7",
        stage=FunnelStage.LEAD_SAL,
        since=NOW,
        cycle_no=2,
        relationship=Relationship.PROSPECT,
        outcome=Outcome.LOST,
        score=score(),
        events=(),
        cycles=cycles,
        sla_due_at=Millis(NOW + DAY),
    )
    who = standing_of(decision, "because")
    assert (who.contact_id, who.stage, who.cycle_no) == ("7", FunnelStage.LEAD_SAL, 2)
    assert (who.sales_ready_at, who.accepted_at, who.sla_due_at) == (None, NOW, NOW + DAY)
    assert who.reasons == "because"


def deal(**span):
    base = {
        "deal_id": "1",
        "valid_from": SINCE,
        "valid_to": None,
        "pipeline_id": "default",
        "pipeline_kind": "new_business",
        "stage_id": "closedlost",
        "outcome": Outcome.OPEN,
        "rule": "open_stage",
        "reason": None,
        "amount": None,
        "currency": None,
        "close_date": None,
        "forecast_category": None,
        "probability": None,
        "offer_at": None,
    }
    earlier = DealSpan(**base | {"valid_to": SINCE, "outcome": Outcome.WON})
    return DealDecision(
        deal_id="1",
        created_at=SINCE,
        primary_contact_id=None,
        contact_ids=(),
        company_id=None,
        owner_id=None,
        deal_type=None,
        source=None,
        spans=(earlier, DealSpan(**base | span)),
    )


def shown_deal(decision, crm=None, given=RULES):
    return {name: value.value for name, value in desired_deal(decision, crm or shown(), given).values.items()}


def test_a_postponed_deal_shows_outcome_reason_and_return():
    decision = deal(outcome=Outcome.OTHER, reason="budget_freeze", resume_at=NOW, offer_at=SINCE)
    assert shown_deal(decision) == {
        "fn_outcome": "other",
        "fn_other_reason": "budget_freeze",
        "fn_resume_at": "2026-11-21T07:00:00.000Z",
        "fn_offer_at": "2026-11-11T07:00:00.000Z",
        "hs_manual_forecast_category": "OMIT",
    }


@pytest.mark.parametrize("outcome", ["won", "lost", "void"])
def test_other_outcomes_carry_neither_reason_nor_return(outcome):
    decision = deal(outcome=Outcome(outcome), reason="price", resume_at=NOW)
    assert shown_deal(decision) == {"fn_outcome": outcome}


CATEGORY = "hs_manual_forecast_category"


def test_a_postponed_deal_leaves_the_forecast_of_the_crm_and_comes_back_as_it_was():
    postponed = deal(outcome=Outcome.OTHER, forecast_category="COMMIT")
    assert shown_deal(postponed, shown(**{CATEGORY: "COMMIT"}))[CATEGORY] == "OMIT"
    ours = shown({CATEGORY: "OMIT"}, **{CATEGORY: "OMIT"})
    assert shown_deal(deal(forecast_category="COMMIT"), ours) == {CATEGORY: "COMMIT"}
    assert shown_deal(deal(), ours) == {CATEGORY: None}


def test_a_forecast_category_that_a_rep_chose_stands():
    assert shown_deal(deal(forecast_category="OMIT"), shown(**{CATEGORY: "OMIT"})) == {}
    postponed = deal(outcome=Outcome.OTHER, forecast_category="COMMIT")
    edited = shown({CATEGORY: "OMIT"}, SINCE + DAY, **{CATEGORY: "COMMIT"})
    assert CATEGORY not in shown_deal(postponed, edited)
    postponed_again = shown({CATEGORY: "OMIT"}, SINCE - DAY, **{CATEGORY: "COMMIT"})
    assert shown_deal(postponed, postponed_again)[CATEGORY] == "OMIT"


def parking(text="{default: {closed_other_stages: [onhold], closed_other_stage: parked}}"):
    stages = [
        Stage(
            pipeline_id="default",
            pipeline_label="Sales",
            stage_id=one,
            label=one,
            position=at,
            is_closed=one != "open",
            probability=0.0,
        )
        for at, one in enumerate(("open", "onhold", "parked", "closedlost"))
    ]
    pipelines = Pipelines.model_validate(yaml.safe_load(text)).resolve(stages)
    return write_rules(WriteBack(), LifecycleMap(), pipelines=pipelines)


@pytest.mark.parametrize(
    ("held", "written", "wanted"),
    [
        ("open", None, "parked"),
        ("closedlost", None, "parked"),
        ("onhold", None, None),
        ("parked", "parked", "parked"),
        ("open", "parked", None),
    ],
)
def test_a_postponed_deal_goes_where_its_pipeline_says_unless_somebody_chose(held, written, wanted):
    postponed = deal(outcome=Outcome.OTHER, stage_id="open")
    crm = shown({"dealstage": written} if written else None, SINCE + DAY, dealstage=held)
    assert shown_deal(postponed, crm, parking()).get("dealstage") == wanted


def test_a_deal_that_is_back_returns_to_the_stage_that_others_left_it_in():
    ours = shown({"dealstage": "parked"}, dealstage="parked")
    assert shown_deal(deal(stage_id="open"), ours, parking())["dealstage"] == "open"
    theirs = shown({"dealstage": "parked"}, dealstage="open")
    assert "dealstage" not in shown_deal(deal(stage_id="open"), theirs, parking())


def test_a_pipeline_without_a_place_for_postponed_deals_moves_none():
    postponed = deal(outcome=Outcome.OTHER, stage_id="open", pipeline_id="second")
    assert "dealstage" not in shown_deal(postponed, shown(dealstage="open"), parking())


def test_a_forecast_category_that_is_off_is_not_written():
    off = rules(deals={"forecast_category": None})
    assert CATEGORY not in shown_deal(deal(outcome=Outcome.OTHER), given=off)


def test_a_reopened_deal_loses_only_what_we_wrote():
    crm = shown({"fn_outcome": "lost"}, fn_outcome="lost", fn_offer_at="2026-01-01")
    assert shown_deal(deal(), crm) == {"fn_outcome": None}
    assert shown_deal(deal(), shown(fn_outcome="other")) == {}


def test_an_unmapped_deal_and_one_without_a_past_are_left_alone():
    assert shown_deal(deal(outcome=Outcome.UNMAPPED), shown({"fn_outcome": "won"}, fn_outcome="won")) == {}
    empty = DealDecision(
        deal_id="1",
        created_at=SINCE,
        primary_contact_id=None,
        contact_ids=(),
        company_id=None,
        owner_id=None,
        deal_type=None,
        source=None,
        spans=(),
    )
    assert shown_deal(empty) == {}


def test_a_company_shows_stage_and_market():
    found = desired_company(CompanyDecision(company_id="1", stage=FunnelStage.FORECAST, in_tam=True), shown(), RULES)
    assert {name: value.value for name, value in found.values.items()} == {"fn_stage": "FORECAST", "fn_in_tam": "true"}
    off = desired_company(
        CompanyDecision(company_id="1", stage=FunnelStage.TAM, in_tam=False), shown(), rules(companies={"stage": None})
    )
    assert {name: value.value for name, value in off.values.items()} == {"fn_in_tam": "false"}


def test_a_reason_that_the_property_does_not_offer_is_reported_once_it_would_change_something():
    few = rules({"fn_other_reason": ("timing",)})
    decision = deal(outcome=Outcome.OTHER, reason="budget_freeze")
    assert desired_deal(decision, shown(), few).problems
    assert not desired_deal(decision, shown(fn_other_reason="budget_freeze"), few).problems
