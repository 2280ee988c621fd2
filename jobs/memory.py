"""How a process holds memory: threads share one heap, and what start-up loaded is out of the search for garbage."""

import ctypes
import gc
from contextlib import suppress
from functools import cache

#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENAS_AT_MOST = -8


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
