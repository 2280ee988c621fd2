"""The daemon's port: what a stranger may cost. Requests that come too slowly, or with too large a head, are cut off."""

import asyncio
import socket
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.listening import listening

#: Seconds in which a whole request must have arrived, and bytes that its head may have.
ARRIVES_WITHIN = 10.0
LARGEST_HEAD = 32 * 1024
#: Connections at once; who comes then is answered 503.
MOST_CONNECTIONS = 256


class Protocol(HttpToolsProtocol):
    """HTTP with a clock and a scale at the door: the library has neither for heads."""

    _clock: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock: a request is expected."""
        # uvloop's transports are asyncio's in all but ancestry.
        super().connection_made(cast("asyncio.Transport", transport))
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Weigh what belongs to a head."""
        self._head += len(data)
        super().data_received(data)
        if self._head > LARGEST_HEAD:
            self._cut_off()

    def on_message_begin(self) -> None:
        """Start the clock for a further request of the same connection."""
        self._arm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Weigh no more: bodies have limits of their own."""
        if self._head > LARGEST_HEAD:
            self._cut_off()
            return
        self._head = -(1 << 62)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: the request is there."""
        self._disarm()
        self._head = 0
        super().on_message_complete()

    def _arm(self) -> None:
        self._disarm()
        self._clock = self.loop.call_later(ARRIVES_WITHIN, self._cut_off)

    def _disarm(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _cut_off(self) -> None:
        self._disarm()
        if not self.transport.is_closing():
            self.transport.abort()


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises ConfigError where the address cannot be had."""
    door = listening(host, port)
    door.listen(MOST_CONNECTIONS)
    return door
