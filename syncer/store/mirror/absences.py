"""Records that stay away: how many full compares in a row have not found what is marked as gone (domain R4)."""

from collections.abc import Collection, Mapping
from functools import cache

from sqlalchemy import Connection, bindparam, delete, select

from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.rows.marks import mark_deals

#: Full compares in a row that have to miss a record before it is gone for good.
ENOUGH = 2


def absent_deals(connection: Connection, account: str) -> list[str]:
    """Return the deals marked as gone that too few full compares have missed."""
    known = _known(connection, account)
    return sorted(id_ for id_, at in _away(connection, account).items() if not _is_settled(known.get(id_), at))


def note_absent_deals(connection: Connection, account: str, now: int, *, but: Collection[str] = ()) -> list[str]:
    """Count one more full compare that did not find the deals marked as gone; return those now gone for good.

    A deal that came back in between, or is in `but`, is counted anew.
    """
    away = {id_: at for id_, at in _away(connection, account).items() if id_ not in but}
    known = _known(connection, account)
    _forget(connection, account, known.keys() - away.keys())
    rows: list[Row] = []
    for deal_id, archived_at in away.items():
        before = known.get(deal_id)
        if not _is_settled(before, archived_at):
            times = 1 if before is None or before[0] != archived_at else before[1] + 1
            confirmed_at = now if times >= ENOUGH else None
            rows.append((account, Kind.DEAL.value, deal_id, archived_at, times, confirmed_at))
    dialect_of(connection).upsert(connection, tables.absences, rows)
    gone = [row[2] for row in rows if row[5] is not None]
    mark_deals(connection, account, gone)
    return gone


def _is_settled(known: tuple[int, int, int | None] | None, archived_at: int) -> bool:
    return known is not None and known[0] == archived_at and known[2] is not None


def confirmed(connection: Connection, account: str, ids: Collection[str], known_at: int) -> Mapping[str, Millis]:
    """Return since when deals are gone for good, of those among `ids` that are."""
    if not ids:
        return {}
    values = {"account": account, "known_at": known_at}
    statement = _confirmed_sql(dialect_of(connection))
    return {
        deal_id: at
        for chunk in chunks(ids)
        for deal_id, at in raw(connection, statement, values | {"ids": listed(chunk)})
    }


def _away(connection: Connection, account: str) -> dict[str, int]:
    deals = tables.deals.c
    statement = select(deals.id, deals.archived_at).where(
        deals.account == account, deals.archived_at.is_not(None), deals.merged_into.is_(None)
    )
    return dict(raw(connection, statement, {}))


def _known(connection: Connection, account: str) -> dict[str, tuple[int, int, int | None]]:
    absences = tables.absences.c
    statement = select(absences.record_id, absences.archived_at, absences.times, absences.confirmed_at).where(
        absences.account == account, absences.kind == Kind.DEAL.value
    )
    return {row[0]: (row[1], row[2], row[3]) for row in raw(connection, statement, {})}


def _forget(connection: Connection, account: str, ids: Collection[str]) -> None:
    absences = tables.absences
    statement = delete(absences).where(
        absences.c.account == account,
        absences.c.kind == Kind.DEAL.value,
        among(dialect_of(connection), absences.c.record_id),
    )
    for chunk in chunks(ids):
        connection.execute(statement, {"ids": listed(chunk)})


@cache
def _confirmed_sql(dialect: Dialect) -> Query:
    absences, deals = tables.absences.c, tables.deals.c
    same = (deals.account == absences.account) & (deals.id == absences.record_id)
    return (
        select(absences.record_id, absences.confirmed_at)
        .join_from(tables.absences, tables.deals, same & (deals.archived_at == absences.archived_at))
        .where(
            absences.account == bindparam("account"),
            absences.kind == Kind.DEAL.value,
            among(dialect, absences.record_id),
            absences.confirmed_at <= bindparam("known_at"),
        )
    )
