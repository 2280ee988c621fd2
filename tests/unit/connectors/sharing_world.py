"""Processes on one account in virtual time: each has its own budgets, all change the same leases."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable

from connectors.lanes import Urgency
from connectors.limits import Bucket, Budgets, Shares
from connectors.sharing import Change
from syncer.errors import Unavailable
from syncer.moments import Millis


class Leases:
    """The leases where every process finds them, a few milliseconds away, by a clock that is nobody's own."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.is_gone = False
        self.turns = 0

    async def exchange(self, change: Change) -> None:
        await asyncio.sleep(0.003)
        if self.is_gone:
            raise Unavailable("the database is gone")
        self.turns += 1
        self.text = change(self.text, Millis(1_000_000_000 + int(asyncio.get_running_loop().time() * 1000)))
        await asyncio.sleep(0.003)


def budgets(leases: Leases, tier: str = "professional") -> Budgets:
    return Budgets(tier=tier, shares=Shares(exchange=leases.exchange))


async def saturate(
    own: Budgets,
    until: float,
    *,
    bucket: Bucket = Bucket.GENERAL,
    urgency: Urgency = Urgency.ORDINARY,
    delay: Callable[[], float] = lambda: 0.05,
    callers: int = 8,
) -> list[float]:
    """Call as fast as may be; return when the CRM counted each call: somewhen before its answer."""
    loop, counted = asyncio.get_running_loop(), []

    async def call_on() -> None:
        while loop.time() < until:
            async with own.turn(bucket, "contacts", urgency):
                await asyncio.sleep(delay())
                counted.append(loop.time())
                await asyncio.sleep(delay())

    await asyncio.gather(*(call_on() for _ in range(callers)))
    return counted


def between(moments: list[float], start: float, end: float) -> int:
    ordered = sorted(moments)
    return bisect_left(ordered, end) - bisect_left(ordered, start)
