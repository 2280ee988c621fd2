"""What jobs and reports ask across the store: who is hot, what was decided since, what stands in the outbox."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, delete, func, select, text

from syncer.funnel.facts import FunnelStage
from syncer.records import Company, Contact, Deal, Kind
from syncer.store import tables
from syncer.store.decode import CONTACT_COLUMNS, contact_of
from syncer.store.desk_tables import DOUBTFUL, OPEN, SENDING_ORDER
from syncer.store.dialect import among, dialect_of, listed, raw
from syncer.store.pages import pages
from syncer.store.upsert import COMPANIES, CONTACTS, DEALS, telling
from syncer.store.values import Snapshot, Status
from syncer.writeback.intents import Written

#: Stages in which somebody can still be won.
_ALIVE = (
    FunnelStage.INQUIRY,
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.FORECAST,
)

_PAGE = 2_000
_UNSETTLED = [one.value for one in (Status.PENDING, Status.SENDING, Status.FAILED, Status.CONFLICT)]

_WRITTEN = (
    select(tables.outbox.c.key)
    .where(tables.outbox.c.account == bindparam("of"), tables.outbox.c.status == Status.WRITTEN.value)
    .limit(1)
)

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


def hottest(connection: Connection, account: str, number: int) -> list[str]:
    """Return the open contacts of highest priority, highest first."""
    states, contacts = tables.contact_states.c, tables.contacts.c
    statement = (
        select(states.contact_id)
        .join(tables.contacts, (contacts.account == states.account) & (contacts.id == states.contact_id))
        .where(
            states.account == account,
            states.stage.in_([stage.value for stage in _ALIVE]),
            contacts.archived_at.is_(None),
            contacts.merged_into.is_(None),
        )
        .order_by(states.priority.desc(), states.contact_id)
        .limit(number)
    )
    return [row[0] for row in raw(connection, statement, {})]


def decided_since(connection: Connection, table: Table, account: str, since: int | None) -> Iterator[str]:
    """Yield the ids in a table of states about which something changed since a moment; all of them for None."""
    key = next(column for column in table.primary_key if column.name != "account")
    if since is None:
        for page in pages(connection, (key,), account, None, size=_PAGE):
            yield from (row[0] for row in page)
    else:
        # Ordered by the bare key, SQLite would rather walk all keys than sort the few that changed.
        mine = select(key).where(table.c.account == account, table.c.changed_at >= since)
        statement = mine.order_by(key + "")
        yield from (row[0] for row in raw(connection, statement, {}))


def has_written(connection: Connection, account: str) -> bool:
    """Return whether we ever wrote to the account."""
    return bool(raw(connection, _WRITTEN, {"of": account}))


def written_values(
    connection: Connection, account: str, kind: Kind, ids: Collection[str]
) -> Mapping[str, Mapping[str, Sequence[Written]]]:
    """Return by record and property the values that we wrote, oldest first."""
    outbox = tables.outbox.c
    statement = (
        select(outbox.record_id, outbox.property, outbox.value, outbox.changed_at, outbox.rule, outbox.previous)
        .where(
            outbox.account == account,
            outbox.kind == kind.value,
            among(dialect_of(connection), outbox.record_id),
            outbox.status == Status.WRITTEN.value,
        )
        .order_by(outbox.changed_at, outbox.key)
    )
    found: dict[str, dict[str, list[Written]]] = {}
    for record_id, name, value, at, rule, previous in raw(connection, statement, {"ids": listed(ids)}):
        written = Written(value=value, at=at, rule=rule, previous=previous)
        found.setdefault(record_id, {}).setdefault(name, []).append(written)
    return found


def account_names(connection: Connection) -> list[str]:
    """Return the accounts that the store knows."""
    return [
        row[0] for row in raw(connection, select(tables.accounts.c.account).order_by(tables.accounts.c.account), {})
    ]


def positions(connection: Connection, account: str, kind: str) -> Mapping[str, str]:
    """Return by stream the positions of one kind."""
    cursors = tables.cursors.c
    statement = select(cursors.stream, cursors.position).where(cursors.account == account, cursors.kind == kind)
    return {row[0]: row[1] for row in raw(connection, statement, {})}


def outbox_counts(connection: Connection, account: str) -> Mapping[str, int]:
    """Return the number of outbox rows by status."""
    outbox = tables.outbox.c
    statement = select(outbox.status, func.count()).where(outbox.account == account).group_by(outbox.status)
    return {row[0]: row[1] for row in raw(connection, statement, {})}


def few_of_outbox(connection: Connection, account: str, most: int) -> Mapping[str, int] | None:
    """Return the number of outbox rows by status, or None where there are more than `most`."""
    outbox = tables.outbox.c
    first = select(outbox.status).where(outbox.account == account).limit(most + 1).subquery()
    found = {row[0]: row[1] for row in raw(connection, select(first.c.status, func.count()).group_by("status"), {})}
    return None if sum(found.values()) > most else found


def unsettled(connection: Connection, account: str) -> Mapping[str, int]:
    """Return the number of outbox rows that are open or that a person should look at, by status."""
    outbox = tables.outbox.c
    found: dict[str, int] = dict.fromkeys(_UNSETTLED, 0)
    # In the order of its index each part is read from it; a database would rather walk the whole outbox.
    for condition, order in ((OPEN, SENDING_ORDER), (DOUBTFUL, (outbox.changed_at,))):
        mine = select(outbox.status).where(outbox.account == account, text(condition)).order_by(*order)
        some = mine.offset(0).subquery()
        statement = select(some.c.status, func.count()).group_by(some.c.status)
        found |= {row[0]: row[1] for row in raw(connection, statement, {})}
    return found


def last_snapshot(connection: Connection, account: str) -> Snapshot | None:
    """Return the KPI rows that were kept last, or None where there never were any."""
    kept = tables.kpi_snapshots.c
    run = connection.execute(select(func.max(kept.run)).where(kept.account == account)).scalar()
    if run is None:
        return None
    mine = (kept.account == account) & (kept.run == run)
    as_of = connection.execute(select(func.max(kept.as_of)).where(mine)).scalar_one()
    return Snapshot(run=run, as_of=as_of)
