"""Keeps inboxes empty while the daemon runs: one drain at a time an account, never beside a round of the same one."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import structlog

from jobs.bootstrap import opened_desk
from jobs.settings import Settings
from jobs.webhooks.drain import DrainResult, drain_round
from syncer.agreement import InForce
from syncer.errors import SyncerError
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds between two looks at the inbox where nobody called: another process may have filled it.
_LOOK_EVERY = 1.0
#: Seconds of rest after a drain that got nowhere, doubled each time.
_FIRST_REST, _LONGEST_REST = 1.0, 60.0


class Drainer:
    """Drains the inboxes of some accounts, each behind its lock."""

    def __init__(
        self, settings: Settings, store: Store, locks: Mapping[str, asyncio.Lock], rules: InForce | None = None
    ) -> None:
        self._settings = settings
        self._store = store
        #: The agreement to decide by; None takes the one in force at each drain.
        self._rules = rules
        self._locks = locks
        self._called = {name: asyncio.Event() for name in locks}
        self._leaving = asyncio.Event()

    def call(self) -> None:
        """Say that something was put into an inbox."""
        for event in self._called.values():
            event.set()

    def leave(self) -> None:
        """Begin no drain any more; what waits is drained after the next start."""
        self._leaving.set()
        self.call()

    async def run(self) -> None:
        """Drain until told to leave; the drain that is under way is brought to its end, unless this is cancelled."""
        await asyncio.gather(*(self._keep_empty(name) for name in self._locks))

    async def _keep_empty(self, account: str) -> None:
        rest = 0.0
        while not self._leaving.is_set():
            await _within(self._called[account], _LOOK_EVERY)
            self._called[account].clear()
            if self._leaving.is_set() or not await self._waits(account):
                continue
            if await self._drained(account):
                rest = 0.0
                continue
            rest = min(_LONGEST_REST, rest * 2 or _FIRST_REST)
            await _within(self._leaving, rest)

    async def _waits(self, account: str) -> bool:
        def look() -> bool:
            with self._store.snapshot() as unit:
                return bool(unit.inbox.waiting(account, 1))

        try:
            return await asyncio.to_thread(look)
        except SyncerError as error:
            _log.error("run_failed", account=account, reason=error.message, hint=error.hint)
            return False

    async def _drained(self, account: str) -> bool:
        """Drain once and return whether that got anywhere."""
        async with self._locks[account]:
            if self._leaving.is_set():
                return True
            # Looked at instead of awaited: whatever went wrong, the inbox is tried again.
            drain = asyncio.ensure_future(self._drain(account))
            try:
                await asyncio.wait({drain})
            except asyncio.CancelledError:
                drain.cancel()
                await asyncio.wait({drain})
                raise
        error = drain.exception()
        if error is not None:
            reason = error.message if isinstance(error, SyncerError) else type(error).__name__
            _log.error("run_failed", account=account, reason=reason, hint=getattr(error, "hint", None))
            return False
        result = drain.result()
        if result is None:
            return True
        if result.waiting:
            self._called[account].set()
        return result.looked_at + result.given_up > 0

    async def _drain(self, account: str) -> DrainResult | None:
        async with opened_desk(self._settings, self._store, account, agreement=self._rules) as desk:
            return await drain_round(desk)


async def _within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
