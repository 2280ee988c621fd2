"""Under which segment and in which stage somebody counts, on both databases."""

from functools import partial

import pytest

from syncer.funnel.facts import FunnelStage, Origin
from syncer.kpis.measure import measure
from syncer.kpis.periods import parse_as_of
from tests.unit.kpis.asking import segments
from tests.unit.kpis.ledger import BERLIN, Ledger, at, question, won
from tests.unit.kpis.ledger_rows import measuring, new_store

NEXT_YEAR = parse_as_of("2027-01-31", BERLIN)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_segments") as store:
        yield store


@pytest.fixture
def open_ledger(database):
    return partial(measuring, database)


def first(measures, row_id, **changes):
    return measure(measures, question(**changes), [row_id])[0]


# segments


def test_a_deal_takes_its_origin_from_the_cycle_that_carries_it(open_ledger):
    ledger = Ledger()
    ledger.cycle(
        "c", deal_id="d", source="google", campaign="spring", grade="A", cell="A1", country="AT", industry="it"
    )
    ledger.cycle("c", source="later", started_at=at("2026-02-01"), origin=Origin.OUTBOUND)
    won(ledger, "d", contact_id="c", source="own", owner_id="7")
    ledger.cycle("e", source="fair", deal_id="elsewhere")
    won(ledger, "second", contact_id="e", amount=7)
    ledger.owners["7"] = {"first_name": "Änne", "last_name": "Öz", "team": "DACH"}
    dims = (
        "source",
        "campaign",
        "grade",
        "cell",
        "country",
        "industry",
        "origin",
        "cycle_type",
        "owner",
        "team",
        "pipeline",
    )
    expected = ("google", "spring", "A", "A1", "AT", "it", "inbound", "acquisition", "7", "DACH", "default")
    with open_ledger(ledger) as measures:
        assert segments(measures, "K31.sum", *dims)[expected] == 100
        assert segments(measures, "K31.sum", "source") == {("google",): 100, ("fair",): 7}
        row = measure(measures, question(by=("owner",)), ["K31.sum"])[0]
    assert row.notes["labels"] == {"owner": "Änne Öz"}


def test_a_cycle_has_the_segments_of_its_entry(open_ledger):
    ledger = Ledger()
    ledger.cycle("c", sales_ready_at=at("2026-05-31", 23), source="google", owner_id="7", cell="B2")
    ledger.owners["7"] = {"team": "Nord"}
    with open_ledger(ledger) as measures:
        [row] = measure(measures, question(by=("source", "team", "cell", "month")), ["K06"])
    assert row.segment == {"source": "google", "team": "Nord", "cell": "B2", "month": "2026-05"}


def test_inventory_by_segment_falls_back_to_the_contact(open_ledger):
    ledger = Ledger()
    ledger.event("c", FunnelStage.INQUIRY, "2026-02-01")
    ledger.cycle("c", source="google")
    ledger.contacts |= {"c": {"source": "changed"}, "idle": {"source": "list", "created_at": at("2026-01-01")}}
    with open_ledger(ledger) as measures:
        found = segments(measures, "K01", "source")
    assert {key: value for key, value in found.items() if value} == {("google", "INQUIRY"): 1, ("list", "TAM"): 1}


def test_inventory_knows_every_segment(open_ledger):
    ledger = Ledger()
    ledger.event("c", FunnelStage.INQUIRY, "2026-02-01")
    ledger.cycle("c", grade="A", cell="A2", country="AT", owner_id="7")
    ledger.contacts["c"] = {"company_id": "f"}
    ledger.companies["f"] = {"industry": "retail", "country": "DE", "owner_id": "7"}
    ledger.owners["7"] = {"team": "Nord"}
    dims = ("grade", "cell", "country", "owner", "team", "industry", "origin", "cycle_type")
    with open_ledger(ledger) as measures:
        found = segments(measures, "K01", *dims)
        firms = segments(measures, "K01.companies", "industry", "country", "owner", "team")
    assert found["A", "A2", "AT", "7", "Nord", "retail", "inbound", "acquisition", "INQUIRY"] == 1
    assert firms["retail", "DE", "7", "Nord", "INQUIRY"] == 1


# inventory


def test_inventory_leaves_out_who_was_not_there(open_ledger):
    ledger = Ledger(out_states={"never": "[]", "gone_since": "[]", "gated": '["gate:G1"]'})
    ledger.contacts |= {
        "here": {"created_at": at("2026-01-01")},
        "later": {"created_at": at("2026-12-01")},
        "archived": {"created_at": at("2026-01-01"), "archived_at": at("2026-05-01")},
        "merged": {"created_at": at("2026-01-01"), "merged_into": "here"},
        "never": {"created_at": at("2026-01-01")},
    }
    ledger.event("gone_since", FunnelStage.INQUIRY, "2026-02-01")
    ledger.event("gated", FunnelStage.INQUIRY, "2026-02-01")
    ledger.event("gone_since", FunnelStage.OUT, "2026-12-01")
    with open_ledger(ledger) as measures:
        found = {row.segment["stage"]: row for row in measure(measures, question(), ["K01"]) if row.id == "K01"}
    assert {stage: row.value for stage, row in found.items() if row.value} == {"TAM": 1, "INQUIRY": 1}
    assert found["TAM"].excluded == {"out": 2}


def test_the_last_event_of_a_moment_is_the_one_of_the_highest_number(open_ledger):
    ledger = Ledger()
    ledger.event("c", FunnelStage.CLOSED_OTHER, "2026-02-01")
    ledger.event("c", FunnelStage.TAM, "2026-02-01")
    with open_ledger(ledger) as measures:
        found = segments(measures, "K01")
    assert found["TAM",] == 1


def test_a_company_stands_where_its_furthest_contact_stands(open_ledger):
    ledger = Ledger()
    ledger.event("won", FunnelStage.CLOSED_WON, "2026-02-01")
    ledger.event("new", FunnelStage.SUSPECT, "2026-02-01")
    ledger.event("lost", FunnelStage.CLOSED_LOST, "2026-02-01")
    ledger.contacts |= {"won": {"company_id": "a"}, "new": {"company_id": "a"}, "lost": {"company_id": "b"}}
    ledger.companies |= {"a": {}, "b": {}, "c": {}, "later": {"created_at": at("2026-12-01")}}
    with open_ledger(ledger) as measures:
        found = segments(measures, "K01.companies")
    assert {stage: value for (stage,), value in found.items() if value} == {"SUSPECT": 1, "CLOSED_LOST": 1, "TAM": 1}
