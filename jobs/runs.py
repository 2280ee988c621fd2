"""The frame around every run: recorded in the store, a line of the log at each end, a span in the trace."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from jobs.desk import Seat
from jobs.health.failures import count_failure
from jobs.names import MEASURE
from jobs.spans import counted
from syncer.errors import SyncerError
from syncer.store import Unit
from syncer.tracing import span

_log = structlog.get_logger()


@dataclass(kw_only=True, slots=True)
class Run:
    """One run of one job: its id and what it will have counted."""

    id: str
    counts: dict[str, object] = field(default_factory=dict)
    status: str = "done"


@contextmanager
def recorded_run(desk: Seat, job: str) -> Iterator[Run]:
    """Yield a run that the store remembers, with one log line at each end; ids are bound to every line between.

    The account is held until the end. Raises Unavailable where another process is at work on it.
    """
    with desk.store.account_lock(desk.name), _recorded(desk, job, _close_others) as run:
        yield run


@contextmanager
def recorded_beside(desk: Seat, job: str) -> Iterator[Run]:
    """Yield a run like `recorded_run` that holds nothing but its like: others work on the account beside it.

    Raises Unavailable where another process is at the same.
    """
    with desk.store.side_lock(desk.name, job), _recorded(desk, job, _close_like) as run:
        yield run


def _close_others(unit: Unit, desk: Seat, _job: str) -> None:
    unit.desk.close_abandoned(desk.name, desk.clock(), but=MEASURE)


def _close_like(unit: Unit, desk: Seat, job: str) -> None:
    unit.desk.close_abandoned(desk.name, desk.clock(), only=job)


@contextmanager
def _recorded(desk: Seat, job: str, close: Callable[[Unit, Seat, str], None]) -> Iterator[Run]:
    with desk.store.commit() as unit:
        close(unit, desk, job)
        run = Run(id=unit.desk.begin_run(desk.name, job, desk.clock()))
    began = time.monotonic()
    with (
        _run_span(run, job, desk.name) as traced,
        structlog.contextvars.bound_contextvars(run_id=run.id, job=job, account=desk.name, **traced),
    ):
        _log.info("run_started")
        try:
            yield run
        except (asyncio.CancelledError, KeyboardInterrupt):
            run.status = "interrupted"
            _end(desk, run, began)
            _log.info("run_interrupted")
            raise
        except BaseException as error:
            if isinstance(error, SyncerError):
                error.account = error.account or desk.name
                run.counts |= {"why": error.message} | ({} if error.hint is None else {"remedy": error.hint})
            run.status = "failed"
            _end(desk, run, began, error)
            _log.error("run_failed", reason=_reason(error))
            raise
        _end(desk, run, began)
        _log.info("run_finished", status=run.status, **run.counts)


def seconds_of(run: Run) -> float:
    """Return how long a run took, once it has ended."""
    seconds = run.counts.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _reason(error: BaseException) -> str:
    return error.message if isinstance(error, SyncerError) else type(error).__name__


def _end(desk: Seat, run: Run, began: float, error: BaseException | None = None) -> None:
    run.counts["seconds"] = round(time.monotonic() - began, 3)
    with desk.store.commit() as unit:
        unit.desk.end_run(run.id, desk.clock(), run.status, run.counts)
        if error is not None:
            count_failure(unit, desk.name, error)


@contextmanager
def _run_span(run: Run, job: str, account: str) -> Iterator[Mapping[str, str]]:
    """Record a run with its status and counts; yield what binds the run's log lines to its trace."""
    facts = {"syncer.job": job, "syncer.account": account, "syncer.run_id": run.id}
    with span(f"run {job}", facts) as recorded:
        try:
            yield {} if recorded.trace_id is None else {"trace_id": recorded.trace_id}
        finally:
            recorded.note({"syncer.status": run.status, **counted(run.counts)})
