"""What the views for BI tools show: the figures kept last, KPI by KPI, and the ledger as it is now. Views hold no name.

A change here, or in the catalogue, makes every view anew at the next upgrade (see views.py).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from sqlalchemy import BigInteger, Connection, Text, and_, case, cast, column, func, literal, select, table
from sqlalchemy.sql.selectable import NamedFromClause

from syncer.kpis.catalogue import LANGUAGES, Row, catalogue
from syncer.store import tables
from syncer.store.engines.dialect import Query
from syncer.store.measures.people import member
from syncer.store.measures.time import Expression

#: How a query writes milliseconds.
Moment = Callable[[Expression], Expression]

#: The view over the rows of every KPI; the view of one KPI shows some of its rows.
ALL_ROWS = "kpi_rows"

#: Moments whose name does not end as those of all others do.
_MORE_MOMENTS = ("since", "overridden_until")


class ViewDialect(Protocol):
    """What the two databases write differently in a view."""

    def moment(self, at: Expression) -> Expression:
        """Return milliseconds as the database's moment in UTC."""
        ...

    def exact(self, value: Expression) -> Expression:
        """Return a value as the database's most exact number."""
        ...

    def segment_text(self) -> Expression:
        """Return the segment of a row of `kpi_snapshots` as people read it (`syncer.kpis.result.Kpi.segment_text`)."""
        ...

    def found(self, connection: Connection) -> Mapping[str, str]:
        """Return the tables and views of the schema, by name: what `put` wrote into a view, else an empty text."""
        ...

    def put(self, connection: Connection, name: str, query: str, mark: str) -> None:
        """Make a view, or give one of ours another query with the same columns; `mark` says who made it."""
        ...


def view_queries(dialect: ViewDialect) -> Iterator[tuple[str, Query]]:
    """Yield every view's name and what it shows."""
    rows = kpi_rows(dialect, dialect.moment)
    yield ALL_ROWS, _inside_out(rows)
    shown = table(ALL_ROWS, *(column(one.name, one.type) for one in rows.selected_columns)).c
    for key, declaration in catalogue().items():
        yield f"kpi_{key.lower()}", select(*shown).where(shown.id.in_(list(declaration.rows)))
    yield "now_contacts", _inside_out(_contacts(dialect))
    yield "now_open_deals", _inside_out(_open_deals(dialect))
    yield "now_cycles", _inside_out(_cycles(dialect))


def _inside_out(query: Query) -> Query:
    """Return the query as a common table expression: PostgreSQL would let rows be changed through a plain one."""
    inner = query.cte("shown")
    return select(*inner.c)


def kpi_rows(dialect: ViewDialect, moment: Moment) -> Query:
    """Return the rows of every KPI that the last run of each account kept."""
    rows = [row for one in catalogue().values() for row in one.rows.values()]
    kept = tables.kpi_snapshots
    names = [_name(rows, lang).label(f"name_{lang}") for lang in LANGUAGES]
    return select(
        kept.c.account,
        moment(kept.c.as_of).label("as_of"),
        kept.c.run,
        kept.c.position,
        kept.c.kpi.label("id"),
        *names,
        *(_text(kept.c.row, name) for name in ("basis", "period", "segment")),
        dialect.segment_text().label("segment_text"),
        dialect.exact(member(kept.c.row, "value")).label("value"),
        *(cast(member(kept.c.row, name), BigInteger).label(name) for name in ("n", "k")),
        *(dialect.exact(member(kept.c.row, name)).label(name) for name in ("lo", "hi")),
        *(_text(kept.c.row, name) for name in ("status", "unit", "excluded", "notes")),
    ).where(kept.c.run == _last_run(kept), kept.c.split == "")


def _last_run(kept: NamedFromClause) -> Expression:
    latest = tables.kpi_snapshots.alias("latest")
    mine = latest.c.account == kept.c.account
    return select(func.max(latest.c.run)).where(mine).correlate(kept).scalar_subquery()


def _name(rows: Collection[Row], lang: str) -> Expression:
    kept = tables.kpi_snapshots.c
    named = {row.id: literal(row.names[lang], Text) for row in rows}
    # A row that an earlier catalogue measured keeps the name it was given.
    return case(named, value=kept.kpi, else_=member(kept.row, "name"))


def _text(row: Expression, name: str) -> Expression:
    return cast(member(row, name), Text).label(name)


def _contacts(dialect: ViewDialect) -> Query:
    state, contact = tables.contact_states, tables.contacts
    same = and_(contact.c.account == state.c.account, contact.c.id == state.c.contact_id)
    beside = [contact.c[name] for name in ("company_id", "owner_id", "source", "campaign", "country")]
    return (
        select(*_columns(dialect, state, ("due_at",)), *beside)
        .select_from(state.join(contact, same))
        .where(contact.c.merged_into.is_(None), contact.c.archived_at.is_(None))
    )


def _open_deals(dialect: ViewDialect) -> Query:
    span, state = tables.deal_spans, tables.deal_states
    same = and_(state.c.account == span.c.account, state.c.deal_id == span.c.deal_id)
    plain = ("account", "deal_id", "pipeline_id", "pipeline_kind", "stage_id")
    pushes = ("month_pushes", "quarter_pushes", "slip_days")
    judged = ("currency", "forecast_category", "probability", *pushes, "proposal")
    moments = ("close_date", "offer_at", "valid_from")
    return (
        select(
            *(span.c[name] for name in plain),
            (dialect.exact(span.c.amount) / literal(1_000_000)).label("amount"),
            *(span.c[name] for name in judged),
            *(dialect.moment(span.c[name]).label(name) for name in moments),
            dialect.moment(state.c.created_at).label("created_at"),
            *(state.c[name] for name in ("primary_contact_id", "company_id", "owner_id", "deal_type", "source")),
        )
        .select_from(span.join(state, same))
        .where(span.c.superseded_at.is_(None), span.c.valid_to.is_(None), span.c.outcome == "open")
    )


def _cycles(dialect: ViewDialect) -> Query:
    cycle = tables.cycles
    apart = ("recorded_at", "superseded_at", "reopened_outcome", "reopened_from", "reopened_to")
    return select(*_columns(dialect, cycle, apart)).where(cycle.c.superseded_at.is_(None))


def _columns(dialect: ViewDialect, table: NamedFromClause, apart: Sequence[str]) -> Sequence[Expression]:
    """Return a table's columns but those set apart, moments as the database's own."""
    shown: Mapping[str, Expression] = {name: column for name, column in table.c.items() if name not in apart}
    return [dialect.moment(one).label(name) if _is_moment(name) else one for name, one in shown.items()]


def _is_moment(name: str) -> bool:
    return name.endswith("_at") or name in _MORE_MOMENTS
