"""Serving a portal over HTTP: for as long as a person wants, or for the length of a with-block."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.listening import listening
from connectors.sandbox.app import build_app
from connectors.sandbox.broken import Connections
from connectors.sandbox.calls import Server
from connectors.sandbox.faults import NONE, Faults
from connectors.sandbox.limits import REAL, Elapsed, Limits
from connectors.sandbox.state import Portal

#: Seconds to wait for the server to come up or go down.
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A server that is up."""

    base_url: str
    portal: Portal
    #: What was spent and what went wrong.
    server: Server

    def __str__(self) -> str:
        return self.base_url


def serve(
    portal: Portal,
    host: str = "127.0.0.1",
    port: int = 8700,
    *,
    limits: Limits = REAL,
    faults: Faults = NONE,
    on_taken: Callable[[str], None] | None = None,
) -> None:
    """Serve until the process is told to stop; ConfigError where the address cannot be had.

    `on_taken` is told the base URL once the address is ours.
    """
    app = build_app(portal, limits=limits, faults=faults)
    with listening(host, port) as listener:
        if on_taken is not None:
            on_taken(f"http://{host}:{listener.getsockname()[1]}")
        uvicorn.Server(_config(app, host=host, port=port)).run([listener])


@contextmanager
def running(
    portal: Portal, *, port: int = 0, limits: Limits = REAL, faults: Faults = NONE, elapsed: Elapsed = time.monotonic
) -> Iterator[Running]:
    """Serve in a thread, on a free local port unless one is named, until the block ends."""
    app = build_app(portal, limits=limits, faults=faults, elapsed=elapsed)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = uvicorn.Server(_config(app, host="127.0.0.1", port=port))
        thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield Running(
                base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", portal=portal, server=app.state.server
            )
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE * 200)):
        if server.started:
            return
        if not thread.is_alive():
            break
        pause.wait(0.005)
    raise RuntimeError("the sandbox server did not start")


def _config(app: Starlette, *, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=_protocol(app.state.connections),
        lifespan="off",
        ws="none",
        access_log=False,
        # Answers carry the portal's own time.
        date_header=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
    )


def _protocol(connections: Connections) -> type[HttpToolsProtocol]:
    """Return an HTTP protocol that lets answers break its connections."""

    class Protocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            # uvloop's transports are asyncio's in all but ancestry.
            stream = cast("asyncio.Transport", transport)
            super().connection_made(stream)
            if self.client is not None:
                connections[self.client] = stream

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                connections.pop(self.client, None)
            super().connection_lost(exc)

    return Protocol
