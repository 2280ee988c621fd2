"""One shift: what the daemon does by one reading of its files. A reload ends a shift and begins the next."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from jobs.schedule import Appointment, Schedule
from jobs.serving.beside import Beside
from jobs.serving.duties import Duty
from jobs.serving.journals import journal_appointments
from jobs.serving.rota import appointments, of_the_database
from jobs.serving.work import Call, Work, daemon_call
from jobs.webhooks.drainer import Drainer
from syncer.errors import SyncerError

_log = structlog.get_logger()

#: Seconds between what is begun first: rounds of fifty accounts at once would lie in memory together.
_APART = 0.25
#: Seconds that rounds get to come to their end by themselves, and then to leave once they were told.
PATIENCE, FAREWELL = 2.0, 4.5


class Lookout(Protocol):
    """Keeps an eye on what comes beside the clock."""

    async def run(self) -> None:
        """Look until told to leave."""
        ...

    def call(self) -> None:
        """Look at once: something was put into an inbox."""
        ...

    def leave(self) -> None:
        """Begin nothing any more."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What a shift does."""

    #: Done at the beginning, one begun shortly after the other.
    first: Sequence[Call]
    appointments: Sequence[Appointment]
    lookout: Lookout
    #: What its work begins and does not wait for.
    beside: Beside = field(default_factory=Beside)


def embedded(work: Work) -> Program:
    """Return the program of a daemon that does all work itself: a round of every account, then by the clock."""
    accounts, journals = work.settings.accounts, journal_appointments(work)
    taking = {name: work.locks[name] for name, one in accounts.items() if one.is_told}
    of_accounts = [one for name in accounts for one in appointments(work, name)]
    return Program(
        first=[*(daemon_call(work, name, Duty.SYNC) for name in accounts), *(one.work for one in journals)],
        appointments=[*of_accounts, *of_the_database(work), *journals],
        lookout=Drainer(work.settings, work.store, taking, work.in_force),
        beside=work.beside,
    )


class Shift:
    """Keeps the accounts of some settings in step until it is told to leave.

    Nothing is begun by the clock unless `may_begin` says so at that moment.
    """

    def __init__(self, program: Program, may_begin: Callable[[], Awaitable[bool]]) -> None:
        self._program = program
        self._may_begin = may_begin
        self._lookout = program.lookout
        self._schedule = Schedule()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin with what is done at once, then by the clock."""
        self._keep(self._program.appointments)
        self._schedule.start()
        self._opening = asyncio.create_task(self._open())
        self._begin(self._lookout.run())

    async def _open(self) -> None:
        late = (one.catch_up for one in self._program.appointments if one.catch_up is not None)
        for call in (*self._program.first, *late):
            self._begin(call())
            await asyncio.sleep(_APART)

    def call(self) -> None:
        """Say that something was put into an inbox."""
        self._lookout.call()

    async def leave(self) -> None:
        """Begin nothing more, let what is under way come to its end for a moment, then break it off."""
        self.stop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE)
        left = [one for one in self._under_way if not one.done()]
        for one in left:
            one.cancel()
        if left:
            _log.warning("rounds_broken_off", rounds=len(left))
            await asyncio.wait(left, timeout=FAREWELL)

    def stop(self) -> None:
        """Begin nothing more; what is under way comes to its end by itself."""
        if self._opening is not None:
            self._opening.cancel()
        self._schedule.stop()
        self._lookout.leave()

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way any more."""
        return not self._under_way

    @property
    def _under_way(self) -> Collection["asyncio.Task[None]"]:
        return [*self._tasks, *self._program.beside.tasks]

    def _keep(self, kept: Sequence[Appointment]) -> None:
        def begun(work: Call) -> Call:
            async def run() -> None:
                if await self._may_begin():
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
