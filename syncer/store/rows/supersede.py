"""How belief changes: a row that no longer holds is closed at `now` and stays; a row that was never seen is dropped.

A row recorded at or after `now` closes before it opens, so no knowledge time could ever see it.
"""

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import Column, Connection, Delete, Table, Update, and_, bindparam, delete, select, update

from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw


def close(connection: Connection, table: Table, keys: Sequence[tuple[object, ...]], now: int) -> None:
    """Close the open rows of a bitemporal table whose key, but for `recorded_at`, is among `keys`."""
    if not keys:
        return
    names = [column.name for column in table.primary_key if column.name != "recorded_at"]
    values = [{f"k_{name}": part for name, part in zip(names, key, strict=True)} | {"now": now} for key in keys]
    for statement in _close_by_key(table):
        connection.execute(statement, values)


def revise(
    connection: Connection, table: Table, account: str, rows: Sequence[Row], owners: Collection[str], *, now: int
) -> set[str]:
    """Make the open rows of `owners` those given; rows that say the same stay. Return the owners with a difference.

    `owners` without history may be left out: nothing is read for them. The table's key ends in `recorded_at`, its
    columns in agreement and `superseded_at`; neither counts as content.
    """
    width = len(table.primary_key) - 1
    held = _open_rows(connection, table, account, owners, width)
    fresh: Sequence[Row] = rows
    if held:
        fresh = []
        for row in rows:
            if held.get(row[:width]) == row[width + 1 : -2]:
                del held[row[:width]]
            else:
                fresh.append(row)
        close(connection, table, list(held), now)
    dialect_of(connection).append(connection, table, fresh)
    return {row[1] for row in fresh} | {key[1] for key in held}


def retire_contacts(connection: Connection, account: str, ids: Collection[str], now: int) -> None:
    """Close everything decided about contacts that are no more."""
    for table in (tables.stage_events, tables.cycles):
        close_all(connection, table, account, ids, now=now)
    for table in (tables.contact_states, tables.dirty_contacts):
        _drop(connection, table, account, ids)


def retire_deals(connection: Connection, account: str, ids: Collection[str], now: int) -> None:
    """Close everything decided about deals that are no more."""
    close_all(connection, tables.deal_spans, account, ids, now=now)
    for table in (tables.deal_states, tables.dirty_deals):
        _drop(connection, table, account, ids)


def close_all(connection: Connection, table: Table, account: str, ids: Collection[str], *, now: int) -> None:
    """Close every open row of the contacts or deals that the table is clustered by."""
    for chunk in chunks(ids):
        for statement in _close_by_owner(table, dialect_of(connection)):
            connection.execute(statement, {"owner": account, "ids": listed(chunk), "now": now})


def closing_column(table: Table) -> Column[int]:
    """Return the column that says until when a row was believed."""
    return table.c.voided_at if "voided_at" in table.c else table.c.superseded_at


@cache
def _close_by_key(table: Table) -> tuple[Delete, Update]:
    until = closing_column(table)
    keys = [column for column in table.primary_key if column.name != "recorded_at"]
    held = and_(*(column == bindparam(f"k_{column.name}") for column in keys), until.is_(None))
    unseen = delete(table).where(held, table.c.recorded_at >= bindparam("now"))
    return unseen, update(table).where(held).values({until: bindparam("now")})


@cache
def _close_by_owner(table: Table, dialect: Dialect) -> tuple[Delete, Update]:
    until = closing_column(table)
    held = and_(table.c.account == bindparam("owner"), among(dialect, _owner(table)), until.is_(None))
    unseen = delete(table).where(held, table.c.recorded_at >= bindparam("now"))
    return unseen, update(table).where(held).values({until: bindparam("now")})


def _owner(table: Table) -> Column[str]:
    return table.c.contact_id if "contact_id" in table.primary_key.columns else table.c.deal_id


def _drop(connection: Connection, table: Table, account: str, ids: Collection[str]) -> None:
    statement = delete(table).where(table.c.account == account, among(dialect_of(connection), _owner(table)))
    for chunk in chunks(ids):
        connection.execute(statement, {"ids": listed(chunk)})


def _open_rows(
    connection: Connection, table: Table, account: str, owners: Collection[str], width: int
) -> dict[Row, Row]:
    statement = _open_sql(table, dialect_of(connection))
    return {
        row[:width]: row[width + 1 : -2]
        for chunk in chunks(owners)
        for row in raw(connection, statement, {"account": account, "ids": listed(chunk)})
    }


@cache
def _open_sql(table: Table, dialect: Dialect) -> Query:
    return select(*table.columns).where(
        table.c.account == bindparam("account"), among(dialect, _owner(table)), table.c.superseded_at.is_(None)
    )
