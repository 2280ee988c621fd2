"""Collectors of traces: one in memory, one that listens, one that never answers."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from jobs.telemetry import OpenTelemetry
from syncer.tracing import recording


class Spans:
    """What was recorded."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def every(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def named(self, beginning: str) -> list[ReadableSpan]:
        return [one for one in self.every if one.name.startswith(beginning)]

    @property
    def calls(self) -> list[ReadableSpan]:
        return [one for one in self.every if "http.request.method" in one.attributes]

    def above(self, span: ReadableSpan) -> ReadableSpan | None:
        """Return the span around another."""
        if span.parent is None:
            return None
        [found] = [one for one in self.every if one.context.span_id == span.parent.span_id]
        return found

    @property
    def text(self) -> str:
        """Everything that an exporter is given."""
        return "\n".join(one.to_json() for one in self.every)


@contextmanager
def collected() -> Iterator[Spans]:
    """Yield the spans of the block."""
    spans = Spans()
    with recording(OpenTelemetry(spans.provider, lambda: None)):
        yield spans


@dataclass
class Collector:
    """A collector that listens on this machine."""

    address: str
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def spans(self) -> list:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span for one in requests for of in one.resource_spans for scope in of.scope_spans for span in scope.spans
        ]

    def services(self) -> set[str]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        facts = [fact for one in requests for of in one.resource_spans for fact in of.resource.attributes]
        return {fact.value.string_value for fact in facts if fact.key == "service.name"}


@contextmanager
def collector(status: int = 200) -> Iterator[Collector]:
    """Yield a collector that answers everything with a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            found.paths.append(self.path)
            found.headers.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Collector(address=f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@contextmanager
def silent_port() -> Iterator[str]:
    """Yield an address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def closed_port() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
