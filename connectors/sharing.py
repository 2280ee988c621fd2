"""Keeps one process's part of an account's limits: asks for it while there is something to call, returns it after.

Twice a second a turn at the leases (connectors/leases.py), not a round trip a call. Nothing is asked for while nothing
is called. Where the leases cannot be reached, a lane falls back to a small part by itself when its own has ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import ceil, inf
from uuid import uuid4

from connectors.lanes import Lane, Part, Urgency
from connectors.leases import LEASE_MS, Asked, Granted, Left, released, renewed
from connectors.pacing import Turnstile
from syncer.errors import SyncerError
from syncer.moments import SECOND, Millis

#: Makes the new text of the leases from the old one and the moment by the clock that all processes share.
Change = Callable[[str | None, Millis], str]
#: Lets one process after the other change an account's leases. Raises SyncerError where they cannot be reached.
Exchange = Callable[[Change], Awaitable[None]]

_EVERY = 0.5
#: Who has nothing and waits asks more often.
_EVERY_IN_WANT = 0.1
#: Calls go on while the leases are asked for so long.
_AHEAD = 0.02
#: The most seconds that a farewell may take: a lease that is not returned ends by time.
_FAREWELL = 2.0
#: Beside what it uses, a process that does not have to wait wishes for this part of a window.
_HEADROOM = 10
#: What is left behind fades in so many steps a window.
_STEPS = 20

_NOTHING_YET = Part(calls=0, pace=0, until=inf)


class Sharing:
    """One process's parts of an account's lanes. Belongs to one event loop."""

    def __init__(self, exchange: Exchange, lanes: Mapping[str, Lane], turnstile: Turnstile) -> None:
        self._exchange = exchange
        self._lanes = lanes
        self._turnstile = turnstile
        self._holder = uuid4().hex
        self._keeping: asyncio.Task[None] | None = None
        self._rest()

    def want(self) -> None:
        """Have parts from now on, until there was nothing to call for a window of every lane."""
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Return what is held; ends by time where that cannot be said."""
        if self._keeping is None:
            return
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        self._keeping = None
        farewell = asyncio.ensure_future(self._release())
        await asyncio.wait([farewell], timeout=_FAREWELL)

    async def _keep(self) -> None:
        while True:
            await self._renew()
            if self._is_idle():
                await self._release()
                # Somebody may have come meanwhile.
                if self._is_idle():
                    return
            else:
                await asyncio.sleep(_EVERY_IN_WANT if self._is_in_want() else _EVERY)

    def _rest(self) -> None:
        for lane in self._lanes.values():
            lane.part = _NOTHING_YET

    def _is_idle(self) -> bool:
        now = asyncio.get_running_loop().time()
        return not any(lane.waited is not None or lane.counted(now) for lane in self._lanes.values())

    def _is_in_want(self) -> bool:
        return any(lane.part is not None and lane.part.calls < lane.part.pace for lane in self._lanes.values())

    async def _renew(self) -> None:
        began = asyncio.get_running_loop().time()
        asked = {limit: _asked(lane, began) for limit, lane in self._lanes.items()}
        granted: Mapping[str, Granted] = {}

        def change(text: str | None, now: Millis) -> str:
            nonlocal granted
            changed, granted = renewed(text, self._holder, asked, now)
            return changed

        try:
            await self._exchange(change)
        except SyncerError:
            self._go_on_alone()
        else:
            for limit, one in granted.items():
                until = began + LEASE_MS / SECOND
                self._lanes[limit].part = Part(calls=one.calls, pace=one.pace, others=one.others, until=until)
        self._turnstile.serve()

    def _go_on_alone(self) -> None:
        """Let lanes that never had a part go by the small one: the others' lease ends by itself."""
        for lane in self._lanes.values():
            if lane.part is not None and lane.part.until == inf:
                lane.part = Part(calls=lane.most, pace=lane.most, until=-inf)

    async def _release(self) -> None:
        now = asyncio.get_running_loop().time()
        self._rest()
        left = {
            limit: Left(fading=lane.fading(now, _STEPS), window_ms=_window_ms(lane))
            for limit, lane in self._lanes.items()
        }
        with suppress(SyncerError):
            await self._exchange(lambda text, now: released(text, self._holder, left, now))


def _asked(lane: Lane, now: float) -> Asked:
    """Return what a lane holds and wants; until the answer it may not hold more."""
    counted, waited = lane.counted(now), lane.waited
    lane.waited = None
    part = lane.part or _NOTHING_YET
    calls = max(counted, min(part.calls, part.pace, counted + ceil(lane.pace * _AHEAD)))
    lane.part = replace(part, calls=calls)
    usual = counted + max(1, lane.most // _HEADROOM) if counted else 0
    return Asked(
        calls=calls,
        wish=usual if waited is None else lane.most,
        urgent=waited is Urgency.FIRST,
        most=lane.most,
        window_ms=_window_ms(lane),
    )


def _window_ms(lane: Lane) -> int:
    return round(lane.rate.seconds * SECOND)
