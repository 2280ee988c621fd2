"""Processes share an account's limits through the store, and say where that fails."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from connectors.limits import Bucket, Budgets
from jobs.budget import sharing
from jobs.budget.sharing import SharedLimits
from syncer.errors import LimitScope, RateLimited, Unavailable
from syncer.moments import Millis
from syncer.store import Store

Change = Callable[[str | None, Millis], str]


class Flaky:
    """A store that cannot be reached now and then."""

    def __init__(self, faults: list[bool]) -> None:
        self._faults = faults

    def change_leases(self, account: str, change: Change) -> None:
        assert account == "hubspot"
        if self._faults.pop(0):
            raise Unavailable("the connection to the database server broke")
        change(None, Millis(0))


async def test_it_is_said_once_that_the_limits_are_not_shared_and_once_that_they_are_again() -> None:
    limits = SharedLimits(Flaky([False, True, True, False, False]), "hubspot")  # type: ignore[arg-type]
    with capture_logs() as lines:
        for _ in range(5):
            with suppress(Unavailable):
                await limits.exchange(lambda _, __: "")
    assert [line["event"] for line in lines] == ["budget_unshared", "budget_shared"]
    assert lines[0]["account"] == "hubspot"
    assert lines[0]["reason"] == "the connection to the database server broke"


async def test_a_database_that_hangs_is_said_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_PATIENCE", 0.01)
    answers = asyncio.Event()

    class Hanging:
        def change_leases(self, account: str, change: Change) -> None:
            asyncio.run_coroutine_threadsafe(answers.wait(), loop).result()

    loop = asyncio.get_running_loop()
    with capture_logs() as lines:
        exchange = asyncio.create_task(SharedLimits(Hanging(), "hubspot").exchange(lambda _, __: ""))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        assert [line["event"] for line in lines] == ["budget_unshared"]
        answers.set()
        await exchange
    assert [line["event"] for line in lines] == ["budget_unshared", "budget_shared"]


async def test_changes_of_two_processes_arrive_in_one_text(store: Store) -> None:
    both = [SharedLimits(store, "hubspot").exchange for _ in range(2)]
    await asyncio.gather(*(exchange(lambda text, _: (text or "") + "x") for exchange in both * 5))
    seen: list[str | None] = []
    await both[0](lambda text, _: seen.append(text) or "")  # type: ignore[func-returns-value]
    assert seen == ["x" * 10]


async def test_what_others_spent_of_the_associations_day_ends_ours_too() -> None:
    budgets = Budgets(tier="professional")
    budgets.learn_day(449_999, {})
    async with budgets.turn(Bucket.ASSOCIATIONS, "contacts"):
        pass
    with pytest.raises(RateLimited) as refused:
        async with budgets.turn(Bucket.ASSOCIATIONS, "contacts"):
            pass
    assert refused.value.scope is LimitScope.ASSOCIATIONS_DAILY


async def test_a_rest_that_another_process_began_is_kept_unsent() -> None:
    budgets = Budgets(tier="professional")
    budgets.learn_day(0, {"general": ("spent by another", Millis(7))})
    with pytest.raises(RateLimited, match="spent by another") as refused:
        async with budgets.turn(Bucket.GENERAL, "contacts"):
            pass
    assert refused.value.until == 7
    assert budgets.usage.calls == {}
