"""Writes stories with what they tell: changes of the records they are about, taken back when they tell them no more."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

import orjson
from sqlalchemy import Connection, bindparam, literal, select

from syncer.records import Change, ChangeSource, Kind
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.evidence import change_key
from syncer.store.mirror.history import add_changes
from syncer.store.mirror.merges import survivors
from syncer.store.rows.encode import encode_story
from syncer.store.rows.marks import demand_full
from syncer.store.rows.refuse import encoded
from syncer.store.rows.supersede import close
from syncer.store.tables import changes, evidence, stories
from syncer.store.values import Upserted
from syncer.tellings import Story, story_property

#: Positions in a row of `stories`.
_STREAM, _ID, _TOPIC, _KIND, _RECORDS, _TELLINGS, _ARCHIVED, _GIST, _FINGERPRINT = 1, 2, 3, 4, 5, 6, 8, 9, 10

#: A story as it is now, and as it was before; None where it was never read.
_Pair = tuple[Row, Row | None]
_Concerned = Mapping[Kind, set[str]]


def upsert_stories(
    connection: Connection, account: str, records: Sequence[Story], now: int
) -> tuple[Upserted, _Concerned]:
    """Write stories and what they tell; return also the records that they tell something new about."""
    rows, refused = encoded(encode_story, account, records, now)
    latest = {(row[_STREAM], row[_ID]): row for row in rows}
    before = _there(connection, account, latest)
    pairs: list[_Pair] = [(row, before.get(key)) for key, row in latest.items()]
    written = [(row, old) for row, old in pairs if old is None or old[_FINGERPRINT] != row[_FINGERPRINT]]
    _demand_where_first(connection, account, {row[_STREAM] for row, _ in written})
    dialect_of(connection).upsert(connection, stories, [row for row, _ in written])
    concerned = _retell(
        connection, account, [(row, old) for row, old in written if old is None or old[_GIST] != row[_GIST]], now
    )
    created = sum(old is None for _, old in written)
    upserted = Upserted(
        created=created,
        updated=len(written) - created,
        unchanged=len(latest) - len(written),
        changed_ids=[f"{row[_STREAM]}:{row[_ID]}" for row, _ in written],
        refused=refused,
    )
    return upserted, concerned


def archive_stories(
    connection: Connection, account: str, stream: str, ids: Collection[str], now: int
) -> tuple[int, _Concerned]:
    """Mark live stories as gone and take back what they told; return how many, and about whom."""
    there = _there(connection, account, {(stream, id_) for id_ in ids})
    live = [row for row in there.values() if row[_ARCHIVED] is None]
    # Neither digest stands any more: the next record from the CRM counts as a difference.
    gone = [(*row[:_ARCHIVED], now, 0, 0, now) for row in live]
    dialect_of(connection).upsert(connection, stories, gone)
    return len(live), _retell(connection, account, list(zip(gone, live, strict=True)), now)


def has_stories(connection: Connection, account: str, stream: str) -> bool:
    """Return whether the account has any story of a stream, gone or not."""
    return bool(raw(connection, _any_of(), {"account": account, "stream": stream}))


def _demand_where_first(connection: Connection, account: str, streams: Collection[str]) -> None:
    """Demand a full derive with a stream's first story: that there are quotes at all decides what an offer is."""
    if any(not has_stories(connection, account, stream) for stream in streams):
        demand_full(connection, account)


def _retell(connection: Connection, account: str, pairs: Sequence[_Pair], now: int) -> _Concerned:
    told = _resolved(connection, account, [old for _, old in pairs if old is not None])
    telling = _resolved(connection, account, [row for row, _ in pairs])
    gone = told.keys() - telling.keys()
    _take_back(connection, account, gone, now)
    concerned = add_changes(connection, account, list(telling.values()), now)
    for kind, record_id, _, _ in gone:
        concerned[Kind(kind)].add(record_id)
    return concerned


def _take_back(connection: Connection, account: str, keys: Collection[tuple[str, str, str, int]], now: int) -> None:
    close(connection, changes, [(account, kind, id_, at, name) for kind, id_, name, at in keys], now)
    of_contacts = [key for key in keys if key[0] == Kind.CONTACT.value]
    close(connection, evidence, [change_key(account, id_, name, at) for _, id_, name, at in of_contacts], now)


def _resolved(connection: Connection, account: str, rows: Sequence[Row]) -> Mapping[tuple[str, str, str, int], Change]:
    """Return what live rows tell, by kind, surviving record, property and moment."""
    found = [change for row in rows if row[_ARCHIVED] is None for change in _changes(row)]
    gone = {kind: survivors(connection, account, kind, {c.record_id for c in found if c.kind is kind}) for kind in Kind}
    return {
        (change.kind.value, gone[change.kind].get(change.record_id, change.record_id), change.property, change.at): (
            change
        )
        for change in found
    }


def _changes(row: Row) -> Iterator[Change]:
    name = story_property(row[_TOPIC], row[_ID])
    tellings = orjson.loads(row[_TELLINGS])
    for record_id in orjson.loads(row[_RECORDS]):
        for at, value, source in tellings:
            yield Change(
                kind=Kind(row[_KIND]),
                record_id=record_id,
                property=name,
                value=value,
                at=at,
                source=ChangeSource(source),
            )


def _there(connection: Connection, account: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    streams: dict[str, set[str]] = {}
    for stream, id_ in keys:
        streams.setdefault(stream, set()).add(id_)
    statement = _there_sql(dialect_of(connection))
    return {
        (row[_STREAM], row[_ID]): row
        for stream, ids in streams.items()
        for chunk in chunks(ids)
        for row in raw(connection, statement, {"account": account, "stream": stream, "ids": listed(chunk)})
    }


@cache
def _there_sql(dialect: Dialect) -> Query:
    return select(*stories.columns).where(
        stories.c.account == bindparam("account"),
        stories.c.stream == bindparam("stream"),
        among(dialect, stories.c.id),
    )


@cache
def _any_of() -> Query:
    mine = (stories.c.account == bindparam("account")) & (stories.c.stream == bindparam("stream"))
    return select(literal(1)).select_from(stories).where(mine).limit(1)
