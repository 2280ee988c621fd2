"""Pages of a table in the order of its ids: the whole of an account, or the rows of given ids."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Connection, bindparam, select

from syncer.store.engines.dialect import Query, Row, among, chunks, dialect_of, listed, raw


def pages(
    connection: Connection,
    columns: tuple[Column[object], ...],
    account: str,
    ids: Collection[str] | None,
    *,
    size: int,
    where: ColumnElement[bool] | None = None,
) -> Iterator[list[Row]]:
    """Yield non-empty pages of rows; the first column is the id that orders and selects them."""
    if ids is None:
        yield from _whole(connection, columns, account, where, size)
        return
    statement = _narrowed(select(*columns).where(among(dialect_of(connection), columns[0])), columns[0], where)
    for chunk in chunks(ids, size):
        page = raw(connection, statement, {"account": account, "ids": listed(chunk)})
        if page:
            yield page


def _whole(
    connection: Connection,
    columns: Sequence[Column[object]],
    account: str,
    where: ColumnElement[bool] | None,
    size: int,
) -> Iterator[list[Row]]:
    statement = _narrowed(select(*columns).where(columns[0] > bindparam("after")).limit(size), columns[0], where)
    after = ""
    while page := raw(connection, statement, {"account": account, "after": after}):
        yield page
        after = page[-1][0]


def _narrowed(statement: Query, id_: Column[object], where: ColumnElement[bool] | None) -> Query:
    narrowed = statement.where(id_.table.c.account == bindparam("account")).order_by(id_)
    return narrowed if where is None else narrowed.where(where)
