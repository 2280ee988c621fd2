"""What a look at an account's OAuth grant and scopes finds."""

import asyncio
from collections.abc import Awaitable, Sequence

from jobs.access.grants import vault_of
from jobs.access.scopes import LOST, lacking
from jobs.desk import Desk
from jobs.health.findings import Finding, Level
from jobs.pulling.look import in_account
from jobs.settings import Account, Settings
from syncer.errors import MissingScope
from syncer.records import Kind
from syncer.sealing import KEYS_VARIABLE, Seal
from syncer.store import Store

_SEALING = {
    Seal.CLEAR: f"set {KEYS_VARIABLE} in .env (syncer init writes a key into a new one); the next renewal seals it",
    Seal.OLDER: "the next renewal seals it with the newest; until then keep the older key",
    Seal.NEWEST: None,
}


def grant_findings(settings: Settings, store: Store, account: Account) -> Sequence[Finding]:
    """Return how the grant lies in the database and which scopes it lacks; nothing for a token without expiry.

    Raises ConfigError where no key opens it.
    """
    if account.oauth is None:
        return ()
    vault = vault_of(settings, store, account)
    kept = vault.kept()
    if kept is None:
        return ()
    portal = f" of portal {kept.portal_id}" if kept.portal_id else ""
    remedy = _SEALING[seal := vault.seal(kept)]
    found = [
        Finding(
            level=Level.NOTE if remedy else Level.FINE,
            area=account.name,
            what=f"the OAuth token{portal} lies in the database {seal.value}",
            remedy=remedy,
        )
    ]
    return [*found, *_lacking(account, kept.scopes)]


def _lacking(account: Account, scopes: Sequence[str] | None) -> Sequence[Finding]:
    # Optional ones are tried, stream by stream: a grant does not tell what the tier has.
    return [
        Finding(
            level=Level.PROBLEM,
            area=account.name,
            what=f"the app was not granted {one.scope}, to {one.purpose}",
            remedy=f"without it: {one.lost}. Add it to the app, then: syncer connect --account {account.name}",
        )
        for one in (() if scopes is None else lacking(account, scopes))
        if one.is_required
    ]


def left_out(desk: Desk, stream: str, why: str) -> Finding:
    """Return the finding that a stream is left out, with what is lost; a problem where nothing is planned then."""
    is_needed = stream in set(Kind)
    level, what = (Level.PROBLEM, "may not read") if is_needed else (Level.NOTE, "leaves out")
    return Finding(level=level, area=desk.name, what=f"{what} {stream}", remedy=_remedy(desk, stream, why))


async def denied(desk: Desk) -> Sequence[Finding]:
    """Ask for each thing without which no account is read, and return a finding for every one that is refused."""
    asked: dict[str, Awaitable[object]] = {
        "owners": desk.source.owners(),
        Kind.CONTACT.value: desk.source.definitions(Kind.CONTACT),
    }
    if in_account(desk, (Kind.DEAL,)):
        asked["pipelines"] = desk.source.pipelines()
    answers = await asyncio.gather(*asked.values(), return_exceptions=True)
    return [
        Finding(
            level=Level.PROBLEM,
            area=desk.name,
            what=f"may not read {name}",
            remedy=_remedy(desk, name, answer.hint or answer.message),
        )
        for name, answer in zip(asked, answers, strict=True)
        if isinstance(answer, MissingScope)
    ]


def _remedy(desk: Desk, stream: str, why: str) -> str:
    again = f", then: syncer connect --account {desk.name}" if desk.account.oauth is not None else ""
    lost = f"; without it: {LOST[stream]}" if stream in LOST else ""
    return f"{why}{again}{lost}"
