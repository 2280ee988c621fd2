"""Threads for what may wait long for somebody else: those that everybody shares are a handful and must not wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_own_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a call returns, made in a thread that nobody else uses; who is cancelled leaves it to its end."""
    thread = ThreadPoolExecutor(1, "apart")
    try:
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(thread, lambda: context.run(call, *args, **kwargs))
    finally:
        thread.shutdown(wait=False)
