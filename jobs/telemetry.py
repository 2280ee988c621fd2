"""Spans by OpenTelemetry: recorded, sent in the background, and never waited for. The one module that knows it.

The library takes headers, sampling, resource and time-outs from its own variables.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from threading import Event, Thread
from typing import Final

import structlog
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as TraceSpan
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id

from jobs.environment import hand_on_telemetry
from jobs.modes import Exporter
from syncer.errors import ConfigError, Problem
from syncer.tracing import Fact, Span, recording

_log = structlog.get_logger()

#: Seconds that the last spans get; a daemon that leaves has spent seven of its nine by then.
FAREWELL: Final = 1.5
_LOOK_EVERY: Final = 0.02


class OpenTelemetry:
    """Keeps spans as OpenTelemetry's, each inside the one that its task or thread is in."""

    def __init__(self, provider: TracerProvider, send: Callable[[], None]) -> None:
        self._tracer = provider.get_tracer("syncer", version("syncer"))
        self._send = send

    def send(self) -> None:
        """Send the spans that have ended."""
        self._send()

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact], *, is_call: bool) -> Iterator[Span]:
        """Record one span; an error is kept by its class, since its message may tell of a person."""
        kind = SpanKind.CLIENT if is_call else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=facts, record_exception=False, set_status_on_exception=False
        ) as span:
            recorded = _Recorded(span)
            try:
                yield recorded
            except BaseException as error:
                recorded.fail(type(error).__name__)
                raise


class _Recorded:
    """A span of OpenTelemetry as jobs and connectors see it."""

    def __init__(self, span: TraceSpan) -> None:
        self._span = span

    @property
    def trace_id(self) -> str | None:
        context = self._span.get_span_context()
        return format_trace_id(context.trace_id) if context.is_valid and context.trace_flags.sampled else None

    def note(self, facts: Mapping[str, Fact]) -> None:
        self._span.set_attributes(facts)

    def fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


@contextmanager
def sending(exporter: Exporter, *, is_told: bool = True) -> Iterator[None]:
    """Record the spans of the block and send them, the last ones within seconds of its end.

    Where nobody takes them they are lost, and the work goes on: if `is_told`, that is said once in the log. Raises
    ConfigError for a variable that the library cannot use.
    """
    hand_on_telemetry()
    post = _Post(is_told=is_told)
    _hear(post)
    provider = _provider(exporter, post)
    try:
        with recording(OpenTelemetry(provider, lambda: post.see_off(provider.force_flush))):
            yield
    finally:
        post.see_off(provider.shutdown)


class _Post(logging.Handler):
    """Knows whether spans arrive. What the library logs of that is told as one event, without its words."""

    def __init__(self, *, is_told: bool) -> None:
        super().__init__(logging.WARNING)
        self.is_failing = Event()
        self._is_told = is_told

    def emit(self, record: logging.LogRecord) -> None:
        """Take a warning of the library as the news that spans do not arrive."""
        del record
        self.failed()

    def failed(self) -> None:
        """Say that spans did not arrive, the first time since the last that did."""
        if not self.is_failing.is_set():
            self.is_failing.set()
            if self._is_told:
                _log.warning("traces_not_sent")

    def see_off(self, sending: Callable[[], object]) -> None:
        """Send, and wait for it not a moment longer than the first failure: who does not answer is not waited for."""
        end = time.monotonic() + FAREWELL
        thread = Thread(target=sending, name="traces", daemon=True)
        thread.start()
        while thread.is_alive() and not self.is_failing.is_set():
            if time.monotonic() > end:
                self.failed()
            thread.join(_LOOK_EVERY)


class _Watched(SpanExporter):
    """An exporter that tells what became of each sending."""

    def __init__(self, exporter: SpanExporter, post: _Post) -> None:
        self._exporter = exporter
        self._post = post

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            self._post.is_failing.clear()
        else:
            self._post.failed()
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _provider(exporter: Exporter, post: _Post) -> TracerProvider:
    try:
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(_Watched(_exporter(exporter), post)))
    except ValueError:
        # Its words could repeat a variable that holds a secret.
        hint = "docs/operations.md, Traces, names those that are needed"
        problem = Problem(key="OTEL_*", message="OpenTelemetry cannot use what a variable says", hint=hint)
        raise ConfigError([problem]) from None
    return provider


def _exporter(exporter: Exporter) -> SpanExporter:
    if exporter is Exporter.CONSOLE:
        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: f"{span.to_json(indent=None)}\n")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _resource() -> Resource:
    """Return who sends: our name and version, unless the environment names it otherwise."""
    ours = Resource({"service.name": "syncer", "service.version": version("syncer")})
    return ours.merge(OTELResourceDetector().detect())


def _hear(post: _Post) -> None:
    """Hear what the library logs, until the process ends; it goes nowhere else."""
    library = logging.getLogger("opentelemetry")
    library.propagate = False
    library.addHandler(post)
