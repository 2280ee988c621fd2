"""Further addresses of contacts: few have any, so each look begins with whether there are some at all."""

from collections.abc import Collection, Sequence
from functools import cache
from operator import itemgetter

from sqlalchemy import Connection, bindparam, delete, select

from syncer.records import Contact
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, is_empty, listed, raw
from syncer.store.rows.encode import email_key
from syncer.store.tables import addresses, contacts

_KEY, _CONTACT = 1, 2


def keys_of(contact: Contact) -> Collection[str]:
    """Return a contact's further addresses as joins compare them, without its own."""
    if not contact.more_emails:
        return ()
    keys = dict.fromkeys(key for one in contact.more_emails if (key := email_key(one)))
    keys.pop(email_key(contact.email) or "", None)
    return keys


def keep_addresses(connection: Connection, account: str, records: Sequence[Contact]) -> None:
    """Make the further addresses of each contact exactly those of its record."""
    wanted: set[Row] = {(account, key, one.id) for one in records for key in keys_of(one)}
    held: set[Row] = set()
    if not is_empty(connection, addresses, account):
        values = {"account": account, "ids": listed(one.id for one in records)}
        held = {tuple(row) for row in raw(connection, _of_contacts(dialect_of(connection)), values)}
    if gone := held - wanted:
        columns = addresses.c
        statement = delete(addresses).where(
            columns.account == account,
            columns.email_key == bindparam("address"),
            columns.contact_id == bindparam("of"),
        )
        connection.execute(statement, [{"address": row[_KEY], "of": row[_CONTACT]} for row in gone])
    dialect_of(connection).upsert(connection, addresses, sorted(wanted - held))


def holders(connection: Connection, account: str, keys: Collection[str]) -> dict[str, str]:
    """Return by address the live contact that has it as a further one; of several the lowest id."""
    if not keys or is_empty(connection, addresses, account):
        return {}
    return lowest(raw(connection, _by_address(dialect_of(connection)), {"account": account, "ids": listed(keys)}))


def lowest(rows: Sequence[Row]) -> dict[str, str]:
    """Return of rows of an address and an id the lowest id of every address.

    Asked for in the order of ids, SQLite would walk through everybody instead of looking the addresses up.
    """
    return dict(sorted(rows, key=itemgetter(1), reverse=True))


@cache
def _of_contacts(dialect: Dialect) -> Query:
    return select(*addresses.columns).where(
        addresses.c.account == bindparam("account"), among(dialect, addresses.c.contact_id)
    )


@cache
def _by_address(dialect: Dialect) -> Query:
    mine = (contacts.c.account == addresses.c.account) & (contacts.c.id == addresses.c.contact_id)
    return (
        select(addresses.c.email_key, addresses.c.contact_id)
        .join_from(addresses, contacts, mine)
        .where(
            addresses.c.account == bindparam("account"),
            among(dialect, addresses.c.email_key),
            contacts.c.archived_at.is_(None),
        )
    )
