"""What follows a round and the next one does not wait for: other accounts' figures may take long, reading must not."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any

import structlog

from syncer.errors import SyncerError

_log = structlog.get_logger()


class Beside:
    """One task an account; whoever ends a shift waits for what is under way."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def tasks(self) -> Collection["asyncio.Task[None]"]:
        """What is under way."""
        return list(self._tasks.values())

    def begin(self, account: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work, unless the account's last one is not done: what comes later finds what moved since."""
        if account in self._tasks:
            return
        task = asyncio.create_task(work())
        self._tasks[account] = task
        task.add_done_callback(lambda done: self._ended(account, done))

    def _ended(self, account: str, task: "asyncio.Task[None]") -> None:
        del self._tasks[account]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            reason = error.message if isinstance(error, SyncerError) else type(error).__name__
            _log.error("run_failed", account=account, reason=reason)
