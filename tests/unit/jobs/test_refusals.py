"""A record whose values the CRM refused has one letter for all of them, and it stays until the last is through."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from connectors.ports import RecordWrite, WriteResult
from jobs.writing.push import push
from jobs.writing.replay import replay
from syncer.errors import Rejected
from syncer.records import Kind
from syncer.store import Store
from syncer.writeback import Intent


class Crm:
    """Holds one contact and takes no value of the properties that are closed."""

    def __init__(self, *closed: str) -> None:
        self.closed = set(closed)
        self.held: dict[str, str | None] = {}

    async def read(
        self, kind: Kind, ids: Sequence[str], *, properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, str | None]]:
        return {"1": {name: self.held.get(name) for name in properties}}

    async def write(self, kind: Kind, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        if self.closed & set(writes[0].values):
            return [WriteResult(id="1", error=Rejected("no such option", status=400))]
        self.held |= writes[0].values
        return [WriteResult(id="1")]


def intent(name: str, value: str, decision: str) -> Intent:
    return Intent(
        account="hubspot",
        kind=Kind.CONTACT,
        record_id="1",
        property=name,
        value=value,
        previous=None,
        rule="x",
        why="y",
        decision=decision,
    )


def desk_on(store: Store, crm: Crm) -> SimpleNamespace:
    quiet = SimpleNamespace(advance=lambda *_: None, done=lambda *_: None)
    return SimpleNamespace(name="hubspot", store=store, destination=crm, clock=lambda: 1, progress=quiet)


def planned(store: Store, *intents: Intent) -> None:
    with store.commit() as unit:
        unit.desk.intend("hubspot", "r", intents, 1)


def problems(store: Store) -> Sequence[Sequence[str]]:
    with store.snapshot() as unit:
        return [one.problems for one in unit.desk.dead_letters("hubspot")]


@pytest.fixture
def refused(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a desk whose CRM has refused two values of one record."""

    async def nothing_to_decide(_: object) -> None:
        return None

    monkeypatch.setattr("jobs.writing.replay.derive", nothing_to_decide)
    desk = desk_on(sqlite_store, Crm("fn_cell", "fn_stage"))
    planned(sqlite_store, intent("fn_cell", "A1", "d"), intent("fn_stage", "TAM", "d"))
    return desk


async def test_the_letter_names_every_refused_value(refused: SimpleNamespace) -> None:
    await push(refused)
    assert problems(refused.store) == [("fn_cell: no such option", "fn_stage: no such option")]


async def test_replay_sends_every_refused_value_again(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.destination.closed.clear()
    assert await replay(refused, None) == (1, 0)
    assert refused.destination.held == {"fn_cell": "A1", "fn_stage": "TAM"}


async def test_the_letter_stays_while_one_of_the_values_is_refused(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.destination.closed.remove("fn_cell")
    assert await replay(refused, None) == (1, 1)
    assert refused.destination.held == {"fn_cell": "A1"}
    assert problems(refused.store) == [("fn_stage: no such option",)]


async def test_another_value_that_goes_through_closes_no_letter(refused: SimpleNamespace) -> None:
    await push(refused)
    planned(refused.store, intent("fn_fit", "7", "later"))
    await push(refused)
    assert refused.destination.held == {"fn_fit": "7"}
    assert len(problems(refused.store)) == 1


async def test_a_later_decision_that_goes_through_closes_the_letter(refused: SimpleNamespace) -> None:
    await push(refused)
    refused.destination.closed.clear()
    refused.clock = lambda: 2
    planned(refused.store, intent("fn_cell", "B2", "later"), intent("fn_stage", "SUSPECT", "later"))
    await push(refused)
    assert problems(refused.store) == []
