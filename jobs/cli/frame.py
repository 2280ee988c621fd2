"""What every command is framed by: settings, log, open store and desks, clocks, JSON."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import orjson

from jobs.bootstrap import opened_desk, opened_store
from jobs.desk import Desk
from jobs.progress import progress
from jobs.settings import Settings, load_settings
from syncer.log import configure_log
from syncer.store import Store

_T = TypeVar("_T")


@contextmanager
def opened(*, need_accounts: bool = False) -> Iterator[tuple[Settings, Store]]:
    """Yield settings and an open store; the log is configured first."""
    settings = load_settings(need_accounts=need_accounts)
    configure_log(settings.log)
    with opened_store(settings) as store:
        yield settings, store


def each_account(account: str | None, work: Callable[[Desk], Awaitable[_T]], *, quiet: bool) -> Sequence[_T]:
    """Run `work` for one account, or for all of them one after the other, and return what each gave."""
    with opened(need_accounts=True) as (settings, store), progress(quiet=quiet) as way:

        async def run() -> Sequence[_T]:
            done = []
            for name in [account] if account else list(settings.accounts):
                async with opened_desk(settings, store, name, progress=way) as desk:
                    done.append(await work(desk))
            return done

        return asyncio.run(run())


def print_json(value: object) -> None:
    """Write one JSON document on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def one_or_all(results: Sequence[object]) -> object:
    """Return the only result, or the list of several accounts' results."""
    return results[0] if len(results) == 1 else list(results)
