"""The public practice data, loaded as a portal and run the whole way, gives the figures that others published."""

import csv
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

import connectors.sandbox.specs
from connectors.sandbox.csv_portal import load_csv_portal
from jobs.figures.asking import Asked, measured, question
from jobs.rounds import backfill_round

_DEFAULT = Path(__file__).parents[2] / "../shared/data"
FOLDER = Path(os.environ.get("SYNCER_SHARED_DATA", _DEFAULT)) / "crm_sales_opportunities"
SPEC = Path(connectors.sandbox.specs.__file__).parent / "crm_sales_opportunities.yaml"
DAY = "2017-12-31"
#: Product and region: the regional office is the team of the agent.
_DIMS = ("product", "team")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="THE PUBLIC PRACTICE FILES ARE NOT HERE: set SYNCER_SHARED_DATA to the folder that holds "
        "crm_sales_opportunities",
    ),
]


async def test_every_published_figure_to_the_last_digit(serve, open_desk):
    crm = serve(lines=list(load_csv_portal(SPEC, FOLDER)))
    async with open_desk(crm) as desk:
        read = await backfill_round(desk)
        assert (read.streams["deals"].created, read.streams["companies"].created) == (8_800, 85)
        assert read.buried == 0

        def rows(*ids: str, **asked: object) -> list:
            asking = question(desk.store, desk.agreement, "hubspot", Asked(as_of=DAY, **asked))
            return list(measured(desk.store, asking, list(ids)))

        values = {row.id: row for row in rows("K10", "K14", "K31")}
        by_quarter = {row.segment["quarter"]: row.value for row in rows("K31.sum", by=("quarter",))}
        by_owner = rows("K31.sum", by=("owner",))
        by_product, by_region = ({row.segment[dim]: row.value for row in rows("K31.sum", by=(dim,))} for dim in _DIMS)
        rates = {row.segment["product"]: (row.k, row.n) for row in rows("K10", by=("product",)) if row.id == "K10"}
        open_deals = {row.segment["stage"]: row.value for row in rows("K01") if row.id == "K01.deals"}
        quality = {row.id: (row.k, row.n) for row in rows("K42")}
        owners = {
            row.segment["owner"]: row.notes["labels"]["owner"] for row in by_owner if row.segment["owner"] is not None
        }
    assert (values["K10.won"].value, values["K10.lost"].value) == (4_238, 2_473)
    assert values["K10.open"].value == 1_589 + 500
    assert (values["K10"].k, values["K10"].n) == (4_238, 4_238 + 2_473)
    assert round(values["K10"].value * 100, 2) == 63.15
    assert values["K31.sum"].value == Decimal("10005534.00")
    assert values["K31"].value == Decimal("2360.91")
    assert round(values["K14.mean"].value, 3) == 51.782
    assert values["K14.median"].value == 57
    assert by_quarter == {
        "2017Q1": Decimal("1134672.00"),
        "2017Q2": Decimal("3086111.00"),
        "2017Q3": Decimal("2982255.00"),
        "2017Q4": Decimal("2802496.00"),
    }
    told = _told()
    assert by_product == told["product"]
    assert by_region == told["region"]
    assert {owners[row.segment["owner"]]: (row.value, row.n) for row in by_owner if row.n} == told["agent"]
    assert rates == told["rates"]
    assert sum(open_deals.values()) == 1_589 + 500
    # Open deals carry neither amount nor close date; 1,425 of them have no account, and so no contact.
    assert quality["K42.no_amount"] == quality["K42.no_close_date"] == (2_089, 2_089)
    assert quality["K42.no_contact"] == (1_425, 2_089)
    best = max(by_owner, key=lambda row: row.value or 0)
    assert owners[best.segment["owner"]] == "Darcel Schlecht"
    assert (best.value, best.n) == (Decimal("1153214.00"), 349)


def _told() -> dict[str, dict]:
    """Return the figures by product, region and agent straight from the files."""
    with (FOLDER / "sales_teams.csv").open(encoding="utf-8", newline="") as file:
        regions = {row["sales_agent"]: row["regional_office"] for row in csv.DictReader(file)}
    sums = {name: defaultdict(Decimal) for name in ("product", "region", "agent")}
    orders, rates = defaultdict(int), defaultdict(lambda: (0, 0))
    with (FOLDER / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] not in {"Won", "Lost"}:
                continue
            product = {"GTXPro": "GTX Pro"}.get(row["product"], row["product"])
            won, closed = rates[product]
            rates[product] = (won + (row["deal_stage"] == "Won"), closed + 1)
            if row["deal_stage"] == "Won":
                amount = Decimal(row["close_value"])
                places = {"product": product, "region": regions[row["sales_agent"]], "agent": row["sales_agent"]}
                for name, place in places.items():
                    sums[name][place] += amount
                orders[row["sales_agent"]] += 1
    by_agent = {name: (amount, orders[name]) for name, amount in sums["agent"].items()}
    return {"product": sums["product"], "region": sums["region"], "agent": by_agent, "rates": rates}
