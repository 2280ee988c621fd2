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
    #: Whether a head is awaited, or has begun and not ended; and whether one ended in the piece that is being read.
    _is_head = True
    _ended = False
    #: Bytes that came of a head without its end, and bytes of address and headers that were read in it.
    _came = 0
    _read = 0

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
        """Weigh what belongs to a head and to nothing else: a body may come in one piece with its head."""
        was_head, self._ended = self._is_head, False
        super().data_received(data)
        if was_head and not self._ended:
            self._came += len(data)
            if self._came > LARGEST_HEAD:
                self._cut_off()

    def on_message_begin(self) -> None:
        """Start the clock for a further request of the same connection."""
        self._arm()
        self._read = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Weigh the address."""
        self._read += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Weigh a header, with its colon and line end."""
        self._read += len(name) + len(value) + 3
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Weigh no more: bodies have limits of their own."""
        self._is_head, self._ended = False, True
        if self._read > LARGEST_HEAD:
            self._cut_off()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: the request is there."""
        self._disarm()
        self._is_head, self._came = True, 0
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
