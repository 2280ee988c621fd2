"""What decisions read: everything known about contacts, deals and companies, streamed in the order of their ids."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from sqlalchemy import Column, Connection, bindparam, select

from syncer.funnel.facts import ContactFacts, DealFacts
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, chunks, dialect_of, listed, raw
from syncer.store.facts.company_facts import stream_companies
from syncer.store.facts.contact_facts import DecisionsOf, stream_contacts
from syncer.store.facts.deal_facts import stream_deals
from syncer.store.mirror.links import TO_ID, links_from
from syncer.store.rows.marks import companies_of_contacts, contacts_of_deals
from syncer.store.values import CompanyStages, Dirty


class Facts:
    """Reads of one snapshot. `known_at` leaves out what we learned later; `None` for ids means all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def dirty(self, account: str, now: Millis) -> Dirty:
        """Return what waits to be decided anew: marked, or due by `now`. Contacts of due deals are due with them."""
        generation, full = self._generation(account)
        if full is not None:
            return Dirty(full=True, generation=generation)
        deal_ids = self._marked(tables.dirty_deals.c.deal_id, account)
        due_deals = self._due(tables.deal_states.c.deal_id, account, now)
        contact_ids = self._marked(tables.dirty_contacts.c.contact_id, account)
        contact_ids |= self._due(tables.contact_states.c.contact_id, account, now)
        contact_ids |= contacts_of_deals(self._connection, account, due_deals)
        return Dirty(
            contact_ids=sorted(contact_ids),
            deal_ids=sorted(deal_ids | due_deals),
            company_ids=sorted(self._marked(tables.dirty_companies.c.company_id, account)),
            generation=generation,
        )

    def deals(self, account: str, deal_ids: Collection[str] | None, known_at: Millis) -> Iterator[DealFacts]:
        """Yield deals, archived ones too, with their history, people and two-way activity."""
        return stream_deals(self._connection, account, deal_ids, known_at)

    def contacts(
        self,
        account: str,
        contact_ids: Collection[str] | None,
        known_at: Millis,
        decisions: DecisionsOf,
    ) -> Iterator[ContactFacts]:
        """Yield contacts, archived ones too, with company, evidence and the decisions on their deals, asked by page."""
        return stream_contacts(self._connection, account, contact_ids, known_at, decisions)

    def company_stages(self, account: str, company_ids: Collection[str] | None) -> Iterator[CompanyStages]:
        """Yield live companies with the stages of their contacts and the latest spans of their deals."""
        return stream_companies(self._connection, account, company_ids)

    def deals_of(self, account: str, contact_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the ids of the deals linked to each contact, ascending; contacts without deals are absent."""
        statement = _deals_of(dialect_of(self._connection))
        result: dict[str, set[str]] = {}
        for chunk in chunks(contact_ids):
            for contact_id, deal_id in raw(self._connection, statement, {"account": account, "ids": listed(chunk)}):
                result.setdefault(contact_id, set()).add(deal_id)
        return {contact_id: sorted(deal_ids) for contact_id, deal_ids in result.items()}

    def contacts_of(self, account: str, deal_ids: Collection[str]) -> Collection[str]:
        """Return the contacts linked to any of the deals."""
        return contacts_of_deals(self._connection, account, deal_ids)

    def companies_of(self, account: str, contact_ids: Collection[str], deal_ids: Collection[str]) -> Collection[str]:
        """Return the companies whose place may follow from these contacts and deals."""
        companies = companies_of_contacts(self._connection, account, contact_ids)
        linked = links_from(self._connection, account, (Kind.DEAL, Kind.COMPANY), deal_ids)
        return companies | {row[TO_ID] for rows in linked.values() for row in rows}

    def _generation(self, account: str) -> tuple[int, int | None]:
        columns = tables.accounts.c
        statement = select(columns.generation, columns.full_generation).where(columns.account == account)
        rows = raw(self._connection, statement, {})
        return (rows[0][0], rows[0][1]) if rows else (0, None)

    def _marked(self, column: Column[str], account: str) -> set[str]:
        return {row[0] for row in raw(self._connection, select(column).where(column.table.c.account == account), {})}

    def _due(self, column: Column[str], account: str, now: int) -> set[str]:
        columns = column.table.c
        statement = select(column).where(columns.account == account, columns.due_at <= now)
        return {row[0] for row in raw(self._connection, statement, {})}


@cache
def _deals_of(dialect: Dialect) -> Query:
    links = tables.links.c
    return select(links.to_id, links.from_id).where(
        links.account == bindparam("account"),
        links.to_kind == Kind.CONTACT.value,
        among(dialect, links.to_id),
        links.from_kind == Kind.DEAL.value,
    )
