"""Associations: the whole set of a record is replaced, and a contact's company follows from its set."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, delete, select, update

from syncer.records import Kind, Link
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, is_empty, listed, raw
from syncer.store.mirror.merges import survivors
from syncer.store.rows.marks import mark

#: Positions in a row of `links`.
FROM_ID, TO_ID, LABEL, PRIMARY = 2, 4, 5, 6

#: From which kind to which.
Direction = tuple[Kind, Kind]
_EMPLOYMENT: Direction = (Kind.CONTACT, Kind.COMPANY)


def replace_links(
    connection: Connection, account: str, direction: Direction, links: Mapping[str, Sequence[Link]], now: int
) -> dict[str, set[str]]:
    """Make each record's links exactly those given; return the changed ones, each with every other end, old and new."""
    if not any(links.values()) and is_empty(connection, tables.links, account):
        return {}
    before, changed = _compared(connection, account, direction, links)
    gone = [row for from_id, rows in changed.items() for row in before.get(from_id, set()) - rows]
    come = [row for from_id, rows in changed.items() for row in rows - before.get(from_id, set())]
    _delete(connection, gone)
    dialect_of(connection).upsert(connection, tables.links, come)
    ends = {from_id: {row[TO_ID] for row in rows | before.get(from_id, set())} for from_id, rows in changed.items()}
    if direction == _EMPLOYMENT:
        named = _named(connection, account, changed)
        _set_companies(connection, account, {one: chosen(rows, named.get(one)) for one, rows in changed.items()}, now)
    return ends


def linked_companies(
    connection: Connection, account: str, named: Mapping[str, str | None], links: Mapping[str, Sequence[Link]]
) -> Mapping[str, str | None]:
    """Return each contact's company, by the one that its record names and by links: those given, else those held.

    A record may name another than is linked, since both are not always told at the same moment: links count.
    """
    given = [link.to_id for contact in named for link in links.get(contact, ())]
    resolved = survivors(connection, account, Kind.COMPANY, set(given))
    rows = _grouped(_there(connection, account, _EMPLOYMENT, [one for one in named if one not in links]))
    rows |= {one: _rows(account, one, links[one], resolved) for one in named if one in links}
    return {one: chosen(rows.get(one, ()), company) or company for one, company in named.items()}


def differing_links(
    connection: Connection, account: str, direction: Direction, links: Mapping[str, Sequence[Link]]
) -> set[str]:
    """Return the records whose links `replace_links` would change."""
    return set(_compared(connection, account, direction, links)[1])


def fill_companies(connection: Connection, account: str, contact_ids: Collection[str], now: int) -> None:
    """Give contacts that came without a company the one their links name."""
    if not contact_ids or is_empty(connection, tables.links, account):
        return
    found = _grouped(_there(connection, account, _EMPLOYMENT, contact_ids))
    _set_companies(connection, account, {contact: chosen(rows) for contact, rows in found.items()}, now)


def chosen(rows: Collection[Row], named: str | None = None) -> str | None:
    """Return the other end of the primary link, else the one that the record names, else the lowest id."""
    ranked = sorted((not row[PRIMARY], row[TO_ID] != named, len(row[TO_ID]), row[TO_ID]) for row in rows)
    return ranked[0][3] if ranked else None


def mark_ends(
    connection: Connection, account: str, direction: Direction, changed: Mapping[str, Collection[str]]
) -> None:
    """Mark the records at either end of changed links."""
    marked: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    marked[direction[0]].update(changed)
    for ends in changed.values():
        marked[direction[1]].update(ends)
    mark(
        connection,
        account,
        contact_ids=marked[Kind.CONTACT],
        deal_ids=marked[Kind.DEAL],
        company_ids=marked[Kind.COMPANY],
    )


def links_from(connection: Connection, account: str, direction: Direction, ids: Collection[str]) -> dict[str, set[Row]]:
    """Return the rows of `links` in one direction, by the record they start from."""
    return _grouped(_there(connection, account, direction, ids))


def _compared(
    connection: Connection, account: str, direction: Direction, links: Mapping[str, Sequence[Link]]
) -> tuple[dict[str, set[Row]], dict[str, set[Row]]]:
    """Return the rows there are, and those that there should be of each record whose links differ."""
    before = _grouped(_there(connection, account, direction, links))
    resolved = survivors(connection, account, direction[1], {link.to_id for all_ in links.values() for link in all_})
    after = {from_id: _rows(account, from_id, all_, resolved) for from_id, all_ in links.items()}
    return before, {from_id: rows for from_id, rows in after.items() if rows != before.get(from_id, set())}


def _rows(account: str, from_id: str, links: Sequence[Link], resolved: Mapping[str, str]) -> set[Row]:
    primary = {(resolved.get(link.to_id, link.to_id), link.label or "") for link in links if link.is_primary}
    keys = {(resolved.get(link.to_id, link.to_id), link.label or "", link.from_kind, link.to_kind) for link in links}
    return {
        (account, str(left), from_id, str(right), to_id, label, 1 if (to_id, label) in primary else 0)
        for to_id, label, left, right in keys
    }


def _there(connection: Connection, account: str, direction: Direction, ids: Collection[str]) -> list[Row]:
    statement = _there_sql(dialect_of(connection))
    values = {"account": account, "from_kind": direction[0].value, "to_kind": direction[1].value}
    return [row for chunk in chunks(ids) for row in raw(connection, statement, values | {"ids": listed(chunk)})]


@cache
def _there_sql(dialect: Dialect) -> Query:
    links = tables.links
    return select(*links.columns).where(
        links.c.account == bindparam("account"),
        links.c.from_kind == bindparam("from_kind"),
        among(dialect, links.c.from_id),
        links.c.to_kind == bindparam("to_kind"),
    )


def _named(connection: Connection, account: str, contact_ids: Collection[str]) -> Mapping[str, str | None]:
    statement = _named_sql(dialect_of(connection))
    found: dict[str, str | None] = {}
    for chunk in chunks(contact_ids):
        found.update(dict(raw(connection, statement, {"account": account, "ids": listed(chunk)})))
    return found


@cache
def _named_sql(dialect: Dialect) -> Query:
    contacts = tables.contacts.c
    return select(contacts.id, contacts.company_id).where(
        contacts.account == bindparam("account"), among(dialect, contacts.id)
    )


def _grouped(rows: Sequence[Row]) -> dict[str, set[Row]]:
    grouped: dict[str, set[Row]] = {}
    for row in rows:
        grouped.setdefault(row[FROM_ID], set()).add((*row[:PRIMARY], int(row[PRIMARY])))
    return grouped


def _delete(connection: Connection, rows: Sequence[Row]) -> None:
    if rows:
        keys = [column.name for column in tables.links.primary_key]
        where = [tables.links.c[key] == bindparam(f"k_{key}") for key in keys]
        values = [{f"k_{key}": part for key, part in zip(keys, row[:PRIMARY], strict=True)} for row in rows]
        connection.execute(delete(tables.links).where(*where), values)


def _set_companies(connection: Connection, account: str, companies: Mapping[str, str | None], now: int) -> None:
    if companies:
        contacts = tables.contacts
        statement = (
            update(contacts)
            .where(contacts.c.account == account, contacts.c.id == bindparam("of"))
            .values(company_id=bindparam("to"), recorded_at=now)
        )
        connection.execute(statement, [{"of": contact, "to": company} for contact, company in companies.items()])
