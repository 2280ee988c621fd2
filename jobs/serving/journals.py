"""Reading the journals of apps by the clock: one appointment for all, each app by itself."""

import asyncio

import structlog

from connectors.hubspot.tokens import AppTokens
from jobs.schedule import Appointment, Every
from jobs.serving.work import Work
from jobs.webhooks.journal import app_tokens, read_journal
from jobs.webhooks.journal_place import ReadApp, forget_places, place_of, read_apps
from syncer.errors import SyncerError
from syncer.moments import Millis
from syncer.store import Store

_log = structlog.get_logger()


def journal_appointments(work: Work) -> list[Appointment]:
    """Return the reading of every app's journal, nothing where no account has one."""
    accounts = list(work.settings.accounts.values())
    forget_places(work.store, accounts)
    apps = [(app, app_tokens(app.first, work.clock)) for app in read_apps(accounts)]
    if not apps:
        return []
    when = Every(work.settings.schedule.journal_every)

    async def run() -> None:
        await asyncio.gather(*(_read(work, app, tokens) for app, tokens in apps))

    return [Appointment(name="journal", when=when, work=run)]


async def _read(work: Work, app: ReadApp, tokens: AppTokens) -> None:
    """Read one app's journal; its error is logged, and while it fails again and again it is left alone for a while."""
    try:
        if not await asyncio.to_thread(_rests, work.store, app, work.clock()):
            await read_journal(work.store, app, tokens, work.clock)
    except SyncerError as error:
        _log.error("journal_failed", accounts=list(app.names), reason=error.message, hint=error.hint)


def _rests(store: Store, app: ReadApp, now: Millis) -> bool:
    with store.snapshot() as unit:
        places = [place_of(unit, name, app.origin) for name in app.names]
    return any(one is not None and one.rests(now) for one in places)
