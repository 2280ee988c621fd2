"""What people answered in Syncer itself and no derive has taken up yet."""

from collections.abc import Collection, Mapping
from functools import cache

from sqlalchemy import Connection, bindparam, or_, select

from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, dialect_of, listed, raw


def judged(
    connection: Connection, account: str, kind: Kind, name: str, ids: Collection[str], *, by: str, after: Millis
) -> Mapping[str, str | None]:
    """Return by record the last value of a property that `by` set, or somebody named after it, and we learned later."""
    values = {"account": account, "kind": kind.value, "name": name, "ids": listed(ids), "by": by, "after": after}
    return dict(raw(connection, _judged_sql(dialect_of(connection)), {**values, "named": f"{by}:%"}))


@cache
def _judged_sql(dialect: Dialect) -> Query:
    changes = tables.changes.c
    return (
        select(changes.record_id, changes.value)
        .where(
            changes.account == bindparam("account"),
            changes.kind == bindparam("kind"),
            among(dialect, changes.record_id),
            changes.property == bindparam("name"),
            or_(changes.source_id == bindparam("by"), changes.source_id.like(bindparam("named"))),
            changes.recorded_at > bindparam("after"),
            changes.voided_at.is_(None),
        )
        .order_by(changes.record_id, changes.at)
    )
