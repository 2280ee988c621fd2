"""Where a job says what it is at, so that a trace can show it: names, counts and codes, never a value of a record.

Nothing is recorded until somebody records; the recorder for OpenTelemetry is in jobs/telemetry.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol

Fact = str | int | float


class Span(Protocol):
    """One piece of work in a trace, from its beginning to its end."""

    @property
    def trace_id(self) -> str | None:
        """The id of the trace in hexadecimal; None where nothing is recorded."""
        ...

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Add facts by name."""
        ...

    def fail(self, kind: str) -> None:
        """Say that the work failed, and the kind of failure: a class or a status code, never a message."""
        ...


class Recorder(Protocol):
    """What keeps spans."""

    def span(self, name: str, facts: Mapping[str, Fact], *, is_call: bool) -> AbstractContextManager[Span]:
        """Record what happens until the block ends as part of the span around it; an error by its class alone."""
        ...

    def send(self) -> None:
        """Send the spans that have ended, within seconds or not at all."""
        ...


def span(name: str, facts: Mapping[str, Fact], *, is_call: bool = False) -> AbstractContextManager[Span]:
    """Return a span that lasts as long as its block; `is_call` for one that asks another system."""
    recorder = _recorder.get()
    return _NOTHING if recorder is None else recorder.span(name, facts, is_call=is_call)


def send() -> None:
    """Send the spans that have ended, where they are recorded: the process may end hard from here on."""
    recorder = _recorder.get()
    if recorder is not None:
        recorder.send()


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Have spans of the block, and of tasks and threads that asyncio starts in it, kept by a recorder."""
    before = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(before)


class _Unrecorded:
    """A span that nobody keeps."""

    trace_id: Final = None

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Add nothing."""

    def fail(self, kind: str) -> None:
        """Say nothing."""


_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_Unrecorded())
_recorder: Final[ContextVar[Recorder | None]] = ContextVar("recorder", default=None)
