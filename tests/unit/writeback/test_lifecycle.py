import pytest

from syncer.moments import DAY
from syncer.writeback import desired_contact
from tests.unit.writeback.cases import LEAD_STATUSES, RULES, SINCE, rules, shown, standing


def lifecycle(who, crm, given=RULES):
    found = desired_contact(who, crm, given).values.get("lifecyclestage")
    return None if found is None else found.value


def status(who, crm, given=RULES):
    found = desired_contact(who, crm, given).values.get("hs_lead_status")
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("stage", "value", "lead_status"),
    [
        ("SUSPECT", "subscriber", None),
        ("INQUIRY", "lead", "NEW"),
        ("LEAD_MQL", "marketingqualifiedlead", "NEW"),
        ("LEAD_SQL", "salesqualifiedlead", "NEW"),
        ("LEAD_SAL", "salesqualifiedlead", "IN_PROGRESS"),
        ("LEAD_DEAL", "opportunity", "OPEN_DEAL"),
        ("OPPORTUNITY", "opportunity", "OPEN_DEAL"),
        ("FORECAST", "opportunity", "OPEN_DEAL"),
        ("CLOSED_WON", "customer", None),
        ("CLOSED_LOST", "lead", "UNQUALIFIED"),
    ],
)
def test_b7_each_stage_has_its_value_on_a_blank_contact(stage, value, lead_status):
    who = standing(stage)
    assert (lifecycle(who, shown()), status(who, shown())) == (value, lead_status)


def test_tam_never_active_writes_neither():
    who = standing("TAM")
    assert (lifecycle(who, shown()), status(who, shown())) == (None, None)
    lost_long_ago = standing("TAM", outcome="lost")
    assert (lifecycle(lost_long_ago, shown()), status(lost_long_ago, shown())) == (None, None)


def test_tam_recycled_by_closed_other_goes_back_to_subscriber_and_bad_timing():
    who, crm = standing("TAM", outcome="other"), shown(lifecyclestage="opportunity", hs_lead_status="OPEN_DEAL")
    assert (lifecycle(who, crm), status(who, crm)) == ("subscriber", "BAD_TIMING")


def test_out_touches_the_lifecycle_only_where_we_wrote_it():
    who = standing("OUT")
    assert lifecycle(who, shown(lifecyclestage="lead")) is None
    assert lifecycle(who, shown()) is None
    assert lifecycle(who, shown({"lifecyclestage": "lead"}, lifecyclestage="lead")) == "other"
    assert lifecycle(who, shown({"lifecyclestage": "lead"}, lifecyclestage="customer")) is None


def test_who_comes_back_from_outside_may_go_back_where_we_put_them_there():
    who = standing("INQUIRY")
    assert lifecycle(who, shown(lifecyclestage="other")) is None
    assert lifecycle(who, shown({"lifecyclestage": "other"}, lifecyclestage="other")) == "lead"


@pytest.mark.parametrize(
    "stage", ["SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_DEAL", "CLOSED_LOST", "CLOSED_WON"]
)
def test_r10_a_customer_is_never_written_below_customer(stage):
    who = standing(stage, relationship="customer")
    assert lifecycle(who, shown(lifecyclestage="opportunity")) == "customer"
    assert lifecycle(who, shown(lifecyclestage="customer")) == "customer"
    assert lifecycle(who, shown(lifecyclestage="evangelist")) is None


def test_an_open_cycle_never_moves_the_lifecycle_backward():
    assert lifecycle(standing("INQUIRY"), shown(lifecyclestage="marketingqualifiedlead")) is None
    assert lifecycle(standing("CLOSED_LOST"), shown(lifecyclestage="opportunity")) == "lead"


def test_a_value_that_nobody_knows_is_left_alone():
    assert lifecycle(standing("CLOSED_LOST"), shown(lifecyclestage="51439524")) is None


def test_own_stages_of_the_portal_have_their_place_in_its_order():
    own = rules({"lifecyclestage": ("lead", "51439524", "opportunity", "customer")})
    assert lifecycle(standing("LEAD_DEAL"), shown(lifecyclestage="51439524"), own) == "opportunity"
    assert lifecycle(standing("CLOSED_LOST"), shown(lifecyclestage="51439524"), own) == "lead"


def test_mql_fills_only_a_blank_status():
    assert status(standing("LEAD_MQL"), shown(hs_lead_status="OPEN")) is None
    assert status(standing("LEAD_MQL"), shown({"hs_lead_status": "OPEN"}, hs_lead_status="OPEN")) is None
    assert status(standing("LEAD_MQL"), shown(hs_lead_status="")) == "NEW"


@pytest.mark.parametrize("held", LEAD_STATUSES)
def test_an_accepted_lead_keeps_the_status_of_its_rep(held):
    assert status(standing("LEAD_SAL"), shown(hs_lead_status=held)) is None
    assert status(standing("LEAD_SAL"), shown({"hs_lead_status": held}, hs_lead_status=held)) == "IN_PROGRESS"


def test_a_hand_over_resets_a_parked_status_and_not_one_that_is_worked_on():
    for held in ("BAD_TIMING", "UNQUALIFIED"):
        assert status(standing("LEAD_SQL"), shown(hs_lead_status=held)) == "NEW"
    assert status(standing("LEAD_SQL"), shown(hs_lead_status="ATTEMPTED_TO_CONTACT")) is None
    assert status(standing("LEAD_SQL"), shown({"hs_lead_status": "OPEN"}, hs_lead_status="OPEN")) == "NEW"


def test_a_deal_is_a_fact_that_replaces_any_status():
    assert status(standing("LEAD_DEAL"), shown(hs_lead_status="ATTEMPTED_TO_CONTACT")) == "OPEN_DEAL"


@pytest.mark.parametrize(("name", "read"), [("lifecyclestage", lifecycle), ("hs_lead_status", status)])
def test_r11_what_somebody_changed_after_us_in_this_stage_is_not_fought(name, read):
    value = {"lifecyclestage": "opportunity", "hs_lead_status": "OPEN_DEAL"}[name]
    held = {"lifecyclestage": "lead", "hs_lead_status": "CONNECTED"}[name]
    who = standing("LEAD_DEAL")
    assert read(who, shown({name: value}, at=SINCE, **{name: held})) is None
    assert read(who, shown({name: value}, at=SINCE - DAY, **{name: held})) == value, "that was for an earlier stage"
    assert read(who, shown({name: "other"}, at=SINCE, **{name: held})) == value, "that was another value"


def test_a_stage_without_a_date_is_written():
    assert (
        status(standing("LEAD_DEAL", since=None), shown({"hs_lead_status": "OPEN_DEAL"}, hs_lead_status="NEW"))
        == "OPEN_DEAL"
    )


def test_a_value_that_the_crm_does_not_offer_is_a_problem_and_no_write():
    few = rules({"hs_lead_status": ("NEU", "OFFEN"), "lifecyclestage": ("lead", "salesqualifiedlead")})
    found = desired_contact(standing("LEAD_SQL"), shown(), few)
    assert "hs_lead_status" not in found.values
    assert found.values["lifecyclestage"].value == "salesqualifiedlead"
    assert found.problems == ("contacts.hs_lead_status has no option NEW; add it or map the stage otherwise",)


def test_properties_that_are_off_are_not_written():
    off = rules(contacts={"lifecycle": None, "lead_status": None, "fit": "own_fit", "cell": None})
    found = desired_contact(standing("LEAD_SQL"), shown(), off).values
    assert "own_fit" in found
    assert {"lifecyclestage", "hs_lead_status", "fn_fit", "fn_cell"}.isdisjoint(found)
