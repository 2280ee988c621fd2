"""The spans inside a run: the streams that it reads, and what it writes; their names and facts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from jobs.counts import PullCount
from syncer.records import Kind
from syncer.tracing import Fact, span


@contextmanager
def stream_span(stream: str, count: PullCount) -> Iterator[None]:
    """Record the reading of a stream with what a run has counted of it."""
    with span(f"stream {stream}", {"syncer.stream": stream}) as recorded:
        try:
            yield
        finally:
            if stream in count.streams:
                recorded.note(counted(asdict(count.streams[stream])))


@contextmanager
def write_span(kind: Kind, values: int) -> Iterator[None]:
    """Record the writing of one batch of values."""
    with span(f"write {kind}", {"syncer.stream": kind.value, "syncer.count.values": values}):
        yield


def counted(counts: Mapping[str, object]) -> Mapping[str, Fact]:
    """Return the counts that are numbers."""
    return {f"syncer.count.{name}": number for name, number in counts.items() if isinstance(number, int | float)}
