"""What an app has to subscribe to, and the file that says so to HubSpot's developer platform.

https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks (2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.hubspot.scopes import READS

#: Deliveries that HubSpot may have in flight at once.
AT_ONCE = 10
#: Where the file lies in an app's project.
PROJECT_FILE = "src/app/webhooks/syncer-hsmeta.json"
_SINGULAR: Mapping[str, str] = {"contacts": "contact", "companies": "company", "deals": "deal"}
_HAPPENINGS = ("creation", "deletion", "merge", "restore")
#: Links are read from these ends.
_LINKED = ("contacts", "deals")
#: HubSpot refuses subscriptions to them (2026-08).
_UNSUBSCRIBABLE = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One thing to be told of."""

    stream: str
    #: creation, deletion, merge, restore, propertyChange, associationChange, privacyDeletion.
    what: str
    property_name: str | None = None

    @property
    def event_type(self) -> str:
        """The classic name of what is told."""
        return f"{_SINGULAR[self.stream]}.{self.what}"

    @property
    def scopes(self) -> Sequence[str]:
        """Scopes that the app needs for it: those of reading the records."""
        return READS[self.stream]


def subscriptions(properties: Mapping[str, Sequence[str]]) -> Sequence[Subscription]:
    """Return what an account needs to be told of; `properties` by stream are those whose changes count."""
    streams = [one for one in _SINGULAR if one in properties]
    found = [Subscription(stream=stream, what=what) for stream in streams for what in _HAPPENINGS]
    found += [Subscription(stream=stream, what="associationChange") for stream in streams if stream in _LINKED]
    found += [Subscription(stream=one, what="privacyDeletion") for one in streams if one == "contacts"]
    found += [
        Subscription(stream=stream, what="propertyChange", property_name=name)
        for stream in streams
        for name in properties[stream]
        if name not in _UNSUBSCRIBABLE
    ]
    return found


def project_file(wanted: Sequence[Subscription], target_url: str) -> Mapping[str, object]:
    """Return the contents of a project's webhook file."""
    return {
        "uid": "syncer_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": target_url, "maxConcurrentRequests": AT_ONCE},
            "subscriptions": {
                "crmObjects": [_generic(one) for one in wanted if one.what not in _ONLY_CLASSIC],
                "legacyCrmObjects": [_classic(one) for one in wanted if one.what == "associationChange"],
                "hubEvents": [_classic(one) for one in wanted if one.what == "privacyDeletion"],
            },
        },
    }


#: The erasure of a person has no generic form; that of associations takes pairs of kinds, one by one.
_ONLY_CLASSIC = frozenset({"associationChange", "privacyDeletion"})


def _generic(one: Subscription) -> Mapping[str, object]:
    named = {"subscriptionType": f"object.{one.what}", "objectType": _SINGULAR[one.stream]}
    return {**named, **({"propertyName": one.property_name} if one.property_name else {}), "active": True}


def _classic(one: Subscription) -> Mapping[str, object]:
    return {"subscriptionType": one.event_type, "active": True}
