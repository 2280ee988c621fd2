"""Work on accounts by the clock: each behind its own lock, so that a sick or slow one holds up nobody else."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import structlog

from jobs.bootstrap import opened_desk, system_clock
from jobs.desk import Clock, Desk
from jobs.digest.sending import send_digests
from jobs.figures.asking import Asked
from jobs.figures.freezing import HOUR_OF_FREEZING
from jobs.privacy.prune import prune_desk
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import freeze_round, measure_round, sync_round
from jobs.schedule import Appointment, Every, Nightly
from jobs.serving.backups import nightly_backup
from jobs.serving.breaker import counts, is_paused, note_failure, note_health
from jobs.settings import Settings
from syncer.agreement import InForce
from syncer.errors import SyncerError, Unavailable
from syncer.store import Store

_log = structlog.get_logger()

Do = Callable[[Desk], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What every job of the daemon needs."""

    settings: Settings
    store: Store
    in_force: InForce
    #: Held by whatever is at work on the account.
    locks: Mapping[str, asyncio.Lock]
    clock: Clock = system_clock


def appointments(work: Work, name: str) -> list[Appointment]:
    """Return what is done for an account again and again."""
    plan = work.settings.schedule
    zone = work.in_force.agreement.calendar.zone
    found = [
        _appointment(name, "sync", Every(plan.sync_every), asking(work, name, sync)),
        _appointment(name, "measure", Every(plan.measure_every), guarded(work, name, _measure)),
        _appointment(name, "freeze", Nightly(HOUR_OF_FREEZING, zone), guarded(work, name, _freeze)),
    ]
    if plan.reconcile_hour is not None:
        when = Nightly(plan.reconcile_hour, zone)
        found.append(_appointment(name, "reconcile", when, asking(work, name, _reconcile)))
    if work.settings.retention.hour is not None:
        when = Nightly(work.settings.retention.hour, zone)
        found.append(_appointment(name, "prune", when, guarded(work, name, prune_desk)))
    report = work.settings.digest
    if report.hour is not None and report.variables:
        found.append(_appointment(name, "digest", Nightly(report.hour, zone), _digest(work, name)))
    return found


def _appointment(
    name: str, job: str, when: Every | Nightly, do: Callable[[], Coroutine[Any, Any, None]]
) -> Appointment:
    return Appointment(name=f"{name}/{job}", when=when, work=do)


def of_the_database(work: Work) -> list[Appointment]:
    """Return what is done once for all accounts."""
    plan = work.settings.schedule
    if plan.backup_hour is None:
        return []

    async def run() -> None:
        await asyncio.to_thread(nightly_backup, work.store, plan, work.clock())

    return [Appointment(name="backup", when=Nightly(plan.backup_hour, work.in_force.agreement.calendar.zone), work=run)]


def guarded(work: Work, name: str, do: Do) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return work on one account that never ends the daemon: its error is logged and the next round comes."""

    async def run() -> None:
        async with work.locks[name]:
            try:
                async with _desk(work, name) as desk:
                    await do(desk)
            except SyncerError as error:
                _log.error("run_failed", account=name, reason=error.message, hint=error.hint)

    return run


def asking(work: Work, name: str, do: Do) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return guarded work that asks the CRM: it is left out while the account is sick."""

    async def watched(desk: Desk) -> None:
        try:
            await do(desk)
        except SyncerError as error:
            if counts(error, was_asked=bool(sum(desk.source.usage.calls.values()))):
                await asyncio.to_thread(_fell_ill, work, name, error)
            raise
        if await asyncio.to_thread(note_health, work.store, name):
            _log.info("account_recovered", account=name)

    once = guarded(work, name, watched)

    async def run() -> None:
        if not await asyncio.to_thread(is_paused, work.store, name, work.clock()):
            await once()

    return run


def _fell_ill(work: Work, name: str, error: SyncerError) -> None:
    found = note_failure(work.store, name, type(error).__name__, error.message, work.clock())
    if found.pauses(work.clock()):
        seconds = (found.until - work.clock()) // 1000
        _log.warning("account_paused", account=name, failures=found.failures, seconds=seconds, reason=error.message)


def _desk(work: Work, name: str) -> AbstractAsyncContextManager[Desk]:
    return opened_desk(work.settings, work.store, name, clock=work.clock, agreement=work.in_force)


def _digest(work: Work, name: str) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return the sending of the morning report; it reads only, so it waits for no round."""

    async def run() -> None:
        try:
            sent = await send_digests(work.settings, work.store, work.in_force, name, work.clock())
        except SyncerError as error:
            _log.error("run_failed", account=name, reason=error.message, hint=error.hint)
            return
        for one in sent:
            if one.failed is None:
                _log.info("report_sent", account=name, channel=one.channel, silent=one.silent)
            else:
                _log.error("report_failed", account=name, channel=one.channel, reason=one.failed, hint=one.hint)

    return run


async def sync(desk: Desk) -> None:
    """Do a round and measure. Raises Unavailable where no stream could be read."""
    done = await sync_round(desk)
    await measure_round(desk, Asked())
    if done.halted and done.halted.keys() >= done.streams.keys():
        raise Unavailable(f"no stream could be read: {next(iter(done.halted.values()))}", account=desk.name)


async def _measure(desk: Desk) -> None:
    await measure_round(desk, Asked())


async def _freeze(desk: Desk) -> None:
    await freeze_round(desk)


async def _reconcile(desk: Desk) -> None:
    await reconcile_round(desk, orders=Orders(apply=True))
