"""What stands in the outbox, and what of ours was written."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, func, select, text

from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import among, dialect_of, listed, raw
from syncer.store.tables.desk import DOUBTFUL, OPEN, SENDING_ORDER
from syncer.store.values import Status
from syncer.writeback.intents import Written

_UNSETTLED = [one.value for one in (Status.PENDING, Status.SENDING, Status.FAILED, Status.CONFLICT)]

_WRITTEN = (
    select(tables.outbox.c.key)
    .where(tables.outbox.c.account == bindparam("of"), tables.outbox.c.status == Status.WRITTEN.value)
    .limit(1)
)


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
