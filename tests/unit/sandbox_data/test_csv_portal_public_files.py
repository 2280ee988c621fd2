"""The shipped spec on the public practice files gives the figures that others published."""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

import connectors.sandbox.specs
from connectors.sandbox.csv_portal import load_csv_portal

_DEFAULT = Path(__file__).parents[3] / "../shared/data"
FOLDER = Path(os.environ.get("SYNCER_SHARED_DATA", _DEFAULT)) / "crm_sales_opportunities"
SPEC = Path(connectors.sandbox.specs.__file__).parent / "crm_sales_opportunities.yaml"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="THE PUBLIC PRACTICE FILES ARE NOT HERE: set SYNCER_SHARED_DATA to the folder that holds "
        "crm_sales_opportunities",
    ),
]
Lines = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def portal() -> Lines:
    found = defaultdict(list)
    for line in load_csv_portal(SPEC, FOLDER):
        found[str(line["type"])].append(line)
    return found


def _deals(portal: Lines, stage: str) -> list[dict[str, Any]]:
    return [deal for deal in portal["deals"] if deal["properties"]["dealstage"] == stage]


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_row_becomes_a_record(portal: Lines) -> None:
    assert {kind: len(portal[kind]) for kind in ("companies", "contacts", "owners", "deals")} == {
        "companies": 85,
        "contacts": 85,
        "owners": 35,
        "deals": 8800,
    }


def test_stages_come_out_as_published(portal: Lines) -> None:
    assert Counter(deal["properties"]["dealstage"] for deal in portal["deals"]) == {
        "closedwon": 4238,
        "closedlost": 2473,
        "engaging": 1589,
        "prospecting": 500,
    }


def test_revenue_comes_out_as_published(portal: Lines) -> None:
    won = _deals(portal, "closedwon")
    assert sum(Decimal(deal["properties"]["amount"]) for deal in won) == 10_005_534
    quarters: Counter[int] = Counter()
    for deal in won:
        day = _day(deal["properties"]["closedate"])
        assert day.year == 2017
        quarters[(day.month + 2) // 3] += int(deal["properties"]["amount"])
    assert quarters == {1: 1_134_672, 2: 3_086_111, 3: 2_982_255, 4: 2_802_496}


def test_won_cycle_comes_out_as_published(portal: Lines) -> None:
    days = []
    for deal in _deals(portal, "closedwon"):
        at = {version["value"]: _day(version["timestamp"]) for version in deal["history"]["dealstage"]}
        days.append((at["closedwon"] - at["engaging"]).days)
    assert round(mean(days), 3) == 51.782
    assert median(days) == 57


def test_the_best_agent_comes_out_as_published(portal: Lines) -> None:
    names = {owner["id"]: f"{owner['firstName']} {owner['lastName']}" for owner in portal["owners"]}
    money: Counter[str] = Counter()
    deals: Counter[str] = Counter()
    for deal in _deals(portal, "closedwon"):
        owner = names[deal["properties"]["hubspot_owner_id"]]
        money[owner] += int(deal["properties"]["amount"])
        deals[owner] += 1
    assert money.most_common(1) == [("Darcel Schlecht", 1_153_214)]
    assert deals["Darcel Schlecht"] == 349
    assert len({deal["properties"]["hubspot_owner_id"] for deal in portal["deals"]}) == 30


def test_lost_deals_keep_their_zero_and_open_ones_stay_unknown(portal: Lines) -> None:
    assert {deal["properties"]["amount"] for deal in _deals(portal, "closedlost")} == {"0"}
    for stage in ("engaging", "prospecting"):
        assert {deal["properties"]["amount"] for deal in _deals(portal, stage)} == {None}


def test_deals_without_an_account_have_no_association(portal: Lines) -> None:
    alone = [deal for deal in portal["deals"] if not deal["associations"]]
    assert len(alone) == 1425
    assert {deal["properties"]["dealstage"] for deal in alone} == {"engaging", "prospecting"}
    assert all(len(deal["associations"]) == 2 for deal in portal["deals"] if deal["associations"])


def test_the_misspelt_product_is_put_right(portal: Lines) -> None:
    products = {deal["properties"]["product"] for deal in portal["deals"]}
    assert "GTX Pro" in products
    assert "GTXPro" not in products
