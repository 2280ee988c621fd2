"""How long a call is tried: what may be sent again after what, how often, and after which wait."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from connectors.exchange import ANSWER_TIMEOUT
from connectors.limits import Sleep
from connectors.statuses import Case, Effect, Meaning

_ANY = frozenset(Effect)
_NOT_ONCE = frozenset({Effect.READ, Effect.REPEATABLE})
_READS = frozenset({Effect.READ})
#: What may be sent again after what; absent means never.
REPEATS: Mapping[Meaning, frozenset[Effect]] = {
    Meaning.SEARCH_LIMIT: _ANY,
    Meaning.BURST_LIMIT: _ANY,
    Meaning.LOCKED: _ANY,
    Meaning.MIGRATING: _ANY,
    Meaning.NOT_SENT: _ANY,
    Meaning.FAILED: _NOT_ONCE,
    # After a minute without an answer a person may have edited: read back instead of writing again.
    Meaning.OVERDUE: _READS,
    Meaning.GARBLED: _READS,
}
#: Seconds before the first repetition, and the most; the wait grows linearly for limits, doubling for failures.
WAITS: Mapping[Meaning, tuple[float, float]] = {
    Meaning.SEARCH_LIMIT: (1, 5),
    Meaning.BURST_LIMIT: (2, 10),
    Meaning.LOCKED: (2, 10),
    Meaning.MIGRATING: (60, 60),
}
#: What may last for hours, and then is not waited out. A 429 that says so is not believed: no limit is so long.
_TOLD_FOR_HOURS = frozenset({Meaning.MIGRATING, Meaning.LOCKED})
_FAILURE_WAIT = (0.5, 20.0)
#: Nothing came back, where it has no status either.
_SILENT = frozenset({Meaning.NOT_SENT, Meaning.OVERDUE, Meaning.FAILED})
#: A garbled success is seldom an accident: two more tries tell.
_GARBLED_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a call is tried. `sleep`, `clock` (seconds) and `jitter` (0..1) are given so that tests need no time."""

    attempts: int = 8
    #: Seconds spent waiting, between attempts and for their answers, before giving up.
    seconds: float = 300.0
    #: Seconds within which an answer has to be whole.
    answer: float = ANSWER_TIMEOUT
    #: The most that Retry-After can ask for; a call that must wait longer is given up.
    longest: float = 60.0
    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.SystemRandom().random


class Reach:
    """Whether an account's CRM answers at all: once a call has spent its patience in silence, the others try once.

    They would each wait as long one after the other; any answer ends that.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._is_lost = False

    def answered(self) -> None:
        """Note that an answer came, whatever it says."""
        self._is_lost = False

    def is_spent(self, case: Case, attempts: int, seconds: float) -> bool:
        """Tell whether a call that may be sent again is given up, after so many attempts and seconds of waiting."""
        is_silent = case.status == 0 and case.meaning in _SILENT
        if attempts >= self._patience.attempts or seconds >= self._patience.seconds:
            self._is_lost = self._is_lost or is_silent
            return True
        return self._is_lost and is_silent


def pause(case: Case, attempt: int, patience: Patience) -> float:
    """Return the seconds to wait after the nth attempt, jitter included."""
    meaning, retry_after = case.meaning, case.retry_after
    if retry_after is not None:
        wait = min(retry_after, patience.longest)
    elif meaning in WAITS:
        first, most = WAITS[meaning]
        wait = min(first * attempt, most)
    else:
        first, most = _FAILURE_WAIT
        wait = min(first * 2 ** (attempt - 1), most)
    return wait * (1 + patience.jitter() / 4)


def again(case: Case, effect: Effect, attempt: int, patience: Patience) -> bool:
    """Tell whether a call may be sent once more."""
    meaning = case.meaning
    if meaning is Meaning.GARBLED and attempt >= _GARBLED_ATTEMPTS:
        return False
    if meaning in _TOLD_FOR_HOURS and (case.retry_after or 0) > patience.longest:
        return False
    return effect in REPEATS.get(meaning, frozenset())


def retry_after_seconds(header: str | None) -> float | None:
    """Return Retry-After in seconds from either of its forms; None where it is absent or nonsense."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _until(header)
    return max(seconds, 0.0) if isfinite(seconds) else None


def _until(header: str) -> float | None:
    """Return the seconds until a date; None where it is no date with a zone."""
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else None
