"""Dirty marks: which contacts, deals and companies to decide anew.

Every marking commit takes a new generation of its account.
A derive clears only marks of generations that it saw, so a change that commits meanwhile keeps its mark.
"""

from collections.abc import Collection, Mapping
from functools import cache

from sqlalchemy import Connection, bindparam, delete, select, text, update

from syncer.records import Kind
from syncer.store.engines.dialect import Dialect, Query, among, chunks, dialect_of, listed, raw
from syncer.store.tables import accounts, contacts, deal_states, dirty_companies, dirty_contacts, dirty_deals, links
from syncer.store.values import Dirty

_BUMP = (
    update(accounts)
    .where(accounts.c.account == bindparam("of"))
    .values(generation=accounts.c.generation + 1)
    .returning(accounts.c.generation)
)
_DEMAND = update(accounts).where(accounts.c.account == bindparam("of")).values(full_generation=bindparam("demanded"))
_HOLD_CONTACT = text(
    "INSERT INTO dirty_contacts (account, contact_id, generation) VALUES (:of, :id, :seen) ON CONFLICT DO NOTHING"
)
_HOLD_DEAL = text(
    "INSERT INTO dirty_deals (account, deal_id, generation) VALUES (:of, :id, :seen) ON CONFLICT DO NOTHING"
)
_BEGIN = text("INSERT INTO accounts (account, generation) VALUES (:of, 0) ON CONFLICT DO NOTHING")


def mark(
    connection: Connection,
    account: str,
    *,
    contact_ids: Collection[str] = (),
    deal_ids: Collection[str] = (),
    company_ids: Collection[str] = (),
) -> None:
    """Mark contacts, deals and companies dirty in the open transaction."""
    if not contact_ids and not deal_ids and not company_ids:
        return
    generation = next_generation(connection, account)
    dialect = dialect_of(connection)
    for table, ids in ((dirty_contacts, contact_ids), (dirty_deals, deal_ids), (dirty_companies, company_ids)):
        for chunk in chunks(ids):
            dialect.upsert(connection, table, [(account, marked, generation) for marked in chunk])


def next_generation(connection: Connection, account: str) -> int:
    """Return a new generation. The account's row stays locked until the commit, so generations commit in order."""
    generation = connection.execute(_BUMP, {"of": account}).scalar()
    if generation is None:
        ensure_account(connection, account)
        generation = connection.execute(_BUMP, {"of": account}).scalar_one()
    return int(generation)


def ensure_account(connection: Connection, account: str) -> None:
    """Make sure that the account has its row: two processes may meet a new account at the same moment."""
    connection.execute(_BEGIN, {"of": account})


def mark_contacts(connection: Connection, account: str, ids: Collection[str], *, with_deals: bool = False) -> None:
    """Mark contacts, and on demand the deals linked to them."""
    deal_ids = deals_of_contacts(connection, account, ids) if with_deals else ()
    mark(connection, account, contact_ids=ids, deal_ids=deal_ids)


def mark_deals(connection: Connection, account: str, ids: Collection[str]) -> None:
    """Mark deals and the contacts linked to them."""
    mark(connection, account, contact_ids=contacts_of_deals(connection, account, ids), deal_ids=ids)


def mark_concerned(connection: Connection, account: str, ids: Mapping[Kind, Collection[str]]) -> None:
    """Mark what is to be decided anew where records' history changed."""
    mark(connection, account, contact_ids=ids[Kind.CONTACT])
    mark_deals(connection, account, ids[Kind.DEAL])
    mark_companies(connection, account, ids[Kind.COMPANY])


def mark_companies(connection: Connection, account: str, ids: Collection[str]) -> None:
    """Mark companies and whatever reads them: their contacts, and the deals linked to them or to their contacts."""
    employed = contacts_of_companies(connection, account, ids)
    sold_to = found(connection, _deals_of(dialect_of(connection), Kind.COMPANY), account, ids)
    mark(
        connection,
        account,
        contact_ids=employed | contacts_of_deals(connection, account, sold_to),
        deal_ids=sold_to | deals_of_contacts(connection, account, employed),
        company_ids=ids,
    )


def hold(connection: Connection, account: str, dirty: Dirty) -> None:
    """Mark what was only due: once decided it is due later, and what follows from it must outlive a process that ends.

    The marks are of the generation that was seen, so `clear` takes them off; later marks stay.
    """
    for statement, ids in ((_HOLD_CONTACT, dirty.contact_ids), (_HOLD_DEAL, dirty.deal_ids)):
        held = [{"of": account, "id": id_, "seen": dirty.generation} for id_ in ids]
        if held:
            connection.execute(statement, held)


def clear(connection: Connection, account: str, dirty: Dirty) -> None:
    """Take off the marks that a snapshot saw; those of later generations stay."""
    if dirty.full:
        for table in (dirty_contacts, dirty_deals, dirty_companies):
            seen = (table.c.account == account) & (table.c.generation <= dirty.generation)
            connection.execute(delete(table).where(seen))
        demanded = (accounts.c.account == account) & (accounts.c.full_generation <= dirty.generation)
        connection.execute(update(accounts).where(demanded).values(full_generation=None))
        return
    dialect = dialect_of(connection)
    for table, name, ids in (
        (dirty_contacts, "contact_id", dirty.contact_ids),
        (dirty_deals, "deal_id", dirty.deal_ids),
        (dirty_companies, "company_id", dirty.company_ids),
    ):
        seen = (table.c.account == account) & (table.c.generation <= dirty.generation)
        statement = delete(table).where(seen, among(dialect, table.c[name]))
        for chunk in chunks(ids):
            connection.execute(statement, {"ids": listed(chunk)})


def demand_full(connection: Connection, account: str) -> None:
    """Demand that everything be decided anew."""
    generation = next_generation(connection, account)
    connection.execute(_DEMAND, {"of": account, "demanded": generation})


def deals_of_contacts(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    """Return the deals linked to any of the contacts."""
    return found(connection, _deals_of(dialect_of(connection), Kind.CONTACT), account, ids)


def companies_of_decided(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    """Return the companies that the deals were decided to belong to."""
    return found(connection, _companies_of_decided(dialect_of(connection)), account, ids)


def contacts_of_deals(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    """Return the contacts linked to any of the deals."""
    return found(connection, _contacts_of_deals(dialect_of(connection)), account, ids)


def contacts_of_companies(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    """Return the contacts whose company is any of these."""
    return found(connection, _contacts_of_companies(dialect_of(connection)), account, ids)


def companies_of_contacts(connection: Connection, account: str, ids: Collection[str]) -> set[str]:
    """Return the companies of the contacts."""
    companies: set[str | None] = {*found(connection, _companies_of_contacts(dialect_of(connection)), account, ids)}
    # Asked for those that have one, SQLite would walk all of them by the index of companies.
    return {one for one in companies if one is not None}


def found(connection: Connection, statement: Query, account: str, ids: Collection[str]) -> set[str]:
    """Return the one column that a statement over `account` and `ids` selects."""
    return {
        row[0]
        for chunk in chunks(ids)
        for row in raw(connection, statement, {"account": account, "ids": listed(chunk)})
    }


@cache
def _companies_of_decided(dialect: Dialect) -> Query:
    states = deal_states.c
    mine = (states.account == bindparam("account")) & states.company_id.is_not(None)
    return select(states.company_id).where(mine, among(dialect, states.deal_id))


@cache
def _deals_of(dialect: Dialect, kind: Kind) -> Query:
    return select(links.c.from_id).where(
        links.c.account == bindparam("account"),
        links.c.to_kind == kind.value,
        among(dialect, links.c.to_id),
        links.c.from_kind == Kind.DEAL.value,
    )


@cache
def _contacts_of_deals(dialect: Dialect) -> Query:
    return select(links.c.to_id).where(
        links.c.account == bindparam("account"),
        links.c.from_kind == Kind.DEAL.value,
        among(dialect, links.c.from_id),
        links.c.to_kind == Kind.CONTACT.value,
    )


@cache
def _companies_of_contacts(dialect: Dialect) -> Query:
    return select(contacts.c.company_id).where(
        contacts.c.account == bindparam("account"), among(dialect, contacts.c.id)
    )


@cache
def _contacts_of_companies(dialect: Dialect) -> Query:
    return select(contacts.c.id).where(
        contacts.c.account == bindparam("account"), among(dialect, contacts.c.company_id)
    )
