"""Writes a page of mirrored records: one look at what is there, one bulk write of what differs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, bindparam, select

from syncer.records import Answer, Company, Contact, CostLine, Deal, Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.mirror.merges import survivors
from syncer.store.rows.encode import encode_answer, encode_company, encode_contact, encode_cost, encode_deal
from syncer.store.rows.refuse import Identified, encoded
from syncer.store.values import Upserted

R = TypeVar("R", bound=Identified)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape(Generic[R]):
    """How one kind of record is stored."""

    table: Table
    encode: Callable[[str, R, int], Row]
    #: Kinds whose ids may be merged away.
    kind: Kind | None = None


CONTACTS = Shape[Contact](table=tables.contacts, encode=encode_contact, kind=Kind.CONTACT)
COMPANIES = Shape[Company](table=tables.companies, encode=encode_company, kind=Kind.COMPANY)
DEALS = Shape[Deal](table=tables.deals, encode=encode_deal, kind=Kind.DEAL)
COSTS = Shape[CostLine](table=tables.costs, encode=encode_cost)
ANSWERS = Shape[Answer](table=tables.answers, encode=encode_answer)

_ID, _GIST, _FINGERPRINT = 1, -3, -2


class Written(NamedTuple):
    """What one page changed."""

    upserted: Upserted
    #: Rows that are new.
    created: Sequence[Row]
    #: Ids of which decisions see a difference.
    telling: Collection[str]


def upsert_page(connection: Connection, shape: Shape[R], account: str, records: Sequence[R], now: int) -> Written:
    """Write the records that are new or differ; the last of several with one id wins."""
    if not records:
        return Written(Upserted(), (), ())
    rows, refused = encoded(shape.encode, account, records, now)
    latest = {row[_ID]: row for row in rows}
    there = _there(connection, shape, account, latest)
    gone = survivors(connection, account, shape.kind, latest) if shape.kind else {}
    created = [row for key, row in latest.items() if key not in there and key not in gone]
    updated = [
        row for key, row in latest.items() if key in there and key not in gone and row[_FINGERPRINT] != there[key][1]
    ]
    telling = [row[_ID] for row in updated if row[_GIST] != there[row[_ID]][0]] if shape.kind else []
    kept = _keeping(shape, there, created + updated)
    dialect_of(connection).upsert(connection, shape.table, kept)
    upserted = Upserted(
        created=len(created),
        updated=len(updated),
        unchanged=len(latest) - len(created) - len(updated),
        changed_ids=[row[_ID] for row in created + updated],
        refused=refused,
        moved=_moved(shape, there, kept),
    )
    return Written(upserted, created, {row[_ID] for row in created}.union(telling))


def telling(connection: Connection, shape: Shape[R], account: str, records: Sequence[R]) -> Collection[str]:
    """Return the ids of the records that are new, or of which decisions would see a difference; writes nothing."""
    rows, _ = encoded(shape.encode, account, records, 0)
    there = _there(connection, shape, account, [row[_ID] for row in rows])
    return {row[_ID] for row in rows if row[_ID] not in there or row[_GIST] != there[row[_ID]][0]}


def _there(
    connection: Connection, shape: Shape[R], account: str, ids: Collection[str]
) -> dict[str, tuple[int, int, str | None]]:
    statement = _there_sql(shape.table, dialect_of(connection))
    found = raw(connection, statement, {"account": account, "ids": listed(ids)})
    return {row[0]: (row[1], row[2], row[3]) for row in found}


@cache
def _there_sql(table: Table, dialect: Dialect) -> Query:
    columns = table.c
    # Costs and answers have one digest; only a contact's company can come from a link as well as from the record.
    gist = columns.gist if "gist" in columns else columns.fingerprint
    company = columns.company_id if table is tables.contacts else columns.id
    return select(columns.id, gist, columns.fingerprint, company).where(
        columns.account == bindparam("account"), among(dialect, columns.id)
    )


_COMPANY = 6


def _moved(shape: Shape[R], there: dict[str, tuple[int, int, str | None]], rows: Sequence[Row]) -> Mapping[str, str]:
    if shape.table is not tables.contacts or not there:
        return {}
    before = {row[_ID]: there[row[_ID]][2] for row in rows if row[_ID] in there and there[row[_ID]][2] != row[_COMPANY]}
    return {id_: company for id_, company in before.items() if company is not None}


def _keeping(shape: Shape[R], there: dict[str, tuple[int, int, str | None]], rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with the company that a link gave a contact, where the record itself names none."""
    if shape.table is not tables.contacts:
        return rows
    return [
        (*row[:_COMPANY], there[row[_ID]][2], *row[_COMPANY + 1 :])
        if row[_COMPANY] is None and row[_ID] in there
        else row
        for row in rows
    ]
