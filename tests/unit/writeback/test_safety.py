import pytest

from syncer.errors import UnsafePlan
from syncer.records import Kind
from syncer.writeback import PlanLimits, check_plan, plan_checksum
from tests.unit.writeback.cases import RULES, intent

LIMITS = PlanLimits(max_share=0.3, min_records=10, drifting=RULES.drifting)


def changes(count, name="lifecyclestage", value="lead", previous="customer"):
    return [intent(name, value, previous, record_id=str(number)) for number in range(count)]


def test_too_large_a_share_is_refused_with_numbers_and_a_way_on():
    with pytest.raises(UnsafePlan, match="lifecyclestage of 31 of 100 contacts: more than 30%") as caught:
        check_plan(changes(31), {Kind.CONTACT: 100}, LIMITS)
    assert "--force" in caught.value.hint


def test_the_share_itself_is_allowed():
    check_plan(changes(30), {Kind.CONTACT: 100}, LIMITS)


def test_few_records_are_never_implausible():
    check_plan(changes(9), {Kind.CONTACT: 9}, LIMITS)
    with pytest.raises(UnsafePlan):
        check_plan(changes(10), {Kind.CONTACT: 10}, LIMITS)


def test_filling_blanks_is_not_implausible():
    check_plan(changes(100, previous=None), {Kind.CONTACT: 100}, LIMITS)
    check_plan(changes(100, "fn_stage", "TAM", None), {Kind.CONTACT: 100}, LIMITS)


def test_scores_may_drift_together_but_not_vanish_together():
    check_plan(changes(100, "fn_engagement", "1", "2"), {Kind.CONTACT: 100}, LIMITS)
    with pytest.raises(UnsafePlan, match="fn_engagement"):
        check_plan(changes(100, "fn_engagement", None, "2"), {Kind.CONTACT: 100}, LIMITS)
    with pytest.raises(UnsafePlan, match="fn_stage"):
        check_plan(changes(100, "fn_stage", "OUT", "LEAD_SQL"), {Kind.CONTACT: 100}, LIMITS)


def test_each_property_of_each_kind_counts_for_itself():
    mixed = changes(20) + changes(20, "hs_lead_status", "NEW", "OPEN")
    mixed += [intent("fn_stage", "TAM", "OUT", record_id=str(number), kind=Kind.COMPANY) for number in range(20)]
    check_plan(mixed, {Kind.CONTACT: 100, Kind.COMPANY: 100}, LIMITS)


def test_changes_to_a_kind_of_which_nothing_lives_are_refused():
    with pytest.raises(UnsafePlan, match="10 of 0 contacts"):
        check_plan(changes(10), {}, LIMITS)


def test_the_checksum_names_the_content_whatever_the_order():
    plan = changes(5)
    assert plan_checksum(plan) == plan_checksum(list(reversed(plan)))
    assert plan_checksum(plan) != plan_checksum(plan[:4])
    assert plan_checksum([intent(value="a")]) != plan_checksum([intent(value="b")])
    assert plan_checksum([intent(value="None")]) != plan_checksum([intent(value=None)])
    assert len(plan_checksum([])) == 16
