"""What becomes of an outbox row whose write met trouble."""

from collections.abc import Mapping, Sequence

import pytest

from jobs.writing.push import push
from syncer.errors import LimitScope, RateLimited, SyncerError, UnknownOutcome
from syncer.records import Kind
from syncer.store import Store
from tests.unit.jobs.push_rig import Crm, Values, desk_on, planned


def answering(errors: Sequence[SyncerError]) -> Crm:
    """Return a CRM whose first answers to a write are the given errors."""
    left = list(errors)
    return Crm(lambda _: left.pop(0) if left else None)


@pytest.mark.parametrize("error", [RateLimited("wait", scope=LimitScope.BURST), UnknownOutcome("lost")])
async def test_trouble_that_passes_with_one_record_of_a_batch_is_no_dead_letter(
    sqlite_store: Store, error: SyncerError
) -> None:
    planned(sqlite_store, {"fn_stage": "TAM"})
    count = await push(desk_on(sqlite_store, answering([error, error])))  # type: ignore[arg-type]
    assert (count.written, count.failed) == (1, 0)


async def test_trouble_that_does_not_pass_waits_for_a_person(sqlite_store: Store) -> None:
    planned(sqlite_store, {"fn_stage": "TAM"})
    count = await push(desk_on(sqlite_store, answering([UnknownOutcome("lost")] * 9)))  # type: ignore[arg-type]
    assert (count.written, count.failed) == (0, 1)
    with sqlite_store.snapshot() as unit:
        assert [letter.record_id for letter in unit.desk.dead_letters("hubspot")] == ["1"]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (("INQUIRY", "INQUIRY"), (1, 0)),
        (("SUSPECT", "INQUIRY"), (1, 0)),
        (("SUSPECT", "SUSPECT"), (0, 1)),
    ],
    ids=["as planned", "a stale answer", "a person"],
)
async def test_a_stale_answer_does_not_pass_for_a_persons_edit(
    sqlite_store: Store, seen: tuple[str, str], expected: tuple[int, int]
) -> None:
    answers = list(seen)

    class Stale(Crm):
        async def read(self, kind: Kind, ids: Sequence[str], *, properties: Sequence[str]) -> Mapping[str, Values]:
            return {"1": {"fn_stage": answers.pop(0)}} if answers and not self.held else {"1": dict(self.held)}

    planned(sqlite_store, {"fn_stage": "LEAD_SAL"}, previous="INQUIRY")
    count = await push(desk_on(sqlite_store, Stale(lambda _: None)))  # type: ignore[arg-type]
    assert (count.written, count.conflicts) == expected
