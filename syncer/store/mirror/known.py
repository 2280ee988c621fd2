"""How far the mirror knows records, before what search shows of them is believed."""

from collections.abc import Collection, Mapping

import orjson
from sqlalchemy import Connection, literal, select

from syncer.moments import Millis
from syncer.store.engines.dialect import among, chunks, dialect_of, listed, raw
from syncer.store.mirror.sweep import mine, table_of
from syncer.store.values import Holding, Known


def known(connection: Connection, account: str, holding: Holding, ids: Collection[str]) -> Mapping[str, Known]:
    """Return by id what is known of the records that the mirror has, gone ones included, merged ones not."""
    table = table_of(holding)
    if "updated_at" not in table.c:
        return {}
    held = table.c.held if "held" in table.c else literal("{}")
    statement = select(table.c.id, table.c.updated_at, table.c.archived_at, held).where(
        *mine(account, holding), among(dialect_of(connection), table.c.id)
    )
    if "merged_into" in table.c:
        statement = statement.where(table.c.merged_into.is_(None))
    return {
        id_: Known(
            updated_at=None if updated_at is None else Millis(updated_at),
            is_archived=archived_at is not None,
            held=orjson.loads(text),
        )
        for chunk in chunks(ids)
        for id_, updated_at, archived_at, text in raw(connection, statement, {"ids": listed(chunk)})
    }
