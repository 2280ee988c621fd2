"""The composition root: settings into open stores and connectors."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.ending import to_the_end
from connectors.limits import Sleep
from jobs.budget.parking import believed, rests
from jobs.budget.sharing import SharedLimits
from jobs.budget.spending import noted_spending, today
from jobs.desk import Clock, Desk
from jobs.memory import share_heap, spare_start_up
from jobs.privacy.erasures import Keeping, journal, keeping_of
from jobs.progress import Progress, Silent
from jobs.settings import Account, Settings
from mappings.fields import definitions, extended
from syncer.agreement import InForce, in_force
from syncer.errors import ConfigError, Problem
from syncer.meant import among
from syncer.moments import MINUTE, Millis, millis
from syncer.store import Store, open_store

if TYPE_CHECKING:
    from connectors.hubspot import HubSpot
    from connectors.limits import Today
    from connectors.patience import Patience
    from connectors.tokens import Tokens


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
    _catch_up(settings, store, keeping)


def _forget_undone(settings: Settings, store: Store) -> None:
    """Make erasures again that are undone since the store was opened: a dump was put back under a daemon that runs."""
    keeping = keeping_of(settings)
    written = {(one.account, one.id) for one in journal(keeping)}
    if not written:
        return
    with store.snapshot() as unit:
        is_undone = not written <= unit.privacy.erasure_ids()
    if is_undone:
        _catch_up(settings, store, keeping)


def _catch_up(settings: Settings, store: Store, keeping: Keeping) -> None:
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
    await asyncio.to_thread(_forget_undone, settings, store)
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
        await to_the_end(connector.close())


def choose(settings: Settings, account: str) -> Account:
    """Return an account by name; an unknown one is a ConfigError that lists those there are."""
    if account not in settings.accounts:
        hint = among(account, list(settings.accounts))
        raise ConfigError([Problem(key="--account", message=f"no account named {account}", hint=hint)])
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
