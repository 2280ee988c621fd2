"""What is closed is closed to the end, whoever is cancelled meanwhile; who fails leaves nobody at work behind."""

import asyncio
from contextlib import suppress

import httpx
import pytest

from connectors.download import Downloads
from connectors.ending import to_the_end, together
from connectors.http import ApiClient
from connectors.limits import Budgets
from connectors.tokens import fixed_token


class Slow(httpx.AsyncBaseTransport):
    """A transport whose closing takes several turns of the loop."""

    def __init__(self) -> None:
        self.turns = 0
        self.begun = asyncio.Event()

    async def aclose(self) -> None:
        self.begun.set()
        for _ in range(5):
            await asyncio.sleep(0)
            self.turns += 1


def clients(transport: Slow) -> dict[str, ApiClient | Downloads]:
    return {
        "api": ApiClient(
            base_url="http://127.0.0.1:1", tokens=fixed_token("t", "TOKEN"), budgets=Budgets(), transport=transport
        ),
        "downloads": Downloads(base_url="http://127.0.0.1:1", is_trusted=lambda _: False, transport=transport),
    }


@pytest.mark.parametrize("name", ["api", "downloads"])
@pytest.mark.parametrize("times", [1, 3])
async def test_a_client_that_is_closing_closes_to_the_end_however_often_it_is_cancelled(name, times):
    transport = Slow()
    closing = asyncio.create_task(clients(transport)[name].close())
    await transport.begun.wait()
    for _ in range(times):
        closing.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert transport.turns == 5


async def test_what_fails_is_raised_and_after_a_cancellation_is_its_cause():
    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await to_the_end(fail())
    task = asyncio.create_task(to_the_end(fail()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as told:
        await task
    assert isinstance(told.value.__cause__, ValueError)


async def test_a_deadline_that_passes_meanwhile_is_told_after_the_end():
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.05)
        done.set()

    with suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await to_the_end(work())
    assert done.is_set()


async def test_works_done_at_once_give_what_each_gives():
    async def give(value):
        await asyncio.sleep(0)
        return value

    assert tuple(await together(give(1), give("b"))) == (1, "b")
    assert list(await together()) == []


@pytest.mark.parametrize("ended_by", ["error", "cancellation"])
async def test_where_one_fails_the_others_are_broken_off_and_over(ended_by):
    over = []

    async def wait(name):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            over.append(name)

    async def fail():
        await asyncio.sleep(0)
        if ended_by == "error":
            raise ValueError("no")
        await asyncio.Event().wait()

    task = asyncio.create_task(together(wait("a"), fail(), wait("b")))
    for _ in range(3):
        await asyncio.sleep(0)
    if ended_by == "cancellation":
        task.cancel()
    with pytest.raises(ValueError if ended_by == "error" else asyncio.CancelledError):
        await task
    assert sorted(over) == ["a", "b"]
