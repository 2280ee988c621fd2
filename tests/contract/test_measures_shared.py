"""What several KPIs share gives each what it would have got alone, on both databases."""

from dataclasses import replace

import pytest

from syncer.funnel.facts import CycleType, FunnelStage, Outcome
from syncer.kpis.asked.ports import Cohort, Cut, Milestone, Scope, Unit
from syncer.kpis.periods import Window, parse_as_of
from syncer.store.measures.reach import counted, reach
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, Ledger, at, g12
from tests.unit.kpis.ledger_rows import measuring, new_store

NOW = parse_as_of("2026-11-30", BERLIN)
CUT = Cut(account=ACCOUNT, as_of=NOW, known_at=NOW, calendar=BERLIN, currency="EUR")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_shared") as store:
        yield store


def sources():
    ledger = Ledger()
    places = [("google", "spring"), ("google", "autumn"), ("google", None), (None, "spring"), ("fair", None)]
    for number, (source, campaign) in enumerate(places):
        for turn in range(number + 1):
            mql_at = at("2026-03-01") if turn % 2 else None
            first = {"started_at": at("2026-02-01"), "first_contact_at": at("2026-02-01")}
            ledger.cycle(f"{number}-{turn}", source=source, campaign=campaign, mql_at=mql_at, **first)
    for kind in (CycleType.ACQUISITION, CycleType.EXPANSION, CycleType.WINBACK):
        odd = {"type": kind, "source": "fair", "first_contact_at": at("2026-02-01")}
        for name in ("void", "expired"):
            ledger.cycle(f"{name}-{kind}", outcome=Outcome.VOID, ended_at=at("2026-05-01"), **odd)
        ledger.event(f"expired-{kind}", FunnelStage.TAM, "2026-05-01", rule="expired")
        ledger.cycle(f"tester-{kind}", **odd)
        ledger.out_states[f"tester-{kind}"] = '["is_test"]'
        ledger.cycle(f"plain-{kind}", **odd)
    return ledger


@pytest.mark.parametrize("scope", [Scope.NEW_BUSINESS, Scope.EVERY])
@pytest.mark.parametrize(
    "by", [(), ("source",), ("campaign",), ("cycle_type",), ("campaign", "source"), ("source", "campaign")]
)
def test_one_scan_gives_every_split_what_its_own_scan_would(database, by, scope):
    with measuring(database, sources(), g12()) as measures:
        cut = replace(CUT, by=by, scope=scope)
        cohort = Cohort(entry=Milestone.FIRST_CONTACT, reached=[Milestone.MQL], window=Window(start=None, end=None))
        found = sorted(measures.cycles(cut, cohort), key=repr)
        assert found == sorted(counted(reach(measures.connection, cut), cohort), key=repr)
        assert sum(row.units for row in found) > 15


def test_stages_and_names_are_looked_up_once(database):
    with measuring(database, g12()) as measures:
        first = measures.stages(CUT, Unit.CONTACTS)
        assert measures.stages(CUT, Unit.CONTACTS) is first
        assert measures.stages(replace(CUT, as_of=at("2026-04-10")), Unit.CONTACTS) != first
        assert measures.stages(CUT, Unit.COMPANIES) != first
        assert measures.labels(ACCOUNT) is measures.labels(ACCOUNT)
