"""What a set of rules would hand over, and what became of that: counted over decisions, nothing is kept (domain D6)."""

from collections import Counter
from dataclasses import dataclass, field

from syncer.funnel.facts import ContactDecision, Cycle, Outcome
from syncer.funnel.transitions import is_handover
from syncer.handover.entries import is_void
from syncer.kpis.statistics.stats import Interval, wilson
from syncer.moments import DAY, Millis

_WEEK = 7 * DAY
#: Months of mature hand-overs that precision is taken from.
_LOOK_BACK = 24 * 365 * DAY // 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The times of a simulation."""

    as_of: Millis
    #: Weeks over which hand-overs are counted.
    weeks: int
    #: Days within which a hand-over has to be won to count as one.
    horizon_days: int

    @property
    def mature_until(self) -> int:
        """Hand-overs up to here had their whole horizon."""
        return self.as_of - self.horizon_days * DAY


@dataclass(kw_only=True, slots=True)
class Tally:
    """What one set of rules does."""

    #: Contacts by stage.
    stages: Counter[str] = field(default_factory=Counter)
    #: Hand-overs of the last weeks.
    handed: int = 0
    #: Mature hand-overs, and those of them that were won within the horizon.
    mature: int = 0
    won: int = 0
    #: Cycles won in the look-back, and those of them that had been handed over.
    wins: int = 0
    wins_handed: int = 0

    def a_week(self, frame: Frame) -> float:
        """Return hand-overs a week."""
        return self.handed / frame.weeks

    @property
    def precision(self) -> float | None:
        """Share of mature hand-overs that were won; None without any."""
        return self.won / self.mature if self.mature else None

    @property
    def interval(self) -> Interval:
        """95 % interval of the precision."""
        return wilson(self.won, self.mature)

    @property
    def recall(self) -> float | None:
        """Share of won cycles that had been handed over; None without any."""
        return self.wins_handed / self.wins if self.wins else None


def count(tally: Tally, decision: ContactDecision, frame: Frame) -> None:
    """Add one contact as decided by the rules that the tally is about."""
    tally.stages[decision.stage.value] += 1
    since = frame.as_of - frame.weeks * _WEEK
    tally.handed += sum(is_handover(event) and event.occurred_at > since for event in decision.events)
    for cycle in decision.cycles:
        _count_cycle(tally, decision, cycle, frame)


def _count_cycle(tally: Tally, decision: ContactDecision, cycle: Cycle, frame: Frame) -> None:
    since, handed_at = frame.mature_until - _LOOK_BACK, cycle.sales_ready_at
    if cycle.outcome is Outcome.WON and cycle.ended_at is not None and since < cycle.ended_at <= frame.as_of:
        tally.wins += 1
        tally.wins_handed += handed_at is not None
    if handed_at is None or not since < handed_at <= frame.mature_until or is_void(decision, cycle):
        return
    tally.mature += 1
    ended_at = cycle.ended_at
    in_time = ended_at is not None and ended_at <= handed_at + frame.horizon_days * DAY
    tally.won += cycle.outcome is Outcome.WON and in_time
