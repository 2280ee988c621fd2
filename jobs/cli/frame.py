"""What every command is framed by: settings, log, open store and desks, clocks, JSON."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import orjson

from jobs.bootstrap import agreement_of, opened_desk, opened_store, system_clock
from jobs.budget.parking import is_daily, kept_rests, refusal
from jobs.cli.tongue import asked_language
from jobs.desk import Desk, Seat, Seated
from jobs.progress import progress
from jobs.settings import Settings, load_settings
from jobs.traces import tracing
from syncer.errors import Bug, ConfigError, RateLimited, SyncerError
from syncer.log import SHOWN_ANYWAY, LogFormat, configure_log
from syncer.store import Store

_T = TypeVar("_T")

#: Why this process's command did nothing for an account: told once it has shown what it did for the others.
left_out: list[SyncerError] = []
#: By account that this process's command did nothing for, why.
_failed: dict[str, SyncerError] = {}


def begin_anew() -> None:
    """Forget what failed for an earlier command of this process."""
    left_out.clear()
    _failed.clear()


@contextmanager
def opened(
    *, need_accounts: bool = False, patience: float | None = None, logs_all: bool = False
) -> Iterator[tuple[Settings, Store]]:
    """Yield settings and an open store; the log is configured first. `patience` in seconds is for others' locks."""
    settings = load_settings(need_accounts=need_accounts)
    log_of_command(settings.log, logs_all=logs_all)
    with tracing(settings.traces), opened_store(settings, patience=patience) as store:
        yield settings, store


def log_of_command(form: LogFormat, *, logs_all: bool = False) -> None:
    """Set the log up: on a terminal, lines for people leave out what a command shows by itself."""
    is_shown = form is LogFormat.CONSOLE and sys.stderr.isatty() and not logs_all
    configure_log(form, without=SHOWN_ANYWAY if is_shown else ())


def each_account(account: str | None, work: Callable[[Desk], Awaitable[_T]], *, quiet: bool) -> Sequence[_T]:
    """Run `work` for one account, or for all of them one after the other, and return what each gave.

    What fails for one account keeps no other from its work. Raises the first error where no account gave anything.
    """
    begin_anew()
    with opened(need_accounts=True) as (settings, store), progress(quiet=quiet, lang=asked_language()) as way:

        async def one(name: str) -> _T:
            async with opened_desk(settings, store, name, progress=way) as desk:
                return await work(desk)

        return asyncio.run(_one_by_one(store, [account] if account else list(settings.accounts), one))


def each_seat(account: str | None, work: Callable[[Seat], Awaitable[_T]], *, quiet: bool) -> Sequence[_T]:
    """Run `work` as `each_account` does, for what needs no CRM: also where a token is lacking."""
    from jobs.figures.asking import account_names

    begin_anew()
    with opened() as (settings, store), progress(quiet=quiet, lang=asked_language()) as way:
        rules = agreement_of(settings)

        async def one(name: str) -> _T:
            return await work(Seated(name=name, store=store, agreement=rules, clock=system_clock, progress=way))

        return asyncio.run(_one_by_one(store, account_names(settings, store, account), one))


async def _one_by_one(store: Store, names: Sequence[str], one: Callable[[str], Awaitable[_T]]) -> Sequence[_T]:
    done, failed = [], {}
    for name in names:
        try:
            done.append(await one(name))
        except Bug:
            raise
        except SyncerError as error:
            failed[name] = _of_account(store, name, error)
    _failed.update(failed)
    apart = _apart(list(failed.values()))
    left_out.extend(apart[0 if done else 1 :])
    if apart and not done:
        raise apart[0]
    return done


def _of_account(store: Store, account: str, error: SyncerError) -> SyncerError:
    """Return an error with its account, the refusal of a spent day with the moment at which the account goes on."""
    error.account = error.account or account
    if not (isinstance(error, RateLimited) and is_daily(error)):
        return error
    found = kept_rests(store, account, system_clock())
    return next((refusal(account, rest) for rest in found.values()), error)


def _apart(errors: Sequence[SyncerError]) -> Sequence[SyncerError]:
    """Return errors without those that say of files or arguments what an earlier one said."""
    by_text = {str(one) if isinstance(one, ConfigError) else id(one): one for one in reversed(errors)}
    return list(reversed(by_text.values()))


def print_json(value: object) -> None:
    """Write one JSON document on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def one_or_all(results: Sequence[object]) -> object:
    """Return the only account's result, or the list of several accounts': of those that failed, why."""
    failed = failures()
    return results[0] if len(results) == 1 and not failed else [*results, *failed]


def failures() -> Sequence[object]:
    """Return the accounts that this process's command did nothing for, each with its error and hint."""
    return [{"account": name, "error": one.message, "hint": one.hint} for name, one in _failed.items()]
