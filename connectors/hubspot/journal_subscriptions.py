"""What an app's journal tells of a portal: the subscriptions that it needs, and making those that are lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import httpx
import msgspec

from connectors.addresses import checked_address
from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.exports import TYPES
from connectors.hubspot.scopes import READS
from connectors.hubspot.subscriptions import Subscription
from connectors.hubspot.versions import Versions
from connectors.limits import Budgets
from connectors.patience import Patience
from connectors.statuses import Effect, Errand
from connectors.tokens import Tokens

SCOPES = ("developer.webhooks_journal.subscriptions.read", "developer.webhooks_journal.subscriptions.write")
_OBJECT, _ASSOCIATION, _ERASURE = "OBJECT", "ASSOCIATION", "GDPR_PRIVACY_DELETION"
_ACTIONS: Mapping[str, str] = {
    "creation": "CREATE",
    "propertyChange": "UPDATE",
    "deletion": "DELETE",
    "merge": "MERGE",
    "restore": "RESTORE",
}
_LINKING = ("ASSOCIATION_ADDED", "ASSOCIATION_REMOVED")


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalSubscription:
    """One thing that the journal is to tell of; where there is nothing to choose from, a choice is empty."""

    stream: str
    kind: str
    actions: Sequence[str]
    properties: Sequence[str] = ()
    #: Kinds of the other end.
    to_streams: Sequence[str] = ()

    @property
    def scopes(self) -> Sequence[str]:
        """Scopes that the app needs for it: those of reading the records."""
        return READS[self.stream]

    def body(self, portal_id: str) -> Mapping[str, object]:
        """Return what is sent to subscribe."""
        common = {
            "subscriptionType": self.kind,
            "portalId": int(portal_id),
            "objectTypeId": TYPES[self.stream],
            "actions": list(self.actions),
        }
        if self.kind == _OBJECT:
            return {**common, "properties": list(self.properties), "objectIds": []}
        if self.kind == _ASSOCIATION:
            return {**common, "associatedObjectTypeIds": [TYPES[one] for one in self.to_streams], "objectIds": []}
        return common

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**asdict(self), "scopes": list(self.scopes)}


def journal_subscriptions(wanted: Sequence[Subscription]) -> Sequence[JournalSubscription]:
    """Return what the journal has to tell of, so that it tells what the webhooks would."""
    streams = list(dict.fromkeys(one.stream for one in wanted))
    return [found for stream in streams for found in _of_stream(stream, streams, wanted)]


def _of_stream(stream: str, streams: Sequence[str], wanted: Sequence[Subscription]) -> Sequence[JournalSubscription]:
    mine = [one for one in wanted if one.stream == stream]
    actions = tuple(dict.fromkeys(_ACTIONS[one.what] for one in mine if one.what in _ACTIONS))
    properties = tuple(one.property_name for one in mine if one.property_name is not None)
    found = [JournalSubscription(stream=stream, kind=_OBJECT, actions=actions, properties=properties)]
    others = tuple(one for one in streams if one != stream)
    if others and any(one.what == "associationChange" for one in mine):
        found.append(JournalSubscription(stream=stream, kind=_ASSOCIATION, actions=_LINKING, to_streams=others))
    if any(one.what == "privacyDeletion" for one in mine):
        found.append(JournalSubscription(stream=stream, kind=_ERASURE, actions=("GDPR_DELETE",)))
    return found


class _Kept(msgspec.Struct, kw_only=True, rename="camel"):
    id: int | str
    subscription_type: str = ""
    portal_id: int | str | None = None
    object_type_id: str | None = None
    actions: list[str] | None = None
    properties: list[str] | None = None
    associated_object_type_ids: list[str] | None = None
    object_ids: list[int | str] | None = None
    deleted_at: str | int | None = None

    def covers(self, body: Mapping[str, object]) -> bool:
        """Tell whether it tells of everything that a body asks for."""
        same = (self.subscription_type, str(self.portal_id), self.object_type_id)
        if self.deleted_at is not None or self.object_ids or same != _named(body):
            return False
        choices = ((self.actions, "actions"), (self.properties, "properties"))
        others = ((self.associated_object_type_ids, "associatedObjectTypeIds"),)
        return all(_listed(body, name) <= set(kept or ()) for kept, name in (*choices, *others))


class _List(msgspec.Struct):
    results: list[_Kept]


def _named(body: Mapping[str, object]) -> tuple[object, str, object]:
    return body["subscriptionType"], str(body["portalId"]), body["objectTypeId"]


def _listed(body: Mapping[str, object], name: str) -> set[object]:
    found = body.get(name)
    return set(found) if isinstance(found, list) else set()


class JournalSubscriptions:
    """The subscriptions of one app's journal. Those that are there and not wanted are left alone."""

    def __init__(
        self,
        *,
        base_url: str,
        tokens: Tokens,
        versions: Versions,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._path = versions.journal_subscriptions()
        self._api = ApiClient(
            base_url=checked_address(base_url),
            tokens=tokens,
            budgets=Budgets(tier=None),
            patience=patience,
            transport=transport,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._api.close()

    async def lacking(self, wanted: Sequence[JournalSubscription], portal_id: str) -> Sequence[JournalSubscription]:
        """Return what the journal does not tell yet of a portal."""
        errand = Errand(stream="journal", scope=SCOPES[0])
        kept = (await self._api.call(Request(method="GET", path=self._path, errand=errand), _List)).results
        return [one for one in wanted if not any(held.covers(one.body(portal_id)) for held in kept)]

    async def subscribe(self, wanted: Sequence[JournalSubscription], portal_id: str) -> int:
        """Subscribe to what is lacking and return how many were. HubSpot calls it an upsert: again is no harm."""
        lacking = await self.lacking(wanted, portal_id)
        errand = Errand(stream="journal", scope=SCOPES[1], effect=Effect.REPEATABLE)
        for one in lacking:
            request = Request(method="POST", path=self._path, json=one.body(portal_id), errand=errand)
            await self._api.call(request, _Kept)
        return len(lacking)
