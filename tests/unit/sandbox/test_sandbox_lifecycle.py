"""The lifecycle stage goes forward only, and the dates that come with it."""

import pytest

from connectors.sandbox.state import Backward, Habits, Portal
from tests.unit.sandbox.rig import Clock, Crm, Open

PATH = "/crm/v3/objects/contacts"


def contact(id_: int, stage: str, **more: object) -> dict[str, object]:
    return {
        "type": "contacts",
        "id": str(id_),
        "properties": {"lifecyclestage": stage},
        "createdAt": "2026-01-02T00:00:00Z",
        **more,
    }


def held(portal: Portal, id_: int = 1) -> dict[str, str]:
    return portal.tables["contacts"].rows[str(id_)].properties


@pytest.mark.parametrize("call", ["patch", "batch"])
def test_a_step_back_is_ignored_while_sibling_properties_apply(crm: Crm, portal: Portal, call: str) -> None:
    portal.load([contact(1, "customer")])
    properties = {"lifecyclestage": "lead", "firstname": "A"}

    if call == "patch":
        answer = crm.patch(f"{PATH}/1", json={"properties": properties})
        shown = answer.json()["properties"]
    else:
        answer = crm.post(f"{PATH}/batch/update", json={"inputs": [{"id": "1", "properties": properties}]})
        shown = answer.json()["results"][0]["properties"]

    assert answer.status_code == 200
    assert shown["lifecyclestage"] == "customer"
    assert (held(portal)["lifecyclestage"], held(portal)["firstname"]) == ("customer", "A")


def test_other_stands_behind_customer(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, "other")])

    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "customer"}})

    assert held(portal)["lifecyclestage"] == "other"


def test_clearing_first_and_setting_later_goes_back(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, "customer")])

    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": ""}})
    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "lead"}})

    assert held(portal)["lifecyclestage"] == "lead"


def test_companies_go_forward_only_too(crm: Crm, portal: Portal) -> None:
    portal.load([{**contact(1, "customer"), "type": "companies"}])

    crm.patch("/crm/v3/objects/companies/1", json={"properties": {"lifecyclestage": "lead"}})

    assert portal.tables["companies"].rows["1"].properties["lifecyclestage"] == "customer"


def test_a_portal_may_refuse_the_step_back_instead(clock: Clock, open_client: Open) -> None:
    portal = Portal(clock=clock, habits=Habits(backward=Backward.REFUSED))
    portal.load([contact(1, "customer")])

    answer = open_client(portal).patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "lead", "firstname": "A"}})

    assert answer.status_code == 400
    assert "firstname" not in held(portal)


def test_a_user_may_step_back(portal: Portal) -> None:
    portal.load([contact(1, "customer")])

    portal.edit_as_user("contacts", "1", {"lifecyclestage": "lead"})

    assert held(portal)["lifecyclestage"] == "lead"


def test_custom_stages_are_ordered_by_the_property_options(crm: Crm, portal: Portal) -> None:
    known = crm.get("/crm/v3/properties/contacts/lifecyclestage").json()["options"]
    options = [*known[:2], {"label": "Nurture", "value": "51439524", "displayOrder": 2}, *known[2:]]
    crm.patch(
        "/crm/v3/properties/contacts/lifecyclestage",
        json={"options": [{**option, "displayOrder": place} for place, option in enumerate(options)]},
    )
    portal.load([contact(1, "51439524")])

    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "lead"}})
    assert held(portal)["lifecyclestage"] == "51439524"
    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "marketingqualifiedlead"}})
    assert held(portal)["lifecyclestage"] == "marketingqualifiedlead"


def test_entering_a_stage_stamps_both_families_of_dates(crm: Crm, portal: Portal) -> None:
    portal.load([contact(1, "lead")])

    crm.patch(f"{PATH}/1", json={"properties": {"lifecyclestage": "customer"}})

    assert held(portal)["hs_lifecyclestage_customer_date"] == "2026-09-21T14:13:20.000Z"
    assert held(portal)["hs_v2_date_entered_customer"] == "2026-09-21T14:13:20.000Z"
    assert held(portal)["hs_v2_date_exited_lead"] == "2026-09-21T14:13:20.000Z"


def test_loaded_history_gives_the_stage_dates(portal: Portal) -> None:
    past = [
        {"value": "customer", "timestamp": "2026-03-01T00:00:00Z", "sourceType": "CRM_UI"},
        {"value": "lead", "timestamp": "2026-02-01T00:00:00Z", "sourceType": "FORM"},
    ]
    portal.load([contact(1, "customer", history={"lifecyclestage": past})])

    assert held(portal)["hs_lifecyclestage_lead_date"] == "2026-02-01T00:00:00.000Z"
    assert held(portal)["hs_lifecyclestage_customer_date"] == "2026-03-01T00:00:00.000Z"
    assert held(portal)["hs_v2_date_exited_lead"] == "2026-03-01T00:00:00.000Z"
