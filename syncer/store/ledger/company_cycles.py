"""Deals without a contact, by company, and the cycles that stand in their companies' names (domain R15)."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select

from syncer.funnel.company_cycles import company_of, holder_of
from syncer.funnel.facts import Cycle
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, chunks, dialect_of, listed, raw
from syncer.store.ledger.ledger_rows import cycle_row
from syncer.store.rows.supersede import revise

#: A JSON list of nobody, as `deal_states.contact_ids` holds it.
_NOBODY = "[]"
_EVERY_HOLDER = (
    select(tables.cycles.c.contact_id)
    .where(
        tables.cycles.c.account == bindparam("account"),
        tables.cycles.c.superseded_at.is_(None),
        tables.cycles.c.contact_id.startswith(holder_of(""), autoescape=True),
    )
    .distinct()
)


def companies_alone(connection: Connection, account: str, deal_ids: Collection[str]) -> set[str]:
    """Return the companies of those of the deals that have no contact, as decided so far."""
    statement = _companies_sql(dialect_of(connection))
    return {row[0] for row in _rows(connection, statement, account, deal_ids)}


def deals_alone(connection: Connection, account: str, company_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Return by company its deals that have no contact, as decided so far."""
    found: dict[str, list[str]] = {}
    for company_id, deal_id in _rows(connection, _deals_sql(dialect_of(connection)), account, company_ids):
        found.setdefault(company_id, []).append(deal_id)
    return found


def companies_with_cycles(connection: Connection, account: str, company_ids: Collection[str] | None) -> set[str]:
    """Return those of the companies, or of all, in whose own name cycles stand."""
    if company_ids is None:
        return {company_of(row[0]) for row in raw(connection, _EVERY_HOLDER, {"account": account})}
    holders = {holder_of(one): one for one in company_ids}
    return {holders[row[0]] for row in _rows(connection, _holders_sql(dialect_of(connection)), account, holders)}


def save_company_cycles(
    connection: Connection, account: str, cycles: Mapping[str, Sequence[Cycle]], *, now: int, agreement: str
) -> None:
    """Make the open cycles in each company's name those given."""
    rows = [cycle_row(account, holder_of(one), cycle, now, agreement) for one in cycles for cycle in cycles[one]]
    revise(connection, tables.cycles, account, rows, [holder_of(one) for one in cycles], now=now)


def _rows(connection: Connection, statement: Query, account: str, ids: Collection[str]) -> Sequence[tuple[str, ...]]:
    return [
        tuple(row)
        for chunk in chunks(ids)
        for row in raw(connection, statement, {"account": account, "ids": listed(chunk)})
    ]


@cache
def _holders_sql(dialect: Dialect) -> Query:
    cycles = tables.cycles.c
    mine = and_(cycles.account == bindparam("account"), among(dialect, cycles.contact_id))
    return select(cycles.contact_id).where(mine, cycles.superseded_at.is_(None)).distinct()


@cache
def _companies_sql(dialect: Dialect) -> Query:
    states = tables.deal_states.c
    return select(states.company_id).where(_alone(), among(dialect, states.deal_id))


@cache
def _deals_sql(dialect: Dialect) -> Query:
    states = tables.deal_states.c
    found = select(states.company_id, states.deal_id).where(_alone(), among(dialect, states.company_id))
    return found.order_by(states.company_id, states.deal_id)


def _alone() -> ColumnElement[bool]:
    states = tables.deal_states.c
    mine = and_(states.account == bindparam("account"), states.contact_ids == _NOBODY)
    return and_(mine, states.company_id.is_not(None))
