"""Which portal a token opens: the one that the mirror holds, or nothing is read and nothing written."""

import asyncio
import hashlib

from connectors.values import AccountFacts
from jobs.desk import Desk
from syncer.errors import ConfigError, Problem
from syncer.store import Unit

_HINT = "put that portal's token into .env, or give the other portal an account of its own in syncer.yaml"


async def sure_of_portal(desk: Desk) -> None:
    """Raise ConfigError where the token opens another portal than the one that the mirror holds.

    Costs a call where address or token are others than at the last look.
    """
    if not await asyncio.to_thread(is_known_door, desk):
        await refuse_other_portal(desk, await desk.source.account())


async def refuse_other_portal(desk: Desk, facts: AccountFacts) -> None:
    """Raise ConfigError where an account is another portal than the one that the mirror holds.

    Its ids would name other people: everything would look gone, and be written to whom it is not about.
    """

    def known() -> str | None:
        with desk.store.snapshot() as unit:
            kept = unit.desk.account(desk.name)
        return kept.portal_id if kept else None

    ours = await asyncio.to_thread(known)
    if ours is not None and ours != facts.portal_id:
        message = f"the token opens portal {facts.portal_id}, the mirror holds portal {ours}"
        raise ConfigError([Problem(key=f"accounts.{desk.name}", message=message, hint=_HINT)])


def is_known_door(desk: Desk) -> bool:
    """Return whether the account was looked at by the same address and token before."""
    with desk.store.snapshot() as unit:
        return unit.desk.cursor(desk.name, "account", "door") == _door(desk)


def keep_door(unit: Unit, desk: Desk) -> None:
    """Remember by what address and token the account was looked at."""
    unit.desk.keep_cursor(desk.name, "account", "door", _door(desk))


def _door(desk: Desk) -> str:
    """Return a short digest of address and token, from which neither can be told; OAuth's own tokens come and go."""
    token = desk.account.token
    secret = "" if token is None else token.get_secret_value()
    return hashlib.blake2b(f"{desk.account.base_url} {secret}".encode(), digest_size=8).hexdigest()
