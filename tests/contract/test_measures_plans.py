"""How the databases go about what figures ask: over a ledger of some size nobody walks it once a row."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event

from bench.large_ledger import fill
from bench.large_mirror import ACCOUNT
from syncer.kpis.asked.ports import Cohort, Cut, Milestone
from syncer.kpis.periods import Calendar, Window
from syncer.store import Store, Unit, open_store
from tests.unit.kpis.ledger import at

CUT = Cut(account=ACCOUNT, as_of=at("2026-09-20"), known_at=at("2026-09-21"), calendar=Calendar())


@pytest.fixture
def large(database_url: str) -> Iterator[Store]:
    fill(database_url, 2_000)
    store = open_store(database_url)
    with store.commit() as unit:
        unit.connection.exec_driver_sql("ANALYZE" if unit.connection.dialect.name == "postgresql" else "SELECT 1")
    yield store
    store.close()


def plan(store: Store, read: Callable[[Unit], object]) -> str:
    """Return how the database goes about the last statement of a reading."""
    seen: list[tuple[str, object]] = []
    with store.snapshot() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
        read(unit)
        statement, values = seen[-1]
        how = "EXPLAIN" if unit.connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return str(unit.connection.exec_driver_sql(f"{how} {statement}", values).all())


def test_who_left_the_market_comes_from_the_index_of_those_who_did(large: Store) -> None:
    cohort = Cohort(entry=Milestone.INQUIRY, window=Window(start=CUT.as_of - 1))
    steps = plan(large, lambda unit: list(unit.measures.cycles(CUT, cohort)))
    assert "ix_stage_events_out" in steps


def test_effort_reads_the_evidence_of_the_contacts_whose_cycles_ended(large: Store) -> None:
    steps = plan(large, lambda unit: list(unit.measures.work.efforts(CUT, Window())))
    assert "Seq Scan on evidence" not in steps
    assert "SCAN fact" not in steps


def test_new_customers_are_ranked_and_no_colleague_is_looked_for(large: Store) -> None:
    cohort = Cohort(entry=Milestone.WON, new_customer=True)
    steps = plan(large, lambda unit: list(unit.measures.cycles(CUT, cohort)))
    assert "ix_contacts_company" not in steps
    assert "SEARCH mate" not in steps
    assert "WindowAgg" in steps or "CO-ROUTINE firsts" in steps or "MATERIALIZE firsts" in steps


def test_the_cycle_that_followed_is_looked_up(large: Store) -> None:
    steps = plan(large, lambda unit: list(unit.measures.reentries(CUT, Window())))
    assert "Join Filter" not in steps
    assert "AUTOMATIC" not in steps
