"""How a command ends that is told to: SIGTERM stops it as Ctrl-C does, and what was begun is left in order.

Left to itself SIGTERM would be a kill, and nothing at all to the first process of a container. Nothing heavy is loaded
here, for a command may be stopped while it is loaded.
"""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

#: Added to a signal's number by shells, to tell of a process that it ended.
STOPPED: Final = 128

_WORD: Final = {"en": "stopped", "de": "abgebrochen"}
#: SIGTERM, once it came.
_told: Final = set[int]()


def obey_sigterm() -> None:
    """Have the first SIGTERM stop this process as Ctrl-C does; a second one ends it at once."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    _told.add(number)
    signal.signal(number, signal.SIG_DFL)
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        # Shells have what they start in the background ignore Ctrl-C, but not this.
        raise KeyboardInterrupt
    interrupt(signal.SIGINT, frame)


def end_stopped() -> NoReturn:
    """Say that the command was stopped, and end by the signal that told it to, as shells and service managers expect.

    Threads are not waited for: a call in one of them may hang for as long as the CRM keeps silent.
    """
    from jobs.cli.tongue import asked_language

    sys.stderr.write(f"{_WORD[asked_language()]}\n")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    number = signal.SIGTERM if _told else signal.SIGINT
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    # Only the first process of a container comes here.
    os._exit(STOPPED + number)
