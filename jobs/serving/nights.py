"""What is nightly is done once for each of its moments, whoever leads: the store keeps which was the last.

A moment that fell into a time without a leader is made up for by the next one; one that a successor has taken is left
alone by a leader that was stopped and goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog

from jobs.desk import Clock
from jobs.schedule import Nightly, last_due
from syncer.moments import Millis, millis, moment
from syncer.store import Store

_log = structlog.get_logger()

_KIND = "night"

Call = Callable[[], Awaitable[None]]


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The last moment for which something was done; moments of another hour or zone are others."""

    hour: int
    zone: str
    at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Night:
    """Something nightly of one account, or of the whole database where the account is ""."""

    store: Store
    clock: Clock
    account: str
    name: str
    when: Nightly

    async def on_time(self, do: Call) -> None:
        """Do it, unless it was done for this moment; where doing it raises, the moment is left to a successor."""
        due = self._due()
        if await asyncio.to_thread(self._taken) != due:
            await self._do(do, due)

    async def catch_up(self, do: Call) -> None:
        """Do it where its last moment passed and nobody was there; nothing was missed before it was first known."""
        due, taken = self._due(), await asyncio.to_thread(self._taken)
        if taken is None or taken.at > due.at or taken.hour != due.hour or taken.zone != due.zone:
            await asyncio.to_thread(self._take, due)
        elif taken.at < due.at:
            _log.info("night_made_up_for", account=self.account, job=self.name)
            await self._do(do, due)

    async def _do(self, do: Call, due: _Taken) -> None:
        await do()
        await asyncio.to_thread(self._take, due)

    def _due(self) -> _Taken:
        at = millis(last_due(self.when, moment(Millis(self.clock()))))
        return _Taken(hour=self.when.hour, zone=self.when.zone.key, at=at)

    def _taken(self) -> _Taken | None:
        with self.store.snapshot() as unit:
            text = unit.desk.cursor(self.account, self.name, _KIND)
        try:
            return None if text is None else msgspec.json.decode(text, type=_Taken)
        except msgspec.MsgspecError:
            return None

    def _take(self, due: _Taken) -> None:
        with self.store.commit() as unit:
            unit.desk.keep_cursor(self.account, self.name, _KIND, msgspec.json.encode(due).decode())
