"""One shift: what the daemon does by one reading of its files. A reload ends a shift and begins the next."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import structlog

from jobs.schedule import Appointment, Schedule
from jobs.serving.journals import journal_appointments
from jobs.serving.work import Work, appointments, asking, of_the_database, sync
from jobs.webhooks.drainer import Drainer
from syncer.errors import SyncerError

_log = structlog.get_logger()

#: Seconds that rounds get to come to their end by themselves, and then to leave once they were told.
PATIENCE, FAREWELL = 2.0, 4.5


class Shift:
    """Keeps the accounts of some settings in step until it is told to leave."""

    def __init__(self, work: Work) -> None:
        self.work = work
        taking = {name for name, one in work.settings.accounts.items() if one.is_told}
        self.drainer = Drainer(
            work.settings,
            work.store,
            {name: work.locks[name] for name in work.settings.accounts if name in taking},
            work.in_force,
        )
        self._schedule = Schedule()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Begin with one round of every account, then by the clock."""
        for name in self.work.settings.accounts:
            self._keep(appointments(self.work, name))
        self._keep(of_the_database(self.work))
        journals = journal_appointments(self.work)
        self._keep(journals)
        self._schedule.start()
        for name in self.work.settings.accounts:
            self._begin(asking(self.work, name, sync)())
        for one in journals:
            self._begin(one.work())
        self._begin(self.drainer.run())

    async def leave(self) -> None:
        """Begin nothing more, let what is under way come to its end for a moment, then break it off."""
        self.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)
        left = [one for one in self._tasks if not one.done()]
        for one in left:
            one.cancel()
        if left:
            _log.warning("rounds_broken_off", rounds=len(left))
            await asyncio.wait(left, timeout=FAREWELL)

    def stop(self) -> None:
        """Begin nothing more; what is under way comes to its end by itself."""
        self._schedule.stop()
        self.drainer.leave()

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way any more."""
        return not self._tasks

    def _keep(self, kept: Sequence[Appointment]) -> None:
        def begun(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
            async def run() -> None:
                # Waited for as a task of ours: the scheduler breaks off what it runs itself the moment it stops.
                await asyncio.wait({self._begin(work())})

            return run

        for one in kept:
            self._schedule.add(replace(one, work=begun(one.work)))

    def _begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            reason = error.message if isinstance(error, SyncerError) else type(error).__name__
            _log.error("run_failed", reason=reason)
