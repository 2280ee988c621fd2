"""What the leader does in the distributed engine: it defers jobs, by the clock and on demand, and rescues lost ones."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from jobs.budget.parking import rests
from jobs.distributed.queue import Queue
from jobs.distributed.tickets import Demand, Ticket, called_for
from jobs.schedule import Appointment, Every, Nightly
from jobs.serving.breaker import sickness
from jobs.serving.duties import Duty, duties
from jobs.serving.journals import journal_appointments
from jobs.serving.rota import appointed
from jobs.serving.shift import Program
from jobs.serving.work import Call, Work
from syncer.errors import SyncerError
from syncer.store import QueueStanding, Unit

_log = structlog.get_logger()

#: Seconds between two looks at inboxes, outboxes and the jobs of dead workers.
_LOOK_EVERY = 1.0
_FORGET_EVERY = 60


def deferring(work: Work, queue: Queue) -> Program:
    """Return the program of a leader: what the daemon would do itself it defers.

    Journals it reads itself: their hints go to inboxes, and no account is held for that.
    """
    accounts, planned = work.settings.accounts, duties(work.settings, work.in_force)
    rounds = [Ticket(account=name, duty=Duty.SYNC) for name in accounts]
    journals = journal_appointments(work)
    return Program(
        first=[
            *(_logging(one, partial(_defer, queue, one)) for one in rounds),
            *(one.work for one in journals),
        ],
        appointments=[
            *(
                _appointed(work, queue, Ticket(account=name, duty=duty), when)
                for name in accounts
                for duty, when in planned.items()
            ),
            *journals,
            Appointment(name="queue", when=Every(_FORGET_EVERY), work=queue.forget_old),
        ],
        lookout=LeaderLookout(work, queue),
    )


def _appointed(work: Work, queue: Queue, ticket: Ticket, when: Every | Nightly) -> Appointment:
    found = appointed(work, ticket.account, ticket.duty, when, partial(_defer, queue, ticket))
    catch_up = None if found.catch_up is None else _logging(ticket, found.catch_up)
    return replace(found, work=_logging(ticket, found.work), catch_up=catch_up)


async def _defer(queue: Queue, ticket: Ticket) -> None:
    await queue.defer(ticket)


def _logging(ticket: Ticket, defer: Call) -> Call:
    async def run() -> None:
        try:
            await defer()
        except SyncerError as error:
            _log.error("job_not_deferred", account=ticket.account, job=ticket.duty, reason=error.message)

    return run


class LeaderLookout:
    """Defers drains and pushes while hints and values wait, and puts jobs of dead workers back."""

    def __init__(self, work: Work, queue: Queue) -> None:
        self._work = work
        self._queue = queue
        self._called = asyncio.Event()
        self._is_leaving = False

    def call(self) -> None:
        """Look at once."""
        self._called.set()

    def leave(self) -> None:
        """Defer nothing any more."""
        self._is_leaving = True
        self._called.set()

    async def run(self) -> None:
        """Look until told to leave."""
        was_reached = True
        try:
            while not self._is_leaving:
                self._called.clear()
                reason = await self._failed()
                if reason is not None and was_reached:
                    _log.warning("queue_unreachable", reason=reason)
                was_reached = reason is None
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._called.wait(), _LOOK_EVERY)
        finally:
            await self._queue.close()

    async def _failed(self) -> str | None:
        """Look once, and return why that failed: whatever it was, the next look comes."""
        look = asyncio.create_task(self._look())
        try:
            await asyncio.wait({look})
        except asyncio.CancelledError:
            look.cancel()
            await asyncio.wait({look})
            raise
        error = look.exception()
        if error is None:
            return None
        return error.message if isinstance(error, SyncerError) else type(error).__name__

    async def _look(self) -> None:
        for ticket in await asyncio.to_thread(self._tickets):
            await self._queue.defer(ticket)
        for one in await self._queue.rescue():
            if one.goes_back:
                _log.warning("job_rescued", account=one.account, job=one.duty)
            else:
                _log.error("job_given_up", account=one.account, job=one.duty)

    def _tickets(self) -> Sequence[Ticket]:
        """Return what every account is to be worked on for now."""
        with self._work.store.snapshot() as unit:
            wanted = {name: called_for(self._demand(unit, name)) for name in self._work.settings.accounts}
        return [Ticket(account=name, duty=duty) for name, duty in wanted.items() if duty is not None]

    def _demand(self, unit: Unit, name: str) -> Demand:
        account, now = self._work.settings.accounts[name], self._work.clock()
        standing = unit.queue.standing(name) or QueueStanding()
        sick = sickness(unit, name)
        may_send = account.write_back and not rests(unit, name, now) and not (sick is not None and sick.pauses(now))
        return Demand(
            hints=account.is_told and bool(unit.inbox.waiting(name, 1)),
            values=may_send and bool(unit.desk.pending(name, 1)),
            in_hand={*standing.waiting, *standing.running},
        )
