"""The queue: the only place that knows Procrastinate. Its errors become ours here."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg_pool import PoolClosed, PoolTimeout

from jobs.distributed.tickets import MOST_RESCUES, Lane, Ticket
from jobs.serving.duties import Duty
from syncer.errors import Unavailable
from syncer.store import DEAD_AFTER_S, HEARTBEAT_S, REGISTER_BESIDE

# Its lines show errors with their traces, and jobs with their arguments; ours say what an operator needs.
logging.getLogger("procrastinate").addHandler(logging.NullHandler())
logging.getLogger("procrastinate").propagate = False
logging.getLogger("psycopg").addHandler(logging.NullHandler())
logging.getLogger("psycopg").propagate = False

#: Seconds between two looks for jobs that no notification told of: repetitions whose time has come.
_LOOK_EVERY = 1.0
#: Connections that settling, fetching and deferring share; notifications have one of their own.
_CONNECTIONS = 4
_CONNECT_S = 10.0
_FORGOTTEN_AFTER_H = 24
#: Seconds after which the row of a silent worker goes: if it lives after all, it begins anew.
_PRUNED_AFTER_S = 60.0

Do = Callable[[Ticket], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescue:
    """A job whose worker died, and whether it goes back into the queue."""

    account: str
    duty: str
    goes_back: bool


class _Connector(PsycopgConnector):
    """The library's own, which says where something could not be noted: that a job is done, that a worker lives."""

    def __init__(self, *, conninfo: str, min_size: int, max_size: int, timeout: float) -> None:
        super().__init__(conninfo=conninfo, min_size=min_size, max_size=max_size, timeout=timeout)
        self.broke = asyncio.Event()

    async def execute_query_async(self, query: LiteralString, **arguments: object) -> None:
        """Note something."""
        try:
            await super().execute_query_async(query, **arguments)
        except UniqueViolation:
            raise
        except (ConnectorException, PoolTimeout, PoolClosed):
            self.broke.set()
            raise


class _Beside(JobManager):
    """Registers lanes that a worker has beside its first one."""

    async def register_worker(self) -> int:
        """Return the number of the lane."""
        found = await self.connector.execute_query_one_async(REGISTER_BESIDE)
        return int(found["worker_id"])


class Queue:
    """The jobs of one database. Every method raises Unavailable where it cannot be reached."""

    def __init__(self, address: str, *, patience: float = _CONNECT_S) -> None:
        """Take the database's address, and how many seconds a connection is waited for."""
        self._patience = patience
        self._connector = _Connector(conninfo=address, min_size=1, max_size=_CONNECTIONS, timeout=patience)
        self._app = App(connector=self._connector)
        beside = App(connector=self._connector)
        beside.job_manager = _Beside(self._connector)
        self._lanes = {lane: self._app if lane is Lane.ROUNDS else beside for lane in Lane}
        self._opening = asyncio.Lock()
        self._is_open = False

    @property
    def _jobs(self) -> JobManager:
        return self._app.job_manager

    async def close(self) -> None:
        """Let go of all connections."""
        async with self._opening:
            self._is_open = False
            await self._app.close_async()

    async def defer(self, ticket: Ticket) -> bool:
        """Put a job into the queue; return whether it was put there, or one of its kind waits already."""
        job = self._app.configure_task(
            ticket.duty.value,
            queue=ticket.lane,
            lock=ticket.lock,
            queueing_lock=ticket.queueing_lock,
            priority=ticket.priority,
            schedule_in={"seconds": ticket.wait} if ticket.wait else None,
        )
        try:
            async with self._reached():
                await job.defer_async(account=ticket.account, attempt=ticket.attempt)
        except AlreadyEnqueued:
            return False
        return True

    async def rescue(self) -> list[Rescue]:
        """Put jobs of dead workers back into the queue, and return them."""
        async with self._reached():
            stalled = await self._jobs.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S)
            found = [await self._rescue(job) for job in stalled]
            await self._jobs.prune_stalled_workers(_PRUNED_AFTER_S)
        return found

    async def forget_old(self) -> None:
        """Forget failed attempts of yesterday."""
        async with self._reached():
            await self._jobs.delete_old_jobs(
                _FORGOTTEN_AFTER_H, include_failed=True, include_cancelled=True, include_aborted=True
            )

    async def work(self, do: Do, *, at_once: int, patience: float) -> None:
        """Do jobs until cancelled, so many at once in a lane; those under way then get `patience` seconds.

        Returns or raises Unavailable where the database went away meanwhile.
        """
        for duty in Duty:
            self._register(duty, do)
        async with self._reached():
            self._connector.broke.clear()
            await self._unless_broken([self._in_lane(lane, at_once, patience) for lane in Lane])

    async def _in_lane(self, lane: Lane, at_once: int, patience: float) -> None:
        await self._lanes[lane].run_worker_async(
            queues=[lane],
            concurrency=1 if lane is Lane.FIGURES else at_once,
            fetch_job_polling_interval=_LOOK_EVERY,
            shutdown_graceful_timeout=patience,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=_PRUNED_AFTER_S,
        )

    async def _unless_broken(self, lanes: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Work until the database refuses to note something: what is not noted as done would never be done again."""
        working = {asyncio.create_task(lane) for lane in lanes}
        broken = asyncio.create_task(self._connector.broke.wait())
        try:
            await asyncio.wait({*working, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            broken.cancel()
            for lane in working:
                lane.cancel()
            await asyncio.wait(working)
        for lane in working:
            if not lane.cancelled():
                lane.result()

    def _register(self, duty: Duty, do: Do) -> None:
        async def run(account: str, attempt: int) -> None:
            await do(Ticket(account=account, duty=duty, attempt=attempt))

        for app in self._lanes.values():
            if duty.value not in app.tasks:
                app.task(name=duty.value)(run)

    async def _rescue(self, job: Job) -> Rescue:
        id_ = job.id or 0
        found = Rescue(
            account=str(job.task_kwargs.get("account")), duty=job.task_name, goes_back=job.attempts < MOST_RESCUES
        )
        if not found.goes_back:
            await self._jobs.finish_job_by_id_async(id_, Status.FAILED, delete_job=False)
            return found
        try:
            await self._jobs.retry_job_by_id_async(id_, datetime.now(UTC))
        except UniqueViolation:
            # One of its kind waits already and does what this one left.
            await self._jobs.finish_job_by_id_async(id_, Status.ABORTED, delete_job=True)
        return found

    async def _open(self) -> None:
        """Open connections; what could not be opened in time is let go of, so that the next try begins anew."""
        try:
            await asyncio.wait_for(self._app.open_async(), self._patience)
            self._is_open = True
        except TimeoutError:
            raise PoolTimeout("no connection within our patience") from None
        finally:
            if not self._is_open:
                await self._app.close_async()

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        """Yield with connections open. Raises Unavailable where there are none, or they break."""
        try:
            async with self._opening:
                if not self._is_open:
                    await self._open()
            yield
        except (ConnectorException, PoolTimeout, PoolClosed):
            # The cause is cut off: a driver's text names address and user.
            raise Unavailable("the queue of jobs cannot be reached", hint="it is tried again") from None
