"""The spans of jobs: a run, the streams inside it, and what is written; their names and facts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from jobs.counts import PullCount
from syncer.records import Kind
from syncer.tracing import Fact, span

if TYPE_CHECKING:
    from jobs.bootstrap import Run


@contextmanager
def run_span(run: "Run", job: str, account: str) -> Iterator[Mapping[str, str]]:
    """Record a run with its status and counts; yield what binds the run's log lines to its trace."""
    facts = {"syncer.job": job, "syncer.account": account, "syncer.run_id": run.id}
    with span(f"run {job}", facts) as recorded:
        try:
            yield {} if recorded.trace_id is None else {"trace_id": recorded.trace_id}
        finally:
            recorded.note({"syncer.status": run.status, **_counted(run.counts)})


@contextmanager
def stream_span(stream: str, count: PullCount) -> Iterator[None]:
    """Record the reading of a stream with what a run has counted of it."""
    with span(f"stream {stream}", {"syncer.stream": stream}) as recorded:
        try:
            yield
        finally:
            if stream in count.streams:
                recorded.note(_counted(asdict(count.streams[stream])))


@contextmanager
def write_span(kind: Kind, values: int) -> Iterator[None]:
    """Record the writing of one batch of values."""
    with span(f"write {kind}", {"syncer.stream": kind.value, "syncer.count.values": values}):
        yield


def _counted(counts: Mapping[str, object]) -> Mapping[str, Fact]:
    """Return the counts that are numbers."""
    return {f"syncer.count.{name}": number for name, number in counts.items() if isinstance(number, int | float)}
