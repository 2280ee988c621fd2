"""Property versions as a vendor tells them into canonical changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

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


def change_source(source_type: str | None) -> ChangeSource:
    """Return who wrote a value, from the vendor's word for it."""
    return _SOURCES.get((source_type or "").upper(), ChangeSource.UNKNOWN)


def changes(
    kind: Kind, record_id: str, history: Mapping[str, Sequence[Version]], tracked: Mapping[str, str]
) -> Sequence[Change]:
    """Return the changes of the tracked properties, oldest first; equal neighbours are one change.

    `tracked` maps canonical names to vendor properties.
    """
    found: list[Change] = []
    for name, vendor in tracked.items():
        found += _of_property(kind, record_id, name, history.get(vendor, ()))
    return sorted(found, key=lambda change: (change.at, change.property))


def _of_property(kind: Kind, record_id: str, name: str, versions: Iterable[Version]) -> Sequence[Change]:
    kept: list[Change] = []
    for version in sorted(versions, key=lambda one: one.at):
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
