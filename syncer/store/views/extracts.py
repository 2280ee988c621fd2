"""Rows of the tables that BI tools get (`syncer.extracts`): one query a table, in the order of its keys, page by page.

Rows that were superseded stay out, and so do the contacts that an erasure left as nobody.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, and_, select

from syncer.store import tables
from syncer.store.engines.dialect import Query, Row
from syncer.store.measures.time import Expression
from syncer.store.mirror.people import NOBODY
from syncer.store.views.view_queries import kpi_rows
from syncer.store.views.views import dialect_of

#: A query, and the columns that its rows are ordered by.
_Keyed = tuple[Query, Sequence[str]]

_PAGE = 5_000


class Extracts:
    """Tables of an account as they are now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pages(self, account: str, name: str, columns: Sequence[str]) -> Iterator[Sequence[Row]]:
        """Yield a table's rows in these columns: moments in milliseconds, days since 1970, money in micro-units."""
        query, keys = self._query(name)
        shown = query.subquery("shown")
        mine = select(*(shown.c[column] for column in columns)).where(shown.c.account == account)
        ordered = mine.order_by(*(shown.c[key] for key in keys))
        found = self._connection.execute(ordered, execution_options={"yield_per": _PAGE})
        yield from ([tuple(row) for row in page] for page in found.partitions())

    def columns(self, name: str) -> Sequence[str]:
        """Return the columns that a table can have."""
        return self._query(name)[0].subquery("shown").c.keys()

    def _query(self, name: str) -> _Keyed:
        if name == "kpis":
            return kpi_rows(dialect_of(self._connection), lambda at: at), ("position",)
        return _QUERIES[name]


def _plain(table: Table, keys: str, **renamed: str) -> _Keyed:
    """Return a table as it is, columns called otherwise, and what its rows are ordered by."""
    query = select(*_named(table, **renamed))
    believed = query.where(table.c.superseded_at.is_(None)) if "superseded_at" in table.c else query
    return believed, keys.split()


def _contacts() -> _Keyed:
    contact, state = tables.contacts, tables.contact_states
    same = and_(state.c.account == contact.c.account, state.c.contact_id == contact.c.id)
    query = (
        select(*_named(contact, id="contact_id"), *_beside(state, "account", "contact_id"))
        .select_from(contact.outerjoin(state, same))
        .where(contact.c.merged_into.is_(None), contact.c.id < NOBODY)
    )
    return query, ("contact_id",)


def _companies() -> _Keyed:
    company, state = tables.companies, tables.company_states
    same = and_(state.c.account == company.c.account, state.c.company_id == company.c.id)
    query = (
        select(*_named(company, id="company_id"), *_beside(state, "account", "company_id"))
        .select_from(company.outerjoin(state, same))
        .where(company.c.merged_into.is_(None))
    )
    return query, ("company_id",)


def _deals() -> _Keyed:
    span, state, deal, stage = tables.deal_spans, tables.deal_states, tables.deals, tables.stages
    decided = and_(state.c.account == span.c.account, state.c.deal_id == span.c.deal_id)
    mirrored = and_(deal.c.account == span.c.account, deal.c.id == span.c.deal_id)
    placed = and_(*(stage.c[name] == span.c[name] for name in ("account", "pipeline_id", "stage_id")))
    query = (
        select(
            *span.columns,
            *_beside(state, "account", "deal_id", "agreement"),
            deal.c.name,
            deal.c.archived_at,
            stage.c.pipeline_label.label("pipeline"),
            stage.c.label.label("pipeline_stage"),
        )
        .select_from(span.join(state, decided).outerjoin(deal, mirrored).outerjoin(stage, placed))
        .where(span.c.superseded_at.is_(None), span.c.valid_to.is_(None))
    )
    return query, ("deal_id",)


def _named(table: Table, **renamed: str) -> Sequence[Expression]:
    return [column.label(renamed.get(column.name, column.name)) for column in table.columns]


def _beside(table: Table, *apart: str) -> Sequence[Expression]:
    return [column for column in table.columns if column.name not in apart]


_QUERIES: Mapping[str, _Keyed] = {
    "contacts": _contacts(),
    "companies": _companies(),
    "deals": _deals(),
    "deal_spans": _plain(tables.deal_spans, "deal_id valid_from"),
    "cycles": _plain(tables.cycles, "contact_id cycle_no"),
    "stage_events": _plain(tables.stage_events, "contact_id cycle_no seq"),
    "costs": _plain(tables.costs, "cost_id", id="cost_id"),
    "rates": _plain(tables.rates, "rate_origin currency into_currency first_day", origin="rate_origin"),
    "visits": _plain(tables.visits, "day source definition"),
    "owners": _plain(tables.owners, "owner_id", id="owner_id"),
    "pipeline_stages": _plain(tables.stages, "pipeline_id position", pipeline_label="pipeline", label="pipeline_stage"),
}
