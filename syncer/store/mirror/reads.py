"""Plain reads of the mirror: one record, all owners, what the CRM held, how much there is."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

import orjson
from sqlalchemy import ColumnElement, Connection, Table, bindparam, case, func, literal, select, union_all, update

from syncer.money import CostKind
from syncer.records import Answer, Company, Contact, CostLine, Deal, Kind, Owner, Stage
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.merges import MIRRORED, survivors
from syncer.store.rows.decode import (
    COMPANY_COLUMNS,
    CONTACT_COLUMNS,
    DEAL_COLUMNS,
    company_of,
    contact_of,
    deal_of,
    exact_amount,
)
from syncer.store.rows.encode import email_key, fingerprint_of, held_text

_COUNTED = (
    tables.contacts,
    tables.companies,
    tables.deals,
    tables.activities,
    tables.links,
    tables.changes,
    tables.evidence,
    tables.owners,
    tables.costs,
    tables.answers,
)


def counts(connection: Connection, account: str) -> dict[str, int]:
    """Return the number of live rows by table."""
    found = {}
    for table in _COUNTED:
        live = [table.c[name].is_(None) for name in ("archived_at", "voided_at") if name in table.c]
        statement = select(func.count()).select_from(table).where(table.c.account == account, *live)
        # SQLAlchemy names tables by a kind of text that JSON writers refuse as a key.
        found[str(table.name)] = int(connection.execute(statement).scalar_one())
    return found


def totals(connection: Connection, account: str, kinds: Collection[Kind]) -> dict[Kind, int]:
    """Return the number of live records of each kind."""
    found = {}
    for kind in kinds:
        table = MIRRORED[kind]
        statement = select(func.count()).select_from(table)
        live = statement.where(table.c.account == account, table.c.archived_at.is_(None))
        found[kind] = int(connection.execute(live).scalar_one())
    return found


def few(connection: Connection, account: str, most: int) -> dict[str, int]:
    """Return the number of live rows of the tables that have no more than `most` rows, live or not."""
    found = {}
    for table in _COUNTED:
        gone = [table.c[name].is_not(None) for name in ("archived_at", "voided_at") if name in table.c]
        live = case((gone[0], 0), else_=1) if gone else literal(1)
        first = select(live.label("live")).where(table.c.account == account).limit(most + 1).subquery()
        rows, live_rows = connection.execute(select(func.count(), func.sum(first.c.live))).one()
        if rows <= most:
            found[str(table.name)] = int(live_rows or 0)
    return found


def contact(connection: Connection, account: str, id_or_email: str) -> Contact | None:
    """Return the contact with an id, an id merged into it, or an address; None where there is none."""
    columns, further = tables.contacts.c, tables.addresses.c
    id_ = survivors(connection, account, Kind.CONTACT, [id_or_email]).get(id_or_email, id_or_email)
    key = email_key(id_or_email) or ""
    has_it_too = select(further.contact_id).where(further.account == account, further.email_key == key)
    addressed = tables.contacts.alias("addressed").c
    has_it = select(addressed.id).where(addressed.account == account, addressed.email_key == key)
    # One set of ids: an alternative of three conditions would be looked for in every contact.
    condition = columns.id.in_(union_all(select(literal(id_)), has_it, has_it_too))
    is_another = func.coalesce(columns.email_key, "") != key
    by_id_first = (columns.id != id_, columns.archived_at.is_not(None), is_another, columns.id)
    row = _first(connection, select(*CONTACT_COLUMNS).order_by(*by_id_first), account, condition)
    return None if row is None else contact_of(row)


def company(connection: Connection, account: str, id_: str) -> Company | None:
    """Return the company with an id, or an id merged into it; None where there is none."""
    wanted = survivors(connection, account, Kind.COMPANY, [id_]).get(id_, id_)
    row = _first(connection, select(*COMPANY_COLUMNS), account, tables.companies.c.id == wanted)
    return None if row is None else company_of(row)


def deal(connection: Connection, account: str, id_: str) -> Deal | None:
    """Return the deal with an id, or an id merged into it; None where there is none."""
    wanted = survivors(connection, account, Kind.DEAL, [id_]).get(id_, id_)
    row = _first(connection, select(*DEAL_COLUMNS), account, tables.deals.c.id == wanted)
    return None if row is None else deal_of(row)


def owners(connection: Connection, account: str) -> list[Owner]:
    """Return all owners by id, archived ones included."""
    return [
        Owner(
            id=row[1],
            email=row[2],
            first_name=row[3],
            last_name=row[4],
            user_id=row[5],
            team=row[6],
            archived=bool(row[7]),
        )
        for row in _all(connection, tables.owners, account)
    ]


def stages(connection: Connection, account: str) -> list[Stage]:
    """Return every stage by pipeline and position."""
    found = [
        Stage(
            pipeline_id=row[1],
            stage_id=row[2],
            pipeline_label=row[3],
            label=row[4],
            position=row[5],
            is_closed=bool(row[6]),
            probability=row[7],
        )
        for row in _all(connection, tables.stages, account)
    ]
    return sorted(found, key=lambda stage: (stage.pipeline_id, stage.position, stage.stage_id))


def costs(connection: Connection, account: str) -> list[CostLine]:
    """Return all cost lines by id."""
    return [
        CostLine(
            id=row[1],
            source=row[2],
            campaign=row[3],
            amount=exact_amount(row[4]),
            currency=row[5],
            starts_at=row[6],
            ends_at=row[7],
            kind=CostKind(row[8] or CostKind.MEDIA),
        )
        for row in _all(connection, tables.costs, account)
    ]


def answers(connection: Connection, account: str) -> list[Answer]:
    """Return all survey answers by id."""
    return [
        Answer(id=row[1], contact_id=row[2], survey_id=row[3], survey_type=row[4], value=row[5], answered_at=row[6])
        for row in _all(connection, tables.answers, account)
    ]


def held(connection: Connection, account: str, kind: Kind, ids: Collection[str]) -> dict[str, Mapping[str, str | None]]:
    """Return by id what the CRM held when it was last read or written."""
    statement = _held_sql(kind, dialect_of(connection))
    return {
        row[0]: orjson.loads(row[1])
        for chunk in chunks(ids)
        for row in raw(connection, statement, {"account": account, "ids": listed(chunk)})
    }


def set_held(
    connection: Connection, account: str, kind: Kind, values: Mapping[str, Mapping[str, str | None]], now: int
) -> None:
    """Note values that the CRM now holds, beside those it held before."""
    table = MIRRORED[kind]
    statement = _held_sql(kind, dialect_of(connection))
    written = []
    for chunk in chunks(values):
        for id_, text, gist, updated_at in raw(connection, statement, {"account": account, "ids": listed(chunk)}):
            new = held_text(orjson.loads(text) | values[id_])
            written.append({"of": id_, "text": new.decode(), "digest": fingerprint_of(gist, updated_at, new)})
    if written:
        note = update(table).where(table.c.account == account, table.c.id == bindparam("of"))
        connection.execute(
            note.values(held=bindparam("text"), fingerprint=bindparam("digest"), recorded_at=now), written
        )


@cache
def _held_sql(kind: Kind, dialect: Dialect) -> Query:
    table = MIRRORED[kind]
    return select(table.c.id, table.c.held, table.c.gist, table.c.updated_at).where(
        table.c.account == bindparam("account"), among(dialect, table.c.id)
    )


def _first(connection: Connection, statement: Query, account: str, condition: ColumnElement[bool]) -> Row | None:
    table = statement.get_final_froms()[0]
    found = raw(connection, statement.where(table.c.account == account, condition).limit(1), {})
    return found[0] if found else None


def _all(connection: Connection, table: Table, account: str) -> Sequence[Row]:
    return raw(connection, select(*table.columns).where(table.c.account == account).order_by(*table.primary_key), {})
