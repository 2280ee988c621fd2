"""Figures that others published about a public data set, from the same deals in our ledger."""

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from syncer.funnel.facts import Outcome
from syncer.kpis.measure import measure
from syncer.kpis.periods import parse_as_of
from tests.unit.kpis.ledger import BERLIN, Ledger, at, question, span
from tests.unit.kpis.ledger_rows import measuring, new_store

SHARED = Path(os.environ.get("SYNCER_SHARED_DATA", Path(__file__).parents[2] / "../shared/data"))
PIPELINE = SHARED / "crm_sales_opportunities" / "sales_pipeline.csv"

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def measures(request):
    if not PIPELINE.exists():
        pytest.skip(f"{PIPELINE} is absent; set SYNCER_SHARED_DATA to the folder with crm_sales_opportunities")
    with new_store(request, "measures_published") as store, measuring(store, published()) as found:
        yield found


def published():
    ledger = Ledger()
    with PIPELINE.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            ledger.deal(
                row["opportunity_id"], *spans(row), owner_id=row["sales_agent"], company_id=row["account"] or None
            )
    return ledger


def spans(row):
    deal_id, engaged, closed = row["opportunity_id"], row["engage_date"] or "2016-10-01", row["close_date"]
    if not closed:
        return [span(deal_id, engaged)]
    outcome = Outcome(row["deal_stage"].lower())
    amount = Decimal(row["close_value"])
    ended = span(deal_id, closed, outcome=outcome, amount=amount, close_date=at(closed, 0))
    return [span(deal_id, engaged, closed), ended]


def figures(measures, *ids, **changes):
    asked = question(as_of=parse_as_of("2017-12-31", BERLIN), **changes)
    return measure(measures, asked, ids)


def test_win_rate_revenue_and_cycle_are_those_published(measures):
    found = {row.id: row.value for row in figures(measures, "K10", "K14", "K31")}
    assert (found["K10.won"], found["K10.lost"], found["K10.open"]) == (4238, 2473, 1589 + 500)
    assert round(100 * found["K10"], 2) == 63.15
    assert found["K31.sum"] == 10_005_534
    assert found["K31"] == Decimal("2360.91")
    assert (round(found["K14.mean"], 3), found["K14.median"]) == (51.782, 57)


def test_revenue_by_quarter_is_that_published(measures):
    found = figures(measures, "K31.sum", by=("quarter",))
    assert [(row.segment["quarter"], row.value) for row in found] == [
        ("2017Q1", 1_134_672),
        ("2017Q2", 3_086_111),
        ("2017Q3", 2_982_255),
        ("2017Q4", 2_802_496),
    ]


def test_the_best_agent_is_the_one_published(measures):
    best = max(figures(measures, "K31.sum", by=("owner",)), key=lambda row: row.value)
    assert (best.segment["owner"], best.n, best.value) == ("Darcel Schlecht", 349, 1_153_214)


def test_the_books_of_an_earlier_day_hold_only_what_was_closed_by_then(measures):
    asked = question(as_of=BERLIN.last_moment(date(2017, 3, 31)))
    [row] = measure(measures, asked, ["K31.sum"])
    assert row.value == 1_134_672
