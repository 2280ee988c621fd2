"""Lanes: calls keep their distance at a CRM's limits, and no window that the CRM may count overflows.

The CRM counts a call somewhen between its sending and its answer. A lane therefore counts it from its sending until a
whole window after its answer: however long calls are under way and in whatever order they arrive, no window of the CRM
holds more of them than the lane's. Where several processes draw on one limit, each keeps to its part of the window.
Knows no CRM and no day.
"""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, replace
from enum import IntEnum
from math import inf

#: A whole window may hold this much more than the even pace: what was held up may catch up.
_CATCHING_UP = 0.01
#: The part of a window that calls may lag behind the even pace and still catch up at once.
_LAG = 1 / 40
#: What others leave free is not used to the last call.
_BESIDE_OTHERS = 0.98
#: Below this part of our own share nobody drives us.
_LEAST = 0.1
#: Who cannot ask what his part is any more keeps to this one at most: so many may be cut off at once.
_CUT_OFF = 1 / 5
#: For this part of a window others are believed to go on; then their calls leave the window one by one.
_STANDING_BACK = 0.1


class Urgency(IntEnum):
    """Who goes first where several wait."""

    #: What a person waits for: values to be written, and what is read for their sake.
    FIRST = 0
    ORDINARY = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: float
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What of a lane's window is one process's."""

    #: As many calls may count at once.
    calls: int
    #: Calls a window at the even pace: below `calls` while they are given away.
    pace: int
    #: Calls that the other processes hold.
    others: int = 0
    #: When it must have been renewed.
    until: float = inf


class Lane:
    """One limit, and the calls that count against it. `share` (0..1] of it is used."""

    def __init__(self, rate: Rate, share: float) -> None:
        self.rate = rate
        self.share = share
        #: Nobody goes before this moment.
        self.closed_until = -inf
        #: None while nobody else draws on the limit.
        self.part: Part | None = None
        #: The most urgent call that had to wait here since somebody last looked.
        self.waited: Urgency | None = None
        self._due = -inf
        self._open = 0
        self._answered: deque[float] = deque()
        self._others = 0.0
        self._others_at = -inf

    def learn(self, rate: Rate) -> None:
        """Go by another limit from now on; a part that was given by the old one shrinks to what others leave of it."""
        if rate == self.rate:
            return
        before, self.rate = self.most, rate
        if self.part is not None:
            calls = max(0, min(self.part.calls, self.most - self.part.others))
            self.part = replace(self.part, calls=calls, pace=self.part.pace * self.most // before)

    @property
    def pace(self) -> float:
        """Calls a second that the share allows."""
        return self.rate.calls * self.share / self.rate.seconds

    @property
    def most(self) -> int:
        """Calls that a window may hold, over all processes."""
        return max(1, int(self.rate.calls * min(1.0, self.share + _CATCHING_UP)))

    @property
    def busy(self) -> int:
        """Calls under way."""
        return self._open

    def is_behind(self, now: float) -> bool:
        """Tell whether calls go more slowly than the pace allows."""
        return now > max(self._due, self.closed_until)

    def counted(self, now: float) -> int:
        """Return how many calls count now: under way, or answered less than a window ago."""
        return self._open + self._answered_since(now - self.rate.seconds)

    def fading(self, now: float, steps: int) -> list[int]:
        """Return how many of the calls that count now stop to in each of so many steps of a window, at its end."""
        found = [0] * steps
        found[-1] = self._open
        step = self.rate.seconds / steps
        for answered in list(self._answered)[len(self._answered) - self._answered_since(now - self.rate.seconds) :]:
            found[min(steps - 1, int((answered + self.rate.seconds - now) / step))] += 1
        return found

    def wait(self, now: float) -> float:
        """Return the seconds until one more call may go; infinite while only an answer can tell."""
        mine = self._mine(now)
        if not mine.pace:
            return mine.until - now
        lag = max(self.most / mine.pace / self.pace, self.rate.seconds * _LAG)
        return max(self.closed_until - now, self._due - lag - now, self._until_there_is_room(now, mine))

    def enter(self, now: float) -> None:
        """Count a call that goes now."""
        self._open += 1
        self._due = max(now, self._due) + self.rate.seconds / self._allowed(now)

    def leave(self, now: float) -> None:
        """Count a call as answered, or as given up."""
        self._open -= 1
        self._answered.append(now)
        while self._answered[0] <= now - 2 * self.rate.seconds:
            self._answered.popleft()

    def cancel(self) -> None:
        """Take back a call that was counted and never sent."""
        self._open -= 1

    def told(self, remaining: float, *, sent: float, now: float) -> None:
        """Learn from what the CRM says is left of the window who else is spending it.

        `sent` is when the call went that was answered so; it must not have left yet.
        """
        ours = self._open + self._answered_since(sent - self.rate.seconds) + self._mine(now).others
        self._others = max(0.0, self.rate.calls - remaining - ours)
        self._others_at = now

    def _answered_since(self, moment: float) -> int:
        return len(self._answered) - bisect_right(self._answered, moment)

    def _others_now(self, now: float) -> float:
        if not self._others:
            return 0.0
        gone = max(0.0, (now - self._others_at) / self.rate.seconds - _STANDING_BACK)
        return self._others * max(0.0, 1 - gone)

    def _mine(self, now: float) -> Part:
        most = self.most
        part = self.part or Part(calls=most, pace=most)
        if now < part.until:
            return Part(calls=min(part.calls, most), pace=min(part.pace, most), others=part.others, until=part.until)
        safe = max(1, min(part.pace, int(most * _CUT_OFF)))
        return Part(calls=safe, pace=safe, others=part.others)

    def _allowed(self, now: float) -> float:
        """Return how many calls of a window are this process's."""
        own = self.rate.calls * self.share
        beside = (self.rate.calls - self._others_now(now)) * _BESIDE_OTHERS
        return max(own * _LEAST, min(own, beside)) * self._mine(now).pace / self.most

    def _until_there_is_room(self, now: float, mine: Part) -> float:
        others = self._others_now(now)
        taken = max(0.0, others - (self.rate.calls - self.most)) * mine.pace / self.most
        most = min(mine.calls, max(1, int(mine.calls - taken)))
        answered = self._answered_since(now - self.rate.seconds)
        over = self._open + answered + 1 - most
        if over <= 0:
            return 0.0
        # Others' calls fade too, and parts change: look again soon.
        soon = self.rate.seconds * _LAG if others else mine.until - now
        if over > answered:
            return soon
        return min(soon, self._answered[len(self._answered) - answered + over - 1] + self.rate.seconds - now)
