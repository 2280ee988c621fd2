"""What is to be ended is ended, whoever is cancelled or fails meanwhile."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TypeVar, overload

_A = TypeVar("_A")
_B = TypeVar("_B")
_C = TypeVar("_C")


async def to_the_end(work: Coroutine[None, None, None]) -> None:
    """Do work to its end; a cancellation that comes meanwhile is raised after it.

    A cancellation in the middle of closing would leave the remaining connections open.
    """
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    await task


@overload
async def together(first: Coroutine[None, None, _A], second: Coroutine[None, None, _B], /) -> tuple[_A, _B]: ...
@overload
async def together(
    first: Coroutine[None, None, _A], second: Coroutine[None, None, _B], third: Coroutine[None, None, _C], /
) -> tuple[_A, _B, _C]: ...
@overload
async def together(*work: Coroutine[None, None, _A]) -> Sequence[_A]: ...
async def together(*work: Coroutine[None, None, object]) -> Sequence[object]:
    """Return what works done at once give; where one fails, the others are broken off before its error is raised.

    Left to themselves, they would go on calling while the connections close.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return tuple(await asyncio.gather(*tasks))
    except BaseException:
        await to_the_end(_broken_off(tasks))
        raise


async def _broken_off(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
