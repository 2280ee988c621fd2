"""Property versions as a vendor tells them into canonical changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from syncer.moments import Millis
from syncer.records import Change, ChangeSource, Kind

#: HubSpot's `sourceType` by who stands behind it; anything else is unknown.
_SOURCES: Mapping[str, ChangeSource] = {
    "CRM_UI": ChangeSource.USER,
    "CRM_UI_BULK_ACTION": ChangeSource.USER,
    "CONTACTS_WEB": ChangeSource.USER,
    "CONTACTS": ChangeSource.USER,
    "MOBILE_IOS": ChangeSource.USER,
    "MOBILE_ANDROID": ChangeSource.USER,
    "SALES": ChangeSource.USER,
    "IMPORT": ChangeSource.IMPORT,
    "BATCH_UPDATE": ChangeSource.INTEGRATION,
    "INTEGRATION": ChangeSource.INTEGRATION,
    "API": ChangeSource.INTEGRATION,
    "SALESFORCE": ChangeSource.INTEGRATION,
    "AUTOMATION_PLATFORM": ChangeSource.AUTOMATION,
    "WORKFLOWS": ChangeSource.AUTOMATION,
    "DEALS": ChangeSource.AUTOMATION,
    "COMPANIES": ChangeSource.AUTOMATION,
    "FORM": ChangeSource.FORM,
    "CALCULATED": ChangeSource.CALCULATED,
    "ANALYTICS": ChangeSource.CALCULATED,
    "MERGE_OBJECTS": ChangeSource.MERGE,
    "MERGE_CONTACTS": ChangeSource.MERGE,
}


class Version(Protocol):
    """One version of one property, as mappings read it."""

    @property
    def value(self) -> str | None:
        """The value from this moment on."""
        ...

    @property
    def at(self) -> Millis:
        """When it was written."""
        ...

    @property
    def source_type(self) -> str | None:
        """The vendor's word for who wrote it."""
        ...

    @property
    def source_id(self) -> str | None:
        """Which user, app or import."""
        ...


AnyVersion = TypeVar("AnyVersion", bound=Version)


class Told(Protocol):
    """A record with its versions, as a vendor tells them."""

    @property
    def id(self) -> str:
        """Vendor id."""
        ...

    @property
    def properties(self) -> Mapping[str, str | None]:
        """What it holds at present."""
        ...

    @property
    def history(self) -> Mapping[str, Sequence[Version]]:
        """Versions by property, in any order."""
        ...


def change_source(source_type: str | None) -> ChangeSource:
    """Return who wrote a value, from the vendor's word for it."""
    return _SOURCES.get((source_type or "").upper(), ChangeSource.UNKNOWN)


def ascending(versions: Sequence[AnyVersion], present: str | None) -> Sequence[AnyVersion]:
    """Return versions oldest first; of several at one moment the one told first is the last, as vendors tell them.

    At the latest moment it is the one that the record holds at present, if that is among them.
    """
    newest_first = bool(versions) and versions[0].at >= versions[-1].at
    told = sorted(reversed(versions) if newest_first else versions, key=lambda one: one.at)
    return sorted(told, key=lambda one: one.at == told[-1].at and (one.value or None) == (present or None))


def changes(kind: Kind, record: Told, tracked: Mapping[str, str]) -> Sequence[Change]:
    """Return the changes of the tracked properties, oldest first; equal neighbours are one change.

    `tracked` maps canonical names to vendor properties.
    """
    found: list[Change] = []
    for name, vendor in tracked.items():
        versions = ascending(record.history.get(vendor, ()), record.properties.get(vendor))
        found += _of_property(kind, record.id, name, versions)
    return sorted(found, key=lambda change: (change.at, change.property))


def _of_property(kind: Kind, record_id: str, name: str, versions: Iterable[Version]) -> Sequence[Change]:
    kept: list[Change] = []
    for version in versions:
        value = version.value or None
        if kept and kept[-1].value == value:
            continue
        if not kept and value is None:
            continue
        kept.append(
            Change(
                kind=kind,
                record_id=record_id,
                property=name,
                value=value,
                at=version.at,
                source=change_source(version.source_type),
                source_id=version.source_id,
            )
        )
    return kept
