"""What every command is framed by: settings, log, open store and desks, clocks, JSON."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import orjson

from jobs.bootstrap import opened_desk, opened_store, system_clock
from jobs.budget.parking import is_daily, kept_rests, refusal
from jobs.desk import Desk
from jobs.progress import progress
from jobs.settings import Settings, load_settings
from jobs.traces import tracing
from syncer.errors import RateLimited
from syncer.log import configure_log
from syncer.store import Store

_T = TypeVar("_T")

#: Accounts that this process's command left out, their day being spent: named once it has shown what the others did.
left_out: list[RateLimited] = []


@contextmanager
def opened(*, need_accounts: bool = False, patience: float | None = None) -> Iterator[tuple[Settings, Store]]:
    """Yield settings and an open store; the log is configured first. `patience` in seconds is for others' locks."""
    settings = load_settings(need_accounts=need_accounts)
    configure_log(settings.log)
    with tracing(settings.traces), opened_store(settings, patience=patience) as store:
        yield settings, store


def each_account(account: str | None, work: Callable[[Desk], Awaitable[_T]], *, quiet: bool) -> Sequence[_T]:
    """Run `work` for one account, or for all of them one after the other, and return what each gave."""
    with opened(need_accounts=True) as (settings, store), progress(quiet=quiet) as way:

        async def run() -> Sequence[_T]:
            done, refused = [], []
            for name in [account] if account else list(settings.accounts):
                try:
                    async with opened_desk(settings, store, name, progress=way) as desk:
                        done.append(await work(desk))
                except RateLimited as error:
                    if not is_daily(error):
                        raise
                    refused.append(_with_its_end(store, name, error))
            if refused and not done:
                raise refused[0]
            left_out.extend(refused)
            return done

        return asyncio.run(run())


def _with_its_end(store: Store, account: str, error: RateLimited) -> RateLimited:
    """Return the refusal of a spent day with the moment at which the account goes on."""
    found = kept_rests(store, account, system_clock())
    return next((refusal(account, rest) for rest in found.values()), error)


def print_json(value: object) -> None:
    """Write one JSON document on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def one_or_all(results: Sequence[object]) -> object:
    """Return the only result, or the list of several accounts' results."""
    return results[0] if len(results) == 1 else list(results)
