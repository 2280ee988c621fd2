"""Work on accounts: each duty done as a job, in the daemon behind a lock for each account."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import structlog

from jobs.bootstrap import opened_desk, system_clock
from jobs.desk import Clock, Desk
from jobs.digest.sending import send_digests
from jobs.figures.apart import Apart
from jobs.figures.ordering import order_of
from jobs.names import MEASURE
from jobs.privacy.prune import prune_desk
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import freeze_round, push_round, sync_round
from jobs.serving.beside import Beside
from jobs.serving.breaker import counts, is_paused, note_failure, note_health
from jobs.serving.duties import ASKING, Duty
from jobs.serving.lull import figures_stay
from jobs.settings import Settings
from jobs.webhooks.drain import drain_round
from syncer.agreement import InForce
from syncer.errors import SyncerError, Unavailable
from syncer.moments import SECOND
from syncer.store import Store

_log = structlog.get_logger()

#: The part of the time that measuring may take after rounds.
_MEASURING = 0.01

Do = Callable[[Desk], Awaitable[None]]
Call = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What every job of the daemon needs."""

    settings: Settings
    store: Store
    in_force: InForce
    #: Held by whatever is at work on the account.
    locks: Mapping[str, asyncio.Lock]
    clock: Clock = system_clock
    #: Where figures are counted.
    apart: Apart = field(default_factory=Apart)
    #: What follows rounds.
    beside: Beside = field(default_factory=Beside)


def daemon_call(work: Work, name: str, duty: Duty) -> Call:
    """Return a duty as the daemon does it: it never ends the daemon."""
    if duty is Duty.DIGEST:
        return _reporting(work, name)
    if duty is Duty.MEASURE:
        return _measuring(work, name)
    if duty is Duty.SYNC:
        return _round(work, name)
    return asking(work, name, _DOES[duty]) if duty in ASKING else guarded(work, name, _DOES[duty])


async def perform(work: Work, name: str, duty: Duty, *, is_repeat: bool) -> Duty | None:
    """Do a duty once, as a worker does it, and return what is to follow; an account that is sick is not asked.

    Only the first attempt tells whether an account is sick: the next ones follow within seconds. Raises SyncerError.
    """
    if duty is Duty.DIGEST:
        await _report(work, name)
        return None
    if duty is Duty.MEASURE:
        order = order_of(work.settings, work.in_force, name, patient=True)
        await work.apart.measure(order, nullcontext())
        return None
    do = _DOES[duty]
    if duty in ASKING:
        if await asyncio.to_thread(is_paused, work.store, name, work.clock()):
            return None
        do = _watched(work, name, do, counted=not is_repeat)
    async with _desk(work, name) as desk:
        await do(desk)
    is_due = duty is Duty.SYNC and await asyncio.to_thread(_is_to_be_measured, work, name)
    return Duty.MEASURE if is_due else None


def guarded(work: Work, name: str, do: Do) -> Call:
    """Return work on one account that never ends the daemon: its error is logged and the next round comes."""

    async def run() -> None:
        async with work.locks[name]:
            try:
                async with _desk(work, name) as desk:
                    await do(desk)
            except SyncerError as error:
                _log.error("run_failed", account=name, reason=error.message, hint=error.hint)

    return run


def asking(work: Work, name: str, do: Do) -> Call:
    """Return guarded work that asks the CRM: it is left out while the account is sick."""
    once = guarded(work, name, _watched(work, name, do, counted=True))

    async def run() -> None:
        if not await asyncio.to_thread(is_paused, work.store, name, work.clock()):
            await once()

    return run


def _round(work: Work, name: str) -> Call:
    """Return a round, and after one that went well the measuring where anything moved the figures since the last.

    Figures are counted one account after the other: the account's next round does not wait for its turn.
    """
    measure = _measuring(work, name)

    async def run() -> None:
        went_well = False

        async def do(desk: Desk) -> None:
            nonlocal went_well
            await sync(desk)
            went_well = True

        await asking(work, name, do)()
        if went_well and await asyncio.to_thread(_is_to_be_measured, work, name):
            work.beside.begin(name, measure)

    return run


def _measuring(work: Work, name: str) -> Call:
    """Return measuring that holds the account no longer than until it sees what it counts."""

    async def run() -> None:
        try:
            order = order_of(work.settings, work.in_force, name, patient=False)
            await work.apart.measure(order, work.locks[name])
        except SyncerError as error:
            _log.error("run_failed", account=name, reason=error.message, hint=error.hint)

    return run


def _watched(work: Work, name: str, do: Do, *, counted: bool) -> Do:
    """Return work that keeps whether the account is sick."""

    async def watched(desk: Desk) -> None:
        try:
            await do(desk)
        except SyncerError as error:
            if counted and counts(error, was_asked=bool(sum(desk.source.usage.calls.values()))):
                await asyncio.to_thread(_fell_ill, work, name, error)
            raise
        if await asyncio.to_thread(note_health, work.store, name):
            _log.info("account_recovered", account=name)

    return watched


def _fell_ill(work: Work, name: str, error: SyncerError) -> None:
    found = note_failure(work.store, name, type(error).__name__, error.message, work.clock())
    if found.pauses(work.clock()):
        seconds = (found.until - work.clock()) // 1000
        _log.warning("account_paused", account=name, failures=found.failures, seconds=seconds, reason=error.message)


def _desk(work: Work, name: str) -> AbstractAsyncContextManager[Desk]:
    return opened_desk(work.settings, work.store, name, clock=work.clock, agreement=work.in_force)


def _reporting(work: Work, name: str) -> Call:
    """Return the sending of the morning report; it reads only, so it waits for no round."""

    async def run() -> None:
        try:
            await _report(work, name)
        except SyncerError as error:
            _log.error("run_failed", account=name, reason=error.message, hint=error.hint)

    return run


async def _report(work: Work, name: str) -> None:
    for one in await send_digests(work.settings, work.store, work.in_force, name, work.clock()):
        if one.failed is None:
            _log.info("report_sent", account=name, channel=one.channel, silent=one.silent)
        else:
            _log.error("report_failed", account=name, channel=one.channel, reason=one.failed, hint=one.hint)


async def sync(desk: Desk) -> None:
    """Do a round. Raises Unavailable where no stream could be read."""
    done = await sync_round(desk)
    if done.halted and done.halted.keys() >= done.streams.keys():
        raise Unavailable(f"no stream could be read: {next(iter(done.halted.values()))}", account=desk.name)


def _is_to_be_measured(work: Work, name: str) -> bool:
    """Say whether anything moved the figures, and a hundred times what measuring takes lies behind the last one."""
    now = work.clock()
    with work.store.snapshot() as unit:
        last = unit.desk.last_run(name, [MEASURE])
        if last is None:
            return True
        took = float(str(last.counts.get("seconds", 0))) * SECOND
        is_too_soon = 0 <= now - last.started_at < took / _MEASURING
        return not is_too_soon and not figures_stay(unit, name, work.in_force, now)


async def _freeze(desk: Desk) -> None:
    await freeze_round(desk)


async def _reconcile(desk: Desk) -> None:
    await reconcile_round(desk, orders=Orders(apply=True))


async def _drain(desk: Desk) -> None:
    done = await drain_round(desk)
    if done is not None and not done.looked_at + done.given_up:
        raise Unavailable("no hint could be looked into now", account=desk.name)


async def _push(desk: Desk) -> None:
    await push_round(desk)


_DOES: Mapping[Duty, Do] = {
    Duty.SYNC: sync,
    Duty.FREEZE: _freeze,
    Duty.RECONCILE: _reconcile,
    Duty.PRUNE: prune_desk,
    Duty.DRAIN: _drain,
    Duty.PUSH: _push,
}
