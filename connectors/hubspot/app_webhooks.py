"""Webhooks of a legacy public app, set up by HubSpot's API with a developer's key; apps of another kind have files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import msgspec

from connectors.addresses import checked_address
from connectors.bodies import decoded
from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.official import Official
from connectors.hubspot.subscriptions import AT_ONCE, Subscription
from connectors.hubspot.versions import app_webhooks
from connectors.limits import Budgets
from connectors.patience import Patience
from connectors.statuses import Effect, Errand

T = TypeVar("T")

_HINT = "check HUBSPOT_DEVELOPER_API_KEY and the app's id: the key is that of the developer account that owns the app"


class _Kept(msgspec.Struct, kw_only=True, rename="camel"):
    id: str | int
    event_type: str
    property_name: str | None = None
    active: bool = False


class _List(msgspec.Struct):
    results: list[_Kept]


class _Settings(msgspec.Struct, kw_only=True, rename="camel"):
    target_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscribed:
    """What became of an app's subscriptions."""

    created: int
    #: There before and switched off.
    activated: int
    unchanged: int


class _DeveloperKey:
    """A key that does not expire."""

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def hint(self) -> str:
        """Return what a person should do when HubSpot does not accept the key."""
        return _HINT

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return the one key."""
        del rejected
        return self._key


class AppWebhooks:
    """The webhook settings of one app. Subscriptions that are there and not wanted are left alone."""

    def __init__(self, *, base_url: str, app_id: int, key: str, patience: Patience | None = None) -> None:
        address = checked_address(base_url)
        self._official = Official(base_url=address, key_parameter="hapikey")
        self._api = ApiClient(
            base_url=address, tokens=_DeveloperKey(key), budgets=Budgets(tier=None), patience=patience
        )
        self._path = app_webhooks(app_id)

    async def close(self) -> None:
        """Let go of connections."""
        self._official.close()
        await self._api.close()

    async def subscribe(self, wanted: Sequence[Subscription], target_url: str) -> Subscribed:
        """Point the app's webhooks at the address, and subscribe it to what is lacking or switched off."""
        settings = {"targetUrl": target_url, "throttling": {"maxConcurrentRequests": AT_ONCE}}
        await self._call("PUT", "/settings", settings, _Settings)
        kept = {(one.event_type, one.property_name): one for one in await self._kept()}
        lacking = [one for one in wanted if (one.event_type, one.property_name) not in kept]
        for one in lacking:
            named = {"propertyName": one.property_name} if one.property_name else {}
            await self._call("POST", "/subscriptions", {"eventType": one.event_type, "active": True, **named}, _Kept)
        found = [
            kept[one.event_type, one.property_name] for one in wanted if (one.event_type, one.property_name) in kept
        ]
        asleep = [one for one in found if not one.active]
        for sleeper in asleep:
            await self._call("PATCH", f"/subscriptions/{sleeper.id}", {"active": True}, _Kept)
        return Subscribed(created=len(lacking), activated=len(asleep), unchanged=len(found) - len(asleep))

    async def _kept(self) -> Sequence[_Kept]:
        return (await self._call("GET", "/subscriptions", None, _List)).results

    async def _call(self, method: str, path: str, body: Mapping[str, object] | None, shape: type[T]) -> T:
        effect = {"GET": Effect.READ, "POST": Effect.ONCE}.get(method, Effect.REPEATABLE)
        errand = Errand(stream="webhooks", effect=effect)
        request = Request(method=method, path=f"{self._path}{path}", json=body, errand=errand)
        return await self._api.exchange(request, self._official.send, partial(decoded, shape=shape))
