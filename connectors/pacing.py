"""Turns at a CRM's limits: the most urgent call goes first, when all of its lanes (connectors/lanes.py) have room."""

import asyncio
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf

from connectors.lanes import Lane, Urgency


@dataclass(order=True, slots=True)
class _Waiting:
    urgency: Urgency
    #: A call that also waits for a tighter limit goes before its equals: they find room again sooner.
    is_wide: bool
    number: int
    lanes: Sequence[Lane] = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


def _wait(lane: Lane, now: float, urgency: Urgency) -> float:
    wait = lane.wait(now)
    if wait > 0:
        lane.waited = urgency if lane.waited is None else min(lane.waited, urgency)
    return wait


class Turnstile:
    """Lets calls go, the most urgent first, each when all of its lanes have room. Belongs to one event loop."""

    def __init__(self) -> None:
        self._queue: list[_Waiting] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._queue

    async def enter(self, lanes: Sequence[Lane], urgency: Urgency) -> None:
        """Wait for a turn in all of the lanes and count it there; `leave` must follow."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(urgency, len(lanes) == 1, next(self._numbers), lanes, loop.create_future())
        insort(self._queue, waiting)
        self.serve()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            self._forget(waiting)
            raise

    def leave(self, lanes: Sequence[Lane]) -> None:
        """Count a call as answered."""
        now = asyncio.get_running_loop().time()
        for lane in lanes:
            lane.leave(now)
        if self._queue:
            self.serve()

    def _forget(self, waiting: _Waiting) -> None:
        if waiting in self._queue:
            self._queue.remove(waiting)
        elif waiting.turn.done() and not waiting.turn.cancelled():
            for lane in waiting.lanes:
                lane.cancel()
        self.serve()

    def _let_in(self, waiting: _Waiting, now: float) -> None:
        for lane in waiting.lanes:
            lane.enter(now)
        self._queue.remove(waiting)
        waiting.turn.set_result(None)

    def serve(self) -> None:
        """Let those go who may: to be called when a lane has become wider."""
        loop = asyncio.get_running_loop()
        now, soonest = loop.time(), inf
        shut: dict[Lane, float] = {}
        for waiting in tuple(self._queue):
            if waiting.turn.cancelled():
                self._queue.remove(waiting)
                continue
            for lane in waiting.lanes:
                # Nothing that happens below opens a lane again.
                if lane not in shut and (wait := _wait(lane, now, waiting.urgency)) > 0:
                    shut[lane] = wait
            wait = max(shut.get(lane, 0.0) for lane in waiting.lanes)
            if wait > 0:
                soonest = min(soonest, wait)
            else:
                self._let_in(waiting, now)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if soonest < inf:
            self._timer = loop.call_later(soonest, self.serve)
