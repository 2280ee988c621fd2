"""Measures every figure of an account, beside whatever else is done for it.

The account is held only until one state of it is in sight. What is counted is that state, and hints that come meanwhile
are looked into at once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass

from jobs.desk import Seat
from jobs.figures.asking import Asked, question
from jobs.figures.freezing import freeze_days
from jobs.figures.splits import OWN, every_split
from jobs.names import MEASURE
from jobs.pulling.sources import keep_own_lines
from jobs.runs import Run, recorded_beside
from syncer.kpis.question import Question
from syncer.store.values import KpiRow

#: Seconds that another process's work on the account is waited for: figures of other accounts wait as long.
_PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """What was counted of one state of an account."""

    asking: Question
    splits: Mapping[str, Sequence[KpiRow]]
    #: The erasures that this state knows.
    erasures: AbstractSet[tuple[str, str]]


async def measure_round(
    desk: Seat, asked: Asked, *, held: AbstractAsyncContextManager[object] | None = None, patient: bool = False
) -> Sequence[KpiRow]:
    """Compute every KPI and keep the rows, and the splits that pages show, as this run's snapshot.

    `held` is what else holds the account, beside its lock. Another process that is at work on it is waited for a
    moment if `patient`; then Unavailable is raised.
    """
    with recorded_beside(desk, MEASURE) as run:
        counted = await _counted(desk, asked, run, held or nullcontext(), patient=patient)
        while not await asyncio.to_thread(_keep, desk, run, counted):
            counted = await _counted(desk, asked, run, held or nullcontext(), patient=patient)
        run.counts.update(figures=len(counted.splits[OWN]))
    return counted.splits[OWN]


def _keep(desk: Seat, run: Run, counted: _Counted) -> bool:
    """Keep what was counted; not where somebody was erased meanwhile, whom it may name."""
    with desk.store.commit() as unit:
        if unit.privacy.erasure_ids() != counted.erasures:
            return False
        unit.desk.keep_snapshot(desk.name, run.id, counted.asking.as_of, counted.splits)
    return True


async def _counted(
    desk: Seat, asked: Asked, run: Run, held: AbstractAsyncContextManager[object], *, patient: bool
) -> _Counted:
    loop, seen = asyncio.get_running_loop(), asyncio.Event()
    lock = desk.store.patient_lock(desk.name, _PATIENCE) if patient else desk.store.account_lock(desk.name)
    async with held:
        counting = asyncio.create_task(
            asyncio.to_thread(_count, desk, asked, run, lock, lambda: loop.call_soon_threadsafe(seen.set))
        )
        counting.add_done_callback(lambda _: seen.set())
        try:
            await seen.wait()
        except asyncio.CancelledError:
            counting.cancel()
            raise
    return await counting


def _count(
    desk: Seat, asked: Asked, run: Run, lock: AbstractContextManager[None], seen: Callable[[], object]
) -> _Counted:
    """Count one state of the account; `seen` is called once that state can be read to the end, whatever is changed."""
    with ExitStack() as reading:
        with lock:
            _keep_costs(desk)
            frozen = freeze_days(desk.store, desk.agreement, desk.name, desk.clock())
            run.counts.update(frozen_days=frozen.days)
            asking = question(desk.store, desk.agreement, desk.name, asked)
            unit = reading.enter_context(desk.store.snapshot())
            # A database shows the state of the first read.
            erasures = unit.privacy.erasure_ids()
        seen()
        return _Counted(asking=asking, splits=every_split(unit, asking), erasures=erasures)


def _keep_costs(desk: Seat) -> None:
    with desk.store.commit() as unit:
        keep_own_lines(unit, desk.name, desk.agreement.agreement, desk.clock())
