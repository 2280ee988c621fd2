"""The mirror beside a full list of the CRM: which ids are live, in the order of lists, and rows no longer trusted.

The list ascends by number and the mirror's ids are text; ids of one length sort alike both ways, so a range is read
length by length through the primary key, and memory holds one page.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, select, update

from syncer.store import tables
from syncer.store.engines.dialect import Query, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.people import somebody
from syncer.store.values import Holding

#: Sorts after every id.
_END = "\U0010ffff"


def ids_between(
    connection: Connection, account: str, holding: Holding, *, after: str, upto: str | None, limit: int
) -> list[str]:
    """Return the first live ids above `after` and not above `upto`, in the order of their numbers."""
    statement = _range(account, holding)
    found: list[str] = []
    for length in range(max(1, len(after)), _longest(connection, account, holding, upto) + 1):
        low = after if length == len(after) else ""
        top = upto if upto is not None and length == len(upto) else _END
        values = {"length": length, "low": low, "top": top, "most": limit - len(found)}
        found += [row[0] for row in raw(connection, statement, values)]
        if len(found) >= limit:
            break
    return found


def live_count(connection: Connection, account: str, holding: Holding) -> int:
    """Return the number of live rows."""
    statement = select(func.count()).select_from(table_of(holding)).where(*_live(account, holding))
    return int(connection.execute(statement).scalar_one())


def live_among(connection: Connection, account: str, holding: Holding, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that have a live row."""
    id_ = table_of(holding).c.id
    statement = select(id_).where(*_live(account, holding), among(dialect_of(connection), id_))
    return {row[0] for chunk in chunks(ids) for row in raw(connection, statement, {"ids": listed(chunk)})}


def live_count_among(connection: Connection, account: str, holding: Holding, ids: Collection[str]) -> int:
    """Return how many of `ids` have a live row."""
    id_ = table_of(holding).c.id
    statement = select(func.count()).where(*_live(account, holding), among(dialect_of(connection), id_))
    return sum(raw(connection, statement, {"ids": listed(chunk)})[0][0] for chunk in chunks(ids))


def doubt(connection: Connection, account: str, holding: Holding, ids: Collection[str]) -> None:
    """Take the digests off rows: whatever the CRM says next counts as a difference."""
    table = table_of(holding)
    blank = {name: 0 for name in ("gist", "fingerprint") if name in table.c}
    statement = update(table).where(*mine(account, holding), among(dialect_of(connection), table.c.id)).values(blank)
    for chunk in chunks(ids):
        connection.execute(statement, {"ids": listed(chunk)})


def drop_answers(connection: Connection, account: str, ids: Collection[str]) -> None:
    """Forget survey answers that the CRM no longer has: their rows bear no mark of being gone."""
    answers = tables.answers
    statement = delete(answers).where(answers.c.account == account, among(dialect_of(connection), answers.c.id))
    for chunk in chunks(ids):
        connection.execute(statement, {"ids": listed(chunk)})


def table_of(holding: Holding) -> Table:
    """Return the table of a holding."""
    return tables.metadata.tables[holding.table]


def mine(account: str, holding: Holding) -> list[ColumnElement[bool]]:
    """Return the conditions of a holding's rows."""
    columns = table_of(holding).c
    own = [columns.account == account]
    return own if holding.stream is None else [*own, columns.stream == holding.stream]


def _live(account: str, holding: Holding) -> list[ColumnElement[bool]]:
    columns = table_of(holding).c
    own = [*mine(account, holding), somebody(columns.id)]
    return [*own, columns.archived_at.is_(None)] if "archived_at" in columns else own


def _range(account: str, holding: Holding) -> Query:
    id_ = table_of(holding).c.id
    within = (func.length(id_) == bindparam("length"), id_ > bindparam("low"), id_ <= bindparam("top"))
    return select(id_).where(*_live(account, holding), *within).order_by(id_).limit(bindparam("most"))


def _longest(connection: Connection, account: str, holding: Holding, upto: str | None) -> int:
    if upto is not None:
        return len(upto)
    statement = select(func.max(func.length(table_of(holding).c.id))).where(*mine(account, holding))
    return int(connection.execute(statement).scalar() or 0)
