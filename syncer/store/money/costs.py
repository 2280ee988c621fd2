"""Cost lines that a person imported: told from those of the CRM and of the agreement by how their ids begin."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete

from syncer.moments import Millis
from syncer.records import CostLine
from syncer.store import tables
from syncer.store.engines.dialect import chunks
from syncer.store.mirror import reads
from syncer.store.mirror.upsert import COSTS, upsert_page


def lines(connection: Connection, account: str, prefix: str) -> Sequence[CostLine]:
    """Return the cost lines whose id starts with a prefix, by id."""
    return [line for line in reads.costs(connection, account) if line.id.startswith(prefix)]


def keep(connection: Connection, account: str, kept: Sequence[CostLine], gone: Collection[str], now: Millis) -> None:
    """Write cost lines, and forget those whose ids are given. Raises InvalidRecord for a line that no row can hold."""
    row = tables.costs
    for chunk in chunks(gone):
        connection.execute(delete(row).where(row.c.account == account, row.c.id.in_(chunk)))
    done = upsert_page(connection, COSTS, account, kept, now).upserted
    if done.refused:
        raise done.refused[0]
