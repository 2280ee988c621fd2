"""What the intake does not take in: records of people who were erased, and of prospects who were pruned and still rest.

A record that shows an erased person under a new id or address bars those too.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from msgspec.structs import replace

from jobs.pulling.reading import Batch
from syncer.moments import Millis
from syncer.privacy import Tombstoner
from syncer.records import Activity, ActivityKind, Contact, Kind
from syncer.store import EXPIRED, Unit, email_key
from syncer.tellings import Story

#: What a person does of their own accord; that a mail was merely sent or opened is none of it.
OWN_ACTS = frozenset(
    {
        ActivityKind.FORM,
        ActivityKind.EMAIL_CLICK,
        ActivityKind.PAGE_VIEW,
        ActivityKind.EMAIL_IN,
        ActivityKind.REGISTRATION,
    }
)


@dataclass(kw_only=True, slots=True)
class Barred:
    """Whose records a batch may not bring in."""

    ids: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    #: Tombstones of pruned prospects who acted again: they are to be taken away.
    lifted: set[str] = field(default_factory=set)
    #: Erased people under ids and addresses that bear no tombstone yet.
    new_ids: set[str] = field(default_factory=set)
    new_addresses: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.ids or self.addresses or self.lifted)

    def holds(self, contact: Contact) -> bool:
        """Return whether a contact is one of them, or became one of them by a merge."""
        return not self.ids.isdisjoint(_ids(contact)) or not self.addresses.isdisjoint(_addresses(contact))


def barred(unit: Unit, account: str, stones: Tombstoner | None, batch: Batch) -> Barred:
    """Return whose records the batch may not bring in."""
    if stones is None or not unit.privacy.has_tombstones(account):
        return Barred()
    ids = stones.of_ids(account, _ids_in(batch))
    addresses = stones.of_addresses(account, _addresses_in(batch))
    found = unit.privacy.among(account, [*ids, *addresses])
    rests = {(ids.get(one) or addresses[one]): at for one, (reason, at) in found.items() if reason == EXPIRED}
    awake = _awake(batch, rests)
    result = Barred(lifted={one for one in found if (ids.get(one) or addresses.get(one)) in awake})
    result.ids = {ids[one] for one in found if one in ids} - awake
    result.addresses = {addresses[one] for one in found if one in addresses} - awake
    _extend(result, batch, rests.keys())
    return result


def sift(batch: Batch, out: Barred) -> None:
    """Take the records of barred people out of a batch; what others share stays without them."""
    if not out:
        return
    before = _own_ids(batch)
    batch.contacts = [one for one in batch.contacts if not out.holds(one)]
    batch.activities = [kept for one in batch.activities for kept in _activity(one, out)]
    batch.answers = [one for one in batch.answers if one.contact_id not in out.ids]
    batch.stories = [kept for one in batch.stories for kept in _story(one, out)]
    batch.changes = [one for one in batch.changes if one.kind is not Kind.CONTACT or one.record_id not in out.ids]
    own = batch.stream == Kind.CONTACT
    for to, links in batch.links.items():
        batch.links[to] = {
            id_: [row for row in rows if to is not Kind.CONTACT or row.to_id not in out.ids]
            for id_, rows in links.items()
            if not (own and id_ in out.ids)
        }
    batch.forgotten |= before - _own_ids(batch)


def _awake(batch: Batch, rests: Mapping[str, Millis]) -> set[str]:
    """Return the ids and addresses of pruned prospects who did something since, or to whom a deal was linked."""
    if not rests:
        return set()
    acts = (
        (name, one.occurred_at)
        for one in batch.activities
        if one.kind in OWN_ACTS
        for name in (*one.contact_ids, email_key(one.email) or "")
    )
    made = ((one.id, one.created_at or 0) for one in batch.contacts)
    awake = {name for name, at in (*acts, *made) if name in rests and at > rests[name]}
    if batch.stream == Kind.DEAL:
        awake |= {row.to_id for rows in batch.links.get(Kind.CONTACT, {}).values() for row in rows} & rests.keys()
    whole = [{*_ids(one), *_addresses(one)} for one in batch.contacts]
    return awake.union(*(names for names in whole if names & awake))


def _extend(out: Barred, batch: Batch, rests: AbstractSet[str]) -> None:
    """Bar every id and address of the contacts that are barred by one of them."""
    for one in batch.contacts:
        ids, addresses = _ids(one), _addresses(one)
        if out.holds(one) and rests.isdisjoint({*ids, *addresses}):
            out.new_ids |= ids - out.ids
            out.new_addresses |= addresses - out.addresses
    out.ids |= out.new_ids
    out.addresses |= out.new_addresses


def _activity(one: Activity, out: Barred) -> Sequence[Activity]:
    left = tuple(id_ for id_ in one.contact_ids if id_ not in out.ids)
    at_theirs = email_key(one.email) in out.addresses
    if (one.contact_ids and not left) or (at_theirs and not left):
        return ()
    if not at_theirs and len(left) == len(one.contact_ids):
        return (one,)
    return (replace(one, contact_ids=left, email=None if at_theirs else one.email),)


def _story(one: Story, out: Barred) -> Sequence[Story]:
    left = tuple(id_ for id_ in one.record_ids if id_ not in out.ids)
    if one.kind is not Kind.CONTACT or len(left) == len(one.record_ids):
        return (one,)
    return (replace(one, record_ids=left),) if left else ()


def _own_ids(batch: Batch) -> set[str]:
    own = {one.id for one in batch.contacts}.union(one.id for one in batch.answers)
    own.update(one.id for one in batch.stories)
    return own.union(one.id for one in batch.activities if one.stream == batch.stream)


def _ids(contact: Contact) -> set[str]:
    return {contact.id, *contact.merged_ids}


def _addresses(contact: Contact) -> set[str]:
    return {key for one in (contact.email, *contact.more_emails) if (key := email_key(one))}


def _ids_in(batch: Batch) -> set[str]:
    found = {id_ for one in batch.contacts for id_ in _ids(one)}
    found.update(id_ for one in batch.activities for id_ in one.contact_ids)
    found.update(one.contact_id for one in batch.answers if one.contact_id)
    found.update(id_ for one in batch.stories if one.kind is Kind.CONTACT for id_ in one.record_ids)
    found.update(one.record_id for one in batch.changes if one.kind is Kind.CONTACT)
    found.update(row.to_id for rows in batch.links.get(Kind.CONTACT, {}).values() for row in rows)
    return found


def _addresses_in(batch: Batch) -> set[str]:
    found = {key for one in batch.contacts for key in _addresses(one)}
    return found.union(key for one in batch.activities if (key := email_key(one.email)))
