"""Deals: stages that belong to pipelines, and the figures that follow from them."""

import pytest

from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Crm

PATH = "/crm/v3/objects/deals"
EXPANSION = {
    "type": "pipelines",
    "id": "880011",
    "label": "Expansion",
    "stages": [
        {"id": "4001", "label": "Talk", "displayOrder": 0, "metadata": {"isClosed": "false", "probability": "0.5"}},
        {"id": "4002", "label": "Won", "displayOrder": 1, "metadata": {"isClosed": "true", "probability": "1.0"}},
    ],
}


def deal(**properties: str) -> dict[str, object]:
    given = {"dealname": "D", "pipeline": "default", "dealstage": "qualifiedtobuy", **properties}
    return {"type": "deals", "id": "1", "properties": given, "createdAt": "2026-09-11T14:13:20Z"}


def held(portal: Portal) -> dict[str, str]:
    return portal.tables["deals"].rows["1"].properties


@pytest.mark.parametrize(
    ("stage", "facts"),
    [
        ("contractsent", ("false", "false", "false", "0.9")),
        ("closedwon", ("true", "true", "false", "1.0")),
        ("closedlost", ("true", "false", "true", "0.0")),
    ],
)
def test_closing_facts_follow_the_stage(crm: Crm, portal: Portal, stage: str, facts: tuple[str, ...]) -> None:
    portal.load([deal()])

    crm.patch(f"{PATH}/1", json={"properties": {"dealstage": stage}})

    names = ("hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost", "hs_deal_stage_probability")
    assert tuple(held(portal)[name] for name in names) == facts
    assert held(portal)[f"hs_v2_date_entered_{stage}"] == "2026-09-21T14:13:20.000Z"


def test_loaded_deals_have_their_closing_facts_at_once(portal: Portal) -> None:
    portal.load([deal(dealstage="closedwon", amount="250", closedate="2026-09-15T14:13:20Z")])

    assert held(portal)["hs_is_closed_won"] == "true"
    assert held(portal)["days_to_close"] == "4"
    assert held(portal)["hs_closed_amount"] == "250"


def test_closing_stamps_the_close_date_unless_the_write_brings_one(crm: Crm, portal: Portal) -> None:
    portal.load([deal(closedate="2026-12-01T00:00:00Z")])

    crm.patch(f"{PATH}/1", json={"properties": {"dealstage": "closedwon"}})
    assert held(portal)["closedate"] == "2026-09-21T14:13:20.000Z"

    crm.patch(f"{PATH}/1", json={"properties": {"dealstage": "closedlost", "closedate": "2026-09-12"}})
    assert held(portal)["closedate"] == "2026-09-12T00:00:00.000Z"


def test_a_stage_of_another_pipeline_is_refused_unless_the_pipeline_moves_too(crm: Crm, portal: Portal) -> None:
    portal.load([EXPANSION, deal()])

    alone = crm.patch(f"{PATH}/1", json={"properties": {"dealstage": "4001"}})
    both = crm.patch(f"{PATH}/1", json={"properties": {"dealstage": "4001", "pipeline": "880011"}})

    assert alone.json()["errors"][0]["code"] == "INVALID_OPTION"
    assert both.status_code == 200
    assert held(portal)["hs_deal_stage_probability"] == "0.5"


def test_figures_cannot_be_written_and_the_create_date_can(crm: Crm, portal: Portal) -> None:
    portal.load([deal()])

    for name in ("hs_is_closed", "days_to_close", "num_associated_contacts", "hs_v2_date_entered_closedwon"):
        answer = crm.patch(f"{PATH}/1", json={"properties": {name: "1"}})
        assert answer.json()["errors"][0]["code"] == "READ_ONLY_VALUE"
    assert crm.patch(f"{PATH}/1", json={"properties": {"createdate": "2025-01-01"}}).status_code == 200
    assert held(portal)["createdate"] == "2025-01-01T00:00:00.000Z"


def test_money_is_shown_in_the_home_currency(crm: Crm, portal: Portal) -> None:
    account = {
        "type": "account",
        "companyCurrency": "EUR",
        "additionalCurrencies": ["CHF"],
        "exchangeRates": {"CHF": 1.05},
    }
    portal.load([account, deal()])

    crm.patch(f"{PATH}/1", json={"properties": {"amount": "1000", "deal_currency_code": "CHF"}})

    assert held(portal)["amount_in_home_currency"] == "1050.00"
    assert held(portal)["hs_projected_amount"] == "400.0"
    assert crm.patch(f"{PATH}/1", json={"properties": {"deal_currency_code": "USD"}}).status_code == 400


def test_a_broken_amount_breaks_nothing(portal: Portal) -> None:
    portal.load([deal(amount="n/a", closedate="32.13.2026")])

    assert held(portal)["amount"] == "n/a"
    assert "hs_projected_amount" not in held(portal)


def test_owners_that_do_not_exist_are_refused(crm: Crm, portal: Portal) -> None:
    portal.load([{"type": "owners", "id": "12", "email": "o@b.example"}, deal()])

    refused = crm.patch(f"{PATH}/1", json={"properties": {"hubspot_owner_id": "13"}})

    assert refused.json()["errors"][0]["code"] == "INVALID_OWNER_ID"
    assert crm.patch(f"{PATH}/1", json={"properties": {"hubspot_owner_id": "12"}}).status_code == 200
    assert "hubspot_owner_assigneddate" in held(portal)


def test_new_deals_fall_into_the_first_pipeline(crm: Crm) -> None:
    answer = crm.post(PATH, json={"properties": {"dealname": "N", "dealstage": "closedwon", "amount": "7"}})

    assert answer.json()["properties"]["pipeline"] == "default"
    assert answer.json()["properties"]["hs_is_closed_won"] == "true"
