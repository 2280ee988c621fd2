"""A step that was begun is brought to its end when its caller is told to leave, but not for ever."""

import asyncio

import pytest

from jobs.leaving import brought_to_its_end


async def _cancelled(step, seconds: float) -> None:
    task = asyncio.create_task(brought_to_its_end(step, seconds))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nobody_leaves_and_the_step_gives_what_it_gives():
    async def step() -> int:
        return 7

    assert await brought_to_its_end(step()) == 7


async def test_a_short_step_ends_before_its_caller_leaves():
    done = []

    async def step() -> None:
        await asyncio.sleep(0.06)
        done.append("settled")

    await _cancelled(step(), 5)
    assert done == ["settled"]


async def test_a_long_step_is_broken_off_and_may_clean_up():
    done = []

    async def step() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            done.append("released")
            raise

    await _cancelled(step(), 0.05)
    assert done == ["released"]


async def test_an_error_of_the_last_moment_is_no_stray_warning():
    async def step() -> None:
        await asyncio.sleep(0.05)
        raise ValueError

    await _cancelled(step(), 5)
