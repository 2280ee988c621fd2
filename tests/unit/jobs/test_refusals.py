"""A record whose values the CRM refused has one letter for all of them, and it stays until the last is through."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from jobs.writing.push import push
from jobs.writing.replay import replay
from syncer.errors import Rejected
from syncer.store import Store
from tests.unit.jobs.push_rig import Crm, desk_on, planned


def problems(store: Store) -> Sequence[Sequence[str]]:
    with store.snapshot() as unit:
        return [one.problems for one in unit.desk.dead_letters("hubspot")]


@pytest.fixture
def refused(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a desk whose CRM has refused two values of one record."""

    async def nothing_to_decide(_: object) -> None:
        return None

    monkeypatch.setattr("jobs.writing.replay.derive", nothing_to_decide)
    closed = {"fn_cell", "fn_stage"}
    desk = desk_on(
        sqlite_store, Crm(lambda values: Rejected("no such option", status=400) if closed & set(values) else None)
    )
    desk.closed = closed
    planned(sqlite_store, {"fn_cell": "A1", "fn_stage": "TAM"})
    return desk


async def test_the_letter_names_every_refused_value(refused: SimpleNamespace) -> None:
    await push(refused)
    assert problems(refused.store) == [("fn_cell: no such option", "fn_stage: no such option")]


async def test_replay_sends_every_refused_value_again(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.closed.clear()
    assert await replay(refused, None) == (1, 0)
    assert refused.destination.held == {"fn_cell": "A1", "fn_stage": "TAM"}


async def test_the_letter_stays_while_one_of_the_values_is_refused(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.closed.remove("fn_cell")
    assert await replay(refused, None) == (1, 1)
    assert refused.destination.held == {"fn_cell": "A1"}
    assert problems(refused.store) == [("fn_stage: no such option",)]


async def test_another_value_that_goes_through_closes_no_letter(refused: SimpleNamespace) -> None:
    await push(refused)
    planned(refused.store, {"fn_fit": "7"}, "later")
    await push(refused)
    assert refused.destination.held == {"fn_fit": "7"}
    assert len(problems(refused.store)) == 1


async def test_a_later_decision_that_goes_through_closes_the_letter(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.closed.clear()
    refused.clock = lambda: 2
    planned(refused.store, {"fn_cell": "B2", "fn_stage": "SUSPECT"}, "later")
    await push(refused)
    assert problems(refused.store) == []
