import pytest

from syncer.moments import DAY
from syncer.records import Company
from tests.unit.scoring.models import D2, HEAD_OF_PROCUREMENT, MACHINES, NOW, facts, scorer

SCORER = scorer()


def test_d2_1_a_head_of_procurement_at_a_target_company_who_buys_within_a_year_is_90_a():
    fields = HEAD_OF_PROCUREMENT | {"planned_purchase": NOW + 300 * DAY}
    fit = SCORER.fit(facts(fields=fields, company=MACHINES), NOW)
    assert (fit.points, fit.grade, fit.completeness) == (90.0, "A", 1.0)
    assert fit.hits == ("F1", "F2", "F4", "F5", "F6", "F8")


def test_only_the_first_matching_rule_of_a_group_counts_where_it_says_so():
    soon = facts(fields={"planned_purchase": NOW + 30 * DAY})
    assert SCORER.fit(soon, NOW).points == 20.0
    assert SCORER.fit(soon, NOW).hits == ("F7",)


def test_an_unknown_fact_costs_no_points_and_lowers_completeness():
    fit = SCORER.fit(facts(fields=HEAD_OF_PROCUREMENT, company=MACHINES), NOW)
    assert fit.points == 80.0
    assert fit.missing == ("contact.planned_purchase",)
    assert fit.completeness == pytest.approx(5 / 6)


def test_without_a_company_nothing_of_it_is_known():
    fit = SCORER.fit(facts(), NOW)
    assert (fit.points, fit.grade, fit.completeness) == (0.0, "D", 0.0)
    assert len(fit.missing) == 6


def test_the_facts_that_fit_asks_for_are_those_of_which_a_stranger_lacks_every_one():
    assert SCORER.profile == SCORER.fit(facts(), NOW).missing
    assert "contact.planned_purchase" in SCORER.profile


def test_fit_never_falls_below_the_scale():
    fit = SCORER.fit(facts(fields={"type": "student"}, company=Company(id="1", employees=2)), NOW)
    assert fit.points == 0.0
    assert fit.hits == ("F3", "N2")


def test_a_free_mail_address_takes_points_away_whatever_its_case():
    known = facts(fields=HEAD_OF_PROCUREMENT, company=MACHINES, email="A.B@GMX.de")
    assert SCORER.fit(known, NOW).points == 70.0


def test_the_grade_begins_at_its_threshold():
    model = dict(D2) | {
        "fit": {"groups": {"g": {"cap": 100, "rules": [{"id": "F1", "if": "company.employees > 0", "pts": 75}]}}}
    }
    model["negative"] = []
    one = scorer(model)
    assert one.fit(facts(company=MACHINES), NOW).grade == "A"
    model["fit"]["groups"]["g"]["rules"][0]["pts"] = 74.99
    assert scorer(model).fit(facts(company=MACHINES), NOW).grade == "B"


def test_points_of_a_group_are_capped_downward_too():
    rules = [{"id": "F1", "if": "company.employees > 0", "pts": -80}]
    model = dict(D2) | {
        "negative": [],
        "fit": {
            "groups": {
                "bad": {"cap": 10, "rules": rules},
                "good": {"cap": 40, "rules": [{"id": "F2", "if": "company.country == DE", "pts": 40}]},
            }
        },
    }
    assert scorer(model).fit(facts(company=MACHINES), NOW).points == 30.0


@pytest.mark.parametrize(
    ("contact", "gated"),
    [
        ({}, None),
        ({"bounced": True}, "G1"),
        ({"fields": {"competitor": True}}, "G1"),
        ({"fields": {"competitor": "true"}}, "G1"),
        ({"fields": {"competitor": "false"}}, None),
        ({"fields": {"objected_profiling": True}}, "G1"),
        ({"email": "boss@own.example"}, "G1"),
        ({"company": Company(id="1", fields={"competitor": True})}, "G1"),
    ],
)
def test_the_gate_keeps_out_whom_it_names(contact, gated):
    assert SCORER.gate(facts(**contact), NOW) == gated
    assert SCORER.gate(facts(**contact), NOW) == gated, "and says so again"


def test_a_number_and_a_truth_that_equal_each_other_are_told_apart_whoever_comes_first():
    fresh = scorer()
    assert fresh.gate(facts(fields={"competitor": 1}), NOW) is None
    assert fresh.gate(facts(fields={"competitor": True}), NOW) == "G1"
    assert fresh.gate(facts(fields={"competitor": 1}), NOW) is None


@pytest.mark.parametrize(
    ("contact", "basis"),
    [({}, "full"), ({"opted_out": True}, "fit_only"), ({"email": None}, "fit_only"), ({"bounced": True}, "none")],
)
def test_what_may_be_scored_follows_from_consent_address_and_gate(contact, basis):
    assert SCORER.basis(facts(**contact), NOW) == basis


def test_the_date_of_a_planned_purchase_is_read_as_of_the_moment_of_deciding():
    known = facts(fields={"planned_purchase": NOW + 300 * DAY})
    assert SCORER.fit(known, NOW).hits == ("F8",)
    assert SCORER.fit(known, NOW + 200 * DAY).hits == ("F7",)


def test_the_most_that_a_missing_fact_could_bring_is_known():
    assert SCORER.potential("contact.planned_purchase") == 20.0
    assert SCORER.potential("company.employees") == 25.0
    assert SCORER.potential("contact.unheard_of") == 0.0


@pytest.mark.parametrize(("first_match", "most"), [(False, 12.5), (True, 7.0)])
def test_rules_that_add_up_could_bring_their_sum_and_one_of_several_its_best(first_match, most):
    rules = [
        {"id": "F1", "if": "company.employees > 50", "pts": 7},
        {"id": "F2", "if": "company.employees > 10", "pts": 5},
        {"id": "F3", "if": "company.employees > 5", "pts": 0.5},
        {"id": "F4", "if": "company.employees < 5", "pts": -15},
    ]
    group = {"cap": 100, "first_match": first_match, "rules": rules}
    one = scorer(dict(D2) | {"negative": [], "fit": {"groups": {"g": group}}})
    assert one.potential("company.employees") == most
    assert one.fit(facts(company=MACHINES), NOW).points == most


def test_facts_of_the_record_itself_and_custom_fields_are_read_alike():
    rules = [
        {"id": "F1", "if": "contact.country == AT", "pts": 1},
        {"id": "F2", "if": "company.revenue > 10", "pts": 2},
        {"id": "F3", "if": "country == AT and contact.opted_out == false", "pts": 4},
        {"id": "F4", "if": "contact.created_at <= -14d", "pts": 8},
    ]
    one = scorer(dict(D2) | {"negative": [], "fit": {"groups": {"g": {"cap": 50, "rules": rules}}}})
    known = facts(country="AT", created_at=NOW - 15 * DAY, company=Company(id="1", fields={"revenue": 11}))
    assert one.fit(known, NOW).points == 15.0
    assert one.fit(known, NOW - 2 * DAY).points == 7.0
    assert one.fit(facts(country="DE"), NOW).points == 0.0


def test_a_deduction_that_waits_for_silence_is_no_matter_of_fit():
    model = dict(D2) | {"negative": [{"id": "N1", "if": "days_since_last_activity >= 1", "fit": -10}]}
    assert scorer(model).fit(facts(fields=HEAD_OF_PROCUREMENT), NOW).points == 30.0
