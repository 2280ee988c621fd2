"""Turns under hostile delays: what the CRM counts, not what we meant to send."""

import asyncio
import random
from collections.abc import Callable

import pytest

from connectors.lanes import Lane, Rate, Urgency
from connectors.pacing import Turnstile
from tests.unit.connectors.virtual_time import most_in, run

WINDOW = Rate(calls=190, seconds=10)


async def arrivals(lane: Lane, seconds: float, delay: Callable[[float], tuple[float, float]]) -> list[float]:
    """Call as fast as may be; return when the CRM counted each call: somewhen before its answer."""
    loop, counted, turnstile = asyncio.get_running_loop(), [], Turnstile()

    async def call_on() -> None:
        while loop.time() < seconds:
            await turnstile.enter([lane], Urgency.ORDINARY)
            before, after = delay(loop.time())
            await asyncio.sleep(before)
            counted.append(loop.time())
            await asyncio.sleep(after)
            turnstile.leave([lane])

    await asyncio.gather(*(call_on() for _ in range(20)))
    return counted


def _starved(dice: random.Random) -> Callable[[float], tuple[float, float]]:
    """Most calls are quick; now and then one lies about for seconds before it arrives, or before we hear of it."""
    return lambda _: (dice.uniform(0, 4), dice.uniform(0, 4)) if dice.random() < 0.1 else (dice.uniform(0, 0.05), 0.01)


def _stalled(dice: random.Random) -> Callable[[float], tuple[float, float]]:
    """Every few seconds the machine stands still: all that was under way arrives in one moment."""
    return lambda now: (max(0.0, now // 3 * 3 + 1.5 - now), dice.uniform(0, 0.1))


@pytest.mark.parametrize("delays", [_starved, _stalled])
@pytest.mark.parametrize("share", [0.97, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_no_window_of_the_crm_overflows_however_long_calls_are_under_way(
    delays: Callable[[random.Random], Callable[[float], tuple[float, float]]], share: float, seed: int
) -> None:
    async def main() -> None:
        counted = await arrivals(Lane(WINDOW, share), 60, delays(random.Random(seed)))
        assert most_in(counted, 10) <= 190
        assert len(counted) > 300

    run(main)


def test_a_steady_crm_is_used_to_the_share() -> None:
    async def main() -> None:
        counted = await arrivals(Lane(WINDOW, 0.97), 120, lambda _: (0.08, 0.08))
        assert most_in(counted, 10) <= 190
        assert len(counted) >= 0.965 * 190 * 12

    run(main)


def test_a_stall_is_caught_up_with_in_part_and_no_burst_follows() -> None:
    async def main() -> None:
        lane, loop, turnstile = Lane(WINDOW, 0.97), asyncio.get_running_loop(), Turnstile()
        went = []
        for pause in [0.0] * 50 + [9.0] + [0.0] * 50:
            await asyncio.sleep(pause)
            await turnstile.enter([lane], Urgency.ORDINARY)
            went.append(loop.time())
            turnstile.leave([lane])
        assert most_in(went, 0.25) <= 11

    run(main)


def test_a_call_that_is_given_up_while_it_waits_leaves_no_trace() -> None:
    async def main() -> None:
        lane, turnstile = Lane(Rate(calls=1, seconds=10), 1.0), Turnstile()
        await turnstile.enter([lane], Urgency.ORDINARY)
        waiting = asyncio.create_task(turnstile.enter([lane], Urgency.ORDINARY))
        await asyncio.sleep(1)
        waiting.cancel()
        turnstile.leave([lane])
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(turnstile.enter([lane], Urgency.ORDINARY), 11)

    run(main)


def test_a_call_that_is_given_up_in_the_moment_of_its_turn_leaves_no_trace() -> None:
    async def main() -> None:
        lane, other, turnstile = Lane(WINDOW, 1.0), Lane(WINDOW, 1.0), Turnstile()
        await turnstile.enter([other], Urgency.ORDINARY)
        lane.closed_until = 5.0
        waiting = asyncio.create_task(turnstile.enter([lane], Urgency.ORDINARY))
        await asyncio.sleep(1)
        lane.closed_until = 0.0
        turnstile.leave([other])
        assert lane.busy
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not lane.busy

    run(main)


def test_a_turn_is_taken_in_all_lanes_at_once() -> None:
    async def main() -> None:
        wide, tight, turnstile = Lane(Rate(calls=10, seconds=1), 1.0), Lane(Rate(calls=1, seconds=10), 1.0), Turnstile()
        await turnstile.enter([wide, tight], Urgency.ORDINARY)
        turnstile.leave([wide, tight])
        blocked = asyncio.create_task(turnstile.enter([wide, tight], Urgency.ORDINARY))
        for _ in range(50):
            await turnstile.enter([wide], Urgency.ORDINARY)
            turnstile.leave([wide])
        assert not blocked.done(), "and holds nothing of the wide one meanwhile"
        await blocked

    run(main)
