"""Leads that were postponed before there was any deal (rule CO9), and when to come back to each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import Millis
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, among, chunks, dialect_of, listed, raw


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadReturn:
    """A live contact whose last cycle was postponed, and who did nothing since that began another."""

    contact_id: str
    name: str
    owner_id: str | None
    reason: str | None
    #: When it was postponed, and when to come back.
    since: Millis
    resume_at: Millis


def returning(connection: Connection, account: str, since: Millis, until: Millis) -> Sequence[LeadReturn]:
    """Return the leads to come back to after `since` and up to `until`, soonest first."""
    resume = tables.cycles.c.resume_at
    statement = _sql(account).where(resume > since, resume <= until)
    return [_return(row) for row in raw(connection, statement, {})]


def returns_of(connection: Connection, account: str, ids: Collection[str]) -> Sequence[LeadReturn]:
    """Return those of some contacts to whom somebody is to come back, soonest first within a thousand."""
    statement = _sql(account).where(among(dialect_of(connection), tables.cycles.c.contact_id))
    return [_return(row) for chunk in chunks(ids) for row in raw(connection, statement, {"ids": listed(chunk)})]


def soonest(connection: Connection, account: str, *, owner_id: str | None, limit: int) -> Sequence[LeadReturn]:
    """Return the first leads of an owner, or of everybody, to come back to."""
    statement = _sql(account).limit(limit)
    if owner_id is not None:
        statement = statement.where(tables.contacts.c.owner_id == owner_id)
    return [_return(row) for row in raw(connection, statement, {})]


def counted(connection: Connection, account: str, since: Millis, until: Millis) -> int:
    """Return how many leads are to be come back to after `since` and up to `until`."""
    resume = tables.cycles.c.resume_at
    statement = _sql(account).where(resume > since, resume <= until).order_by(None)
    return int(connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one())


def _sql(account: str) -> Query:
    cycles, contacts = tables.cycles.c, tables.contacts.c
    joined = tables.cycles.join(
        tables.contacts, and_(contacts.account == cycles.account, contacts.id == cycles.contact_id)
    )
    columns = (
        cycles.contact_id,
        contacts.first_name,
        contacts.last_name,
        contacts.owner_id,
        cycles.reason,
        cycles.ended_at,
        cycles.resume_at,
    )
    return (
        select(*columns)
        .select_from(joined)
        .where(
            cycles.account == account,
            cycles.superseded_at.is_(None),
            cycles.resume_at.is_not(None),
            cycles.outcome == Outcome.OTHER.value,
            contacts.archived_at.is_(None),
            contacts.merged_into.is_(None),
            ~_came_back(),
            ~_left(),
        )
        .order_by(cycles.resume_at, cycles.contact_id)
    )


def _came_back() -> ColumnElement[bool]:
    """Return whether another cycle of the contact followed."""
    own, later = tables.cycles.c, tables.cycles.alias("later")
    same = and_(later.c.account == own.account, later.c.contact_id == own.contact_id)
    return exists().where(same, later.c.superseded_at.is_(None), later.c.cycle_no > own.cycle_no)


def _left() -> ColumnElement[bool]:
    """Return whether the contact is out of the market: nobody is sent to such a one."""
    own, states = tables.cycles.c, tables.contact_states.c
    same = and_(states.account == own.account, states.contact_id == own.contact_id)
    return exists().where(same, states.stage == FunnelStage.OUT.value)


def _return(row: Row) -> LeadReturn:
    return LeadReturn(
        contact_id=row[0],
        name=" ".join(part for part in row[1:3] if part) or row[0],
        owner_id=row[3],
        reason=row[4],
        since=row[5],
        resume_at=row[6],
    )
