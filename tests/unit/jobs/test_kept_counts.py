"""What pages read instead of counting: rates of cells, outcomes and rows as the last snapshot has them."""

import pytest

from jobs.deciding.derive import Clocks
from jobs.figures.beside import CELLS, FEW, OUTCOMES, STOCK, kept_outcomes
from jobs.handovers.experience import last_rates
from jobs.health.stock import last_stock
from syncer.agreement import load_default
from syncer.funnel.facts import Outcome
from syncer.moments import Millis
from syncer.records import Owner
from syncer.store import Store
from syncer.store.reports.browse_deals import StageOutcome

ACCOUNT, NOW = "acme", Millis(1_790_000_000_000)
CLOCKS = Clocks(as_of=NOW, known_at=NOW)
KEPT = {"counted_at": NOW - 5, "records": {"owners": 70_000, "deals": 9}, "outbox": {"written": 80_000, "pending": 3}}


@pytest.fixture
def measured(sqlite_store: Store) -> Store:
    with sqlite_store.commit() as unit:
        run = unit.desk.begin_run(ACCOUNT, "measure", NOW)
        rows = [{"pipeline_id": "p", "stage_id": "s", "outcome": "won", "deals": 4}]
        unit.desk.keep_snapshot(ACCOUNT, run, NOW, {CELLS: [{"A1": [30, 90]}], OUTCOMES: rows, STOCK: [KEPT]})
    return sqlite_store


def test_rates_of_a_page_are_those_of_the_last_snapshot(measured: Store) -> None:
    with measured.snapshot() as unit:
        rates = last_rates(unit, load_default(), ACCOUNT, CLOCKS)
        assert (rates("A1").k, rates("A1").n) == (30, 90)
        assert (rates("D4").k, rates("D4").n) == (0, 0)


def test_before_the_first_snapshot_rates_are_counted(sqlite_store: Store) -> None:
    with sqlite_store.snapshot() as unit:
        assert last_rates(unit, load_default(), ACCOUNT, CLOCKS)("A1").n == 0


def test_outcomes_of_a_page_are_those_of_the_last_snapshot(measured: Store) -> None:
    with measured.snapshot() as unit:
        [kept] = kept_outcomes(unit, ACCOUNT)
        assert kept_outcomes(unit, "another") == []
    assert kept == StageOutcome(pipeline_id="p", stage_id="s", outcome=Outcome.WON, deals=4)


def test_a_small_table_is_counted_however_many_rows_it_had_before(measured: Store) -> None:
    with measured.snapshot() as unit:
        stock = last_stock(unit, ACCOUNT, NOW)
    assert stock.records["owners"] == stock.records["deals"] == 0
    assert stock.outbox == {}


def test_a_large_table_is_told_as_it_was_counted_last(measured: Store) -> None:
    with measured.commit() as unit:
        unit.mirror.replace_owners(ACCOUNT, [Owner(id=str(number)) for number in range(FEW + 1)])
    with measured.snapshot() as unit:
        stock = last_stock(unit, ACCOUNT, NOW)
    assert (stock.records["owners"], stock.records["deals"], stock.counted_at) == (70_000, 0, NOW - 5)


def test_a_large_table_that_was_never_counted_is_not_told(sqlite_store: Store) -> None:
    with sqlite_store.commit() as unit:
        unit.mirror.replace_owners(ACCOUNT, [Owner(id=str(number)) for number in range(FEW + 1)])
    with sqlite_store.snapshot() as unit:
        assert "owners" not in last_stock(unit, ACCOUNT, NOW).records
