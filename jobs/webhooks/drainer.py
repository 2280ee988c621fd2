"""Keeps inboxes empty while the daemon runs: one drain at a time an account, never beside a round of the same one."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress

import structlog

from jobs.bootstrap import opened_desk
from jobs.settings import Settings
from jobs.webhooks.drain import DrainResult, drain_round
from syncer.agreement import InForce
from syncer.errors import SyncerError
from syncer.store import Store

_log = structlog.get_logger()

#: Seconds between two looks at all inboxes where nobody called: another process may have filled one.
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
        self._called = asyncio.Event()
        #: By account, that something waits in its inbox.
        self._filled = {name: asyncio.Event() for name in locks}
        self._leaving = asyncio.Event()

    def call(self) -> None:
        """Say that something was put into an inbox."""
        self._called.set()

    def leave(self) -> None:
        """Begin no drain any more; what waits is drained after the next start."""
        for event in (self._leaving, self._called, *self._filled.values()):
            event.set()

    async def run(self) -> None:
        """Drain until told to leave; the drain that is under way is brought to its end, unless this is cancelled."""
        await asyncio.gather(self._look_out(), *(self._keep_empty(name) for name in self._locks))

    async def _look_out(self) -> None:
        """Look into all inboxes with one question, each second and whenever somebody calls: most are empty."""
        while not self._leaving.is_set():
            self._called.clear()
            for name in await self._waiting():
                if name in self._filled:
                    self._filled[name].set()
            await _within(self._called, _LOOK_EVERY)

    async def _keep_empty(self, account: str) -> None:
        rest = 0.0
        while not self._leaving.is_set():
            await self._filled[account].wait()
            self._filled[account].clear()
            if self._leaving.is_set() or account not in await self._waiting():
                continue
            if await self._drained(account):
                rest = 0.0
                continue
            rest = min(_LONGEST_REST, rest * 2 or _FIRST_REST)
            await _within(self._leaving, rest)

    async def _waiting(self) -> Collection[str]:
        """Return the accounts whose inboxes hold something, none where the store cannot be asked now."""

        def look() -> Collection[str]:
            with self._store.snapshot() as unit:
                return unit.inbox.accounts_waiting()

        try:
            return await asyncio.to_thread(look)
        except SyncerError as error:
            _log.error("run_failed", reason=error.message, hint=error.hint)
            return ()

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
            self._filled[account].set()
        return result.looked_at + result.given_up > 0

    async def _drain(self, account: str) -> DrainResult | None:
        async with opened_desk(self._settings, self._store, account, agreement=self._rules) as desk:
            return await drain_round(desk)


async def _within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
