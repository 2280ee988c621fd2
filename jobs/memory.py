"""How a process holds memory: threads share one heap, and what start-up loaded is out of the search for garbage."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from threading import Lock

from jobs import YOUNG

#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENAS_AT_MOST = -8

#: Values made between two searches for dead cycles while millions are made and hardly a cycle among them: searched for
#: as often as by default, they cost an eighth of a derive, and every hundred thousand still a twentieth.
_UNSEARCHED = 1_000_000


class _Searches:
    """How often the process searches for garbage: rarely while any thread asks for that."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking = 0

    def ask(self, change: int) -> None:
        """Count one more thread that asks, or one less."""
        with self._lock:
            self._asking += change
            gc.set_threshold(_UNSEARCHED if self._asking else YOUNG, *gc.get_threshold()[1:])


_searches = _Searches()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let the process search rarely for garbage until the block ends, in whatever order those of several threads do."""
    _searches.ask(1)
    try:
        yield
    finally:
        _searches.ask(-1)


@cache
def share_heap() -> None:
    """Let every thread take memory from the same heap; to be called before there are threads.

    glibc gives each thread a heap of its own and keeps what was freed there: a third of a backfill's memory lay about
    so, and only one thread runs Python at a time anyway. Other C libraries have no such setting and no such heaps.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENAS_AT_MOST, 1)


@cache
def spare_start_up() -> None:
    """Leave what start-up loaded out of the search for garbage, once and for good.

    It stays to the end, and every full search would walk it; the one at exit alone takes a third of a second.
    """
    gc.freeze()
