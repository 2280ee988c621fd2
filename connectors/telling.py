"""Says what is waited for, so that nobody takes waiting for hanging: seldom, and never for what is over in seconds."""

import time
from collections.abc import Callable

import structlog

_log = structlog.get_logger()

#: Seconds that a call may wait before a word is said.
_SHORT = 5.0
#: Seconds between two words, however many calls wait.
_SELDOM = 15.0


class Teller:
    """The one voice of an account's calls."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: float | None = None

    def waits(self, reason: str, *, stream: str, attempt: int, seconds: float, altogether: float) -> None:
        """Say that a call is sent again after some seconds, where it waits long altogether."""
        now = self._clock()
        if altogether < _SHORT or (self._told is not None and now - self._told < _SELDOM):
            return
        self._told = now
        _log.warning("call_waits", stream=stream, reason=reason, attempt=attempt, seconds=round(seconds))

    def export_is_made(self, *, stream: str, status: str, waited: float) -> None:
        """Say that an export is not there yet, once it has taken long."""
        now = self._clock()
        if waited < _SHORT or (self._told is not None and now - self._told < 4 * _SELDOM):
            return
        self._told = now
        _log.info("export_awaited", stream=stream, status=status, seconds=round(waited))
