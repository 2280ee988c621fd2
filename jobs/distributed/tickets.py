"""Tickets: what is deferred, which of them exclude each other, and what follows an attempt. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from jobs.budget.parking import is_daily
from jobs.serving.duties import BESIDE, Duty
from syncer.errors import RateLimited, Recovery, SyncerError

#: Repetitions wait so many seconds at first, twice as many each time, and no longer than this.
_FIRST, _LONGEST = 5.0, 300.0
#: A hint should not wait long once its stream can be read.
_LONGEST_DRAIN = 60.0
#: After so many attempts the next one is the clock's business.
MOST_ATTEMPTS = 6
#: A job whose worker died is done again so often; then it is it that kills them.
MOST_RESCUES = 3

#: The first goes first. No two are equal: of two jobs of an account the lower one waits for the higher, due or not.
_RANKS = (
    Duty.DRAIN,
    Duty.PUSH,
    Duty.SYNC,
    Duty.MEASURE,
    Duty.FREEZE,
    Duty.RECONCILE,
    Duty.PRUNE,
    Duty.DIGEST,
)
#: Not by the clock: hints and values that somebody waits for.
_CALLED_FOR = frozenset({Duty.DRAIN, Duty.PUSH})
#: A repetition that waits for its time must not hold up what could be done meanwhile.
_BEHIND = 100


class Lane(StrEnum):
    """Each has places of its own in every worker: rounds of other accounts hold no hint up, and their figures no round.

    However long they are.
    """

    HINTS = "hints"
    #: One place: a worker counts one account after the other.
    FIGURES = "figures"
    #: The library's own name for it.
    ROUNDS = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """One duty of one account to do."""

    account: str
    duty: Duty
    #: Attempts made before.
    attempt: int = 0
    #: Seconds to wait.
    wait: float = 0.0

    @property
    def lane(self) -> Lane:
        """Which places of a worker it may take."""
        if self.duty is Duty.MEASURE:
            return Lane.FIGURES
        return Lane.HINTS if self.duty in _CALLED_FOR else Lane.ROUNDS

    @property
    def lock(self) -> str:
        """What it shares with whatever must not be done beside it."""
        return f"{self.account}/{self.duty}" if self.duty in BESIDE else self.account

    @property
    def queueing_lock(self) -> str:
        """What it shares with its like: of them one waits, and no more."""
        return f"{self.account}/{self.duty}"

    @property
    def priority(self) -> int:
        """The higher goes first."""
        return len(_RANKS) - _RANKS.index(self.duty) - (_BEHIND if self.attempt else 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What an account has to be worked on for beside the clock."""

    #: Hints wait in the inbox.
    hints: bool
    #: Values wait in the outbox, and may be sent.
    values: bool
    #: Duties that wait in the queue or are being done.
    in_hand: Collection[str]


def called_for(demand: Demand) -> Duty | None:
    """Return what to defer for an account beside the clock; values of a round that is not over are its own business."""
    if demand.hints:
        return None if Duty.DRAIN in demand.in_hand else Duty.DRAIN
    return Duty.PUSH if demand.values and BESIDE.issuperset(demand.in_hand) else None


def repeated(ticket: Ticket, error: BaseException) -> Ticket | None:
    """Return the ticket to defer after a failed attempt, by what its error recommends; None leaves it to the clock.

    What is called for as long as hints or values wait is repeated whatever the error, ever later.
    """
    if ticket.duty in _CALLED_FOR:
        return _after(ticket, _pause(ticket, error))
    if ticket.attempt + 1 >= MOST_ATTEMPTS:
        return None
    match error.recovery if isinstance(error, SyncerError) else Recovery.STOP_PROCESS:
        case Recovery.RETRY:
            return None if is_daily(error) else _after(ticket, _pause(ticket, error))
        case Recovery.REREAD:
            return _after(ticket, 0.0)
        case Recovery.DEAD_LETTER | Recovery.HALT_STREAM | Recovery.STOP_PROCESS:
            return None


def broken_off(ticket: Ticket) -> Ticket:
    """Return the ticket of a job that a worker leaves undone because it was told to go: another does it at once."""
    return replace(ticket, wait=0.0)


def _after(ticket: Ticket, seconds: float) -> Ticket:
    return replace(ticket, attempt=ticket.attempt + 1, wait=seconds)


def _pause(ticket: Ticket, error: BaseException) -> float:
    longest = _LONGEST_DRAIN if ticket.duty is Duty.DRAIN else _LONGEST
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return min(longest, max(asked or 0.0, _FIRST * float(2 ** min(ticket.attempt, 10))))
