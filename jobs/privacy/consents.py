"""Events that need a consent, at the intake: without one they are dropped and counted, whoever sent them."""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from jobs.desk import Desk
from jobs.pulling.reading import Batch
from syncer.privacy import consent_test
from syncer.records import Activity, Contact
from syncer.store import Unit, email_key


def feeds_needing_consent(desk: Desk, feeds: Sequence[str]) -> Sequence[str]:
    """Return the feeds whose events are taken in only of contacts who are known to have consented."""
    needed = desk.agreement.agreement.consent.needed_for
    return [name for name in feeds if desk.definitions.activities[name].kind in needed]


def drop_without_consent(unit: Unit, desk: Desk, batch: Batch) -> int:
    """Take the events without consent out of a batch; return how many. Of a contact nobody knows, none is known."""
    needed = frozenset(desk.agreement.agreement.consent.needed_for)
    asked = [one for one in batch.activities if one.kind in needed]
    if not asked:
        return 0
    holders = unit.privacy.holders(desk.name, {key for one in asked if (key := email_key(one.email))})
    named = {id_ for one in asked for id_ in one.contact_ids} | set(holders.values())
    known = {**unit.mirror.contacts(desk.name, named), **{one.id: one for one in batch.contacts}}
    consenting = _consenting(desk, known)
    before = len(batch.activities)
    batch.activities = [
        kept
        for one in batch.activities
        for kept in ([one] if one.kind not in needed else _consented(one, holders, consenting))
    ]
    return before - len(batch.activities)


def _consenting(desk: Desk, known: Mapping[str, Contact]) -> set[str]:
    has_consented, now = consent_test(desk.agreement.agreement), desk.clock()
    return {id_ for id_, contact in known.items() if has_consented(contact, now)}


def _consented(one: Activity, holders: Mapping[str, str], consenting: Collection[str]) -> Sequence[Activity]:
    """Return the event for those of its contacts who consented; nothing where there are none."""
    if not one.contact_ids:
        return [one] if holders.get(email_key(one.email) or "") in consenting else []
    left = tuple(id_ for id_ in one.contact_ids if id_ in consenting)
    return [replace(one, contact_ids=left)] if left else []
