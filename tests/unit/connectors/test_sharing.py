"""Several processes on one account: within its limits whatever happens to them, and close to what they allow."""

import asyncio
import random
from contextlib import suppress

import pytest

from connectors.lanes import Urgency
from connectors.limits import Bucket, Budgets, Shares
from tests.unit.connectors.sharing_world import Leases, between, budgets, saturate
from tests.unit.connectors.virtual_time import most_in, run


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 8])
def test_processes_together_use_what_is_allowed_and_no_more(processes: int) -> None:
    async def main() -> None:
        leases = Leases()
        each = await asyncio.gather(*(saturate(budgets(leases), 60) for _ in range(processes)))
        counted = [moment for one in each for moment in one]
        assert most_in(counted, 10) <= 190
        assert between(counted, 0, 60) >= 0.96 * 190 * 6
        even = len(counted) / processes
        assert all(0.9 * even <= len(one) <= 1.1 * even for one in each)

    run(main)


@pytest.mark.parametrize(
    ("bucket", "calls", "window", "processes"),
    [(Bucket.SEARCH, 5, 1, 2), (Bucket.SEARCH, 5, 1, 6), (Bucket.ASSOCIATIONS, 150, 10, 3)],
)
def test_searches_and_associations_are_shared_too(bucket: Bucket, calls: int, window: int, processes: int) -> None:
    async def main() -> None:
        leases = Leases()
        alone = await saturate(budgets(Leases()), 60, bucket=bucket)
        start = asyncio.get_running_loop().time()
        each = await asyncio.gather(
            *(saturate(budgets(leases), start + 60, bucket=bucket) for _ in range(processes)),
        )
        counted = [moment for one in each for moment in one]
        assert most_in(counted, window) <= calls
        assert len(counted) >= 0.93 * len(alone)
        assert all(one for one in each)

    run(main)


def test_who_joins_late_has_its_part_within_seconds_and_no_window_overflows() -> None:
    async def main() -> None:
        leases = Leases()

        async def late() -> list[float]:
            await asyncio.sleep(30)
            return await saturate(budgets(leases), 60)

        first, second = await asyncio.gather(saturate(budgets(leases), 60), late())
        assert most_in(first + second, 10) <= 190
        assert between(second, 30, 32) >= 9
        assert between(first + second, 30, 60) >= 0.96 * 190 * 3
        assert abs(between(first, 45, 60) - between(second, 45, 60)) <= 10

    run(main)


@pytest.mark.parametrize("seed", range(4))
def test_no_window_overflows_when_processes_come_go_and_die_under_hostile_delays(seed: int) -> None:
    async def main() -> None:
        dice, leases = random.Random(seed), Leases()
        counted: list[float] = []

        def delay() -> float:
            return dice.uniform(0, 3) if dice.random() < 0.1 else dice.uniform(0, 0.1)

        async def process(start: float, end: float, *, is_killed: bool) -> None:
            await asyncio.sleep(start)
            own, loop = budgets(leases), asyncio.get_running_loop()

            async def call_on() -> None:
                while loop.time() < end:
                    async with own.turn(Bucket.GENERAL, "contacts"):
                        await asyncio.sleep(delay())
                        counted.append(loop.time())
                        await asyncio.sleep(delay())

            calls = [asyncio.create_task(call_on()) for _ in range(12)]
            if is_killed:
                await asyncio.sleep(end - start)
                killed(own, calls)
            await asyncio.wait(calls)
            if not is_killed:
                await own.close()

        await asyncio.gather(
            process(0, 90, is_killed=False),
            *(
                process(start, start + dice.uniform(1, 30), is_killed=dice.random() < 0.5)
                for start in (dice.uniform(0, 60) for _ in range(6))
            ),
        )
        assert most_in(counted, 10) <= 190
        assert len(counted) >= 0.6 * 190 * 9

    run(main)


def killed(own: Budgets, calls: list["asyncio.Task[None]"]) -> None:
    """Stop everything of a process without a word to the others."""
    sharing = own._sharing
    assert sharing is not None
    assert sharing._keeping is not None
    sharing._keeping.cancel()
    for call in calls:
        call.cancel()


def test_a_dead_process_holds_its_part_for_a_lease_and_a_window_only() -> None:
    async def main() -> None:
        leases = Leases()
        dying = budgets(leases)
        calls = asyncio.create_task(saturate(dying, 1000))
        living = asyncio.create_task(saturate(budgets(leases), 80))
        await asyncio.sleep(20)
        killed(dying, [calls])  # type: ignore[list-item]
        with suppress(asyncio.CancelledError):
            await calls
        counted = await living
        assert between(counted, 22, 30) < 0.6 * 190 * 0.8
        assert between(counted, 40, 80) >= 0.96 * 190 * 4

    run(main)


def test_what_a_finished_process_called_counts_for_the_next() -> None:
    async def main() -> None:
        leases, loop = Leases(), asyncio.get_running_loop()
        first = budgets(leases)
        before = await saturate(first, 8)
        await first.close()
        after = await saturate(budgets(leases), loop.time() + 10)
        assert most_in(before + after, 10) <= 190
        assert between(before + after, 0, 18) >= 0.95 * 190 * 1.8

    run(main)


def test_who_waits_for_a_person_goes_before_another_process_that_reads() -> None:
    async def main() -> None:
        leases = Leases()

        async def write() -> list[float]:
            await asyncio.sleep(20)
            return await saturate(budgets(leases), 50, urgency=Urgency.FIRST)

        reads, writes = await asyncio.gather(saturate(budgets(leases), 50), write())
        assert most_in(reads + writes, 10) <= 190
        assert between(writes, 30, 50) >= 0.85 * 190 * 2
        assert between(reads, 32, 50) >= 0.05 * 190 * 1.8

    run(main)


def test_without_the_database_each_goes_on_at_a_fifth_and_together_again_after() -> None:
    async def main() -> None:
        leases = Leases()
        both = asyncio.gather(*(saturate(budgets(leases), 90) for _ in range(4)))
        await asyncio.sleep(30)
        leases.is_gone = True
        await asyncio.sleep(30)
        leases.is_gone = False
        counted = [moment for one in await both for moment in one]
        assert most_in(counted, 10) <= 190
        assert 0.7 * 190 * 2 <= between(counted, 40, 60) <= 0.81 * 190 * 2
        assert between(counted, 75, 90) >= 0.95 * 190 * 1.5

    run(main)


def test_who_never_reached_the_database_keeps_to_a_fifth() -> None:
    async def main() -> None:
        leases = Leases()
        leases.is_gone = True
        counted = await saturate(budgets(leases), 40)
        assert most_in(counted, 10) <= 38
        assert len(counted) >= 0.9 * 38 * 4

    run(main)


def test_a_database_that_hangs_holds_up_nobody_for_longer_than_a_lease() -> None:
    async def main() -> None:
        leases, loop = Leases(), asyncio.get_running_loop()
        hangs = asyncio.Event()

        async def exchange(change: object) -> None:
            if loop.time() > 20:
                await hangs.wait()
            await leases.exchange(change)  # type: ignore[arg-type]

        own = Budgets(tier="professional", shares=Shares(exchange=exchange))
        counted = await saturate(own, 60)
        assert between(counted, 35, 60) >= 0.9 * 37 * 2.5
        began = loop.time()
        await own.close()
        assert loop.time() - began <= 2.1

    run(main)


def test_nothing_is_asked_while_nothing_is_called() -> None:
    async def main() -> None:
        leases = Leases()
        own = budgets(leases)
        await saturate(own, 5)
        await asyncio.sleep(60)
        turns = leases.turns
        await asyncio.sleep(60)
        assert leases.turns == turns
        assert leases.text == "{}"
        again = await saturate(own, asyncio.get_running_loop().time() + 10)
        assert len(again) >= 0.95 * 186

    run(main)


def test_one_that_calls_little_leaves_the_rest_to_the_other() -> None:
    async def main() -> None:
        leases = Leases()

        async def little() -> None:
            own = budgets(leases)
            for _ in range(30):
                async with own.turn(Bucket.GENERAL, "contacts"):
                    await asyncio.sleep(0.1)
                await asyncio.sleep(2)
            await own.close()

        counted, _ = await asyncio.gather(saturate(budgets(leases), 60), little())
        assert between(counted, 10, 60) >= 0.8 * 190 * 5

    run(main)


def test_leases_that_nobody_can_read_are_begun_anew() -> None:
    async def main() -> None:
        leases = Leases()
        leases.text = '{"half a'
        counted = await saturate(budgets(leases), 20)
        assert between(counted, 0, 20) >= 0.95 * 190 * 2

    run(main)


@pytest.mark.parametrize("tier", ["free", "addon"])
def test_processes_that_learn_of_another_plan_share_that(tier: str) -> None:
    plan = {"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-interval-milliseconds": "10000"}

    async def main() -> None:
        leases, loop = Leases(), asyncio.get_running_loop()

        async def learning(start: float) -> list[float]:
            await asyncio.sleep(start)
            own, counted = budgets(leases, tier=tier), []

            async def call_on() -> None:
                while loop.time() < 60:
                    async with own.turn(Bucket.GENERAL, "contacts") as learn:
                        await asyncio.sleep(0.1)
                        counted.append(loop.time())
                        learn(plan)

            await asyncio.gather(*(call_on() for _ in range(8)))
            return counted

        each = await asyncio.gather(*(learning(start) for start in (0, 0.2, 5)))
        counted = [moment for one in each for moment in one]
        assert most_in(counted, 10) <= 190
        assert between(counted, 20, 60) >= 0.95 * 190 * 4

    run(main)
