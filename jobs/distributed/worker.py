"""A worker: does jobs of the queue until a signal asks it to leave. What it leaves undone goes back into the queue."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from jobs.bootstrap import agreement_of
from jobs.distributed.queue import Queue
from jobs.distributed.refusing import queue_address
from jobs.distributed.tickets import Ticket, broken_off, repeated
from jobs.figures.apart import Apart
from jobs.serving.shift import PATIENCE
from jobs.serving.signals import obeyed
from jobs.serving.work import Work, perform
from jobs.settings import Settings
from syncer import tracing
from syncer.errors import ConfigError, SyncerError, Unavailable
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds before a worker that was cut off from the database tries again.
_REST = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerCalls:
    """What a worker calls outside."""

    #: Returns the settings anew, on SIGHUP.
    reread: Callable[[], Settings]
    #: The moment a signal asks to leave.
    on_leaving: Callable[[], None] = lambda: None


async def run_worker(settings: Settings, store: Store, *, at_once: int, calls: WorkerCalls) -> None:
    """Do jobs, so many at once; return once a signal was obeyed.

    Raises ConfigError without a server's database, or where the files say that the daemon does the work itself.
    """
    queue = Queue(queue_address(settings, store, "syncer worker"))
    store.keep_queue()
    worker = _Worker(settings, store, queue, calls.reread)
    leaving = asyncio.Event()

    def leave() -> None:
        calls.on_leaving()
        leaving.set()

    with obeyed(leave, worker.reload_soon):
        _log.info("worker_started", accounts=list(settings.accounts), at_once=at_once)
        while not leaving.is_set():
            await worker.work(at_once, leaving)
        await worker.close()
        await queue.close()
        tracing.send()


class _Worker:
    """The files as they were read last, and what is done by them."""

    def __init__(self, settings: Settings, store: Store, queue: Queue, reread: Callable[[], Settings]) -> None:
        self._store = store
        self._queue = queue
        self._reread = reread
        self._apart = Apart()
        self._work = self._by(settings)
        self._reloads: set[asyncio.Task[None]] = set()

    async def work(self, at_once: int, leaving: asyncio.Event) -> None:
        """Do jobs until told to leave, or until the database goes away; then rest for a moment."""
        working = asyncio.create_task(self._queue.work(self._attempt, at_once=at_once, patience=PATIENCE))
        told = asyncio.create_task(leaving.wait())
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.is_set():
            _log.info("stop_requested")
        working.cancel()
        told.cancel()
        await asyncio.wait({working, told})
        if leaving.is_set():
            return
        error = None if working.cancelled() else working.exception()
        if error is not None and not isinstance(error, Unavailable):
            raise error
        _log.warning("worker_cut_off", seconds=_REST)
        with suppress(TimeoutError):
            await asyncio.wait_for(leaving.wait(), _REST)

    async def close(self) -> None:
        """End what counts figures."""
        await self._apart.close()

    def reload_soon(self) -> None:
        """Read the files anew as soon as may be."""
        task = asyncio.create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        try:
            settings = await asyncio.to_thread(self._reread)
            queue_address(settings, self._store, "syncer worker")
            self._work = self._by(settings)
        except ConfigError as error:
            _log.error("reload_refused", problems=[str(problem) for problem in error.problems])
            return
        _log.info("reloaded", accounts=list(settings.accounts))

    def _by(self, settings: Settings) -> Work:
        return Work(settings=settings, store=self._store, in_force=agreement_of(settings), locks={}, apart=self._apart)

    async def _attempt(self, ticket: Ticket) -> None:
        """Do a job; see to it that one that failed or was broken off is done again, as its error recommends."""
        is_repeat = ticket.attempt > 0
        # Looked at instead of awaited: whatever went wrong, it is settled here.
        doing = asyncio.create_task(perform(self._work, ticket.account, ticket.duty, is_repeat=is_repeat))
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError:
            doing.cancel()
            await asyncio.wait({doing})
            await self._queue.defer(broken_off(ticket))
            raise
        error = doing.exception()
        if error is not None:
            await self._settle(ticket, error)
            raise Unavailable("the attempt failed", account=ticket.account) from None
        following = doing.result()
        if following is not None:
            await self._put(Ticket(account=ticket.account, duty=following))

    async def _settle(self, ticket: Ticket, error: BaseException) -> None:
        reason = error.message if isinstance(error, SyncerError) else type(error).__name__
        facts = {"account": ticket.account, "job": ticket.duty.value, "attempt": ticket.attempt + 1, "reason": reason}
        following = repeated(ticket, error)
        if following is None:
            _log.error("run_failed", **facts, hint=getattr(error, "hint", None))
            return
        _log.warning("job_repeated", **facts, seconds=following.wait)
        await self._put(following)

    async def _put(self, ticket: Ticket) -> None:
        """Put a ticket into the queue, however long that takes: until then its job is still being done."""
        while True:
            with suppress(Unavailable):
                await self._queue.defer(ticket)
                return
            await asyncio.sleep(_REST)
