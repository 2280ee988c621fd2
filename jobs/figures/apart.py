"""Figures are counted in a process of their own: neither its memory nor its turns of the interpreter are the daemon's.

The process is started when something is to be counted, and ends when nothing was for a while.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import assert_never

import msgspec

from jobs.figures.ordering import Order, Said, Word, line
from syncer.errors import Bug, SyncerError, Unavailable

#: Safe: no module of ours is looked for in the working directory.
_COMMAND = (sys.executable, "-P", "-m", "jobs.figures.counter")
#: Seconds that the process waits for the next account: accounts come round one shortly after the other.
_LINGER = 60.0
#: Seconds in which it has to leave once nobody wants its figures.
_FAREWELL = 3.0
#: Seconds that other accounts' figures wait for one that somebody is at work on.
_PATIENCE = 10.0


class Apart:
    """Counts figures of one account after the other: several at once would take as long and more memory."""

    def __init__(self, linger: float = _LINGER, patience: float = _PATIENCE) -> None:
        """Take how many seconds the process may wait for its next order, and for an account to be held."""
        self._linger = linger
        self._patience = patience
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def measure(self, order: Order, held: AbstractAsyncContextManager[object]) -> None:
        """Count and keep the figures of an account; `held` is entered until one state of it is in sight.

        However long somebody else is at work on it, that holds up no other account's figures. Cancelled, the counting
        is broken off. Raises SyncerError, Unavailable where the process ended.
        """
        said = None
        while said is None:
            async with held:
                # Free for a moment at least: waited for here, it keeps nobody from a turn.
                pass
            with suppress(TimeoutError):
                said = await self._counted(order, held)
        if said.word is Word.FAILED:
            raise _error(said, order.account)

    async def close(self) -> None:
        """End the process."""
        self._stay()
        async with self._turn:
            await self._end()

    async def _counted(self, order: Order, held: AbstractAsyncContextManager[object]) -> Said:
        """Return how it ended. Raises TimeoutError where somebody else stays at work on the account."""
        async with self._turn:
            self._stay()
            try:
                said = await self._obeyed(order, held)
            except BaseException:
                await self._end()
                raise
            self._leave_later()
        return said

    async def _obeyed(self, order: Order, held: AbstractAsyncContextManager[object]) -> Said:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=PIPE, stdout=PIPE)
        process = self._process
        await _say(process, line(order))
        async with AsyncExitStack() as holding:
            while True:
                said = await _heard(process)
                match said.word:
                    case Word.HOLD:
                        async with asyncio.timeout(self._patience):
                            await holding.enter_async_context(held)
                        await _say(process, line(said))
                    case Word.SEEN:
                        await holding.aclose()
                    case Word.DONE | Word.FAILED:
                        return said
                    case _:
                        assert_never(said.word)

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _leave_later(self) -> None:
        def leave() -> None:
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None

        self._ending = asyncio.get_running_loop().call_later(self._linger, leave)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        # It breaks off what it does once nobody can ask for more.
        process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _FAREWELL)
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _say(process: Process, said: bytes) -> None:
    if process.stdin is None:
        raise _gone()
    process.stdin.write(said)
    try:
        await process.stdin.drain()
    except ConnectionError:
        raise _gone() from None


async def _heard(process: Process) -> Said:
    said = b"" if process.stdout is None else await process.stdout.readline()
    if not said.endswith(b"\n"):
        raise _gone()
    return msgspec.json.decode(said, type=Said)


def _gone() -> Unavailable:
    hint = "whatever ended it, such as a want of memory; figures are counted again by the clock"
    return Unavailable("the process that counts figures ended", hint=hint)


def _error(said: Said, account: str) -> SyncerError:
    kind = Unavailable if said.passes else Bug
    return kind(said.message, account=account, hint=said.hint)
