"""An account whose app reads the sandbox's journal, subscribed to what `syncer webhooks show` lists."""

from dataclasses import dataclass

from pydantic import SecretStr

from connectors.hubspot.tokens import AppTokens
from jobs.access.credentials import JournalApp
from jobs.desk import Desk
from jobs.settings import Account
from jobs.webhooks.journal import JournalResult, app_tokens, read_journal
from jobs.webhooks.journal_place import Place, ReadApp, place_of
from jobs.webhooks.subscribing import subscribe_journal, wished_webhooks

CLIENT_ID, SECRET = "app-1", "s3cret-of-app"
APP = JournalApp(client_id=CLIENT_ID, client_secret=SecretStr(SECRET))


def with_journal(account: Account, **changes: object) -> Account:
    return account.model_copy(update={"journal": APP, **changes})


@dataclass
class Reader:
    """Reads the journal of one app for some accounts."""

    desk: Desk
    app: ReadApp
    tokens: AppTokens

    async def read(self) -> JournalResult:
        return await read_journal(self.desk.store, self.app, self.tokens, self.desk.clock)

    @property
    def place(self) -> Place | None:
        with self.desk.store.snapshot() as unit:
            return place_of(unit, self.desk.name)


def reader_of(desk: Desk, *others: Account) -> Reader:
    account = with_journal(desk.account)
    object.__setattr__(desk, "account", account)
    return Reader(desk=desk, app=ReadApp(accounts=[account, *others]), tokens=app_tokens(account, desk.clock))


async def subscribed(desk: Desk) -> Reader:
    """Subscribe the journal as `syncer webhooks apply --journal` does, and return how to read it."""
    reader = reader_of(desk)
    wish = await wished_webhooks(desk, None)
    assert await subscribe_journal(wish, desk.account, desk.clock) == len(wish.journal) > 0
    return reader
