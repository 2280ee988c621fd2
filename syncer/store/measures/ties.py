"""What ties customers to us: renewals, and the deals of those who lost one."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, String, Subquery, case, exists, false, func, literal, select

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import Cut, DealRow, Scope
from syncer.kpis.asked.work import Tie
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of
from syncer.store.measures.populations import deal_excluded, deals_as_of
from syncer.store.measures.segments import deal_segment, reader
from syncer.store.measures.time import Expression

_RENEWAL = "renewal"


def renews(connection: Connection, cut: Cut) -> bool:
    """Return whether any deal of a renewal pipeline had been created by as_of."""
    rows = deals_as_of(cut)
    found = select(exists(select(rows.c.deal_id).where(rows.c.pipeline_kind == _RENEWAL)))
    return bool(connection.execute(found).scalar_one())


def ties(connection: Connection, cut: Cut) -> Iterator[Tie]:
    """Yield every deal of the companies, or contacts without one, that ever lost a renewal, customer by customer."""
    rows, lost, read, width = deals_as_of(cut), deals_as_of(cut), reader(cut), len(cut.by)
    left = select(_customer(lost)).where(
        lost.c.pipeline_kind == _RENEWAL, lost.c.outcome == Outcome.LOST.value, _customer(lost).is_not(None)
    )
    columns = [
        *deal_segment(rows, cut, rows.c.close_date),
        _excluded(rows, cut).label("excluded"),
        _customer(rows).label("customer"),
        rows.c.created_at,
        *(rows.c[column.name] for column in SPAN_COLUMNS),
    ]
    query = select(*columns).where(_customer(rows).in_(left)).order_by(_customer(rows), rows.c.deal_id)
    for row in connection.execute(query):
        excluded, customer, created_at, *span = row[width:]
        yield Tie(customer, created_at, DealRow(read(row[:width]), excluded, span_of(tuple(span))))


def _customer(deals: Subquery) -> Expression:
    company = literal("company ", String) + deals.c.company_id
    return func.coalesce(company, literal("contact ", String) + deals.c.primary_contact_id)


def _excluded(deals: Subquery, cut: Cut) -> Expression:
    own, others = (deal_excluded(deals, replace(cut, scope=one), false()) for one in (Scope.RENEWALS, Scope.EVERY))
    return case((deals.c.pipeline_kind == _RENEWAL, own), else_=others)
