"""Lets every process that works on an account share its limits through the store, and says where that fails."""

import asyncio

import structlog

from connectors.sharing import Change
from syncer.errors import SyncerError
from syncer.store import Store

_log = structlog.get_logger()

#: A lease ends after so many seconds: until then nothing has changed.
_PATIENCE = 5.0


class SharedLimits:
    """One account's leases in the store. Belongs to one event loop."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account
        self._is_lost = False

    async def exchange(self, change: Change) -> None:
        """Change the leases when it is our turn. Raises SyncerError where the store cannot be reached."""
        late = asyncio.get_running_loop().call_later(_PATIENCE, self._lose, "the database does not answer")
        try:
            await asyncio.to_thread(self._store.change_leases, self._account, change)
        except SyncerError as error:
            self._lose(error.message)
            raise
        finally:
            late.cancel()
        if self._is_lost:
            self._is_lost = False
            _log.info("budget_shared", account=self._account)

    def _lose(self, reason: str) -> None:
        if not self._is_lost:
            self._is_lost = True
            _log.warning("budget_unshared", account=self._account, reason=reason)
