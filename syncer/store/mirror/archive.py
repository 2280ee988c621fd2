"""Records that leave the CRM stay in the mirror, marked; those that come back lose the mark."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, select, update

from syncer.records import ActivityKind, Kind
from syncer.store.engines.dialect import Query, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.activities import void_activities
from syncer.store.mirror.merges import MIRRORED
from syncer.store.rows.marks import mark_companies, mark_contacts, mark_deals
from syncer.store.tables import activities


def archive(connection: Connection, account: str, kind: Kind, ids: Collection[str], now: int) -> int:
    """Mark live records as gone; return how many."""
    columns = MIRRORED[kind].c
    statement = select(columns.id).where(columns.account == account, columns.archived_at.is_(None))
    live = _matching(connection, statement, columns.id, ids)
    _set(connection, account, kind, live, now=now, archived_at=now)
    return len(live)


def restore(connection: Connection, account: str, kind: Kind, ids: Collection[str], now: int) -> int:
    """Take the mark off records that were not merged away; return how many."""
    columns = MIRRORED[kind].c
    statement = select(columns.id).where(
        columns.account == account, columns.archived_at.is_not(None), columns.merged_into.is_(None)
    )
    gone = _matching(connection, statement, columns.id, ids)
    _set(connection, account, kind, gone, now=now, archived_at=None)
    return len(gone)


def archive_activities(connection: Connection, account: str, stream: str, ids: Collection[str], now: int) -> int:
    """Mark live activities as gone and void their evidence; return how many."""
    statement = select(*activities.columns).where(
        activities.c.account == account,
        activities.c.stream == stream,
        activities.c.archived_at.is_(None),
        among(dialect_of(connection), activities.c.id),
    )
    live = [row for chunk in chunks(ids) for row in raw(connection, statement, {"ids": listed(chunk)})]
    mark_contacts(connection, account, void_activities(connection, account, live, now), with_deals=True)
    return len(live)


def archive_kinds(connection: Connection, account: str, stream: str, kinds: Collection[ActivityKind], now: int) -> int:
    """Mark a stream's live activities of some kinds as gone and void their evidence; return how many."""
    of_kinds = select(activities.c.id).where(
        activities.c.account == account,
        activities.c.stream == stream,
        activities.c.kind.in_(sorted(kind.value for kind in kinds)),
        activities.c.archived_at.is_(None),
    )
    return archive_activities(connection, account, stream, [row[0] for row in raw(connection, of_kinds, {})], now)


def _matching(connection: Connection, statement: Query, column: ColumnElement[str], ids: Collection[str]) -> list[str]:
    wanted = statement.where(among(dialect_of(connection), column))
    return [row[0] for chunk in chunks(ids) for row in raw(connection, wanted, {"ids": listed(chunk)})]


def _set(
    connection: Connection, account: str, kind: Kind, ids: Collection[str], *, now: int, archived_at: int | None
) -> None:
    table = MIRRORED[kind]
    # Neither digest stands any more: the next record from the CRM counts as a difference.
    values = {"archived_at": archived_at, "recorded_at": now, "gist": 0, "fingerprint": 0}
    statement = update(table).where(table.c.account == account, among(dialect_of(connection), table.c.id))
    for chunk in chunks(ids):
        connection.execute(statement.values(values), {"ids": listed(chunk)})
    if kind is Kind.DEAL:
        mark_deals(connection, account, ids)
    elif kind is Kind.CONTACT:
        mark_contacts(connection, account, ids, with_deals=True)
    else:
        mark_companies(connection, account, ids)
