"""What becomes of an outbox row whose write met trouble."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from connectors.ports import RecordWrite, WriteResult
from jobs.writing.push import push
from syncer.errors import LimitScope, RateLimited, SyncerError, UnknownOutcome
from syncer.records import Kind
from syncer.store import Store
from syncer.writeback import Intent

ROW = Intent(
    account="hubspot",
    kind=Kind.CONTACT,
    record_id="1",
    property="fn_stage",
    value="TAM",
    previous=None,
    rule="x",
    why="y",
    decision="d",
)


class Crm:
    """Holds one contact; its first answers to a write are the given errors."""

    def __init__(self, errors: Sequence[SyncerError]) -> None:
        self.errors = list(errors)
        self.held: dict[str, str | None] = {}

    async def read(
        self, kind: Kind, ids: Sequence[str], *, properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, str | None]]:
        return {"1": {name: self.held.get(name) for name in properties}}

    async def write(self, kind: Kind, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        if self.errors:
            return [WriteResult(id="1", error=self.errors.pop(0))]
        self.held |= writes[0].values
        return [WriteResult(id="1")]


def desk_on(store: Store, crm: Crm) -> SimpleNamespace:
    quiet = SimpleNamespace(advance=lambda *_: None, done=lambda *_: None)
    return SimpleNamespace(name="hubspot", store=store, destination=crm, clock=lambda: 1, progress=quiet)


@pytest.mark.parametrize("error", [RateLimited("wait", scope=LimitScope.BURST), UnknownOutcome("lost")])
async def test_trouble_that_passes_with_one_record_of_a_batch_is_no_dead_letter(
    sqlite_store: Store, error: SyncerError
) -> None:
    with sqlite_store.commit() as unit:
        unit.desk.intend("hubspot", "r", [ROW], 1)
    count = await push(desk_on(sqlite_store, Crm([error, error])))  # type: ignore[arg-type]
    assert (count.written, count.failed) == (1, 0)


async def test_trouble_that_does_not_pass_waits_for_a_person(sqlite_store: Store) -> None:
    with sqlite_store.commit() as unit:
        unit.desk.intend("hubspot", "r", [ROW], 1)
    count = await push(desk_on(sqlite_store, Crm([UnknownOutcome("lost")] * 9)))  # type: ignore[arg-type]
    assert (count.written, count.failed) == (0, 1)
    with sqlite_store.snapshot() as unit:
        assert [letter.record_id for letter in unit.desk.dead_letters("hubspot")] == ["1"]
