"""An endpoint for webhooks over a store, without a socket, and deliveries signed as HubSpot signs them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from connectors.hubspot.signatures import v1_signature, v3_signature
from jobs.web.webhooks import Receiver
from jobs.webhooks.hooks import Webhooks
from jobs.webhooks.keeping import Keeper
from syncer.store import Store, Tally

NOW = 1_790_000_000_000
ADDRESS = "https://syncer.firma.example/crm"
PATH = "/webhooks/hubspot"
SECRET = "secret-of-one"
PORTAL = "62515"


def event(number: int = 1, **changes: object) -> dict:
    return {
        "eventId": number,
        "portalId": int(PORTAL),
        "occurredAt": NOW,
        "subscriptionType": "contact.propertyChange",
        "objectId": number,
        "propertyName": "email",
        "propertyValue": "anna@firma.example",
        **changes,
    }


@dataclass
class Endpoint:
    """Where deliveries are sent."""

    store: Store
    client: httpx.AsyncClient
    keeper: Keeper
    woken: list[bool] = field(default_factory=list)

    async def send(
        self, *events: object, path: str = PATH, secret: str = SECRET, body: bytes | None = None, at: int = NOW
    ) -> httpx.Response:
        raw = json.dumps(events).encode() if body is None else body
        return await self.post(raw, signed(raw, path, secret, at), path)

    async def post(self, body: object, headers: Mapping[str, str], path: str = PATH) -> httpx.Response:
        return await self.client.post(path, content=body, headers=headers)

    def waiting(self, account: str = "one") -> list[tuple[str, str]]:
        with self.store.snapshot() as unit:
            return [(one.stream, one.record_id) for one in unit.inbox.waiting(account, 10_000)]

    async def counts(self, account: str = "one") -> Mapping[str, int]:
        await self.keeper.flush()
        with self.store.snapshot() as unit:
            found: Mapping[str, Tally] = unit.inbox.counts(account)
        return {name: one.number for name, one in found.items()}


def signed(body: bytes, path: str = PATH, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    signature = v3_signature(secret, method="POST", uri=f"{ADDRESS}{path}", body=body, timestamp=str(at))
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": str(at)}


def signed_v1(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-HubSpot-Signature": v1_signature(secret, body), "X-HubSpot-Signature-Version": "v1"}


def webhooks(*secrets: str, allow_v1: bool = False) -> Webhooks:
    return Webhooks(secrets=tuple(SecretStr(one) for one in secrets), allow_v1=allow_v1)


@asynccontextmanager
async def open_endpoint(store: Store, accounts: Mapping[str, Webhooks] | None = None) -> AsyncIterator[Endpoint]:
    woken: list[bool] = []
    keeper = Keeper(store, lambda: NOW, lambda: woken.append(True))
    chosen = {"one": webhooks(SECRET)} if accounts is None else accounts
    receiver = Receiver(accounts=chosen, public_url=ADDRESS, keeper=keeper, clock=lambda: NOW)
    keeping = asyncio.create_task(keeper.run())
    transport = httpx.ASGITransport(app=Starlette(routes=receiver.routes()))
    # The Host header says anything but our address: it must not matter.
    async with httpx.AsyncClient(transport=transport, base_url="http://elsewhere.example") as client:
        yield Endpoint(store=store, client=client, keeper=keeper, woken=woken)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


def know_portal(store: Store, account: str, portal: str = PORTAL) -> None:
    with store.commit() as unit:
        unit.desk.keep_account(account, portal_id=portal, time_zone=None, currency=None, account_type=None)
