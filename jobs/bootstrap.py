"""The composition root: settings into open stores and connectors, and the frame around every run."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from connectors.limits import Sleep
from jobs.budget.parking import believed, rests
from jobs.budget.sharing import SharedLimits
from jobs.budget.spending import noted_spending, today
from jobs.desk import Clock, Desk
from jobs.health.failures import count_failure
from jobs.memory import share_heap, spare_start_up
from jobs.privacy.erasures import keeping_of
from jobs.progress import Progress, Silent
from jobs.settings import Account, Settings
from jobs.spans import run_span
from mappings.fields import definitions, extended
from syncer.agreement import InForce, in_force
from syncer.errors import ConfigError, Problem, SyncerError
from syncer.moments import MINUTE, Millis, millis
from syncer.store import Store, open_store

if TYPE_CHECKING:
    from connectors.hubspot import HubSpot
    from connectors.limits import Today
    from connectors.patience import Patience
    from connectors.tokens import Tokens

_log = structlog.get_logger()


def system_clock() -> Millis:
    """Return the present moment."""
    return millis(datetime.now(UTC))


@contextmanager
def opened_store(settings: Settings, *, patience: float | None = None) -> Iterator[Store]:
    """Yield the store, brought to the newest revision; `patience` in seconds bounds the wait for others' locks."""
    share_heap()
    store = open_store(settings.database_url, patience=patience)
    try:
        store.upgrade()
        _forget_again(settings, store)
        yield store
    finally:
        store.close()


def _forget_again(settings: Settings, store: Store) -> None:
    """Make erasures again that a restored backup has undone, and finish those that were killed."""
    keeping = keeping_of(settings)
    with store.snapshot() as unit:
        if not keeping.journal.exists() and not unit.privacy.erasure_ids():
            return
    from jobs.privacy.forget import Eraser
    from jobs.privacy.resurrection import catch_up

    catch_up(Eraser(store=store, keeping=keeping, agreement=agreement_of(settings).agreement, clock=system_clock))


@asynccontextmanager
async def opened_desk(
    settings: Settings,
    store: Store,
    account: str,
    *,
    clock: Clock = system_clock,
    progress: Progress | None = None,
    patience: "Patience | None" = None,
    sleep: Sleep = asyncio.sleep,
    agreement: InForce | None = None,
) -> AsyncIterator[Desk]:
    """Yield one account at work; its connections close at the end.

    `patience` bounds waiting and repeating of calls, `sleep` is how the account's jobs wait for the CRM (seconds);
    without an `agreement` it is the one in force.
    """
    chosen = choose(settings, account)
    known = extended(definitions(chosen.connector), chosen.fields)
    token = tokens_of(settings, store, chosen, clock)
    connector = _connector(chosen, store, token, patience, _today(store, account, clock()))
    spare_start_up()
    try:
        desk = Desk(
            account=chosen,
            store=store,
            source=connector.source,
            destination=connector.destination,
            agreement=agreement or agreement_of(settings),
            definitions=known,
            clock=clock,
            progress=progress or Silent(),
            overlap=settings.schedule.overlap * MINUTE,
            keeping=keeping_of(settings),
            retention=settings.retention,
            sleep=sleep,
        )
        async with noted_spending(desk):
            yield desk
    finally:
        await connector.close()


def choose(settings: Settings, account: str) -> Account:
    """Return an account by name; an unknown one is a ConfigError that lists those there are."""
    if account not in settings.accounts:
        allowed = ", ".join(settings.accounts) or "none"
        raise ConfigError(
            [Problem(key="--account", message=f"no account named {account}", hint=f"there are: {allowed}")]
        )
    return settings.accounts[account]


def agreement_of(settings: Settings) -> InForce:
    """Return the agreement in force."""
    return in_force(settings.agreement_path)


def tokens_of(settings: Settings, store: Store, account: Account, clock: Clock) -> "Tokens":
    """Return an account's token, or what keeps one of an OAuth app fresh. Raises ConfigError for what is no token."""
    if account.oauth is None:
        from connectors.tokens import fixed_token

        return fixed_token(account.token.get_secret_value() if account.token else "", account.token_env)
    from connectors.hubspot.tokens import OAuthTokens
    from jobs.access.grants import endpoint_of, oauth_app, vault_of

    return OAuthTokens(
        app=oauth_app(account.oauth),
        vault=vault_of(settings, store, account),
        post=endpoint_of(account),
        clock=clock,
        account=account.name,
    )


def _today(store: Store, account: str, now: Millis) -> "Today":
    from connectors.limits import Bucket, Rest, Today

    with store.snapshot() as unit:
        found = believed(rests(unit, account, now), now)
        spent = today(unit, account, now)
    resting = {Bucket(part): Rest(message=rest.message, until=rest.until) for part, rest in found.items()}
    return Today(associations=spent.associations, rests=resting)


def _connector(account: Account, store: Store, token: "Tokens", patience: "Patience | None", day: "Today") -> "HubSpot":
    from connectors.hubspot import open_hubspot
    from connectors.limits import Shares

    limits = account.limits
    shares = Shares(
        burst=limits.share,
        search=limits.search_share,
        daily=limits.daily_share,
        exchange=SharedLimits(store, account.name).exchange,
    )
    return open_hubspot(
        token=token,
        base_url=account.base_url,
        tier=account.tier,
        versions=account.versions,
        shares=shares,
        today=day,
        patience=patience,
    )


@dataclass(kw_only=True, slots=True)
class Run:
    """One run of one job: its id and what it will have counted."""

    id: str
    counts: dict[str, object] = field(default_factory=dict)
    status: str = "done"


@contextmanager
def recorded_run(desk: Desk, job: str) -> Iterator[Run]:
    """Yield a run that the store remembers, with one log line at each end; ids are bound to every line between.

    The account is held until the end. Raises Unavailable where another process is at work on it.
    """
    with desk.store.account_lock(desk.name), _recorded(desk, job) as run:
        yield run


@contextmanager
def _recorded(desk: Desk, job: str) -> Iterator[Run]:
    with desk.store.commit() as unit:
        unit.desk.close_abandoned(desk.name, desk.clock())
        run = Run(id=unit.desk.begin_run(desk.name, job, desk.clock()))
    began = time.monotonic()
    with (
        run_span(run, job, desk.name) as traced,
        structlog.contextvars.bound_contextvars(run_id=run.id, job=job, account=desk.name, **traced),
    ):
        _log.info("run_started")
        try:
            yield run
        except asyncio.CancelledError:
            run.status = "interrupted"
            _end(desk, run, began)
            _log.info("run_interrupted")
            raise
        except BaseException as error:
            if isinstance(error, SyncerError):
                error.account = error.account or desk.name
            run.status = "failed"
            _end(desk, run, began, error)
            _log.error("run_failed", reason=_reason(error))
            raise
        _end(desk, run, began)
        _log.info("run_finished", status=run.status, **run.counts)


def seconds_of(run: Run) -> float:
    """Return how long a run took, once it has ended."""
    seconds = run.counts.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _reason(error: BaseException) -> str:
    return error.message if isinstance(error, SyncerError) else type(error).__name__


def _end(desk: Desk, run: Run, began: float, error: BaseException | None = None) -> None:
    run.counts["seconds"] = round(time.monotonic() - began, 3)
    with desk.store.commit() as unit:
        unit.desk.end_run(run.id, desk.clock(), run.status, run.counts)
        if error is not None:
            count_failure(unit, desk.name, error)
