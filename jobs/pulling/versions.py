"""Whose versions have something to tell: reading them costs one call fifty records, so only those are asked for."""

from collections.abc import Collection, Mapping, Sequence

from connectors.values import Having
from syncer.records import Company, Contact, Deal, Value
from syncer.tellings import ANSWER
from syncer.writeback import same_value

#: A contact at one of these lifecycle values has a sales story in its versions; others have nothing to tell.
QUIET_LIFECYCLES = frozenset({None, "subscriber", "lead"})

#: Fields that say when a lifecycle value or a deal stage was entered.
ENTERED = "entered_"

_STORIED_CONTACTS = (
    Having(property="lifecyclestage", other_than=tuple(sorted(one for one in QUIET_LIFECYCLES if one))),
    Having(property="hs_lead_status"),
)


def storied_contacts(tracked: Mapping[str, str]) -> Sequence[Having]:
    """Return what `has_story` asks of a contact, in the CRM's words; `tracked` are the properties with versions."""
    own = tracked.get(ANSWER)
    return _STORIED_CONTACTS if own is None else (*_STORIED_CONTACTS, Having(property=own))


def has_story(record: Contact | Company | Deal) -> bool:
    """Return whether a record's versions can tell something that its present values do not."""
    if isinstance(record, Deal):
        return True
    if isinstance(record, Contact):
        has_said = record.lead_status is not None or record.fields.get(ANSWER) is not None
        return has_said or record.lifecycle not in QUIET_LIFECYCLES
    return False


def had_story(record: Contact | Company | Deal) -> bool:
    """Return whether a contact's dates tell of a story that its present values hide: somebody took a step back."""
    for name, at in record.fields.items():
        if name.startswith(ENTERED) and at is not None and was_told(name.removeprefix(ENTERED)):
            return isinstance(record, Contact)
    return False


def was_told(value: str | None) -> bool:
    """Return whether a lifecycle or lead status of a contact is part of a story."""
    return (value or None) not in QUIET_LIFECYCLES


def has_news(
    record: Contact | Company | Deal,
    held: Mapping[str, str | None] | None,
    known: Contact | None,
    words: Collection[str],
) -> bool:
    """Return whether a record's versions can tell something new; values that we wrote ourselves cannot.

    `held` is what the CRM held when we looked last, `known` the contact as others had left it, None where a full list
    is read; `words` are the properties that hold its lifecycle and lead status. A step back to a value without a
    story is news as well.
    """
    if held is None or not isinstance(record, Contact):
        return has_story(record) or had_story(record)
    moved = any(not same_value(value, held.get(name)) for name, value in record.held.items())
    before = any(was_told(held.get(name)) for name in words)
    if known is None:
        return has_story(record) or (moved and before)
    moved = moved or _said(record) != _said(known)
    return moved and (before or has_story(record) or has_story(known))


def _said(record: Contact) -> tuple[Value, ...]:
    return record.lifecycle, record.lead_status, record.fields.get(ANSWER)
