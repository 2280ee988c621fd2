"""Writes a page of activities with their evidence: a row a contact, voided and added anew when the activity changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import orjson
from sqlalchemy import Connection, bindparam, select

from syncer.records import Activity, Kind
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.mirror.evidence import evidence_key, evidence_row
from syncer.store.mirror.joins import EMAIL_KEY, ID, JOINED, STREAM, forget, owners_of, wait
from syncer.store.mirror.merges import survivors
from syncer.store.rows.encode import encode_activity
from syncer.store.rows.refuse import encoded
from syncer.store.rows.supersede import close
from syncer.store.tables import activities, evidence
from syncer.store.values import Upserted

_CONTACT_IDS, _ARCHIVED, _GIST, _FINGERPRINT = 10, 14, -3, -2

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Whom activities concern: who an id or an address stands for."""

    survivors: Mapping[str, str]
    by_address: Mapping[str, str]

    def of(self, row: Row) -> tuple[str, ...]:
        """Return the contacts of a row of `activities`; none of an archived one."""
        if row[_ARCHIVED] is not None:
            return ()
        named = orjson.loads(row[_CONTACT_IDS]) or ([row[JOINED]] if row[JOINED] else [])
        return tuple(dict.fromkeys(self.survivors.get(contact, contact) for contact in named))

    def joined(self, row: Row, before: Row | None) -> Row:
        """Return the row joined by its address, where it names no contact itself."""
        if row[EMAIL_KEY] is None or row[_CONTACT_IDS] != "[]":
            return row
        stays = before[JOINED] if before is not None and before[EMAIL_KEY] == row[EMAIL_KEY] else None
        owner = stays or self.by_address.get(row[EMAIL_KEY])
        return (*row[:JOINED], owner, *row[JOINED + 1 :])


def upsert_activities(
    connection: Connection, account: str, records: Sequence[Activity], now: int
) -> tuple[Upserted, set[str]]:
    """Write activities and their evidence; return also the contacts about whom facts changed."""
    if not records:
        return Upserted(), set()
    rows, refused = encoded(encode_activity, account, records, now)
    latest: dict[Key, Row] = {(row[STREAM], row[ID]): row for row in rows}
    before = _there(connection, account, latest)
    differing = [
        row for key, row in latest.items() if key not in before or before[key][_FINGERPRINT] != row[_FINGERPRINT]
    ]
    targets = _targets(connection, account, [*differing, *before.values()])
    written = [targets.joined(row, before.get((row[STREAM], row[ID]))) for row in differing]
    dialect_of(connection).upsert(connection, activities, written)
    telling = list(_telling(written, before, targets))
    concerned = _rewrite_evidence(connection, account, telling, targets, now)
    _keep_waiting(connection, account, written, before)
    created = sum((row[STREAM], row[ID]) not in before for row in written)
    upserted = Upserted(
        created=created,
        updated=len(written) - created,
        unchanged=len(latest) - len(written),
        changed_ids=[f"{row[STREAM]}:{row[ID]}" for row in written],
        refused=refused,
    )
    return upserted, concerned


def _there(connection: Connection, account: str, keys: Collection[Key]) -> dict[Key, Row]:
    statement = _there_sql(dialect_of(connection))
    streams: dict[str, list[str]] = {}
    for stream, id_ in keys:
        streams.setdefault(stream, []).append(id_)
    return {
        (row[STREAM], row[ID]): row
        for stream, ids in streams.items()
        for row in raw(connection, statement, {"account": account, "stream": stream, "ids": listed(ids)})
    }


@cache
def _there_sql(dialect: Dialect) -> Query:
    return select(*activities.columns).where(
        activities.c.account == bindparam("account"),
        activities.c.stream == bindparam("stream"),
        among(dialect, activities.c.id),
    )


def _targets(connection: Connection, account: str, rows: Sequence[Row]) -> Targets:
    named = {contact for row in rows for contact in orjson.loads(row[_CONTACT_IDS])}
    named.update(row[JOINED] for row in rows if row[JOINED])
    addresses = {row[EMAIL_KEY] for row in rows if row[EMAIL_KEY] and row[_CONTACT_IDS] == "[]"}
    return Targets(
        survivors=survivors(connection, account, Kind.CONTACT, named),
        by_address=owners_of(connection, account, addresses),
    )


def _rewrite_evidence(
    connection: Connection, account: str, telling: Iterable[tuple[Row, Row | None]], targets: Targets, now: int
) -> set[str]:
    voided: list[tuple[object, ...]] = []
    added: list[Row] = []
    for row, old in telling:
        if old is not None:
            voided += [evidence_key(account, contact, old) for contact in targets.of(old)]
        added += [evidence_row(account, contact, row, now) for contact in targets.of(row)]
    close(connection, evidence, voided, now)
    dialect_of(connection).upsert(connection, evidence, added)
    return {str(key[1]) for key in voided} | {row[1] for row in added}


def _telling(written: Sequence[Row], before: Mapping[Key, Row], targets: Targets) -> Iterator[tuple[Row, Row | None]]:
    """Yield the activities whose evidence changes, with what was there before."""
    for row in written:
        old = before.get((row[STREAM], row[ID]))
        if old is None or old[_GIST] != row[_GIST] or targets.of(old) != targets.of(row):
            yield row, old


def _keep_waiting(connection: Connection, account: str, written: Sequence[Row], before: Mapping[Key, Row]) -> None:
    forget(connection, account, [before[key] for row in written if (key := (row[STREAM], row[ID])) in before])
    alone = [row for row in written if row[EMAIL_KEY] and row[_CONTACT_IDS] == "[]" and row[JOINED] is None]
    wait(connection, account, [row for row in alone if row[_ARCHIVED] is None])


def void_activities(connection: Connection, account: str, rows: Sequence[Row], now: int) -> set[str]:
    """Mark rows of `activities` archived and void their evidence; return the contacts concerned."""
    targets = _targets(connection, account, rows)
    voided = [evidence_key(account, contact, row) for row in rows for contact in targets.of(row)]
    close(connection, evidence, voided, now)
    forget(connection, account, rows)
    # Neither digest stands any more: the next record from the CRM counts as a difference.
    gone = [(*row[:_ARCHIVED], now, 0, 0, now) for row in rows]
    dialect_of(connection).upsert(connection, activities, gone)
    return {str(key[1]) for key in voided}
