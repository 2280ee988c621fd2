"""Property history: versions are added, never overwritten; those of contacts are evidence as well."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, select

from syncer.records import Change, Kind
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.mirror.evidence import change_evidence, change_key
from syncer.store.mirror.merges import survivors
from syncer.store.rows.supersede import close
from syncer.store.tables import changes, evidence

#: A version is identified by its record, property and moment.
Key = tuple[str, str, str, int]


def add_changes(connection: Connection, account: str, given: Sequence[Change], now: int) -> dict[Kind, set[str]]:
    """Add the versions that are new; one that the CRM now tells otherwise closes the old telling.

    Return the records whose history changed. Of two versions at one moment the later in the sequence stands.
    """
    latest = _resolved(connection, account, given)
    before = _there(connection, account, latest)
    differing = {key: change for key, change in latest.items() if before.get(key) != _content(change)}
    retold = [key for key in differing if key in before]
    close(connection, changes, [(account, kind, id_, at, name) for kind, id_, name, at in retold], now)
    dialect_of(connection).upsert(
        connection, changes, [_row(account, key, change, now) for key, change in differing.items()]
    )
    _keep_evidence(connection, account, differing, retold, now)
    return {kind: {key[1] for key in differing if key[0] == kind} for kind in Kind}


def _resolved(connection: Connection, account: str, given: Sequence[Change]) -> dict[Key, Change]:
    gone = {kind: survivors(connection, account, kind, {c.record_id for c in given if c.kind is kind}) for kind in Kind}
    return {
        (
            str(change.kind),
            gone[change.kind].get(change.record_id, change.record_id),
            change.property,
            change.at,
        ): change
        for change in given
    }


def _there(connection: Connection, account: str, keys: Mapping[Key, Change]) -> dict[Key, Row]:
    statement = _there_sql(dialect_of(connection))
    ids: dict[str, set[str]] = {}
    for kind, record_id, _, _ in keys:
        ids.setdefault(kind, set()).add(record_id)
    return {
        (kind, row[0], row[1], row[2]): tuple(row[3:])
        for kind, found in ids.items()
        for row in raw(connection, statement, {"account": account, "kind": kind, "ids": listed(found)})
    }


@cache
def _there_sql(dialect: Dialect) -> Query:
    columns = changes.c
    return select(
        columns.record_id, columns.property, columns.at, columns.value, columns.source, columns.source_id
    ).where(
        columns.account == bindparam("account"),
        columns.kind == bindparam("kind"),
        among(dialect, columns.record_id),
        columns.voided_at.is_(None),
    )


def _content(change: Change) -> Row:
    return (change.value, str(change.source), change.source_id)


def _row(account: str, key: Key, change: Change, now: int) -> Row:
    kind, record_id, name, at = key
    return (account, kind, record_id, at, name, now, *_content(change), None)


def _keep_evidence(
    connection: Connection, account: str, differing: Mapping[Key, Change], retold: Sequence[Key], now: int
) -> None:
    contacts = Kind.CONTACT.value
    void = [change_key(account, id_, name, at) for kind, id_, name, at in retold if kind == contacts]
    added = [change_evidence(account, key[1], change, now) for key, change in differing.items() if key[0] == contacts]
    close(connection, evidence, void, now)
    dialect_of(connection).upsert(connection, evidence, added)
