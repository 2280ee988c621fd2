"""Signals: the first asks the daemon to leave, a second one ends it at once, SIGHUP has it read its files anew."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from jobs.serving import hangups

_log = structlog.get_logger()

_LEAVING = (signal.SIGINT, signal.SIGTERM)
#: Seconds after which the process ends whatever still hangs: a thread in a call that nobody can break off.
HARD_END = 9.0

Obey = Callable[[], None]


class Server(uvicorn.Server):
    """A server that leaves signals to its owner: the library would raise them again once it is down."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextmanager
def obeyed(leave: Obey, reload: Obey) -> Iterator[None]:
    """Call `leave` on the first SIGINT or SIGTERM and `reload` on every SIGHUP, until the block ends.

    A SIGHUP that was kept in mind is obeyed at once.
    """
    loop = asyncio.get_running_loop()

    def once() -> None:
        for one in _LEAVING:
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)
        leave()

    for one in _LEAVING:
        loop.add_signal_handler(one, once)
    loop.add_signal_handler(signal.SIGHUP, reload)
    if hangups.taken():
        reload()
    try:
        yield
    finally:
        for one in (*_LEAVING, signal.SIGHUP):
            loop.remove_signal_handler(one)


def end_hard(seconds: float = HARD_END) -> None:
    """End the process after so many seconds, whatever hangs: what it leaves is what a kill leaves, and that is safe."""

    def end() -> None:
        _log.warning("ended_hard", seconds=seconds)
        os._exit(0)

    guard = threading.Timer(seconds, end)
    guard.daemon = True
    guard.start()
