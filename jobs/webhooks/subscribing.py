"""Which webhooks an account needs: from the properties that its rules read, and to which address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.ending import to_the_end
from connectors.hubspot.app_webhooks import AppWebhooks, Subscribed
from connectors.hubspot.journal_subscriptions import (
    SCOPES,
    JournalSubscription,
    JournalSubscriptions,
    journal_subscriptions,
)
from connectors.hubspot.subscriptions import PROJECT_FILE, Subscription, project_file, subscriptions
from connectors.hubspot.versions import versions_with
from jobs.access.credentials import DEVELOPER_VARIABLE
from jobs.bootstrap import system_clock
from jobs.desk import Clock, Desk
from jobs.environment import secret_of
from jobs.names import property_names
from jobs.pulling.look import look
from jobs.settings import Account
from jobs.webhooks.hooks import PATH
from jobs.webhooks.journal import app_tokens
from syncer.errors import ConfigError, Problem
from syncer.records import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The webhooks that one account needs."""

    account: str
    #: None while no public address is set.
    target_url: str | None
    subscriptions: Sequence[Subscription]
    #: The portal as the CRM names it.
    portal_id: str | None = None
    #: Whether the account reads its app's journal.
    reads_journal: bool = False

    @property
    def journal(self) -> Sequence[JournalSubscription]:
        """What the app's journal has to tell of, nothing where it is not read."""
        return journal_subscriptions(self.subscriptions) if self.reads_journal else ()

    @property
    def scopes(self) -> Sequence[str]:
        """Every scope that the app needs for them."""
        return list(dict.fromkeys(scope for one in self.subscriptions for scope in one.scopes))

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "account": self.account,
            "target_url": self.target_url,
            "scopes": self.scopes,
            "subscriptions": [
                {"type": one.event_type, "property": one.property_name, "scopes": list(one.scopes)}
                for one in self.subscriptions
            ],
            "journal": [one.as_dict() for one in self.journal],
        }


async def wished_webhooks(desk: Desk, public_url: str | None) -> Wish:
    """Return the webhooks that the account needs; a change of what HubSpot computes comes with what it follows from."""
    portal = await look(desk, afresh=True)
    properties = {
        kind.value: await _telling(desk, kind, portal.properties[kind]) for kind in Kind if kind in portal.streams
    }
    target = f"{public_url}{PATH}/{desk.name}" if public_url else None
    return Wish(
        account=desk.name,
        target_url=target,
        subscriptions=subscriptions(properties),
        portal_id=(await desk.source.account()).portal_id,
        reads_journal=desk.account.journal is not None,
    )


async def _telling(desk: Desk, kind: Kind, asked: Sequence[str]) -> Sequence[str]:
    """Return the properties whose changes are news: neither computed nor written by us alone."""
    known = await desk.source.definitions(kind)
    ours = set(property_names(desk.agreement.agreement, kind))
    read = set(desk.definitions.objects[kind].history.values())
    return [
        name for name in asked if name in known and not known[name].read_only and (name not in ours or name in read)
    ]


def write_project_file(wish: Wish, folder: Path) -> Path:
    """Write the webhook file into the project of an app and return where it lies.

    Raises ConfigError without a public address, or where the folder is no project.
    """
    if wish.target_url is None:
        raise ConfigError([no_address()])
    if not folder.is_dir():
        raise ConfigError(
            [Problem(key="--project", message=f"there is no folder {folder}", hint="the project's own folder")]
        )
    path = folder / PROJECT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(project_file(wish.subscriptions, wish.target_url), indent=2)}\n", encoding="utf-8")
    return path


async def subscribe_app(wish: Wish, base_url: str, app_id: int) -> Subscribed:
    """Subscribe a legacy public app. Raises ConfigError without a public address or a developer's key."""
    key = secret_of(DEVELOPER_VARIABLE)
    problems = [no_address()] if wish.target_url is None else []
    if key is None:
        hint = "the API key of the developer account that owns the app, in .env"
        problems.append(Problem(key=DEVELOPER_VARIABLE, message="is not set", hint=hint))
    if wish.target_url is None or key is None:
        raise ConfigError(problems)
    app = AppWebhooks(base_url=base_url, app_id=app_id, key=key.get_secret_value())
    try:
        return await app.subscribe(wish.subscriptions, wish.target_url)
    finally:
        await to_the_end(app.close())


async def subscribe_journal(wish: Wish, account: Account, clock: Clock = system_clock) -> int:
    """Subscribe the app's journal to what it lacks for one account and return how many subscriptions that were.

    Raises ConfigError where the account reads no journal.
    """
    if not wish.reads_journal or wish.portal_id is None:
        hint = f"accounts.{account.name}.journal: true in syncer.yaml, and the app's client id and secret in .env"
        raise ConfigError([Problem(key="--journal", message="the account reads no journal", hint=hint)])
    scopes = (*SCOPES, *dict.fromkeys(scope for one in wish.journal for scope in one.scopes))
    kept = JournalSubscriptions(
        base_url=account.base_url,
        tokens=app_tokens(account, clock, scopes),
        versions=versions_with(account.versions),
    )
    try:
        return await kept.subscribe(wish.journal, wish.portal_id)
    finally:
        await to_the_end(kept.close())


def no_address() -> Problem:
    """Return the fault that nobody can be told where webhooks go."""
    hint = "set SYNCER_PUBLIC_URL in .env to the address under which HubSpot reaches `syncer run`"
    return Problem(key="SYNCER_PUBLIC_URL", message="is not set", hint=hint)
