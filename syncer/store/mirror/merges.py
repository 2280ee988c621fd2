"""Merges: an id that went into another becomes its alias, and what was known under it moves to the survivor."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, is_empty, listed, raw
from syncer.store.mirror.evidence import KEY, moved
from syncer.store.rows.marks import (
    companies_of_contacts,
    companies_of_decided,
    mark,
    mark_companies,
    mark_contacts,
    mark_deals,
)
from syncer.store.rows.supersede import close_all, retire_contacts, retire_deals

MIRRORED: Mapping[Kind, Table] = {
    Kind.CONTACT: tables.contacts,
    Kind.COMPANY: tables.companies,
    Kind.DEAL: tables.deals,
}


def survivors(connection: Connection, account: str, kind: Kind, ids: Collection[str]) -> dict[str, str]:
    """Return the survivor of every id among `ids` that was merged away."""
    if not ids or is_empty(connection, tables.aliases, account):
        return {}
    statement = _survivors(dialect_of(connection))
    values = {"account": account, "kind": kind.value}
    return {
        old: new for chunk in chunks(ids) for old, new in raw(connection, statement, values | {"ids": listed(chunk)})
    }


def absorbed(connection: Connection, account: str, kind: Kind, ids: Collection[str]) -> dict[str, list[str]]:
    """Return by survivor the ids that were merged into it, of those among `ids` that are survivors."""
    if not ids or is_empty(connection, tables.aliases, account):
        return {}
    values = {"account": account, "kind": kind.value}
    found: dict[str, list[str]] = {}
    for chunk in chunks(ids):
        for old, new in raw(connection, _absorbed(dialect_of(connection)), values | {"ids": listed(chunk)}):
            found.setdefault(new, []).append(old)
    return found


def absorb(connection: Connection, account: str, kind: Kind, merged: Mapping[str, str], now: int) -> None:
    """Make every key of `merged` an alias of its value, and move what was known under it."""
    known = survivors(connection, account, kind, merged)
    fresh = {old: new for old, new in merged.items() if known.get(old) != new and old != new}
    if not fresh:
        return
    _keep_aliases(connection, account, kind, fresh, now)
    _archive(connection, account, kind, fresh, now)
    pairs = [{"owner": account, "old": old, "new": new, "now": now} for old, new in fresh.items()]
    for pair in pairs:
        for statement in _moves(kind):
            connection.execute(statement, pair)
    if kind is Kind.CONTACT:
        mark(connection, account, company_ids=companies_of_contacts(connection, account, fresh))
        _move_evidence(connection, account, fresh, now)
        retire_contacts(connection, account, list(fresh), now)
    elif kind is Kind.DEAL:
        mark(connection, account, company_ids=companies_of_decided(connection, account, fresh))
        retire_deals(connection, account, list(fresh), now)
    _mark_survivors(connection, account, kind, set(fresh.values()))


@cache
def _survivors(dialect: Dialect) -> Query:
    aliases = tables.aliases.c
    return select(aliases.old_id, aliases.new_id).where(
        aliases.account == bindparam("account"), aliases.kind == bindparam("kind"), among(dialect, aliases.old_id)
    )


@cache
def _absorbed(dialect: Dialect) -> Query:
    aliases = tables.aliases.c
    return (
        select(aliases.old_id, aliases.new_id)
        .where(
            aliases.account == bindparam("account"), aliases.kind == bindparam("kind"), among(dialect, aliases.new_id)
        )
        .order_by(aliases.new_id, aliases.old_id)
    )


def _keep_aliases(connection: Connection, account: str, kind: Kind, fresh: Mapping[str, str], now: int) -> None:
    rows: Sequence[Row] = [(account, kind.value, old, new, now) for old, new in fresh.items()]
    dialect_of(connection).upsert(connection, tables.aliases, rows)
    # A survivor may itself be merged later: its aliases follow, so that one look-up always suffices.
    aliases = tables.aliases
    follow = (
        update(aliases)
        .where(
            aliases.c.account == account,
            aliases.c.kind == kind.value,
            aliases.c.new_id == bindparam("old"),
        )
        .values(new_id=bindparam("new"))
    )
    connection.execute(follow, [{"old": old, "new": new} for old, new in fresh.items()])


def _archive(connection: Connection, account: str, kind: Kind, fresh: Mapping[str, str], now: int) -> None:
    table = MIRRORED[kind]
    statement = (
        update(table)
        .where(table.c.account == account, table.c.id == bindparam("old"))
        .values(
            merged_into=bindparam("new"),
            archived_at=func.coalesce(table.c.archived_at, now),
            gist=0,
            fingerprint=0,
            recorded_at=now,
        )
    )
    connection.execute(statement, [{"old": old, "new": new} for old, new in fresh.items()])


def _move_evidence(connection: Connection, account: str, fresh: Mapping[str, str], now: int) -> None:
    theirs = _evidence(connection, account, set(fresh.values()))
    known = {row[KEY] for row in theirs}
    facts = [moved(account, fresh[row[1]], row, now) for row in _evidence(connection, account, set(fresh))]
    close_all(connection, tables.evidence, account, set(fresh), now=now)
    # A meeting with both was one meeting.
    added = {row[KEY]: row for row in facts if row[KEY] not in known}
    dialect_of(connection).upsert(connection, tables.evidence, list(added.values()))


def _evidence(connection: Connection, account: str, ids: Collection[str]) -> list[Row]:
    evidence = tables.evidence
    statement = select(*evidence.columns).where(
        evidence.c.account == account,
        among(dialect_of(connection), evidence.c.contact_id),
        evidence.c.voided_at.is_(None),
    )
    return [row for chunk in chunks(ids) for row in raw(connection, statement, {"ids": listed(chunk)})]


@cache
def _moves(kind: Kind) -> tuple[Executable, ...]:
    links = tables.links
    both = (*_move_links(kind, links.c.from_kind, links.c.from_id), *_move_links(kind, links.c.to_kind, links.c.to_id))
    if kind is Kind.CONTACT:
        return (_repoint(tables.answers.c.contact_id), *_move_addresses(), *_move_told(kind), *both)
    if kind is Kind.COMPANY:
        return (_repoint(tables.contacts.c.company_id), *both)
    return (*_move_told(kind), *both)


def _repoint(column: Column[str]) -> Executable:
    table = column.table
    return update(table).where(_owned(table, column)).values({column: bindparam("new")})


def _move_addresses() -> tuple[Executable, Executable]:
    mine = tables.addresses
    theirs = mine.alias("theirs")
    new = bindparam("new", type_=Text)
    owned = _owned(mine, mine.c.contact_id)
    same = and_(theirs.c.account == mine.c.account, theirs.c.email_key == mine.c.email_key, theirs.c.contact_id == new)
    source = select(mine.c.account, mine.c.email_key, new).where(owned, ~exists().where(same))
    return insert(mine).from_select(["account", "email_key", "contact_id"], source), delete(mine).where(owned)


def _move_told(kind: Kind) -> tuple[Executable, Executable]:
    """Give the survivor what stories told about the record that went into it; its own properties have told it all."""
    mine = tables.changes
    theirs = mine.alias("theirs")
    new, now = bindparam("new", type_=Text), bindparam("now", type_=BigInteger)
    told = and_(
        _owned(mine, mine.c.record_id),
        mine.c.kind == kind.value,
        mine.c.property.contains(":"),
        mine.c.voided_at.is_(None),
    )
    same = and_(
        theirs.c.record_id == new,
        *(theirs.c[name] == mine.c[name] for name in ("account", "kind", "at", "property")),
        or_(theirs.c.voided_at.is_(None), theirs.c.recorded_at == now),
    )
    values = [new if one is mine.c.record_id else now if one is mine.c.recorded_at else one for one in mine.columns]
    source = select(*values).where(told, ~exists().where(same))
    names = [column.name for column in mine.columns]
    return insert(mine).from_select(names, source), update(mine).where(told).values(voided_at=now)


def _move_links(kind: Kind, kind_column: Column[str], id_column: Column[str]) -> tuple[Executable, Executable]:
    mine = tables.links
    theirs = mine.alias("theirs")
    moved = bindparam("new", type_=Text)
    pairs = [(theirs.c[key.name], moved if key is id_column else key) for key in mine.primary_key]
    same = and_(*(left == right for left, right in pairs))
    values = [moved if column is id_column else column for column in mine.columns]
    owned = and_(_owned(mine, id_column), kind_column == kind.value)
    source = select(*values).where(owned, ~exists().where(same))
    return insert(mine).from_select([column.name for column in mine.columns], source), delete(mine).where(owned)


def _owned(table: FromClause, column: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(table.c.account == bindparam("owner"), column == bindparam("old"))


def _mark_survivors(connection: Connection, account: str, kind: Kind, ids: set[str]) -> None:
    if kind is Kind.CONTACT:
        mark_contacts(connection, account, ids, with_deals=True)
    elif kind is Kind.DEAL:
        mark_deals(connection, account, ids)
    else:
        mark_companies(connection, account, ids)
