"""The process in which figures are counted for a daemon or worker: `python -m jobs.figures.counter`, started by it.

It obeys orders on standard input and nothing else; where that ends, nobody wants its figures any more.
"""

import asyncio
import os
import signal
import sys
from contextlib import closing, suppress

import msgspec

from jobs.bootstrap import system_clock
from jobs.desk import Seated
from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.figures.ordering import Order, Said, Word, line
from jobs.memory import share_heap, spare_start_up
from jobs.traces import tracing
from syncer.errors import Recovery, SyncerError
from syncer.log import configure_log
from syncer.store import open_store

#: A whole order is one line; an agreement may be long.
_LONGEST = 1 << 24
#: Where cores are short, whoever waits for an answer or a write-back goes first.
_BEHIND = 10
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Talk:
    """The two lines to who gave the order."""

    def __init__(self, orders: asyncio.StreamReader, answers: int) -> None:
        self._orders = orders
        self._answers = answers
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(self) -> None:
        """Take in what is said until nobody is there any more."""
        while heard := await self._orders.readline():
            self._heard.put_nowait(heard)
        self._heard.put_nowait(b"")

    async def heard(self) -> bytes:
        """Return the next line, nothing at the end."""
        return await self._heard.get()

    def say(self, said: Said) -> None:
        """Answer; where nobody is there any more, that is noticed by who listens."""
        with suppress(BrokenPipeError):
            os.write(self._answers, line(said))

    async def __aenter__(self) -> None:
        """Have the account held."""
        self.say(Said(word=Word.HOLD))
        if not await self.heard():
            raise asyncio.CancelledError

    async def __aexit__(self, *_: object) -> None:
        """Have it let go."""
        self.say(Said(word=Word.SEEN))


def main() -> None:
    """Obey until standard input ends, whatever signals a terminal or a service manager sends to all processes."""
    for one in _SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    # Answers have a way of their own: what a library prints must not be taken for one.
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.nice(_BEHIND)
    share_heap()
    spare_start_up()
    asyncio.run(_obey(answers))


async def _obey(answers: int) -> None:
    orders = asyncio.StreamReader(limit=_LONGEST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    talk = _Talk(orders, answers)
    listening = asyncio.create_task(talk.listen())
    while raw := await talk.heard():
        counting = asyncio.create_task(_count(msgspec.json.decode(raw, type=Order), talk))
        await asyncio.wait({counting, listening}, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            counting.cancel()
            await asyncio.wait({counting})
            # A thread may still count; it only reads.
            os._exit(0)
        talk.say(_said(counting.exception()))


async def _count(order: Order, talk: _Talk) -> None:
    configure_log(order.log)
    with tracing(order.traces, is_told=False), closing(open_store(order.database_url)) as store:
        seat = Seated(name=order.account, store=store, agreement=order.in_force, clock=system_clock)
        await measure_round(seat, Asked(), held=talk, patient=order.patient)


def _said(error: BaseException | None) -> Said:
    if error is None:
        return Said(word=Word.DONE)
    if not isinstance(error, SyncerError):
        return Said(word=Word.FAILED, message=type(error).__name__)
    return Said(word=Word.FAILED, message=error.message, hint=error.hint, passes=error.recovery is Recovery.RETRY)


if __name__ == "__main__":
    main()
