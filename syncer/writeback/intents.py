"""What we mean to write, one property of one record at a time, and when that is no longer meant."""

from dataclasses import dataclass
from typing import NamedTuple

from syncer.records import Kind


class Wanted(NamedTuple):
    """The value that one property should have, and why."""

    #: None clears the property.
    value: str | None
    rule: str
    why: str


class Edit(NamedTuple):
    """One property whose value in the CRM is not the wanted one."""

    property: str
    value: str | None
    #: What the CRM holds.
    previous: str | None
    rule: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """One row of the outbox: a value that we mean to write to the CRM."""

    account: str
    kind: Kind
    record_id: str
    property: str
    #: None clears the property.
    value: str | None
    #: What the CRM held when this was planned.
    previous: str | None
    rule: str
    why: str
    #: The same for the same value wanted by the same decision: a repetition is recognised by it.
    decision: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The value that we wrote last to one property of one record."""

    value: str | None
    #: When the CRM took it.
    at: int
    rule: str = ""
    #: What the CRM held before.
    previous: str | None = None
