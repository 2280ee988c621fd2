"""Whom a lead without an owner is assigned to, and the track of whoever was postponed."""

import pytest

from syncer.agreement.writing import ContactProperties, DealProperties
from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactFacts, DealDecision, DealSpan, Outcome
from syncer.writeback import desired_contact, desired_deal, specs, standing_of
from tests.unit.funnel.build import at, contact, row
from tests.unit.funnel.build import rules as funnel_rules
from tests.unit.writeback.cases import NOW, RULES, rules, shown, standing

ON = rules(contacts=ContactProperties(owner="hubspot_owner_id", nurture_track="fn_nurture_track"))


def owner_of(who, crm=None, given=ON):
    return desired_contact(who, crm or shown(), given).values.get("hubspot_owner_id")


@pytest.mark.parametrize("stage", ["LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "LEAD_DEAL", "OPPORTUNITY", "FORECAST"])
def test_a_lead_without_an_owner_gets_the_one_whom_routing_names(stage):
    found = owner_of(standing(stage, routed_to="71"))
    assert (found.value, found.rule, found.why) == ("71", "routing", "lead without an owner")


@pytest.mark.parametrize("stage", ["OUT", "TAM", "SUSPECT", "INQUIRY", "CLOSED_WON", "CLOSED_LOST"])
def test_who_is_no_lead_is_assigned_to_nobody(stage):
    assert owner_of(standing(stage, routed_to="71")) is None


def test_people_win():
    who = standing(routed_to="71")
    assert owner_of(who, shown(hubspot_owner_id="72")) is None
    assert owner_of(who, shown({"hubspot_owner_id": "71"}, hubspot_owner_id="72")) is None
    assert owner_of(who, shown({"hubspot_owner_id": "71"}, hubspot_owner_id="")) is None


def test_nobody_is_assigned_by_a_route_to_a_team_or_without_the_agreements_word():
    assert owner_of(standing(routed_to=None)) is None
    assert owner_of(standing(routed_to="71"), given=RULES) is None


def test_the_owner_is_the_crms_own_property_and_the_track_is_ours():
    names = {one.name for one in specs(ON, grades=["A"], reasons=["budget_freeze"])}
    assert "fn_nurture_track" in names
    assert "hubspot_owner_id" not in names
    assert "fn_nurture_track" not in {one.name for one in specs(RULES, grades=["A"], reasons=[])}


def track_of(who, crm=None):
    found = desired_contact(who, crm or shown(), ON).values
    return found["fn_nurture_track"].value if "fn_nurture_track" in found else "untouched"


def test_whoever_was_postponed_is_on_the_track_of_the_reason_until_the_next_cycle():
    assert track_of(standing("TAM", outcome="other", track="budget_freeze")) == "budget_freeze"
    ours = shown({"fn_nurture_track": "budget_freeze"}, fn_nurture_track="budget_freeze")
    assert track_of(standing("SUSPECT", outcome="other"), ours) is None
    assert track_of(standing("SUSPECT"), shown(fn_nurture_track="chosen by a person")) == "untouched"


@pytest.mark.parametrize(
    ("evidence", "track"),
    [
        ([("2026-09-02", "BAD_TIMING")], "bad_timing"),
        ([("2026-09-02", "UNQUALIFIED")], None),
        ([], None),
    ],
)
def test_the_track_is_the_reason_of_the_latest_delay(evidence, track):
    said = [row(when, "lead_status", outcome=value, actor="user") for when, value in evidence]
    facts = ContactFacts(contact=contact(), evidence=[row("2026-08-30", "form", "Demo anfordern"), *said])
    decision = decide_contact(facts, rules=funnel_rules(), as_of=at("2026-10-01"))
    assert standing_of(decision).track == track
    assert standing_of(decision, routed_to="71").routed_to == "71"


def test_what_the_agreement_names_no_property_for_is_not_written_and_scores_drift():
    won = DealSpan(
        deal_id="d",
        valid_from=NOW,
        valid_to=None,
        pipeline_id="p",
        pipeline_kind="new_business",
        stage_id="s",
        outcome=Outcome.WON,
        rule="won_stage",
        reason=None,
        amount=None,
        currency=None,
        close_date=None,
        forecast_category=None,
        probability=None,
        offer_at=None,
    )
    decision = DealDecision(
        deal_id="d",
        created_at=NOW,
        primary_contact_id=None,
        contact_ids=(),
        company_id=None,
        owner_id=None,
        deal_type=None,
        source=None,
        spans=(won,),
    )
    silent = rules(deals=DealProperties(outcome=None))
    assert "fn_outcome" in desired_deal(decision, shown(), RULES).values
    assert "fn_outcome" not in desired_deal(decision, shown(), silent).values
    assert RULES.dispensable == {"hs_manual_forecast_category"}
    assert rules(deals=DealProperties(forecast_category=None)).dispensable == frozenset()
    assert RULES.drifting == {"fn_fit", "fn_engagement", "fn_cell", "fn_priority", "fn_score_reasons"}
