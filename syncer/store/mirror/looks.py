"""Looks at the mirror by a pull: what differs from it, what of it is live, what its campaigns' sources are."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select

from syncer.records import Company, Contact, Deal, Kind
from syncer.store import tables
from syncer.store.engines.dialect import among, dialect_of, listed, raw
from syncer.store.mirror.upsert import COMPANIES, CONTACTS, DEALS, telling
from syncer.store.rows.decode import CONTACT_COLUMNS, contact_of
from syncer.store.rows.pages import pages

_PAGE = 2_000
_MIRRORED = {Kind.CONTACT: tables.contacts, Kind.COMPANY: tables.companies, Kind.DEAL: tables.deals}


def differing(
    connection: Connection, account: str, kind: Kind, records: Sequence[Contact | Company | Deal]
) -> Collection[str]:
    """Return the ids of the records that are new, or of which decisions would see a difference."""
    match kind:
        case Kind.CONTACT:
            return telling(connection, CONTACTS, account, [one for one in records if isinstance(one, Contact)])
        case Kind.COMPANY:
            return telling(connection, COMPANIES, account, [one for one in records if isinstance(one, Company)])
        case Kind.DEAL:
            return telling(connection, DEALS, account, [one for one in records if isinstance(one, Deal)])


def contacts_by_id(connection: Connection, account: str, ids: Collection[str]) -> Mapping[str, Contact]:
    """Return the contacts among `ids` as the mirror holds them."""
    rows = (row for page in pages(connection, CONTACT_COLUMNS, account, ids, size=_PAGE) for row in page)
    return {row[0]: contact_of(row) for row in rows}


def live(connection: Connection, account: str, kind: Kind, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that are neither archived nor merged away."""
    columns = _MIRRORED[kind].c
    statement = select(columns.id).where(
        columns.account == account,
        among(dialect_of(connection), columns.id),
        columns.archived_at.is_(None),
        columns.merged_into.is_(None),
    )
    return {row[0] for row in raw(connection, statement, {"ids": listed(ids)})}


def drop_costs(connection: Connection, account: str, prefix: str) -> None:
    """Forget the cost lines whose id starts with a prefix."""
    costs = tables.costs
    mine = (costs.c.account == account) & costs.c.id.startswith(prefix, autoescape=True)
    connection.execute(delete(costs).where(mine))


def sources_of_campaigns(connection: Connection, account: str) -> Mapping[str, str]:
    """Return by campaign, in lower case, the source that most of its contacts have; of equals the first by name."""
    contacts = tables.contacts.c
    campaign = func.lower(contacts.campaign)
    statement = (
        select(campaign, contacts.source, func.count())
        .where(contacts.account == account, contacts.campaign.is_not(None), contacts.source.is_not(None))
        .group_by(campaign, contacts.source)
        .order_by(func.count(), contacts.source.desc())
    )
    return {row[0]: row[1] for row in raw(connection, statement, {})}
