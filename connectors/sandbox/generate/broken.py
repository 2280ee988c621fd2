"""Records that are wrong on purpose, so that dead letters and data-quality findings have something to show."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from connectors.sandbox.generate.fates import DealStory
from connectors.sandbox.generate.lines import Version
from syncer.moments import Millis


class Fault(StrEnum):
    """What is wrong with a broken record."""

    AMOUNT_TEXT = "amount_text"
    IMPOSSIBLE_DATE = "impossible_date"
    CLOSE_DATE_1970 = "close_date_1970"
    EMAIL_WITHOUT_AT = "email_without_at"


#: Every how many records the fault shows, and where it starts.
_DEALS: Final = (
    (Fault.AMOUNT_TEXT, 120, 57, "amount", "n/a"),
    (Fault.IMPOSSIBLE_DATE, 150, 77, "closedate", "2026-02-30"),
    (Fault.CLOSE_DATE_1970, 110, 33, "closedate", "1970-01-01T00:00:00.000Z"),
)
_CONTACTS: Final = (Fault.EMAIL_WITHOUT_AT, 250, 111)


def deal_fault(index: int) -> Fault | None:
    """Return what is wrong with a deal, None for a sound one."""
    return next((fault for fault, every, first, _name, _value in _DEALS if index % every == first), None)


def contact_fault(index: int) -> Fault | None:
    """Return what is wrong with a contact, None for a sound one."""
    fault, every, first = _CONTACTS
    return fault if index % every == first else None


def broken_deal(deal: DealStory, versions: Mapping[str, Sequence[Version]]) -> Mapping[str, Sequence[Version]]:
    """Return a deal's versions, with the wrong value as the latest where the deal is a broken one."""
    for fault, every, first, name, value in _DEALS:
        if deal.index % every == first and fault is deal_fault(deal.index):
            known = versions[name]
            at = max((version.at for version in known), default=deal.created)
            return {**versions, name: [*known, Version(Millis(at + 1), value, "IMPORT")]}
    return versions
