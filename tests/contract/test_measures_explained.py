"""An explained figure names as many ids as it counts: cycles, entries, deals, activities, mails."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from syncer.funnel.facts import CycleType, FunnelStage, Outcome
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import explain
from syncer.kpis.targets import Target
from syncer.records import ActivityKind
from tests.unit.kpis.ledger import Ledger, at, g12, question, span, won
from tests.unit.kpis.ledger_rows import measuring, new_store, state_row
from tests.unit.kpis.work_ledger import activity, fact, state

#: What these count has no id of its own: minutes, and a rep's quarters.
_NAMELESS = {"K32.minutes": 1, "K21": 0, "K21.weighted": 0, "K21.bias": 0, "K21.mape": 0}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_explained") as store:
        yield store


def crowded() -> Ledger:
    """The golden fixture among cycles that do not count, entries passed through, work, mails and earlier quarters."""
    ledger = g12()
    _beside(ledger)
    _worked(ledger)
    for number in range(6):
        common = {"close_date": at("2026-09-05"), "amount": Decimal(50), "probability": 0.5}
        closed = span(f"past{number}", "2026-09-05", outcome=Outcome.LOST if number else Outcome.WON, **common)
        ledger.deal(f"past{number}", span(f"past{number}", "2026-08-01", "2026-09-05", **common), closed)
    won(ledger, "foreign", day="2026-10-20", currency="USD")
    ledger.deal("ahead", span("ahead", "2026-10-01", currency="USD", amount=Decimal(5), close_date=at("2026-12-01")))
    ledger.deal("none", span("none", "2026-10-01", pipeline_kind="ignore", close_date=at("2026-12-02")))
    return ledger


def _beside(ledger: Ledger) -> None:
    ledger.event("gone", FunnelStage.SUSPECT, "2026-02-01")
    ledger.event("gone", FunnelStage.OUT, "2026-03-01")
    ready = {"sales_ready_at": at("2026-03-02"), "inquiry_at": at("2026-03-01"), "cell": "A1", "grade": "A"}
    ledger.cycle("upsell", type=CycleType.EXPANSION, ended_at=at("2026-04-01"), outcome=Outcome.WON, **ready)
    for contact in ("tried", "again", "young"):
        ledger.cycle(contact, first_contact_at=at("2026-03-01"), **ready)
    ledger.cycles["young"] = [replace(ledger.cycles["young"][0], sales_ready_at=at("2026-11-20"), cell="B2")]
    ledger.cycles["again"] = [replace(ledger.cycles["again"][0], cell="C3")]
    ledger.cycle("back", outcome=Outcome.OTHER, ended_at=at("2026-02-01"), **ready)
    ledger.cycle("back", started_at=at("2026-03-01"), recycled_from=1)
    ledger.further.append(("contact_states", state_row("tested", flags='["is_test"]')))
    ledger.cycle("tested", **ready)
    for contact in ("tried", "tested"):
        for stage, day, virtual in (
            (FunnelStage.SUSPECT, "2026-03-01", True),
            (FunnelStage.INQUIRY, "2026-03-01", False),
            (FunnelStage.LEAD_MQL, "2026-03-02", False),
            (FunnelStage.INQUIRY, "2026-03-09", False),
            (FunnelStage.LEAD_MQL, "2026-03-20", False),
        ):
            ledger.event(contact, stage, day, virtual=virtual)


def _worked(ledger: Ledger) -> None:
    for contact, kinds in (("c1", 3), ("c2", 2), ("c3", 1)):
        for _ in range(kinds):
            fact(ledger, contact, ActivityKind.CALL, at("2026-06-15"), outcome="CONNECTED")
        fact(ledger, contact, ActivityKind.MEETING, at("2026-06-16"), ident="s:shared")
        ledger.contacts[contact] = {
            "email": f"{contact}@firma.example",
            "fields": json.dumps({"mails_delivered": 7, "mails_clicked": kinds, "consent": "Not applicable"}),
        }
        activity(ledger, ActivityKind.CALL, at("2027-01-01"))
        state(ledger, contact)
    activity(ledger, ActivityKind.CALL, at("2026-01-01"))


@pytest.fixture(scope="module")
def told(database):
    target = Target(metric="won_amount", months=3, value=Decimal(200_000))
    with measuring(database, crowded()) as measures:
        asked = question(target=target, gross_margin=Decimal("0.4"))
        yield [one for ident in catalogue() for one in explain(measures, asked, ident)]


def test_there_are_as_many_ids_as_units(told):
    wrong = [
        (one.kpi.id, dict(one.kpi.segment), counted, ids)
        for one in told
        for place, (counted, ids) in enumerate(((one.kpi.n, one.denominator), (one.kpi.k, one.numerator)))
        if counted is not None
        and counted != sum(one.times.get(ident, (1, 1))[place] for ident in ids)
        and _NAMELESS.get(one.kpi.id) != place
    ]
    assert not wrong


def test_whatever_is_left_out_is_named(told):
    left = [(one.kpi.id, dict(one.kpi.excluded), {why: len(ids) for why, ids in one.excluded.items()}) for one in told]
    assert not [one for one in left if one[1] != one[2]]
    assert {reason for _, counted, _ in left for reason in counted} >= {
        "alone",
        "expansion",
        "ignored",
        "no_fx",
        "out",
        "test",
        "virtual",
        "won_no_fx",
    }


def test_what_counts_has_an_id_of_its_own(told):
    why = {one.kpi.id: one for one in told if set(one.kpi.segment) <= {"age"}}
    assert {"tried#1/3", "tried#1/4"} <= set(why["K03"].denominator)
    assert why["K03.backward"].numerator == ["c5#1/1", "tried#1/3"]
    assert why["K32.activities"].denominator.count("s:shared") == 1
    assert why["K36.click_rate"].times == {"c1": (7, 3), "c2": (7, 2), "c3": (7, 1)}
    assert (len(why["K42.future"].numerator), len(why["K42.future"].denominator)) == (3, 4)
    assert all(one.startswith("s:") for one in why["K42.future"].denominator)
    assert {f"past{number}" for number in range(6)} <= set(why["K22.required"].denominator)
    for row_id in ("K37.brier", "K37.skill", "K37.psi", "K38.orders"):
        assert why[row_id].kpi.n is None or why[row_id].denominator, row_id
