"""What the mirror holds now about the people, companies and deals behind a ledger's rows: fields and company size."""

from sqlalchemy import JSON, Text, and_, case, cast, func, literal, literal_column, null, select
from sqlalchemy.sql.selectable import NamedFromClause

from syncer.kpis.asked.ports import Cut
from syncer.records import Company, Contact
from syncer.store import tables
from syncer.store.measures.time import Expression, number

#: Smallest head count of a band, and its name.
_SIZES = ((1_000, "1000+"), (250, "250-999"), (50, "50-249"), (10, "10-49"), (1, "1-9"))

_HELD_APART = {"more_emails", "merged_ids", "fields", "held"}
_CONTACT = frozenset(Contact.__struct_fields__) - _HELD_APART
_COMPANY = frozenset(Company.__struct_fields__) - _HELD_APART

#: Facts that every contact has.
_ALWAYS = frozenset({"hard_bounce", "opted_out", "as_of"})
_BARE = {"email_domain": "email", "lead_status": "lead_status", "lifecycle": "lifecycle"}
_BARE |= {name: name for name in ("source", "country")}


def member(column: Expression, key: str | int) -> Expression:
    """Return a member of a JSON text as text, NULL where it is none or null."""
    # SQLite reads JSON from text; a cast to its JSON would make a number of it.
    place: Expression = literal_column(str(key) if isinstance(key, int) else f"'{key}'")
    return cast(column, JSON().with_variant(Text(), "sqlite")).op("->>")(place)


def contact_field(contact_id: Expression, cut: Cut, name: str) -> Expression:
    """Return a field of a contact."""
    row = tables.contacts.alias("person")
    found = select(member(row.c.fields, name)).where(row.c.account == cut.account, row.c.id == contact_id)
    return found.correlate_except(row).scalar_subquery()


def deal_field(deal_id: Expression, cut: Cut, name: str) -> Expression:
    """Return a field of a deal."""
    row = tables.deals.alias("bargain")
    found = select(member(row.c.fields, name)).where(row.c.account == cut.account, row.c.id == deal_id)
    return found.correlate_except(row).scalar_subquery()


def company_size(company_id: Expression, cut: Cut) -> Expression:
    """Return the band of a company's head count."""
    row = tables.companies.alias("employer")
    found = select(band(row.c.employees)).where(row.c.account == cut.account, row.c.id == company_id)
    return found.correlate_except(row).scalar_subquery()


def contact_size(contact_id: Expression, cut: Cut) -> Expression:
    """Return the band of the head count of a contact's company."""
    person, row = tables.contacts.alias("employee"), tables.companies.alias("employer")
    joined = person.join(row, and_(row.c.account == person.c.account, row.c.id == person.c.company_id))
    found = (
        select(band(row.c.employees))
        .select_from(joined)
        .where(person.c.account == cut.account, person.c.id == contact_id)
    )
    return found.correlate_except(person, row).scalar_subquery()


def band(employees: Expression) -> Expression:
    """Return the name of the band of a head count, NULL of none."""
    return case(*((employees >= number(least), literal(name)) for least, name in _SIZES), else_=null())


def is_known(name: str, contact: NamedFromClause, company: NamedFromClause) -> Expression:
    """Return 1 where a fact that rules name (`syncer.scoring.names`) is known of a contact or its company, else 0."""
    prefix, _, rest = name.partition(".")
    match prefix:
        case "contact" if rest:
            found = contact.c[rest] if rest in _CONTACT else member(contact.c.fields, rest)
        case "company" if rest:
            found = company.c[rest] if rest in _COMPANY else member(company.c.fields, rest)
        case _ if name in _ALWAYS:
            return number(1)
        case _ if name in _BARE:
            found = contact.c[_BARE[name]]
        case _:
            found = func.coalesce(member(contact.c.fields, name), member(company.c.fields, name))
    return case((found.is_not(None), 1), else_=0)
