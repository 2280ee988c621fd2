"""Which contact an e-mail address means, and the activities that wait for one."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, delete, select, update

from syncer.records import Contact
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, is_empty, listed, raw
from syncer.store.mirror.addresses import holders, keys_of, lowest
from syncer.store.mirror.evidence import evidence_row
from syncer.store.rows.encode import email_key
from syncer.store.tables import activities, contacts, evidence, orphans

#: Positions in a row of `activities`.
STREAM, ID, EMAIL_KEY, JOINED = 1, 2, 11, 12


def owners_of(connection: Connection, account: str, addresses: Collection[str]) -> dict[str, str]:
    """Return the live contact of every known address; of several with one address, the lowest id.

    Whose own address it is goes before who has it as a further one.
    """
    if not addresses:
        return {}
    found = raw(connection, _by_address(dialect_of(connection)), {"account": account, "ids": listed(addresses)})
    owners = lowest(found)
    return holders(connection, account, set(addresses) - owners.keys()) | owners


def wait(connection: Connection, account: str, rows: Sequence[Row]) -> None:
    """Keep rows of `activities` waiting for a contact with their address."""
    keys = [(account, row[EMAIL_KEY], row[STREAM], row[ID]) for row in rows]
    dialect_of(connection).upsert(connection, orphans, list(dict.fromkeys(keys)))


def join_arrivals(connection: Connection, account: str, arrivals: Iterable[Contact], now: int) -> set[str]:
    """Join what waits for the addresses of live contacts; return the contacts that got something."""
    if is_empty(connection, orphans, account):
        return set()
    arrived = _addressed(one for one in arrivals if one.archived_at is None)
    found = waiting(connection, account, arrived)
    if not found:
        return set()
    joined = [(*row[:JOINED], arrived[row[EMAIL_KEY]], *row[JOINED + 1 :]) for row in found]
    dialect = dialect_of(connection)
    dialect.upsert(connection, evidence, [evidence_row(account, row[JOINED], row, now) for row in joined])
    joining = (
        update(activities)
        .where(
            activities.c.account == account,
            activities.c.stream == bindparam("in_stream"),
            activities.c.id == bindparam("of"),
        )
        .values(joined_to=bindparam("to"))
    )
    connection.execute(joining, [{"in_stream": row[STREAM], "of": row[ID], "to": row[JOINED]} for row in joined])
    forget(connection, account, joined)
    return {row[JOINED] for row in joined}


def _addressed(contacts: Iterable[Contact]) -> dict[str, str]:
    """Return contacts by their addresses, own ones before further ones."""
    own: dict[str, str] = {}
    further: dict[str, str] = {}
    for one in contacts:
        key = email_key(one.email)
        if key is not None:
            own.setdefault(key, one.id)
        for other in keys_of(one):
            further.setdefault(other, one.id)
    return further | own


def waiting(connection: Connection, account: str, addresses: Collection[str]) -> list[Row]:
    """Return the rows of `activities` that wait for any of the addresses."""
    if not addresses:
        return []
    return raw(connection, _waiting(dialect_of(connection)), {"account": account, "ids": listed(addresses)})


def forget(connection: Connection, account: str, rows: Sequence[Row]) -> None:
    """Take rows of `activities` off the waiting list, where they stand on it."""
    keys = [{"address": row[EMAIL_KEY], "in_stream": row[STREAM], "of": row[ID]} for row in rows if row[EMAIL_KEY]]
    if keys:
        statement = delete(orphans).where(
            orphans.c.account == account,
            orphans.c.email_key == bindparam("address"),
            orphans.c.stream == bindparam("in_stream"),
            orphans.c.activity_id == bindparam("of"),
        )
        connection.execute(statement, keys)


@cache
def _by_address(dialect: Dialect) -> Query:
    return select(contacts.c.email_key, contacts.c.id).where(
        contacts.c.account == bindparam("account"),
        among(dialect, contacts.c.email_key),
        contacts.c.archived_at.is_(None),
    )


@cache
def _waiting(dialect: Dialect) -> Query:
    here = (activities.c.account == orphans.c.account) & (activities.c.stream == orphans.c.stream)
    return (
        select(*activities.columns)
        .join_from(orphans, activities, here & (activities.c.id == orphans.c.activity_id))
        .where(orphans.c.account == bindparam("account"), among(dialect, orphans.c.email_key))
        .order_by(activities.c.stream, activities.c.id)
    )
