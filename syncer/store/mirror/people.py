"""One person in the mirror: every id and address under which something is known about them, and their pseudonyms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex

import orjson
from sqlalchemy import Column, ColumnElement, Connection, func, or_, select, true

from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Query, among, dialect_of, listed, raw
from syncer.store.rows.encode import email_key

#: What ids of nobody begin with; no id that a CRM gives does.
NOBODY = "~"


def somebody(id_: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that an id is that of a record of the CRM, not a row that stands for nobody any more.

    Not written as a range: SQLite would walk all of it for a handful of ids.
    """
    return func.substr(id_, 1, len(NOBODY)) != NOBODY


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Whom an erasure or an access report is about."""

    account: str
    #: Contact ids, merged ones included.
    ids: frozenset[str] = frozenset()
    #: Addresses as joins compare them.
    addresses: frozenset[str] = frozenset()
    #: id → what stands in its place where a figure needs a row; drawn by lot and kept nowhere.
    pseudonyms: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids or self.addresses)


def person_of(connection: Connection, account: str, id_or_email: str) -> Person:
    """Return whoever has an id or an address: all ids merged into theirs, and every contact with one of theirs.

    Nobody where nothing is known under it, whether of a contact or of what waits for one.
    """
    key = email_key(id_or_email) or ""
    if key.startswith(NOBODY):
        return Person(account=account)
    ids = {key} if _is_held(connection, account, _places_of_ids(), key) else set()
    addresses = {key} if _is_held(connection, account, _PLACES_OF_ADDRESSES, key) else set()
    return grown(connection, account, ids, addresses)


def grown(connection: Connection, account: str, ids: Collection[str], addresses: Collection[str]) -> Person:
    """Return the person who has these ids and addresses, with everything that belongs to them."""
    all_ids, all_addresses = set(ids), set(addresses)
    while True:
        more_ids = _ids_of(connection, account, all_ids, all_addresses)
        more_addresses = _addresses_of(connection, account, all_ids | more_ids)
        if more_ids <= all_ids and more_addresses <= all_addresses:
            break
        all_ids |= more_ids
        all_addresses |= more_addresses
    return Person(
        account=account,
        ids=frozenset(all_ids),
        addresses=frozenset(all_addresses),
        pseudonyms={one: f"{NOBODY}{token_hex(12)}" for one in all_ids},
    )


def everybody(connection: Connection, account: str) -> tuple[set[str], set[str]]:
    """Return every contact id and every address under which anything is known in an account."""
    places = (_places_of_ids(), _PLACES_OF_ADDRESSES)
    ids, addresses = (
        {row[0] for column, where in some for row in raw(connection, _within(column, where, account).distinct(), {})}
        for some in places
    )
    return {one for one in ids if not one.startswith(NOBODY)}, addresses


_Column = tuple[Column[str], ColumnElement[bool]]
_PLACES_OF_ADDRESSES: Sequence[_Column] = tuple(
    (table.c.email_key, table.c.email_key.is_not(None))
    for table in (tables.contacts, tables.addresses, tables.activities)
)


def _places_of_ids() -> Sequence[_Column]:
    contact = Kind.CONTACT.value
    links, aliases, changes, letters = tables.links.c, tables.aliases.c, tables.changes.c, tables.dead_letters.c
    return (
        (tables.contacts.c.id, true()),
        (tables.evidence.c.contact_id, true()),
        (tables.answers.c.contact_id, tables.answers.c.contact_id.is_not(None)),
        (aliases.old_id, aliases.kind == contact),
        (links.from_id, links.from_kind == contact),
        (links.to_id, links.to_kind == contact),
        (changes.record_id, changes.kind == contact),
        (letters.record_id, letters.stream == contact),
    )


def _within(column: Column[str], where: ColumnElement[bool], account: str) -> Query:
    return select(column).where(column.table.c.account == account, where)


def _is_held(connection: Connection, account: str, places: Sequence[_Column], wanted: str) -> bool:
    return any(
        raw(connection, _within(column, where, account).where(column == wanted).limit(1), {})
        for column, where in places
    )


def _ids_of(connection: Connection, account: str, ids: Collection[str], addresses: Collection[str]) -> set[str]:
    contacts, further, aliases = tables.contacts.c, tables.addresses.c, tables.aliases.c
    dialect = dialect_of(connection)
    merged = or_(among(dialect, aliases.old_id), among(dialect, aliases.new_id))
    by_alias = select(aliases.old_id, aliases.new_id).where(
        aliases.account == account, aliases.kind == Kind.CONTACT.value, merged
    )
    own = select(contacts.id).where(contacts.account == account, among(dialect, contacts.email_key))
    theirs = select(further.contact_id).where(further.account == account, among(dialect, further.email_key))
    found = raw(connection, by_alias, {"ids": listed(ids)})
    found += [row for query in (own, theirs) for row in raw(connection, query, {"ids": listed(addresses)})]
    return {id_ for row in found for id_ in row}


def _addresses_of(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    contacts, further = tables.contacts.c, tables.addresses.c
    dialect = dialect_of(connection)
    own = select(contacts.email_key, contacts.more_emails).where(
        contacts.account == account, among(dialect, contacts.id)
    )
    theirs = select(further.email_key).where(further.account == account, among(dialect, further.contact_id))
    rows = raw(connection, own, {"ids": listed(ids)})
    found = {key for key, _ in rows} | {row[0] for row in raw(connection, theirs, {"ids": listed(ids)})}
    found |= {email_key(one) for _, more in rows if more for one in orjson.loads(more)}
    return {key for key in found if key}
