"""SIGHUP before files can be read anew: kept in mind, for left to itself it would end the process.

Nothing heavy is loaded here: a service manager may send it the moment the process is there.
"""

import signal
from typing import Final

_came: Final = set[int]()


def keep_in_mind() -> None:
    """Remember every SIGHUP from now on."""
    signal.signal(signal.SIGHUP, lambda number, _: _came.add(number))


def taken() -> bool:
    """Return whether one came, and forget it."""
    came = bool(_came)
    _came.clear()
    return came
