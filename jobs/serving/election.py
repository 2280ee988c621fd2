"""The election: of all daemons on a database one leads, and asks every second whether it still does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from syncer.errors import SyncerError
from syncer.store import Lead, Store

_log = structlog.get_logger()

#: Seconds between two looks, and after which an answer that does not come counts as a lead that is lost.
EVERY, PATIENCE = 1.0, 5.0


class Election:
    """Stands for one database until cancelled: leads once the lead is free, and stops at once where it is lost."""

    def __init__(self, store: Store, begin: Callable[[], None], stop: Callable[[], None]) -> None:
        self._store = store
        self._begin = begin
        self._stop = stop
        self._lead: Lead | None = None
        self._was_reached = True
        # Work may fill the threads that everybody shares; a lead must not be lost for want of one.
        self._thread = ThreadPoolExecutor(1, "election")

    @property
    def is_won(self) -> bool:
        """Whether this daemon leads."""
        return self._lead is not None

    def stand(self) -> bool:
        """Take the lead where it is free, and return whether it was. Raises what the database raises."""
        self._lead = self._store.take_lead()
        return self.is_won

    async def run(self) -> None:
        """Lead whenever that is possible, until cancelled; who leads then keeps the lead until `give_up`."""
        while True:
            while not self.is_won:
                await asyncio.sleep(EVERY)
                await self._stand_again()
            self._begin()
            while await self._stays_held():
                pass
            self._stop()
            _log.warning("schedule_lost")

    async def is_sure(self) -> bool:
        """Return whether the lead is held now: who was stopped for a while may have a successor and not know it yet."""
        lead = self._lead
        return lead is not None and await self._answers(self._look(lead))

    def give_up(self) -> None:
        """Let somebody else lead."""
        if self._lead is not None:
            self._lead.give_up()
            self._lead = None
        self._thread.shutdown(wait=False)

    async def _stand_again(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self.stand)
        except SyncerError as error:
            if self._was_reached:
                _log.warning("schedule_unreachable", reason=error.message)
            self._was_reached = False
        else:
            self._was_reached = True

    async def _stays_held(self) -> bool:
        """Return a moment later whether the lead is still held; one that is not is let go of."""
        await asyncio.sleep(EVERY)
        lead = self._lead
        if lead is None:
            return False
        look = self._look(lead)
        if await self._answers(look):
            return True
        self._lead = None
        # A look that hangs still uses the connection.
        look.add_done_callback(lambda _: lead.give_up())
        return False

    def _look(self, lead: Lead) -> "asyncio.Future[None]":
        look = asyncio.get_running_loop().run_in_executor(self._thread, lead.check)
        # Asked for in any case, for an error that nobody asks for is told to the world.
        look.add_done_callback(lambda done: done.cancelled() or done.exception())
        return look

    async def _answers(self, look: "asyncio.Future[None]") -> bool:
        await asyncio.wait({look}, timeout=PATIENCE)
        return look.done() and look.exception() is None
