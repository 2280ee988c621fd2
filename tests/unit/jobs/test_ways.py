"""List or export: the arithmetic, and who may overrule it."""

from dataclasses import replace

import pytest

from connectors.values import Costs, Day, Usage
from jobs.modes import BackfillMode
from jobs.pulling.ways import Budget, By, budget_of, choose, without_counting

AUTO, LIST, EXPORTS = BackfillMode
COSTS = Costs(page=100, calls_a_page=1, links=1_000, histories=50)
PROFESSIONAL = Budget(pace=18.62, left_today=585_000)
USAGE = Usage(
    calls={},
    associations=0,
    limited=0,
    burst=None,
    day=Day(remaining=100_000, limit=250_000, at=0.0),
    spent={},
    paces={"general": 9.8, "search": 4.0},
    daily_share=0.9,
    server_time=None,
)


def test_a_budget_is_what_the_crm_said_last() -> None:
    assert budget_of(USAGE) == Budget(pace=9.8, left_today=75_000)
    assert budget_of(replace(USAGE, day=None, paces={})) == Budget(pace=None, left_today=None)


def test_a_million_contacts_are_listed_where_the_day_has_room() -> None:
    way = choose(AUTO, 1_000_000, COSTS, PROFESSIONAL)
    assert (way.by, way.list_calls, way.export_calls) == (By.LIST, 10_000, 55)
    assert (way.list_minutes, way.export_minutes) == (8.95, 22.05)
    assert way.words == (
        "read by list: today's calls are enough, and an export would take longer "
        "(list 10,000 calls, 8.9 min; export 55 calls, about 22.1 min)"
    )


@pytest.mark.parametrize(("left", "by"), [(100_000, By.LIST), (99_999, By.EXPORT), (0, By.EXPORT)])
def test_a_list_that_takes_much_of_what_is_left_today_is_dear(left: int, by: By) -> None:
    assert choose(AUTO, 1_000_000, COSTS, replace(PROFESSIONAL, left_today=left)).by is by


def test_an_export_that_should_be_sooner_is_taken() -> None:
    slow = Budget(pace=9.8, left_today=None)
    way = choose(AUTO, 1_000_000, replace(COSTS, calls_a_page=2), slow)
    assert (way.by, way.list_calls) == (By.EXPORT, 20_000)
    assert "sooner" in way.why


@pytest.mark.parametrize("mode", [AUTO, EXPORTS])
def test_a_short_list_takes_fewer_calls_than_any_export(mode: BackfillMode) -> None:
    way = choose(mode, 1_500, COSTS, Budget(pace=None, left_today=100))
    assert (way.by, way.why) == (By.LIST, "an export would take no fewer calls")


def test_whoever_says_so_gets_the_one_or_the_other() -> None:
    assert choose(LIST, 1_000_000, COSTS, Budget(pace=1, left_today=1)).by is By.LIST
    assert choose(EXPORTS, 1_000_000, COSTS, PROFESSIONAL).by is By.EXPORT


def test_what_nobody_counts_cannot_be_proved() -> None:
    way = choose(EXPORTS, None, COSTS, PROFESSIONAL)
    assert way.words == "read by list: nobody counts its records, so no export could be proved"


@pytest.mark.parametrize(
    ("mode", "budget", "calls_a_page", "is_known"),
    [
        (LIST, Budget(pace=1, left_today=1), 1, True),
        (EXPORTS, PROFESSIONAL, 1, False),
        (AUTO, PROFESSIONAL, 1, True),
        (AUTO, Budget(pace=None, left_today=None), 1, True),
        (AUTO, Budget(pace=18.62, left_today=99_999), 1, False),
        (AUTO, Budget(pace=9.8, left_today=None), 2, False),
    ],
)
def test_records_are_counted_only_where_their_number_could_change_the_way(
    mode: BackfillMode, budget: Budget, calls_a_page: int, is_known: bool
) -> None:
    way = without_counting(mode, replace(COSTS, calls_a_page=calls_a_page), budget)
    assert (way is not None) is is_known
    assert way is None or way.by is By.LIST


def test_what_is_not_counted_would_be_listed_up_to_a_million_records() -> None:
    budget = Budget(pace=9.8, left_today=100_000)
    assert without_counting(AUTO, COSTS, budget) is not None
    assert choose(AUTO, 1_000_000, COSTS, budget).by is By.LIST
