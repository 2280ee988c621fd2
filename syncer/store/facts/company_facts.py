"""Streams companies with the stages of their contacts and the latest spans of their deals."""

from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import Connection, bindparam, select

from syncer.funnel.facts import DealSpan, FunnelStage
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, dialect_of, listed, raw
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of
from syncer.store.rows.decode import COMPANY_COLUMNS, company_of
from syncer.store.rows.pages import pages
from syncer.store.values import CompanyStages

_PAGE = 2_000


def stream_companies(
    connection: Connection, account: str, company_ids: Collection[str] | None
) -> Iterator[CompanyStages]:
    """Yield live companies in the order of their ids."""
    live = tables.companies.c.archived_at.is_(None)
    dialect = dialect_of(connection)
    for page in pages(connection, COMPANY_COLUMNS, account, company_ids, where=live, size=_PAGE):
        values = {"account": account, "ids": listed(row[0] for row in page)}
        stages: dict[str, list[FunnelStage]] = {}
        for company_id, stage in raw(connection, _stages_sql(dialect), values):
            stages.setdefault(company_id, []).append(FunnelStage(stage))
        spans: dict[str, list[DealSpan]] = {}
        for company_id, *span in raw(connection, _spans_sql(dialect), values):
            spans.setdefault(company_id, []).append(span_of(tuple(span)))
        for row in page:
            yield CompanyStages(
                company=company_of(row), contact_stages=stages.get(row[0], ()), spans=spans.get(row[0], ())
            )


@cache
def _stages_sql(dialect: Dialect) -> Query:
    contacts, states = tables.contacts.c, tables.contact_states.c
    same = (states.account == contacts.account) & (states.contact_id == contacts.id)
    return (
        select(contacts.company_id, states.stage)
        .join_from(tables.contacts, tables.contact_states, same)
        .where(
            contacts.account == bindparam("account"),
            among(dialect, contacts.company_id),
            contacts.archived_at.is_(None),
        )
        .order_by(contacts.company_id, contacts.id)
    )


@cache
def _spans_sql(dialect: Dialect) -> Query:
    links, spans = tables.links.c, tables.deal_spans.c
    same = (spans.account == links.account) & (spans.deal_id == links.from_id)
    return (
        select(links.to_id, *SPAN_COLUMNS)
        .join_from(tables.links, tables.deal_spans, same)
        .where(
            links.account == bindparam("account"),
            links.to_kind == Kind.COMPANY.value,
            among(dialect, links.to_id),
            links.from_kind == Kind.DEAL.value,
            spans.valid_to.is_(None),
            spans.superseded_at.is_(None),
        )
        .distinct()
        .order_by(links.to_id, spans.deal_id)
    )
