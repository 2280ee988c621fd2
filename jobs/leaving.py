"""How work ends when somebody wants to leave: what was begun is brought to its end, within bounds."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")

#: Seconds that a step gets once somebody wants to leave.
STEP = 3.0


async def brought_to_its_end(step: Coroutine[Any, Any, _T], seconds: float = STEP) -> _T:
    """Return what a step gives; where the caller is cancelled, it gets so long, and is then cancelled too.

    Between the claim of a write and its settling lies a request: cut off there, its outcome would be unknown.
    """
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=seconds)
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            # Looked at, so that nobody warns of an error that was never seen; the next run meets it again.
            task.exception()
        raise
